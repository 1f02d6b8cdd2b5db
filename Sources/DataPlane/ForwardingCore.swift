// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

// How a packet meets the functions
// ================================
//
// The core is the packet path without the world around it: no thread, lock, clock or socket. Its owner brings a batch of packets and the
// time, and finds a verdict on every slot afterwards. What is changed here comes as `DataPlaneChange`; what the control side must see
// goes out through the punt queue. On Linux one core stands behind each worker; in the lab a thousand stand in one process.
//
// *An inner packet, TUN → wire* (`PacketPath+Outbound`, `PacketPath+Sealing`):
//   InnerHeader.parse      the header once; the slot is cut to its total length
//   replicate              multicast and broadcast: a copy for each peer on the tunnel's list
//   route                  longest match in the tunnel's VRF: a tunnel, the host (it came from there: a loop), nowhere
//   hop                    tunnel and next hop → adjacency → NBMA address and peer; a missing one is reported,
//                          and the packet takes the first NHS
//   protect                protected tunnels only: peer → outbound association; without one it stops, and protection is asked for
//   prepare                MTU (told to the sender, or cut), TCP MSS
//   encapsulate            clear: GRE and outer IP into the headroom. Protected: `seal`: number, GRE, [inner IP], padding into the
//                          tailroom, cipher, [UDP], outer IP. Counters; verdict .underlay
//
// *An outer packet, wire → host* (`PacketPath+Inbound`, `PacketPath+Opening`):
//   OuterHeader.parse      whole, IPv4 or IPv6, checksum, no fragment, protocol 47, 50 or 17
//   takeUDP                port 500, and 4500 behind a non-ESP marker: IKE, punted; one 0xff: a NAT keepalive; else ESP
//   takeESP                SPI → inbound association → authenticate (length, limit, window, integrity; then the window moves)
//                          → uncover (padding, next header, selectors)
//   takeGRE                GREOffsets.parse: flags, lengths, checksum
//   demultiplex            (destination, key) → tunnel; the source selects the peer inside it, not the tunnel. Out of ESP, source and
//                          destination are the association's. What the tunnel's group did not vouch for is refused
//   judgeSource            loop, sequence number
//   answerKeepalive        tunnels in clear: what the sender addressed to itself goes back to it
//   punt or takeInner      NHRP and CDP go to the control side; known peers and strangers in queues of their own
//   takeInner              InnerHeader.parse, ECN, addresses, and for strangers the reverse path
//   deliver                own addresses and the LAN: probes and step reports are punted, the rest is for the TUN; verdict .host
//
// *A transit packet (hairpin)* never leaves the core: takeInner → forward: TTL → hop → protect → MTU → redirectSender (ICMP
// Redirect, `PacketPath+Redirect`) → watchTransit (pairs, first packet, redirect wanted) → prepare → encapsulate.
//
// *Protection* is a property of the tunnel (`protectionGroup`), not of the packet: there is one way out of a tunnel, `encapsulate`, and one
// into it, `takeGRE`, and each compares the group first. So no order of changes opens a gap: a tunnel that becomes protected before its
// associations are there sends nothing, and hears nothing. IKE decides all about associations; the core tells what it sees (`takeNotices`:
// first use, limits, a peer that moved). It keeps their state: replay window, ciphers, counters. Sequence numbers are shared by all cores.
//
// Every stop is a thrown `DropReason`: it is counted once in `stop`, which also answers with ICMP where the sender must know.
//
// RFC 1701, 2784, 2890 (GRE), 4301, 4303, 3948 (ESP), 791, 792, 1191, 1624, 1812 (IPv4), 4443 (ICMPv6 errors), 6040 (ECN), 9293 (MSS),
// 8200, 4291 (IPv6), 7676 (GRE over IPv6).

/// One forwarding core. Not thread-safe and not `Sendable`: it belongs to one worker.
public final class ForwardingCore {
  /// UDP packets to an own address and this port are step reports (docs/step-report.md).
  public static let stepReportPort: UInt16 = 61_754

