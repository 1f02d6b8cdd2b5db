// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// A packet that will have crossed the lab's internet.
public struct Delivery: Sendable, Equatable {
  /// When it arrives.
  public var at: Instant
  /// The node that sent it; the receiver's own number when it is an error of a router.
  public var from: Int
  /// The node it arrives at.
  public var to: Int
  /// The complete outer IPv4 packet, as the receiver's interface sees it.
  public var packet: [UInt8]

  /// Describes a delivery.
  public init(at: Instant, from: Int, to: Int, packet: consuming [UInt8]) {
    (self.at, self.from, self.to, self.packet) = (at, from, to, packet)
  }
}

/// The internet of the lab. Every node attaches by one link; a packet takes the sender's link, passes NATs, and takes the receiver's link.
///
/// A pure function of what it is given: it has no clock and no randomness of its own. All is decided when a packet is *sent*: the caller
/// puts the deliveries into its `EventQueue`. What was in flight when a link went down still comes out; ask `isUp` where that matters.
/// Nodes are numbered from 0 in the order they attach.
public struct Underlay: Sendable {
  /// Where "fragmentation needed" comes from.
  public var routerAddress = IPAddress(192, 0, 2, 1)
  /// What was counted.
  public internal(set) var counters = UnderlayCounters()
  /// The NATs, in the order they were added.
  public var nats: [NATBox] = []
  var attachments: [Attachment] = []
  /// Owners of outer addresses.
  var owners: [UInt32: Owner] = [:]
  /// Nodes behind NATs, by NAT and inside address.
  var insiders: [UInt64: Int] = [:]

  struct Attachment: Sendable {
    var address: UInt32
    var link: Link
    var nat: Int?
  }

  enum Owner: Sendable {
    case node(Int)
    case nat(Int)
  }

  /// An internet with nobody on it.
  public init() {}

  /// How many nodes are attached.
  public var nodeCount: Int { attachments.count }

  /// Attaches a node and gives its number. With an address that is taken already, the newer owner gets the packets.
  @discardableResult
  public mutating func attach(_ address: IPAddress, link: LinkSettings = LinkSettings()) -> Int {
    attachments.append(Attachment(address: address.v4Bits, link: Link(link), nat: nil))
    owners[address.v4Bits] = .node(attachments.count - 1)
    return attachments.count - 1
  }

  /// Adds a NAT and gives its number.
  public mutating func add(_ nat: NATBox) -> Int {
    nats.append(nat)
    owners[nat.publicAddress.v4Bits] = .nat(nats.count - 1)
    return nats.count - 1
  }

  /// Attaches a node with a private address behind a NAT and gives its number.
  @discardableResult
  public mutating func attach(_ inside: IPAddress, behind nat: Int, link: LinkSettings = LinkSettings()) -> Int {
    precondition(nats.indices.contains(nat), "no such NAT")
    attachments.append(Attachment(address: inside.v4Bits, link: Link(link), nat: nat))
    insiders[Self.insider(nat, inside.v4Bits)] = attachments.count - 1
    return attachments.count - 1
  }

  /// The address of a node's interface; a private one behind a NAT.
  public func address(of node: Int) -> IPAddress { IPAddress(v4: attachments[node].address) }

  /// Gives a node another address, as a dynamic one changes.
  public mutating func readdress(_ node: Int, to address: IPAddress) {
    let old = attachments[node].address
    attachments[node].address = address.v4Bits
    if let nat = attachments[node].nat {
      if insiders[Self.insider(nat, old)] == node { insiders[Self.insider(nat, old)] = nil }
      insiders[Self.insider(nat, address.v4Bits)] = node
    } else {
      if case .node(node) = owners[old] { owners[old] = nil }
      owners[address.v4Bits] = .node(node)
    }
  }

  /// Sends what a NAT's peers did not ask for to `inside`, or (nil) drops it.
  public mutating func setStaticMapping(nat: Int, inside: IPAddress?) { nats[nat].staticInside = inside }

  static func insider(_ nat: Int, _ address: UInt32) -> UInt64 { UInt64(nat) << 32 | UInt64(address) }
}

// Links as they are changed while packets run.
extension Underlay {
  /// How a node's link behaves.
  public func link(of node: Int) -> LinkSettings { attachments[node].link.settings }

  /// Changes how a node's link behaves; packets already sent keep their times.
  public mutating func setLink(_ node: Int, _ settings: LinkSettings) { attachments[node].link.settings = settings }

  /// Whether a node's link is up.
  public func isUp(_ node: Int) -> Bool { attachments[node].link.isUp }

  /// Cuts a node's link or joins it again.
  public mutating func setLink(_ node: Int, isUp: Bool) { attachments[node].link.isUp = isUp }

  /// Splits the internet: the nodes of each list reach only each other, and all that are in no list reach each other.
  public mutating func partition(_ parts: [[Int]]) {
    heal()
    for (i, part) in parts.enumerated() { for node in part { attachments[node].link.part = i + 1 } }
  }

  /// Ends a partition.
  public mutating func heal() {
    for i in attachments.indices { attachments[i].link.part = 0 }
  }
}
