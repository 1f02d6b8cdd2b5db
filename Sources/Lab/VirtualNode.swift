// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import IPsecCrypto
import NodeRuntime
import ProtocolKit
import Wire

/// What a node gives to the world around it.
public enum VirtualOutput: Sendable {
  /// A complete outer IPv4 packet.
  case underlay([UInt8])
  /// An inner packet for the host behind the node (its TUN would give it to the kernel).
  case host([UInt8])
  /// A word to a console.
  case reply(SessionID, ConsoleReply)
  /// A configuration to be saved; the owner answers with `.saved`.
  case save(SessionID, id: UInt32, text: String)
  /// A capture to be started, or (nil) stopped.
  case capture(name: String, CaptureRequest?)
  /// A running capture wants other packets from now on.
  case captureFilter(name: String, CaptureFilter)
  /// The node has withdrawn all it said.
  case stopped
}

/// Where packets lie while a core looks at them.
public final class PacketBench {
  var batch = PacketBatch(slots: 4, slotSize: 2_048, headroom: 128, growthLimit: 4_096)

  /// An empty bench.
  public init() {}
}

/// A node with its own forwarding core, driven by hand: packets, commands and time in, packets and answers out.
///
/// Nothing else reaches it, so the same inputs give the same node: the lab runs a thousand of them, and a recording of one
/// node's inputs (`NodeRecording`) runs it again alone.
public final class VirtualNode {
  /// The control side.
  public let node: Node
  /// The packet path.
  public let core: ForwardingCore
  /// What was given out since the owner last took it, in order.
  public private(set) var outputs: [VirtualOutput] = []
  /// Inner packets arriving from the host behind the node enter by this tunnel.
  public private(set) var tunnel = InterfaceID.none

  /// Who does the node's key jobs, and what is in the files it names.
  public var keys: VirtualKeys

  /// The kernel's TCP, for protocols that talk over it.
  public private(set) var tcp: LabTCP
  private var punts = PuntQueue()
  private let bench: PacketBench
  /// What nonces and SPIs are made of: seeded, so that a run repeats exactly.
  private var keyRandom: RandomSource
  /// Results of key jobs on their way, by the time they come.
  private var results: [(at: Instant, id: UInt64, result: KeyResult)] = []
  private var effects: [HostEffect] = []
  /// TCP segments for the node itself, out of the core.
  private var segments: [[UInt8]] = []
  /// When silent pairs are looked for; the core moves its own deadline with every packet, this one only when it has come.
  private var pairCheck: Instant?

  /// A node with nothing configured. Nodes that never run at once may share a bench.
  public init(
    seed: UInt64, journalLimit: Int = 8_192, shortcutLimit: Int = 512, pairLimit: Int = 4_096, bench: PacketBench = PacketBench(),
    keys: VirtualKeys = VirtualKeys()
  ) {
    (self.bench, self.keys) = (bench, keys)
    keyRandom = RandomSource(seed: seed).split("key jobs")
    tcp = LabTCP(random: RandomSource(seed: seed).split("tcp")) { bytes, key in HashAlgorithm.md5.digest(bytes, key.withBytes { Array($0) }) }
    node = Node(seed: seed, journalLimit: journalLimit, shortcutLimit: shortcutLimit)
    core = ForwardingCore(pairLimit: pairLimit)
  }

  /// When `expire` wants to be called next.
  public var nextDeadline: Instant? {
    Instant.earliest(Instant.earliest(node.nextDeadline, pairCheck), Instant.earliest(results.first?.at, tcp.nextDeadline))
  }

  /// Takes what was given out, in exchange for an empty array whose memory is used from now on.
  public func takeOutputs(into taken: inout [VirtualOutput]) {
    taken.removeAll(keepingCapacity: true)
    swap(&taken, &outputs)
  }

  /// Takes what was given out.
  public func takeOutputs() -> [VirtualOutput] {
    var taken: [VirtualOutput] = []
    takeOutputs(into: &taken)
    return taken
  }

  // MARK: Inputs

  /// A packet arrives from the underlay, outer header included.
  public func receive(underlay packet: [UInt8], at now: Instant) {
    bench.batch.removeAll()
    guard bench.batch.append(packet) else { return }
    core.inbound(&bench.batch, at: now, &punts)
    collect()
    if pairCheck == nil { pairCheck = core.nextPairDeadline }
    drain(now)
  }

  /// An inner packet arrives from the host behind the node.
  public func receive(inner packet: [UInt8], at now: Instant) {
    bench.batch.removeAll()
    guard bench.batch.append(packet) else { return }
    core.outbound(&bench.batch, from: tunnel, at: now, &punts)
    collect()
    drain(now)
  }

  /// Anything else happens to the node.
  public func receive(_ event: HostEvent, at now: Instant) {
    if case .request(_, let request) = event, request.readsCounters { refreshCounters(now) }
    node.handle(event, at: now, &effects)
    perform(now)
    drain(now)
  }

  /// Time has come.
  public func expire(at now: Instant) {
    if let due = pairCheck, due <= now {
      let notices = core.expirePairs(at: now)
      pairCheck = core.nextPairDeadline
      for notice in notices { node.handle(.notice(notice), at: now, &effects) }
      perform(now)
    }
    while let first = results.first, first.at <= now {
      results.removeFirst()
      node.handle(.computed(first.id, first.result), at: now, &effects)
      perform(now)
    }
    if let due = tcp.nextDeadline, due <= now { tcp.expire(at: now) }
    if let due = node.nextDeadline, due <= now {
      node.handle(.expire, at: now, &effects)
      perform(now)
    }
    drain(now)
  }

