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
  var source: UInt32
  var destination: UInt32
  var isPointToPoint: Bool
  var greFlags: UInt16
  var key: UInt32
  /// Outer IPv4 and GRE together.
  var headerLength: Int
  var mtu: Int
  var adjustMSS: UInt16
  var ttl: UInt8
  var tos: UInt8
  var copiesTOS: Bool
  var setsDontFragment: Bool
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

  init(_ interface: InterfaceID, _ settings: TunnelForwarding, fib: Int) {
    self.interface = interface
    let isPointToPoint = settings.destination != nil
    // The underlay is IPv4: a tunnel over IPv6 has no source here, and says so by its drops.
    isUp = settings.source?.isV4 == true && settings.destination?.isV4 != false
    source = isUp ? settings.source?.v4Bits ?? 0 : 0
    destination = isUp ? settings.destination?.v4Bits ?? 0 : 0
    self.isPointToPoint = isPointToPoint
    greFlags =
      (settings.sendsChecksum ? GREFlags.checksum : 0) | (settings.key != nil ? GREFlags.key : 0)
      | (settings.usesSequence ? GREFlags.sequence : 0)
    key = settings.key ?? 0
    headerLength = 24 + 4 * greFlags.nonzeroBitCount
    mtu = min(max(settings.mtu, 68), 65_535 - headerLength)
    adjustMSS = settings.adjustMSS ?? 0
    ttl = max(1, settings.ttl)
    (tos, copiesTOS) = (settings.tos ?? 0, settings.tos == nil)
    setsDontFragment = settings.setsDontFragment
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
  var multicastAddresses: [UInt32] = []
  /// The number for packets to an NBMA address nothing refers to.
  var strangerSequence: UInt32 = 0

  /// The address that errors of this tunnel come from.
  func ownAddress(isV6: Bool) -> IPAddress? { settings.addresses.first { $0.isV4 != isV6 } }
}

/// Where a received packet came from; absent for packets of the host.
struct Arrival {
  var tunnel: Int
  var source: UInt32
  var destination: UInt32
  /// The peer's index, -1 for a stranger.
  var peer: Int
  /// Under whose association it came; none for clear packets.
  var protection: ProtectionID
}

/// Where an inner packet goes next.
struct Hop {
  var tunnel: Int
  var nextHop: IPAddress
  var nbma: UInt32
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