  // The state is one struct, entered once for each call: inside there is no class and no exclusivity check.
  private var path: PacketPath

  /// Makes an empty core. `hashSeed` keeps peers from choosing addresses that collide in its tables; no output depends on it.
  public init(
    pairLimit: Int = Limits.pairs, peerLimit: Int = Limits.peers, associationLimit: Int = Limits.associations,
    hashSeed: UInt64 = 0x2545_f491_4f6c_dd1d
  ) {
    path = PacketPath(
      pairLimit: max(1, pairLimit), peerLimit: max(1, peerLimit), associationLimit: max(1, associationLimit), seed: hashSeed)
  }

  /// Echo identifiers of the node's own probes: answers to them, at an own address, go to the control side.
  public var probeIdentifiers: ClosedRange<UInt16> {
    get { path.probeIdentifiers }
    set { path.probeIdentifiers = newValue }
  }

  /// Applies one change; gives the answer where the change is a question.
  @discardableResult
  public func apply(_ change: DataPlaneChange, at now: Instant) -> DataPlaneNotice? { path.apply(change, at: now) }

  /// Takes inner packets from the TUN of `interface`. Slots that already have a verdict are left alone.
  public func outbound(_ batch: inout PacketBatch, from interface: InterfaceID, at now: Instant, _ punts: inout PuntQueue) {
    path.outbound(&batch, from: interface, at: now, &punts)
  }

  /// Takes complete outer packets from the underlay. Slots that already have a verdict are left alone.
  public func inbound(_ batch: inout PacketBatch, at now: Instant, _ punts: inout PuntQueue) {
    path.inbound(&batch, at: now, &punts)
  }

  /// Appends a packet of the control side to `batch`, ready to be sent.
  public func inject(_ packet: InjectedPacket, into batch: inout PacketBatch, at now: Instant, _ punts: inout PuntQueue) {
    path.inject(packet, into: &batch, at: now, &punts)
  }

  /// Reports each pair of peers whose transit traffic has stood still for `Limits.pairIdle`, once, the longest silent first.
  public func expirePairs(at now: Instant) -> [DataPlaneNotice] { path.expirePairs(at: now) }

  /// When `expirePairs` next has something to say; nil when all is quiet.
  public var nextPairDeadline: Instant? { path.peerPairs.nextIdle(after: Limits.pairIdle) }

  /// Whether `takeNotices` has something to give; asked after every batch.
  public var hasNotices: Bool { !path.notices.isEmpty }

  /// What associations reported since the last call: first use, limits, moved peers.
  public func takeNotices() -> [DataPlaneNotice] {
    defer { path.notices.removeAll() }
    return path.notices
  }

  /// The packets that a capture took since the last call.
  public func takeCaptured() -> [CapturedPacket] { path.captures.drain() }

  /// Packets a capture lost because nobody took the earlier ones.
  public var lostCaptures: UInt64 { path.captures.lost }
}

// What was counted.
extension ForwardingCore {
  /// Packets stopped for one reason.
  public func drops(_ reason: DropReason) -> UInt64 { path.drops[Int(reason.rawValue)] }

  /// Packets stopped, by reason, in the order of `DropReason.allCases`.
  public var drops: [UInt64] { path.drops }

  /// Packets of a class that went to the control side.
  public func punts(_ kind: PuntClass) -> UInt64 { path.punted[Int(kind.rawValue)] }

  /// Packets of a class the control side did not take. For hints (redirect, resolution, first packet) the packet itself went on.
  public func refusedPunts(_ kind: PuntClass) -> UInt64 { path.refused[Int(kind.rawValue)] }

  /// The counters of a tunnel; nil when there is none.
  public func tunnelCounters(_ interface: InterfaceID) -> TunnelCounters? {
    path.tunnel(interface).map { path.tunnels[$0].counters }
  }