  /// Gives the node the data plane's counters, for pictures taken without a request.
  public func refreshCounters(_ now: Instant) {
    node.handle(.counters(counters), at: now, &effects)
    perform(now)
  }

  /// The picture now, counters refreshed. Taking it changes nothing that anybody else can see.
  public func picture(at now: Instant) -> NodeSnapshot {
    refreshCounters(now)
    return node.snapshot()
  }

  // MARK: Inside

  private func drain(_ now: Instant) {
    repeat {
      drainCore(now)
      exchangeStreams(now)
    } while core.hasNotices || tcp.hasOutput
  }

  /// What came for the node's own connections goes to TCP; what TCP says goes to the protocols, and its packets into the core.
  private func exchangeStreams(_ now: Instant) {
    for packet in segments { tcp.receive(packet, at: now) }
    segments.removeAll(keepingCapacity: true)
    for event in tcp.takeEvents() { node.handle(.stream(event), at: now, &effects) }
    perform(now)
    for packet in tcp.takePackets() { send(.inner(.default, bytes: packet), now) }
  }

  private func send(_ packet: InjectedPacket, _ now: Instant) {
    bench.batch.removeAll()
    core.inject(packet, into: &bench.batch, at: now, &punts)
    collect()
  }

  private func drainCore(_ now: Instant) {
    while core.hasNotices {
      for notice in core.takeNotices() { node.handle(.notice(notice), at: now, &effects) }
      perform(now)
    }
    while let punt = punts.popFirst() {
      node.handle(.punt(punt), at: now, &effects)
      perform(now)
    }
  }

  private func perform(_ now: Instant) {
    while !effects.isEmpty {
      let due = effects
      effects.removeAll(keepingCapacity: true)
      var notices: [DataPlaneNotice] = []
      for effect in due { perform(effect, now, &notices) }
      for notice in notices { node.handle(.notice(notice), at: now, &effects) }
    }
  }

  private func perform(_ effect: HostEffect, _ now: Instant, _ notices: inout [DataPlaneNotice]) {
    switch effect {
    case .dataPlane(let change):
      if case .tunnel(let id, let f) = change, f != nil, tunnel == .none { tunnel = id }
      if let notice = core.apply(change, at: now) { notices.append(notice) }
    case .inject(let packet):
      send(packet, now)
    case .stream(let effect): tcp.handle(effect, at: now) { node.sourceAddress(towards: $0) }
    case .reply(let session, let reply): outputs.append(.reply(session, reply))
    case .save(let session, let id, let text): outputs.append(.save(session, id: id, text: text))
    case .capture(let name, let request): outputs.append(.capture(name: name, request))
    case .captureFilter(let name, let filter): outputs.append(.captureFilter(name: name, filter))
    case .stopped: outputs.append(.stopped)
    case .lookUp(let name): node.handle(.nameResolved(name, []), at: now, &effects)
    case .compute(let id, let job):
      // The work is done at once; only its result takes virtual time.
      results.append((now + keys.delay, id, keys.perform(job, &keyRandom)))
    case .readMaterial(let request): node.handle(.material(request, keys.material(request)), at: now, &effects)
    case .tunnelDevice, .underlay, .kernelRoute, .routingPort, .log: break
    }
  }

  private func collect() {
    for i in 0..<bench.batch.count {
      switch bench.batch.verdict(of: i) {
      case .underlay: outputs.append(.underlay(bench.batch.packet(i)))
      case .host:
        let packet = bench.batch.packet(i)
        if LabTCP.isTCP(packet), IPPacketAddresses.destination(of: packet).map(node.owns) ?? false {
          segments.append(packet)
        } else {
          outputs.append(.host(packet))
        }
      default: break
      }
    }
    bench.batch.removeAll()
  }

  private var counters: DataPlaneCounters {
    var c = DataPlaneCounters()
    c.tunnels[tunnel] = core.tunnelCounters(tunnel).map { $0.traffic.control }
    for (nbma, traffic) in core.peers(of: tunnel) { c.peers[tunnel, default: [:]][nbma] = traffic.control }
    c.drops = zip(DropReason.allCases, core.drops).filter { $0.1 > 0 }.map { DropRow(reason: $0.0.name, packets: $0.1) }
    c.pairs = pairCounters(c.peers[tunnel]?.keys.sorted() ?? [])
    c.inboundAssociations = Dictionary(core.associationCounters.inbound.map { ($0.spi, $0.counters) }) { $0 + $1 }
    c.outboundAssociations = Dictionary(core.associationCounters.outbound.map { ($0.spi, $0.counters) }) { $0 + $1 }
    return c
  }

  /// Transit between peers, for as many as a screen can show.
  private func pairCounters(_ peers: [IPAddress]) -> [DataPlaneCounters.PairTraffic] {
    guard core.watchedPairs > 0 else { return [] }
    let shown = peers.prefix(64)
    return shown.flatMap { a in
      shown.compactMap { b in
        core.pairCounters(source: a, destination: b).map { .init(source: a, destination: b, packets: $0.packets) }
      }
    }
  }
}

extension TrafficCounters {
  var control: DataPlaneCounters.Traffic {
    DataPlaneCounters.Traffic(packetsIn: packetsIn, packetsOut: packetsOut, bytesIn: bytesIn, bytesOut: bytesOut)
  }
}

extension ConsoleRequest {
  /// Whether the answer may show counters.
  var readsCounters: Bool {
    switch self {
    case .wantSnapshot, .execute: true
    default: false
    }
  }
}
