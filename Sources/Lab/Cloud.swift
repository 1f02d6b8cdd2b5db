// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import NodeRuntime
import ProtocolKit
import Wire

/// A whole DMVPN cloud in one process: nodes, the hosts behind them, the internet between them, on one clock.
///
/// ```
///   FlowGenerator ──▶ LabHost ──▶ VirtualNode ──▶ Underlay (links, NAT, loss) ──▶ VirtualNode ──▶ LabHost
///                                      ▲                                              │
///                                      └───────────────── answers ◀──────────────────┘
/// ```
///
/// One queue of events, ordered by time and insertion. The clock is virtual; `run(until:)` lets a caller follow real time.
/// The same topology, seed and flows give the same journals, in any process.
public final class Cloud {
  enum Event {
    case start(Int)
    case packet(Delivery)
    case timer(Int)
    case flow(FlowID)
    case nextFlow
    case action(Int)
  }

  /// The plan of the cloud.
  public private(set) var topology: LabTopology
  /// The internet between the nodes.
  public var underlay: Underlay
  /// The nodes, in the topology's order.
  public private(set) var nodes: [VirtualNode] = []
  /// What became of the hosts' packets.
  public var ledger: FlowLedger
  /// The virtual time.
  public private(set) var now = Instant.start
  /// Called for every reply of a node to a console session.
  public var onReply: ((Int, SessionID, ConsoleReply) -> Void)?
  /// Called after each event that made a node write journal records.
  public var onRecords: ((Int, [JournalRecord]) -> Void)?
  /// Called for every packet a node puts on the underlay.
  public var onUnderlay: ((Int, [UInt8], Instant) -> Void)?
  /// Called for every input of a node: recordings hang here.
  public var onInput: ((Int, NodeInput, Instant) -> Void)?

  var hosts: [LabHost] = []
  var stacks: [LabHost] = []
  private var queue = EventQueue<Event>(capacity: 4_096)
  private var timers: [Instant?] = []
  private var seen: [UInt64] = []
  private var random: RandomSource
  private var deliveries: [Delivery] = []
  private var flows: FlowGenerator?
  private var pendingFlow: FlowSpec?
  private var actions: [(Cloud) -> Void] = []
  /// Arrays that lend their memory to what nodes give out; as many as inputs are nested.
  private var spareOutputs: [[VirtualOutput]] = []
  private let bench = PacketBench()
  /// Rows of shortcuts a node of the lab keeps.
  static let shortcutLimit = 256
  private let seed: UInt64
  private let keys: VirtualKeys
  private let journalLimit: Int
  private var isStarted: [Bool] = []
  private var restarts: UInt64 = 0
  var captures: [Int: [String: LabCapture]] = [:]

  /// A cloud whose nodes are not started yet. Spokes start within `spread` of the hubs.
  ///
  /// `keys` does their key jobs: the real provider, or for large clouds the deterministic one.
  public init(
    _ topology: LabTopology, seed: UInt64, spread: Duration = .seconds(1), journalLimit: Int = 8_192, keys: VirtualKeys = VirtualKeys()
  ) {
    (self.topology, self.seed, self.journalLimit, self.keys) = (topology, seed, journalLimit, keys)
    underlay = topology.makeUnderlay()
    ledger = FlowLedger()
    random = RandomSource(seed: seed).split("cloud")
    for i in topology.nodes.indices { add(i, startingWithin: i < topology.hubCount ? .zero : spread) }
  }

  private func add(_ i: Int, startingWithin spread: Duration) {
    nodes.append(newNode(seed: self.seed(of: i)))
    hosts.append(topology.makeHost(i))
    stacks.append(topology.makeStack(i))
    timers.append(nil)
    seen.append(0)
    isStarted.append(false)
    queue.push(.start(i), at: now + .nanoseconds(Int64(random.below(UInt64(max(1, spread.nanoseconds))))))
  }

  private func newNode(seed: UInt64) -> VirtualNode {
    VirtualNode(seed: seed, journalLimit: journalLimit, shortcutLimit: Cloud.shortcutLimit, bench: bench, keys: keys)
  }

  /// Adds one more spoke, which starts at once, and gives its index; nil when the plan has no more addresses.
  public func addSpoke(link: LinkSettings = LinkSettings()) -> Int? {
    guard let i = topology.addSpoke(link: link) else { return nil }
    underlay.attach(topology.nodes[i])
    add(i, startingWithin: .zero)
    return i
  }

  /// Hosts send the flows of `generator` from now on.
  public func send(_ generator: FlowGenerator) {
    flows = generator
    scheduleNextFlow()
  }

  /// Hosts send one flow; gives its number.
  @discardableResult
  public func send(_ spec: FlowSpec) -> FlowID {
    let id = ledger.open(spec)
    queue.push(.flow(id), at: max(now, spec.start))
    return id
  }

  /// Does something at a time: kills a hub, cuts a link.
  public func at(_ time: Instant, _ action: @escaping (Cloud) -> Void) {
    actions.append(action)
    queue.push(.action(actions.count - 1), at: time)
  }

  /// The time of the next event; nil when nothing will ever happen.
  public var nextTime: Instant? { queue.nextTime }

  /// Runs every event up to `end`; the clock stands at `end` afterwards. Stops early at `limit` events and says so.
  @discardableResult
  public func run(until end: Instant, limit: Int = .max) -> Bool {
    var left = limit
    while left > 0, let (time, event) = queue.popFirst(notAfter: end) {
      now = max(now, time)
      handle(event)
      left -= 1
    }
    if left > 0 { now = max(now, end) }
    return left > 0
  }

