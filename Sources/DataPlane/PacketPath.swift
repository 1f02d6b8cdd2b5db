// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The state of a core, and what its paths share. The paths themselves are in the files beside this one.
struct PacketPath: ~Copyable {
  var tunnels: [Tunnel] = []
  /// Index into `tunnels` by interface number, -1 for none.
  var tunnelSlots: [Int32] = []
  var vrfs: [VRFID: Int] = [:]
  var fibs: [FIB] = []
  /// (outer destination, peer or 0, key) → tunnel.
  var demux: KeyIndex
  /// Own addresses by VRF.
  var own: KeyIndex
  /// Own addresses on the host's other interfaces, by VRF: the host routes that lead to the host.
  var local: KeyIndex
  var peers: PeerTable
  var hostPairs: PairTable
  var peerPairs: PairTable
  var resolutions: PairTable
  var protections: PairTable
  var associations: SecurityAssociationTable
  /// SPIs of ours that IKE told of.
  var ikeSPIs: NumberIndex
  var refusedIKESPIs: UInt64 = 0
  /// What waits to be told besides packets.
  var notices: [DataPlaneNotice] = []
  /// The other form of a packet, while it is sealed or opened and somebody captures.
  var otherForm: [UInt8] = []
  /// Whom an ICMP Redirect told of which destination lately.
  var icmpRedirects: PairTable
  var captures = CaptureQueue()
  var isCapturing = false
  var probeIdentifiers: ClosedRange<UInt16> = 0xd000...0xd0ff
  var drops = [UInt64](repeating: 0, count: DropReason.allCases.count)
  var punted = [UInt64](repeating: 0, count: PuntClass.allCases.count)
  var refused = [UInt64](repeating: 0, count: PuntClass.allCases.count)
  var icmpErrors = TokenBucket(Limits.icmpErrors)
  var keepaliveAnswers = TokenBucket(Limits.keepaliveAnswers)
  /// The next outer identification.
  var nextID: UInt16 = 1
  /// The MTU that the packet which just threw `tooBig` did not fit.
  var exceededMTU = 0

  init(pairLimit: Int, peerLimit: Int, associationLimit: Int, seed: UInt64) {
    (demux, own, local) = (KeyIndex(seed: seed), KeyIndex(seed: seed), KeyIndex(seed: seed))
    peers = PeerTable(limit: peerLimit, seed: seed)
    hostPairs = PairTable(limit: pairLimit, evictsAfter: Limits.pairEviction, seed: seed)
    peerPairs = PairTable(limit: pairLimit, evictsAfter: Limits.pairEviction, seed: seed)
    resolutions = PairTable(limit: Limits.resolutions, evictsAfter: Limits.resolutionInterval, seed: seed)
    protections = PairTable(limit: Limits.protections, evictsAfter: Limits.protectionInterval, seed: seed)
    associations = SecurityAssociationTable(limit: associationLimit, seed: seed)
    ikeSPIs = NumberIndex(seed: seed)
    icmpRedirects = PairTable(limit: Limits.icmpRedirectPairs, evictsAfter: Limits.icmpRedirectInterval, seed: seed)
  }

  /// The index of a tunnel.
  @inline(__always) func tunnel(_ interface: InterfaceID) -> Int? {
    let i = Int(interface.rawValue)
    guard i < tunnelSlots.count, tunnelSlots[i] >= 0 else { return nil }
    return Int(tunnelSlots[i])
  }

  /// Whether `address` is this node's in a VRF.
  @inline(__always) func isOwn(_ address: IPAddress, fib: Int) -> Bool {
    own.find(TableKey(address, tag: UInt64(truncatingIfNeeded: fib))) >= 0
  }
}

// What ends a packet.
extension PacketPath {
  /// Counts a stop, marks the slot, and tells the sender where it must know.
  mutating func stop(
    _ batch: inout PacketBatch, _ i: Int, _ reason: DropReason, arrival: Arrival?, tunnel: Int, at now: Instant,
    _ punts: inout PuntQueue
  ) {
    drops[Int(reason.rawValue)] &+= 1
    batch.decide(i, .drop(reason))
    guard tunnels.indices.contains(tunnel) else { return }
    switch reason {
    case .ttlExceeded: answer(&batch, i, .timeExceeded, arrival: arrival, tunnel: tunnel, at: now, &punts)
    case .tooBig: answer(&batch, i, .tooBig(mtu: exceededMTU), arrival: arrival, tunnel: tunnel, at: now, &punts)
    default: return
    }
  }

