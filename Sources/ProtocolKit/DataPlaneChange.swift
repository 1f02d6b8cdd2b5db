// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Whether the outer header of a protected packet carries DF (`crypto ipsec df-bit`).
public enum ProtectedDontFragment: String, Sendable, Hashable, CaseIterable {
  /// Never, always, or as the header of GRE would.
  case clear, set, copy
}

/// How one tunnel forwards; everything the data plane must know of it.
public struct TunnelForwarding: Sendable, Equatable {
  /// The local outer address, IPv4 or IPv6; nil while the source interface has none (the tunnel is down).
  public var source: IPAddress?
  /// The only peer of a point-to-point tunnel; nil for multipoint.
  public var destination: IPAddress?
  /// The GRE key; nil for "no key", which is another tunnel than key 0 (RFC 2890).
  public var key: UInt32?
  /// Whether checksums are sent (RFC 2784 §2.2); received ones are always verified.
  public var sendsChecksum = false
  /// Whether sequence numbers are sent and enforced (RFC 2890 §2.2).
  public var usesSequence = false
  /// The node's own addresses on the tunnel, of either family; link-local ones last.
  public var addresses: [IPAddress] = []
  /// The largest inner packet in bytes (`ip mtu`).
  public var mtu = 1476
  /// The largest inner IPv6 packet in bytes (`ipv6 mtu`), 1280 at least; nil takes `mtu`.
  public var ipv6MTU: Int?
  /// The TCP maximum segment size to clamp to; nil leaves SYNs alone.
  public var adjustMSS: UInt16?
  /// The outer TTL.
  public var ttl: UInt8 = 255
  /// A fixed outer TOS; nil copies the inner one, as IOS does.
  public var tos: UInt8?
  /// Whether outer packets carry DF (`tunnel path-mtu-discovery`).
  public var setsDontFragment = false
  /// Whether they carry it under protection.
  public var protectedDontFragment = ProtectedDontFragment.copy
  /// The NHRP network the tunnel belongs to; two tunnels of one network redirect to each other.
  public var networkID: UInt32?
  /// Whether transit packets that leave where they came from are reported (`ip nhrp redirect`).
  public var redirects = false
  /// The tunnel's own network, where a sender is told of a next hop that lies on it too (ICMP Redirect); nil sends none.
  public var icmpRedirectNetwork: IPPrefix?
  /// Whether a missing adjacency is reported (NHRP runs here and the tunnel is multipoint).
  public var resolves = false
  /// UDP ports whose datagrams to the node, or to many, go to the control side: those of routing protocols that run here. At most two.
  public var routingPorts: [UInt16] = []
  /// Next hops that take the packets of an unresolved one of their family, best first (the NHSs).
  public var fallbackNextHops: [IPAddress] = []
  /// The table the inner packets are routed in.
  public var vrf: VRFID = .default
  /// Not 0: nothing leaves or enters but under an association of this group (`tunnel protection`). Tunnels that share associations
  /// (`shared`) have the same.
  public var protectionGroup: UInt16 = 0

  /// A tunnel with the defaults above.
  public init() {}
}

/// One of several ways for the packets of a FIB entry.
public struct ForwardingPath: Sendable, Hashable {
  /// The interface they leave by.
  public var interface: InterfaceID
  /// The next hop on it; nil means "the destination itself is the next hop".
  public var nextHop: IPAddress?
  /// Whether the interface is a tunnel; others are the host's.
  public var isTunnel: Bool

  /// Makes a way.
  public init(interface: InterfaceID, nextHop: IPAddress?, isTunnel: Bool) {
    (self.interface, self.nextHop, self.isTunnel) = (interface, nextHop, isTunnel)
  }

  /// The action of a route that has this way only.
  public var action: ForwardingAction { isTunnel ? .tunnel(interface, nextHop: nextHop) : .host(interface) }
}

/// Where a FIB entry sends a packet.
public enum ForwardingAction: Sendable, Hashable {
  /// Through a tunnel to this next hop; nil means "the destination itself is the next hop".
  case tunnel(InterfaceID, nextHop: IPAddress?)
  /// To the host's own stack, which owns the address or the LAN behind it (the TUN device).
  case host(InterfaceID)
  /// Nowhere (`Null0`, a negative NHRP entry).
  case discard
  /// By one of several ways of equal cost: all packets of one flow by the same one. At least two, each once.
  case paths([ForwardingPath])

  /// The tunnel that packets leave by: the first one where there are several ways.
  public var tunnel: InterfaceID? {
    switch self {
    case .tunnel(let id, _): id
    case .paths(let paths): paths.first { $0.isTunnel }?.interface
    case .host, .discard: nil
    }
  }

