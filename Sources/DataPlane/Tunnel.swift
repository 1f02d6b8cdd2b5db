// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What was counted for one tunnel.
public struct TunnelCounters: Sendable, Equatable {
  /// Packets and bytes of GRE payload.
  public var traffic = TrafficCounters()
  /// Of the packets in, those from an NBMA address without an adjacency whose inner source was plausible.
  public var fromUnknownPeer: UInt64 = 0

  /// All zero.
  public init() {}
}

/// What the path needs of a tunnel for every packet, without an array in it: copied freely, nothing is retained.
struct TunnelFacts {
  var interface: InterfaceID
  var isUp: Bool
  var source: IPAddress
  var destination: IPAddress
  var isPointToPoint: Bool
  /// Whether outer packets are IPv6 (RFC 7676).
  var isOverV6: Bool
  var greFlags: UInt16
  var key: UInt32
  /// The outer IP header's and GRE's bytes together.
  var headerLength: Int
  var mtu: Int
  /// The same for IPv6, which every link carries in 1280 bytes at least (RFC 8200 §5).
  var mtuV6: Int
  var adjustMSS: UInt16
  var ttl: UInt8
  var tos: UInt8
  var copiesTOS: Bool
  var setsDontFragment: Bool
  /// The same of the header in front of ESP.
  var sealsDontFragment: Bool
  var checksSequence: Bool
  var networkID: UInt32?
  var redirects: Bool
  var sendsICMPRedirects: Bool
  var resolves: Bool
  /// Two ports of routing protocols, 0 for none.
  var routingPorts: (UInt16, UInt16)
  var fib: Int
  /// Not 0: nothing leaves or enters in clear.
  var group: UInt16

  /// The outer IP header's bytes.
  var outerLength: Int { isOverV6 ? 40 : 20 }
  /// What fits of an inner packet.
  @inline(__always) func mtu(of inner: InnerHeader) -> Int { inner.isV6 ? mtuV6 : mtu }

  init(_ interface: InterfaceID, _ settings: TunnelForwarding, fib: Int) {
    self.interface = interface
    let isPointToPoint = settings.destination != nil
    let source = settings.source ?? .anyV4, destination = settings.destination
    // Both ends are of one family.
    isUp = !source.isUnspecified && destination.map { $0.isV4 == source.isV4 } ?? true
    isOverV6 = !source.isV4
    self.source = isUp ? source : .anyV4
    self.destination = isUp ? destination ?? .anyV4 : .anyV4
    self.isPointToPoint = isPointToPoint
    greFlags =
      (settings.sendsChecksum ? GREFlags.checksum : 0) | (settings.key != nil ? GREFlags.key : 0)
      | (settings.usesSequence ? GREFlags.sequence : 0)
    key = settings.key ?? 0
    headerLength = (isOverV6 ? 44 : 24) + 4 * greFlags.nonzeroBitCount
    mtu = min(max(settings.mtu, 68), 65_535 - headerLength)
    mtuV6 = min(max(settings.ipv6MTU ?? settings.mtu, 1280), 65_535 - headerLength)
    adjustMSS = settings.adjustMSS ?? 0
    ttl = max(1, settings.ttl)
    (tos, copiesTOS) = (settings.tos ?? 0, settings.tos == nil)
    setsDontFragment = settings.setsDontFragment
    sealsDontFragment =
      settings.protectedDontFragment == .copy ? settings.setsDontFragment : settings.protectedDontFragment == .set
    checksSequence = settings.usesSequence
    (networkID, redirects, resolves) = (settings.networkID, settings.redirects, settings.resolves)
    sendsICMPRedirects = settings.icmpRedirectNetwork?.address.isV4 == true
    routingPorts = (settings.routingPorts.first ?? 0, settings.routingPorts.dropFirst().first ?? 0)
    self.fib = fib
    group = settings.protectionGroup
  }
}

/// A tunnel in the core.
struct Tunnel {
  var facts: TunnelFacts
  var settings: TunnelForwarding
  var counters = TunnelCounters()
  /// The peer of a point-to-point tunnel, -1 for none.
  var peer = -1
  /// Those that get multicasts, as peers. On a protected tunnel they are whoever has an association at one of the addresses.
  var multicast: [Int] = []
  var multicastAddresses: [IPAddress] = []
  /// The number for packets to an NBMA address nothing refers to.
  var strangerSequence: UInt32 = 0

  /// The address that errors of this tunnel come from, to a sender with this address; a link-local one only where nothing routes it
  /// (RFC 4443 §2.2, RFC 4291 §2.5.6).
  func ownAddress(towards sender: IPAddress) -> IPAddress? {
    let family = settings.addresses.filter { $0.isV4 == sender.isV4 }
    return family.first { $0.isLinkLocal == sender.isLinkLocal } ?? family.first { !$0.isLinkLocal }
  }
}

/// Where a received packet came from; absent for packets of the host.
struct Arrival {
  var tunnel: Int
  var source: IPAddress
  var destination: IPAddress
  /// The peer's index, -1 for a stranger.
  var peer: Int
  /// Under whose association it came; none for clear packets.
  var protection: ProtectionID
}

/// Where an inner packet goes next.
struct Hop {
  var tunnel: Int
  var nextHop: IPAddress
  var nbma: IPAddress
  var adjacency: Int
  var peer: Int
  /// The peer's name on a protected tunnel, where the adjacency knows it.
  var protection = ProtectionID.none
  /// The outbound association, -1 for none: clear tunnels have none, protected ones send nothing without.
  var association = -1

  /// Whether the packet would return to whom it came from. Peers behind one NAT address are told apart by their associations.
  func leadsBack(to arrival: Arrival?) -> Bool {
    guard let arrival else { return false }
    if arrival.protection != .none, protection != .none { return arrival.protection == protection }
    return arrival.source == nbma
  }
}
