// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import IKE
import Interfaces
import NHRP
import ODR
import ProtocolKit
import RIP
import Routing
import Wire

/// A DMVPN node: a pure function of configuration, clock, packets and randomness.
///
/// ```
///   HostEvent ──▶ handle ──▶ engines ──▶ routes (RIB) ──▶ data plane changes ──▶ [HostEffect]
///                   │            ▲ │
///                   │            └─┴── outputs of one are inputs of another, in order
///                   └──▶ journal ──▶ shortcut tracker, snapshots, consoles
/// ```
///
/// No thread and no loop of its own: the host (Linux, or the lab with a thousand of them) calls `handle` for every event and
/// whenever `nextDeadline` has come, and carries the effects out in order. Not Sendable.
public final class Node {
  /// What is configured and in force.
  public internal(set) var settings = NodeSettings()
  /// The time of the event being handled.
  public internal(set) var now = Instant.start
  /// Everything that happened.
  public internal(set) var journal: Journal
  /// Wall time at the node's start, nanoseconds since 1970; 0 in virtual time, where logs show the time since the start.
  public var wallAtStartNanoseconds: Int64 = 0
  /// What there is to say of the startup configuration.
  public internal(set) var startupDiagnostics: [ConfigurationDiagnostic] = []
  /// What the host said of itself, for `show version`.
  public var platformText = "virtual"

  var table = RoutingTable()
  var nhrp: NHRPEngine
  var ike = IKEEngine()
  var rip: RIPEngine
  var odr = ODREngine()
  var bgp = BGPEngine()
  var routing = RoutingState()
  var tracks = TrackTable()
  var protection = ProtectionState()
  var announcements = AnnouncementState()
  var tracker: ShortcutTracker
  var counters = DataPlaneCounters()
  var interfaceIDs: [String: InterfaceID] = [:]
  var interfaceNames: [InterfaceID: String] = [:]
  var hostInterfaces: [String: HostInterface] = [:]
  var hostRoutes: Set<HostRoute> = []
  var tunnels: [InterfaceID: TunnelState] = [:]
  var installedStatics: [Route] = []
  var refusedStatics: [IPPrefix: IPAddress] = [:]
  var tunnelByNBMA: [IPAddress: IPAddress] = [:]
  var sessions: [SessionID: Session] = [:]
  var probes = ProbeTable()
  var keepalives = KeepaliveTable()
  var reportBudget = ReportBudget()
  /// Next hop servers that refused a step report.
  var serversWithoutReports: Set<IPAddress> = []
  var captures: [String: CaptureState] = [:]
  var operators = OperatorState()
  var isStopping = false
  var effects: [HostEffect] = []
  var mismatches: Set<InterfaceID> = []
  /// Prefixes NHRP itself just touched: their changes are no news to it.
  var ownRouteChanges: Set<IPPrefix> = []

  private var nhrpRandom: RandomSource
  private var ikeRandom: RandomSource
  private var ripRandom: RandomSource
  private var odrRandom: RandomSource
  private var bgpRandom: RandomSource
  /// When each engine wants to be called, as it was after its last turn: to ask an engine that lies in a class copies all of it.
  private var due = EngineDeadlines()
  private var queue: [(input: EngineInput, cause: EventID)] = []

  /// A node with nothing configured. Equal seeds and events give equal journals. `journalLimit` records are kept (96 bytes each).
  public init(seed: UInt64, journalLimit: Int = 8_192, shortcutLimit: Int = 512) {
    let source = RandomSource(seed: seed)
    nhrpRandom = source.split("nhrp")
    ikeRandom = source.split("ike")
    ripRandom = source.split("rip")
    odrRandom = source.split("odr")
    bgpRandom = source.split("bgp")
    rip = RIPEngine(digests: .openSSL)
    var first = source.split("request ids")
    nhrp = NHRPEngine(firstRequestID: UInt32(truncatingIfNeeded: first.next() & 0xffff))
    journal = Journal(limit: journalLimit)
    tracker = ShortcutTracker(limit: shortcutLimit)
  }

  /// When `handle(.expire)` wants to be called next.
  public var nextDeadline: Instant? {
    if table.hasChanges { return now }
    return Instant.earliest(due.first, Instant.earliest(tracks.nextDeadline, Instant.earliest(probes.nextDeadline, keepalives.nextDeadline)))
  }

  /// Handles one event at `time`, which never runs backwards; what shall be done is appended to `out`, in order.
  public func handle(_ event: HostEvent, at time: Instant, _ out: inout [HostEffect]) {
    now = max(now, time)
    // What was decided between events (the startup configuration) goes out first.
    let waiting = effects
    effects = []
    swap(&effects, &out)
    effects += waiting
    process(event)
    settle()
    swap(&effects, &out)
  }