  /// The interface of the host that packets leave by: the first one where there are several ways, and none is a tunnel.
  public var exit: InterfaceID? {
    switch self {
    case .host(let id): id
    case .paths(let paths): tunnel == nil ? paths.first?.interface : nil
    case .tunnel, .discard: nil
    }
  }
}

/// One change of what the data plane knows. Applied in order; each is complete in itself and cannot fail.
public enum DataPlaneChange: Sendable, Equatable {
  /// Adds or replaces a tunnel; nil removes it with all its adjacencies.
  case tunnel(InterfaceID, TunnelForwarding?)
  /// Adds or replaces a FIB entry; nil removes it.
  case route(VRFID, IPPrefix, ForwardingAction?)
  /// Says which NBMA address a next hop of a tunnel has, and on a protected tunnel which peer it is; nil removes it.
  case adjacency(InterfaceID, nextHop: IPAddress, nbma: IPAddress?, peer: ProtectionID = .none)
  /// Replaces the list of NBMA addresses that get a copy of every multicast packet. On a protected tunnel every peer with that
  /// address gets one.
  case multicast(InterfaceID, [IPAddress])
  /// Installs a security association. An outbound one takes the place of its peer's earlier one at once; inbound ones stand beside
  /// each other until they are removed.
  case associate(SecurityAssociation)
  /// Removes a security association; one that is not there is no error.
  case dissociate(SecurityAssociation.Direction, spi: UInt32, peer: ProtectionID)
  /// The peer's address or port changed: all its associations follow.
  case moveAssociations(ProtectionID, AssociationEndpoints)
  /// Says whether IKE messages with this SPI of ours are from a known peer: others queue with strangers.
  case ikeSPI(UInt64, isKnown: Bool)
  /// Asks how many packets an inbound association opened; answered by `DataPlaneNotice.associationUsage`.
  case queryAssociation(spi: UInt32)
  /// The next packet in order on an inbound association is reported as its first was, by `DataPlaneNotice.associationInUse`.
  case watchAssociation(spi: UInt32)
  /// Asks how many packets used an adjacency; answered by `DataPlaneNotice.usage`.
  case queryUsage(InterfaceID, nextHop: IPAddress)
  /// Starts copying packets of these addresses (empty: all) to the capture stream; nil stops.
  case capture(CaptureFilter?)
  /// Forgets redirect limits and pair counters that involve `address` (a purge or a new registration).
  case forgetPairs(IPAddress)
  /// Sets all counters to zero (`clear counters`).
  case clearCounters
}

/// Which packets a capture takes.
public struct CaptureFilter: Sendable, Equatable {
  /// Inner or outer addresses; a packet is taken when any of its four is listed. Empty takes all.
  public var addresses: [IPAddress]
  /// The tunnel whose packets are taken; nil for all.
  public var interface: InterfaceID?
  /// The longest part of a packet that is kept, in bytes.
  public var snapLength: Int

  /// Takes packets of `addresses` on `interface`, at most `snapLength` bytes of each.
  public init(addresses: [IPAddress], interface: InterfaceID? = nil, snapLength: Int = 65_535) {
    (self.addresses, self.interface, self.snapLength) = (addresses, interface, snapLength)
  }

  /// What any of several captures wants: a core has one filter. Nil when there is none.
  public static func union(of filters: [CaptureFilter]) -> CaptureFilter? {
    guard let longest = filters.map(\.snapLength).max() else { return nil }
    let takesAll = filters.contains { $0.addresses.isEmpty }
    let interfaces = Set(filters.map(\.interface))
    return CaptureFilter(
      addresses: takesAll ? [] : Set(filters.flatMap(\.addresses)).sorted(),
      interface: interfaces.count == 1 ? interfaces.first ?? nil : nil,
      snapLength: longest)
  }
}

/// What the data plane answers or reports to the control side, besides punted packets.
public enum DataPlaneNotice: Sendable, Equatable {
  /// The answer to `queryUsage`: packets sent to that next hop since it was installed.
  case usage(InterfaceID, nextHop: IPAddress, packets: UInt64)
  /// Traffic between two NBMA peers, hairpinned here, has stood still for a while.
  case pairIdle(InterfaceID, source: IPAddress, destination: IPAddress, packets: UInt64)
  /// The first packet on a new inbound association, or on one since `watchAssociation`: the peer has it and uses it.
  case associationInUse(ProtectionID, spi: UInt32)
  /// An association reached its soft (or hard) limit of bytes, or its sequence numbers run out.
  case associationLimit(ProtectionID, spi: UInt32, SecurityAssociation.Direction, isHard: Bool)
  /// An authentic packet of an encapsulated association came from another address or port (RFC 7296 §2.23, RFC 3948 §2.2).
  case endpointMoved(ProtectionID, spi: UInt32, remote: IPAddress, remotePort: UInt16)
  /// The answer to `queryAssociation`: packets opened since it was installed; 0 where there is none.
  case associationUsage(spi: UInt32, packets: UInt64)
}