  private func handle(_ event: Event) {
    switch event {
    case .start(let i): start(i)
    case .packet(let d):
      guard isStarted[d.to] else { return }
      if topology.protection == .none { ledger.noteCrossing(d.packet) }
      input(d.to, .underlay(d.packet))
    case .timer(let i):
      guard timers[i] == now || (timers[i].map { $0 < now } ?? false) else { return }
      timers[i] = nil
      guard isStarted[i] else { return }
      input(i, .expire)
    case .flow(let id): sendPacket(of: id)
    case .nextFlow:
      if let spec = pendingFlow { send(spec) }
      scheduleNextFlow()
    case .action(let n): actions[n](self)
    }
  }

  private func scheduleNextFlow() {
    pendingFlow = flows?.next()
    if let spec = pendingFlow { queue.push(.nextFlow, at: max(now, spec.start)) }
  }

  private func sendPacket(of id: FlowID) {
    guard let spec = ledger.spec(of: id), let (packet, next) = ledger.nextPacket(of: id, at: now) else { return }
    if let next { queue.push(.flow(id), at: next) }
    enter(packet, at: spec.sourceNode)
  }

  // MARK: Nodes

  private func start(_ i: Int) {
    isStarted[i] = true
    for event in startEvents(i) { input(i, .event(event)) }
  }

  /// What a node is told first: its configuration, then its host system's interfaces and routes.
  public func startEvents(_ i: Int) -> [HostEvent] {
    [.startup(text: topology.configuration(of: i), file: topology.nodes[i].name)]
      + topology.hostInterfaces(of: i).map { .interface($0) } + topology.hostRoutes(of: i).map { .hostRoute($0, isPresent: true) }
  }

  /// The seed node `i` was made with.
  public func seed(of i: Int) -> UInt64 { seed &* 1_000_003 &+ UInt64(i) }

  /// Takes a node off: nothing reaches it, it says nothing, as after a power cut.
  public func kill(_ i: Int) {
    isStarted[i] = false
    timers[i] = nil
    underlay.setLink(i, isUp: false)
  }

  /// Lets a killed node run on with what it knew.
  public func revive(_ i: Int) {
    isStarted[i] = true
    underlay.setLink(i, isUp: true)
    reschedule(i)
  }

  /// Switches a node off and on: it begins with its file, and knows nothing of before.
  public func restart(_ i: Int) {
    restarts += 1
    for name in captures[i]?.keys.sorted() ?? [] { capture(i, name, nil) }
    nodes[i] = newNode(seed: self.seed(of: i) &+ restarts << 32)
    (timers[i], seen[i], isStarted[i]) = (nil, 0, false)
    underlay.setLink(i, isUp: true)
    queue.push(.start(i), at: now)
  }

  /// Gives a node one input now and carries out what follows.
  public func input(_ i: Int, _ input: NodeInput) {
    tell(i, input)
    carryOut(i)
  }

  private func tell(_ i: Int, _ input: NodeInput) {
    onInput?(i, input, now)
    input.apply(to: nodes[i], at: now)
  }

  private func carryOut(_ i: Int) {
    var outputs = spareOutputs.popLast() ?? []
    var rounds = 0
    while rounds < 1_000 {
      nodes[i].takeOutputs(into: &outputs)
      if outputs.isEmpty { break }
      rounds += 1
      for output in outputs { carryOut(output, i) }
    }
    spareOutputs.append(outputs)
    reschedule(i)
    drainCaptures(i)
    report(i)
  }

  private func carryOut(_ output: VirtualOutput, _ i: Int) {
    switch output {
    case .underlay(let packet): transmit(packet, from: i)
    case .host(let packet): deliver(packet, at: i)
    case .reply(let session, let reply): onReply?(i, session, reply)
    case .save(let session, let id, _): tell(i, .event(.saved(session, id: id, failure: "a node of the lab has no file")))
    case .capture(let name, let request): capture(i, name, request)
    case .captureFilter(let name, let filter): captures[i]?[name]?.filter = filter
    case .stopped: isStarted[i] = false
    }
  }

  private func transmit(_ packet: [UInt8], from i: Int) {
    onUnderlay?(i, packet, now)
    deliveries.removeAll(keepingCapacity: true)
    underlay.send(packet, from: i, at: now, random: &random, into: &deliveries)
    for d in deliveries { queue.push(.packet(d), at: d.at) }
  }

  private func reschedule(_ i: Int) {
    guard let due = nodes[i].nextDeadline, timers[i].map({ due < $0 }) ?? true else { return }
    timers[i] = due
    queue.push(.timer(i), at: max(now, due))
  }

  private func report(_ i: Int) {
    guard let onRecords else { return }
    let journal = nodes[i].node.journal
    let new = Int(clamping: journal.count - seen[i])
    guard new > 0 else { return }
    seen[i] = journal.count
    onRecords(i, journal.newest(new))
  }
}

/// One input of a node: with its configuration and seed, all it ever learns.
public enum NodeInput: Sendable, Equatable {
  /// An outer packet arrived.
  case underlay([UInt8])
  /// An inner packet came from the host behind the node.
  case inner([UInt8])
  /// Time came.
  case expire
  /// Anything else: configuration, interfaces, commands.
  case event(HostEvent)

  /// Gives it to a node.
  public func apply(to node: VirtualNode, at now: Instant) {
    switch self {
    case .underlay(let packet): node.receive(underlay: packet, at: now)
    case .inner(let packet): node.receive(inner: packet, at: now)
    case .expire: node.expire(at: now)
    case .event(let event): node.receive(event, at: now)
    }
  }
}