  private func process(_ event: HostEvent) {
    switch event {
    case .startup(let text, let file):
      enqueue(ike: .wallClock(startSeconds: wallAtStartNanoseconds / 1_000_000_000))
      enqueue(rip: .wallClock(secondsAtStart: wallAtStartNanoseconds / 1_000_000_000))
      startupDiagnostics = load(startup: text, file: file)
    case .expire:
      expireProtocols()
      expireProbes()
      expireKeepalives()
    case .punt(let packet): take(packet)
    case .notice(.usage(let id, let hop, let packets)): enqueue(.usage(id, nextHop: hop, packets: packets))
    case .notice(.pairIdle(let id, let source, let destination, let packets)): pairIdle(id, source, destination, packets)
    case .notice(let notice): enqueue(ike: .notice(notice))
    case .counters(let new): countersCame(new)
    case .interface(let interface): hostInterfaceChanged(interface)
    case .hostRoute(let route, let isPresent): hostRouteChanged(route, isPresent: isPresent)
    case .tunnelDevice(let name, let failure): tunnelDeviceAnswered(name, failure)
    case .nameResolved(let name, let addresses): enqueue(.nameResolved(name, addresses))
    case .request(let session, let request): serve(request, session)
    case .sessionClosed(let session): closeSession(session)
    case .computed(let id, let result): enqueue(ike: .computed(id, result))
    case .material(let request, let material): materialCame(request, material)
    case .datagram(let event): took(event)
    case .stream(let event):
      debug(event)
      enqueue(bgp: .stream(event))
    case .saved(let session, let id, let failure): saveAnswered(session, id, failure)
    case .captureEnded(let name, let failure): captureEnded(name, failure)
    case .stop: stop()
    }
  }

  // MARK: The queue

  func enqueue(_ input: NHRPEngine.Input, because cause: EventID = .none) { queue.append((.nhrp(input), cause)) }
  func enqueue(ike input: IKEEngine.Input, because cause: EventID = .none) { queue.append((.ike(input), cause)) }
  func enqueue(odr input: ODREngine.Input, because cause: EventID = .none) { queue.append((.odr(input), cause)) }
  func enqueue(bgp input: BGPEngine.Input, because cause: EventID = .none) { queue.append((.bgp(input), cause)) }
  func enqueue(rip input: RIPEngine.Input, because cause: EventID = .none) { queue.append((.rip(input), cause)) }

  /// Runs engines and routes until nothing is left to do: outputs of the one are inputs of the other.
  func settle() {
    var rounds = 0
    routing.changesTaken = 0
    while rounds < 64 {
      rounds += 1
      while !queue.isEmpty {
        let batch = queue
        queue.removeAll(keepingCapacity: true)
        for (input, cause) in batch { give(input, cause) }
      }
      applyRouteChanges()
      if followTracks() { continue }
      if queue.isEmpty { return }
    }
  }

  private func give(_ input: EngineInput, _ cause: EventID) {
    switch input {
    case .nhrp(let input): runNHRP(cause) { $0.handle(input, &$1) }
    case .ike(let input): runIKE(cause) { $0.handle(input, &$1) }
    case .rip(let input): runRIP(cause) { $0.handle(input, &$1) }
    case .odr(let input): runODR(cause) { $0.handle(input, &$1) }
    case .bgp(let input): runBGP(cause) { $0.handle(input, &$1) }
    }
  }

  private func isDue(_ deadline: Instant?) -> Bool { deadline.map { $0 <= now } ?? false }

  private func expireProtocols() {
    if isDue(due.nhrp) { runNHRP(.none) { $0.expire(&$1) } }
    if isDue(due.ike) { runIKE(.none) { $0.expire(&$1) } }
    if isDue(due.rip) { runRIP(.none) { $0.expire(&$1) } }
    if isDue(due.odr) { runODR(.none) { $0.expire(&$1) } }
    if isDue(due.bgp) { runBGP(.none) { $0.expire(&$1) } }
  }

  private func runNHRP(_ cause: EventID, _ body: (inout NHRPEngine, inout Turn<NHRPEngine.Output>) -> Void) {
    let (outputs, records) = turn(&nhrp, &nhrpRandom, &due.nhrp, cause, body)
    for r in records { write(r) }
    for (output, cause) in outputs { perform(output, cause) }
  }

  func runIKE(_ cause: EventID, _ body: (inout IKEEngine, inout Turn<IKEEngine.Output>) -> Void) {
    let (outputs, records) = turn(&ike, &ikeRandom, &due.ike, cause, body)
    for r in records { write(r) }
    for (output, cause) in outputs { perform(output, cause) }
  }