/// Why a packet goes to the control side. Each class has its own bounded queue and its own rate limit.
public enum PuntClass: UInt8, Sendable, CaseIterable, Codable {
  /// An NHRP packet from a peer that has an adjacency.
  case nhrp
  /// An NHRP packet from a stranger: kept apart, so that strangers cannot starve known peers.
  case nhrpStranger
  /// A transit packet left where it came from; the peer should be told (RFC-less, draft-detienne-dmvpn §4.4).
  case redirectWanted
  /// A packet needed an adjacency that is not there.
  case resolutionWanted
  /// The first packet of a pair of networks in transit here.
  case firstPacket
  /// An answer to one of the node's own probes (`ping`, `traceroute`).
  case probeReply
  /// A step report of a spoke, or a server's word that it takes none (docs/step-report.md).
  case stepReport
  /// A CDP frame (protocol type 0x2000), for ODR.
  case cdp
  /// A datagram of a routing protocol (`TunnelForwarding.routingPorts`) from a known peer, from its IP header on.
  case routing
  /// An IKE message with an SPI of ours that `ikeSPI` made known. `bytes` begin with the IKE header.
  case ike
  /// An IKE message of anybody else.
  case ikeStranger
  /// A packet needs an association with `nbmaDestination` that is not there. `peer` says which, where the adjacency knows.
  case protectionWanted
  /// An ESP packet with an SPI nobody here has; `bytes` are its first 8.
  case unknownSPI
  /// Clear GRE came to a protected tunnel and was dropped; `bytes` end with the first 4 of GRE.
  case clearRefused
  /// The answer to a keepalive of our own came back over a point-to-point tunnel.
  case keepalive
}

/// A packet handed to the control side.
public struct PuntedPacket: Sendable, Equatable {
  /// Why.
  public var kind: PuntClass
  /// The tunnel it came in on (or would have left by).
  public var interface: InterfaceID
  /// The outer source, 0.0.0.0 for a packet of the host itself.
  public var nbmaSource: IPAddress
  /// The outer destination.
  public var nbmaDestination: IPAddress
  /// The next hop that is missing, for `resolutionWanted`.
  public var nextHop: IPAddress
  /// The NHRP or IKE message, or the inner IP packet from its header on.
  public var bytes: [UInt8]
  /// The peer whose association it came by; none for clear packets.
  public var peer: ProtectionID
  /// The outer UDP ports, for IKE and for ESP in UDP; 0 elsewhere.
  public var sourcePort: UInt16, destinationPort: UInt16

  /// Makes a punted packet.
  public init(
    kind: PuntClass, interface: InterfaceID, nbmaSource: IPAddress, nbmaDestination: IPAddress, nextHop: IPAddress = .anyV4,
    bytes: [UInt8], peer: ProtectionID = .none, sourcePort: UInt16 = 0, destinationPort: UInt16 = 0
  ) {
    (self.kind, self.interface, self.nbmaSource) = (kind, interface, nbmaSource)
    (self.nbmaDestination, self.nextHop, self.bytes) = (nbmaDestination, nextHop, bytes)
    (self.peer, self.sourcePort, self.destinationPort) = (peer, sourcePort, destinationPort)
  }
}

/// A packet of the control side that the data plane shall send.
public enum InjectedPacket: Sendable, Equatable {
  /// A GRE payload straight to an NBMA address: NHRP (0x2001). On a protected tunnel to this peer; where none is named, to the one
  /// with that address.
  case gre(InterfaceID, nbma: IPAddress, protocolType: UInt16, bytes: [UInt8], peer: ProtectionID = .none)
  /// A UDP datagram of the node itself, outside all tunnels: IKE (with the non-ESP marker in front on port 4500, RFC 3948 §2.2), and
  /// NAT keepalives.
  case datagram(AssociationEndpoints, bytes: [UInt8])
  /// An inner IP packet, routed like one of the host's own: probes, step reports, routing protocols' unicasts.
  case inner(VRFID, bytes: [UInt8])
  /// A GRE payload to every peer on the tunnel's multicast list: routing protocols' multicasts (0x0800, 0x86dd), CDP (0x2000).
  case toMany(InterfaceID, protocolType: UInt16, bytes: [UInt8])
}