  /// The counters of a next hop; what came in is counted for its NBMA address. Nil when it has no adjacency.
  public func adjacencyCounters(_ interface: InterfaceID, nextHop: IPAddress) -> TrafficCounters? {
    let i = path.peers.adjacency(interface, nextHop)
    guard i >= 0 else { return nil }
    let adjacency = path.peers.adjacencies[i]
    var counters = path.peers.peers[Int(adjacency.peer)].traffic
    (counters.packetsOut, counters.bytesOut) = (adjacency.packetsOut, adjacency.bytesOut)
    return counters
  }

  /// The NBMA address that packets for `nextHop` leave a tunnel for: its adjacency's, else the first next hop server's that has one; nil
  /// where there is neither.
  public func nbma(of interface: InterfaceID, nextHop: IPAddress) -> IPAddress? {
    guard let tunnel = path.tunnel(interface), path.tunnels[tunnel].facts.isUp else { return nil }
    if path.tunnels[tunnel].facts.isPointToPoint { return path.tunnels[tunnel].facts.destination }
    for hop in [nextHop] + path.tunnels[tunnel].settings.fallbackNextHops where hop.isV4 == nextHop.isV4 {
      let found = path.peers.adjacency(interface, hop)
      if found >= 0 { return path.peers.adjacencies[found].nbma }
    }
    return nil
  }

  /// The NBMA addresses a tunnel knows, by address, with their counters; those of peers behind one address are added up.
  public func peers(of interface: InterfaceID) -> [(nbma: IPAddress, counters: TrafficCounters)] {
    let known = path.peers.peers.filter { $0.references > 0 && $0.interface == interface }.sorted { $0.nbma < $1.nbma }
    var rows: [(nbma: IPAddress, counters: TrafficCounters)] = []
    for peer in known {
      let nbma = peer.nbma
      if rows.last?.nbma == nbma { rows[rows.count - 1].counters.add(peer.traffic) } else { rows.append((nbma, peer.traffic)) }
    }
    return rows
  }

  /// Transit packets and bytes from one NBMA address to another; nil when none were seen lately.
  public func pairCounters(source: IPAddress, destination: IPAddress) -> (packets: UInt64, bytes: UInt64)? {
    path.peerPairs.find(TableKey(source, destination, tag: 0)).map { ($0.packets, $0.bytes) }
  }

  /// Pairs of hosts that are watched for redirects.
  public var watchedPairs: Int { path.hostPairs.count }

  /// Adjacencies and peers that found no room.
  public var refusedPeers: UInt64 { path.peers.refused }

  /// How many security associations there are.
  public var associationCount: (inbound: Int, outbound: Int) { (path.associations.inboundCount, path.associations.outboundCount) }

  /// What was counted for each security association, by SPI. Outbound SPIs are the peers' to choose, and two may be equal.
  public var associationCounters: (inbound: [AssociationRow], outbound: [AssociationRow]) {
    var rows: (inbound: [AssociationRow], outbound: [AssociationRow]) = ([], [])
    for association in path.associations.inbound where association.definition != nil {
      rows.inbound.append((association.facts.spi, association.counters))
    }
    for association in path.associations.outbound where association.definition != nil {
      rows.outbound.append((association.facts.spi, association.counters))
    }
    rows.inbound.sort { $0.spi < $1.spi }
    rows.outbound.sort { $0.spi < $1.spi }
    return rows
  }

  /// One association and what was counted for it.
  public typealias AssociationRow = (spi: UInt32, counters: AssociationCounters)

  /// Associations that found no room or could not be used, and IKE SPIs that found none.
  public var refusedAssociations: UInt64 { path.associations.refused &+ path.refusedIKESPIs }

  /// The FIB of a VRF as it stands.
  public func fib(of vrf: VRFID) -> FIB { path.vrfs[vrf].map { path.fibs[$0] } ?? FIB() }
}