  private func runRIP(_ cause: EventID, _ body: (inout RIPEngine, inout Turn<RIPEngine.Output>) -> Void) {
    let (outputs, records) = turn(&rip, &ripRandom, &due.rip, cause, body)
    for r in records { write(r) }
    for (output, cause) in outputs { perform(output, cause) }
  }

  private func runODR(_ cause: EventID, _ body: (inout ODREngine, inout Turn<ODREngine.Output>) -> Void) {
    let (outputs, records) = turn(&odr, &odrRandom, &due.odr, cause, body)
    for r in records { write(r) }
    for (output, cause) in outputs { perform(output, cause) }
  }

  private func runBGP(_ cause: EventID, _ body: (inout BGPEngine, inout Turn<BGPEngine.Output>) -> Void) {
    let (outputs, records) = turn(&bgp, &bgpRandom, &due.bgp, cause, body)
    for r in records { write(r) }
    for (output, cause) in outputs { perform(output, cause) }
  }

  /// One turn of an engine. The routes it was lent are given back before anything changes them.
  private func turn<E: Engine>(
    _ engine: inout E, _ random: inout RandomSource, _ due: inout Instant?, _ cause: EventID, _ body: (inout E, inout Turn<E.Output>) -> Void
  ) -> ([(output: E.Output, cause: EventID)], [JournalRecord]) {
    var turn = Turn<E.Output>(now: now, cause: cause, random: random, routes: table, firstRecord: journal.nextNumber)
    body(&engine, &turn)
    (random, due) = (turn.random, engine.nextDeadline)
    return (turn.outputs, turn.records)
  }

  // MARK: The journal

  /// Writes a record of the node itself.
  @discardableResult
  func record(_ record: JournalRecord, because cause: EventID = .none) -> EventID {
    var r = record
    (r.number, r.at, r.cause) = (journal.nextNumber, now, cause)
    write(r)
    return r.number
  }

  private func write(_ r: JournalRecord) {
    journal.append(r)
    track(r)
    announce(r)
  }

  /// Names and words for this node's records.
  public var textOfRecords: JournalText { journalText }

  private(set) lazy var journalText = {
    var text = JournalText(interfaceName: { [unowned self] in self.name(of: $0) }, peerName: { [unowned self] in self.nameOfEnd($0) })
    text.usesIKEv1 = { [unowned self] in self.settings.usesIKEv1(self.name(of: $0)) }
    return text
  }()

  /// What a peer is called: `ip host`, else its address; this node by its own name.
  func peerName(_ address: IPAddress) -> String {
    if let name = settings.name(of: address) { return name }
    let isOwn = tunnels.values.contains { $0.forwarding.addresses.contains(address) }
    return isOwn ? settings.hostname : address.description
  }

  // MARK: Interfaces by number

  func id(of name: String) -> InterfaceID {
    if let id = interfaceIDs[name] { return id }
    let id = InterfaceID(UInt16(clamping: interfaceIDs.count + 1))
    interfaceIDs[name] = id
    interfaceNames[id] = name
    return id
  }

  func name(of id: InterfaceID) -> String { interfaceNames[id] ?? "-" }

  // MARK: Stopping

  private func stop() {
    guard !isStopping else { return }
    isStopping = true
    let id = record(JournalRecord(.nodeStopping))
    enqueue(rip: .stopping, because: id)
    enqueue(odr: .stopping, because: id)
    enqueue(bgp: .stopping, because: id)
    settle()
    enqueue(.stopping, because: id)
    settle()
    // What NHRP takes back still leaves under the associations that end now.
    enqueue(ike: .stopping, because: id)
    settle()
    removeKernelRoutes()
    for id in sessions.keys.sorted() { effects.append(.reply(id, .goodbye(reason: "the node stops"))) }
    effects.append(.stopped)
  }
}

/// An input of one of the engines, in the order in which it was caused.
enum EngineInput {
  case nhrp(NHRPEngine.Input)
  case ike(IKEEngine.Input)
  case rip(RIPEngine.Input)
  case odr(ODREngine.Input)
  case bgp(BGPEngine.Input)
}

/// When each engine of a node wants to be called next.
struct EngineDeadlines {
  var nhrp, ike, rip, odr, bgp: Instant?

  var first: Instant? { Instant.earliest(nhrp, Instant.earliest(ike, Instant.earliest(rip, Instant.earliest(odr, bgp)))) }
}

/// What the node keeps of one tunnel that is in force.
struct TunnelState {
  var forwarding = TunnelForwarding()
  var underlay: UnderlayBinding?
  var device: TunnelDevice?
  var deviceFailure: String?
  var isUp = false
  var downReason: String?
  var since = Instant.start
  var waitingSince: Instant?
  /// The networks of its addresses.
  var connected: [IPPrefix] = []
  var fallback: [IPAddress] = []
  var adjacencies: [IPAddress: IPAddress] = [:]
}