  /// Replaces the packet by an ICMP error, which goes back to the host or is routed like any packet of ours.
  private mutating func answer(
    _ batch: inout PacketBatch, _ i: Int, _ kind: ICMPMessages.Kind, arrival: Arrival?, tunnel: Int, at now: Instant,
    _ punts: inout PuntQueue
  ) {
    guard let inner = try? InnerHeader.parse(batch.memory(i), verifiesChecksum: false),
      ICMPMessages.mayAnswer(batch.memory(i), inner, with: kind), let source = tunnels[tunnel].ownAddress(towards: inner.source),
      icmpErrors.take(at: now), ICMPMessages.replace(&batch, i, with: kind, about: inner, from: source, id: nextID)
    else { return }
    nextID &+= 1
    let facts = tunnels[tunnel].facts
    guard arrival != nil else { return batch.decide(i, .host(interface: facts.interface)) }
    // The error is ours now: it has no arrival, so it may return to where the packet came from.
    guard let back = try? InnerHeader.parse(batch.memory(i), verifiesChecksum: false) else { return }
    if back.isV6, back.destination.isLinkLocal {
      try? forward(&batch, i, back, facts.interface, back.destination, arrival: nil, at: now, &punts)
      return
    }
    switch way(facts.fib, back) {
    case .tunnel(let out, let nextHop):
      try? forward(&batch, i, back, out, nextHop ?? back.destination, arrival: nil, at: now, &punts)
    case .host(let interface): batch.decide(i, .host(interface: interface))
    case .discard, .shared, nil: return
    }
  }

  /// Hands bytes to the control side in place of the packet.
  mutating func punt(
    _ batch: inout PacketBatch, _ i: Int, _ kind: PuntClass, _ arrival: Arrival, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    let packet = Hint(
      kind: kind, interface: tunnels[arrival.tunnel].facts.interface, source: arrival.source, destination: arrival.destination,
      peer: arrival.protection)
    try punt(&batch, i, packet, at: now, &punts)
  }

  /// The same for a packet that arrived by no tunnel.
  mutating func punt(
    _ batch: inout PacketBatch, _ i: Int, _ packet: Hint, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    let admission = punts.admit(packet.kind, at: now)
    guard admission == .admitted else {
      refused[Int(packet.kind.rawValue)] &+= 1
      throw admission == .full ? .puntQueueFull : .puntRateLimited
    }
    punted[Int(packet.kind.rawValue)] &+= 1
    punts.push(packet.punted(batch.memory(i).prefix(.max)))
    batch.decide(i, .punted)
  }

  /// Shows the control side the beginning of a packet that goes on.
  mutating func hint(_ memory: PacketMemory, from start: Int = 0, _ packet: Hint, bytes: Int, at now: Instant, _ punts: inout PuntQueue) {
    guard punts.admit(packet.kind, at: now) == .admitted else {
      refused[Int(packet.kind.rawValue)] &+= 1
      return
    }
    punted[Int(packet.kind.rawValue)] &+= 1
    punts.push(packet.punted(Array(memory.slice(start, bytes))))
  }

  /// Copies a packet to the capture: as it is on the wire and, where it is IP, what GRE carries.
  mutating func capture(
    _ wire: PacketMemory, _ payload: PacketMemory, _ direction: CapturedPacket.Direction, _ interface: InterfaceID, protocolType: UInt16,
    at now: Instant
  ) {
    let outer = wire.ipAddresses
    let isIP = protocolType == GREProtocolType.ipv4 || protocolType == GREProtocolType.ipv6
    let inner = isIP ? try? InnerHeader.parse(payload, verifiesChecksum: false) : nil
    guard captures.wants((outer.0, outer.1, inner?.source ?? outer.0, inner?.destination ?? outer.1), on: interface) else { return }
    captures.take(wire, direction, interface, isInner: false, at: now)
    if inner != nil { captures.take(payload, direction, interface, isInner: true, at: now) }
  }
}

/// What the control side is told of a packet, besides its bytes.
struct Hint {
  var kind: PuntClass
  var interface: InterfaceID
  var source = IPAddress.anyV4
  var destination = IPAddress.anyV4
  var nextHop = IPAddress.anyV4
  var peer = ProtectionID.none
  var sourcePort: UInt16 = 0
  var destinationPort: UInt16 = 0

  func punted(_ bytes: [UInt8]) -> PuntedPacket {
    PuntedPacket(
      kind: kind, interface: interface, nbmaSource: source, nbmaDestination: destination, nextHop: nextHop,
      bytes: bytes, peer: peer, sourcePort: sourcePort, destinationPort: destinationPort)
  }
}
