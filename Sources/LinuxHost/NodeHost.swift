// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

/// Drives one node on Linux.
///
/// ```
///   netlink ─▶ LinkPicture ─┐                       ┌─▶ WorkerGroup ──▶ ForwardingWorker (a thread each)
///   timers, names, signals ─┼─▶ Node.handle ─effects┼─▶ TunnelDevices, Underlays (netlink, raw sockets)
///   ConsoleSessions ────────┤   (this thread)       ├─▶ ConsoleSessions ──▶ reply encoder (a thread)
///   worker reports ─────────┘                       └─▶ captures, log, saves (a thread for a save)
/// ```
///
/// The thread that calls `run` is the control thread: the node and all of this object are its alone. It waits in epoll and
/// nowhere else. What fails around a running node becomes a waiting state that is tried again; only a bad configuration or a
/// socket another node holds ends `run` at its start.
public final class NodeHost {
  enum Timer: Hashable {
    case device(String)
    case underlays
    case streams
    case routingSockets
    case watchdog
    case counters
  }

  static let retryInterval = Duration.seconds(2)

  let options: HostOptions
  let node: Node
  let loop: EventLoop
  let log: HostLog
  let workers: WorkerGroup
  let keys: KeyPool
  let devices: TunnelDevices
  let kernelRoutes: KernelRoutes
  let underlays: Underlays
  let streams: StreamPorts
  let routingSockets: RoutingSockets
  let resolver: Resolver
  let notifier = ServiceNotifier()
  let saves: Mailbox<SaveResult>
  let findings: Mailbox<[PreflightFinding]>
  let startNanoseconds: Int64
  var sessions: ConsoleSessions?
  var picture = LinkPicture()
  var timers = TimerQueue<Timer>()
  var captures: [String: OpenCapture] = [:]
  /// What the kernel calls the interfaces that routing protocols run on.
  var routingDevices: [InterfaceID: String] = [:]
  var requests = PendingRequests()
  var isStopping = false
  private let stopWishes: Mailbox<Bool>
  private let doors: Mailbox<LocalChannel>
  private let monitor: NetlinkMonitor
  private var events: [HostEvent] = []
  private var isDelivering = false
  /// Whether work is still due at the end of the loop's turn, and since when: streams are not read then.
  private var isBehind = false, behindSince: Instant?
  private var effects: [HostEffect] = []
  /// Whether the startup configuration is in force: only then the node hears of links, so that it knows their configured names.
  private var isStarted = false
  private var signals: SignalSource?

  /// Opens what a node needs of the system. `run` does the rest.
  public convenience init(_ options: HostOptions) throws {
    try self.init(options, stopWishes: Mailbox(), doors: Mailbox())
  }

  init(_ options: HostOptions, stopWishes: Mailbox<Bool>, doors: Mailbox<LocalChannel>) throws {
    (self.options, self.stopWishes, self.doors) = (options, stopWishes, doors)
    log = HostLog(options)
    loop = try EventLoop()
    monitor = try NetlinkMonitor()
    var generator = SystemRandomNumberGenerator()
    node = Node(seed: options.seed ?? generator.next())
    startNanoseconds = MonotonicClock.now()
    node.wallAtStartNanoseconds = WallClock.now()
    node.platformText = NodeHost.platformText
    workers = try WorkerGroup(count: options.workers, startNanoseconds: startNanoseconds, hashSeed: generator.next())
    keys = try KeyPool(count: max(1, WorkerThread.processorCount - 1))
    let netlink = try NetlinkRoutes()
    kernelRoutes = KernelRoutes(netlink: netlink)
    devices = TunnelDevices(workers: workers, netlink: netlink, routes: kernelRoutes)
    underlays = Underlays(workers: workers)
    streams = StreamPorts(loop: loop)
    routingSockets = RoutingSockets(loop: loop)
    resolver = try Resolver(loop: loop)
    (saves, findings) = (try Mailbox(), try Mailbox())
  }

  /// What the host says of itself (uname).
  private static var platformText: String {
    var name = utsname()
    guard uname(&name) == 0 else { return "Linux" }
    func text<T>(_ field: T) -> String { withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) } }
    return "\(text(name.sysname)) \(text(name.release)) \(text(name.machine))"
  }

  /// To be called by `main` before any thread starts: a headless node reads its signals, so no thread may be hit by them; and keys
  /// of tunnels will be in memory, which goes into no core file.
  public static func prepareProcess(_ options: HostOptions) throws(SystemError) {
    try Privileges.hardenProcess()
    Signals.ignoreBrokenPipes()
    ProcessMemory.mapLargeBlocks()
    if options.isHeadless { Signals.block([SIGTERM, SIGINT, SIGHUP]) }
  }

  // MARK: Running

  /// Runs the node until it is told to stop. The result is the process' exit status: 0, or 1 when it could not start.
  public func run() -> Int32 {
    do {
      let text = try options.configurationFile.map { try ConfigurationFile.read($0) } ?? ""
      guard keepsItsKeys(text) else { return 1 }
      options.makeSocketDirectory()
      let sessions = try ConsoleSessions(
        loop: loop, socket: ControlSocket(path: options.socketPath, group: options.socketGroup), doors: doors)
      self.sessions = sessions
      try connectParts()
      try awaitLinks()
      kernelRoutes.removeLeftovers()
      try workers.start()
      try keys.start()
      defer { tearDown() }
      guard start(text) else { return 1 }
      try sessions.open()
      notifier.ready()
      try loop.run()
      return 0
    } catch {
      log.write(.critical, "\(error)")
      return 1
    }
  }

  /// False, and said, where the configuration holds keys that others can read.
  private func keepsItsKeys(_ text: String) -> Bool {
    guard let path = options.configurationFile else { return true }
    let settings = ConfigurationLoader.load(text, file: path).settings
    guard let finding = ConfigurationFile.exposure(of: settings, in: path, level: .error) else { return true }
    say(finding)
    return false
  }

  private func connectParts() throws {
    loop.nextDeadline = { [unowned self] in nextDeadline }
    loop.onDeadline = { [unowned self] in expire() }
    loop.afterTurn = { [unowned self] in noteBacklog() }
    try loop.add(monitor.descriptor) { [unowned self] _ in readLinks() }
    try loop.receive(from: workers.reports) { [unowned self] in take($0) }
    try loop.receive(from: keys.results) { [unowned self] in if !isStopping { deliver(.computed($0.id, $0.result)) } }
    try loop.receive(from: saves) { [unowned self] in deliver(.saved($0.session, id: $0.id, failure: $0.failure)) }
    try loop.receive(from: findings) { [unowned self] in logFindings($0) }
    try loop.receive(from: stopWishes) { [unowned self] _ in stop() }
    sessions?.onRequest = { [unowned self] in take($1, from: $0) }
    sessions?.onClosed = { [unowned self] in sessionClosed($0) }
    sessions?.complain = { [unowned self] in log.write(.warning, $0) }
    devices.complain = { [unowned self] in log.write(.warning, $0) }
    kernelRoutes.complain = { [unowned self] in log.write(.warning, $0) }
    kernelRoutes.wanted = { [unowned self] in
      options.installsLearnedRoutes || devices.index(of: $0) != nil ? node.kernelRoutes(by: $0) : []
    }
    kernelRoutes.index = { [unowned self] in devices.index(of: $0) ?? picture.index(of: $0) }
    streams.deliver = { [unowned self] in if !isStopping { deliver(.stream($0)) } }
    streams.isBehind = { [unowned self] in isBehind }
    streams.complain = { [unowned self] in
      log.write(.warning, $0)
      setTimer(.streams)
    }
    routingSockets.deliver = { [unowned self] in if !isStopping { deliver(.datagram($0)) } }
    routingSockets.complain = { [unowned self] in
      log.write(.warning, $0)
      setTimer(.routingSockets)
    }
    routingSockets.linkIndex = { [unowned self] in routingDevices[$0].map { if_nametoindex($0) }.flatMap { $0 == 0 ? nil : $0 } }
    underlays.report = { [unowned self] isWaiting, text in
      log.write(isWaiting ? .warning : .notice, text)
      if isWaiting { setTimer(.underlays) }
    }
    if options.isHeadless { try readSignals() }
  }

  /// A signal asks the node to stop; the terminal going away (SIGHUP) is nothing to a node without one.
  private func readSignals() throws(SystemError) {
    let source = try SignalSource([SIGTERM, SIGINT, SIGHUP])
    signals = source
    try loop.add(source.descriptor) { [unowned self] _ in
      while let number = source.next() { if number != SIGHUP { stop() } }
    }
  }

  /// Turns until the kernel has said all it has: the node then starts with what is there and not with waiting states.
  private func awaitLinks() throws(SystemError) {
    let end = MonotonicClock.now() + 5_000_000_000
    while !picture.isComplete, MonotonicClock.now() < end { try loop.turn(timeoutMilliseconds: 100) }
  }

  /// Puts the startup configuration in force. False when it is refused: every finding is said first.
  private func start(_ text: String) -> Bool {
    deliver(.startup(text: text, file: options.configurationFile ?? "startup-config"))
    for finding in node.startupDiagnostics { say(finding) }
    guard !node.startupDiagnostics.contains(where: { $0.level == .error }) else { return false }
    isStarted = true
    tellLinks()
    runPreflight()
    if notifier.watchdogIntervalMicroseconds != nil { setTimer(.watchdog) }
    return true
  }

  private func say(_ finding: ConfigurationDiagnostic) {
    let severity: Severity =
      switch finding.level {
      case .error: .error
      case .warning: .warning
      case .notActedOn: .informational
      }
    log.write(severity, finding.located)
  }

  /// Begins to stop: the node withdraws, and ends the loop with its last effect.
  func stop() {
    guard !isStopping else { return }
    isStopping = true
    notifier.stopping()
    deliver(.stop)
  }

  private func tearDown() {
    sessions?.close()
    devices.closeAll()
    workers.stop()
    keys.stop()
    captures = [:]
  }

  // MARK: Events

  /// The time for the node.
  var now: Instant { Instant(nanoseconds: MonotonicClock.now() - startNanoseconds) }

  /// Gives the node an event and carries out what it wants. What comes up meanwhile waits its turn.
  func deliver(_ event: HostEvent) {
    events.append(event)
    guard !isDelivering else { return }
    isDelivering = true
    var next = 0
    while next < events.count {
      effects.removeAll(keepingCapacity: true)
      node.handle(events[next], at: now, &effects)
      next += 1
      perform(effects)
    }
    events.removeAll(keepingCapacity: true)
    isDelivering = false
  }

  private func readLinks() {
    do throws(SystemError) {
      try monitor.readEvents { event in
        guard case .link(let row) = event else { return picture.take(event) }
        let wasUp = picture.isUp(row.index)
        picture.take(event)
        if row.isUp, !wasUp { kernelRoutes.reinstall(on: row.name) }
      }
    } catch {
      log.write(.error, "\(error)")
    }
    if isStarted { tellLinks() }
  }

  private func tellLinks() {
    for event in picture.changes() { deliver(event) }
    if underlays.isWaiting { underlays.retry() }
    routingSockets.linksChanged()
  }

  // MARK: Time

  private var nextDeadline: Int64? {
    let own = [node.nextDeadline, timers.nextDeadline].compactMap { $0.map { startNanoseconds + $0.nanoseconds } }
    return (own + [streams.nextDeadline].compactMap { $0 }).min()
  }

  private func expire() {
    while let timer = timers.popDue(at: now) { fired(timer) }
    streams.expire()
    if let due = node.nextDeadline, due <= now { deliver(.expire) }
  }

  /// At the end of each turn: work that is due still, after a slice of it, is done before streams are read again. So all that are ready are
  /// read in one turn or none is, and what came while the process stood still is read before a timer judges it. A node that does not catch
  /// up within a second hears its peers once all the same: they would take silence for death.
  private func noteBacklog() {
    guard let due = node.nextDeadline, due <= now else { return (isBehind, behindSince) = (false, nil) }
    let since = behindSince ?? now
    isBehind = now - since < .seconds(1)
    behindSince = isBehind ? since : nil
  }

  func setTimer(_ timer: Timer) {
    guard !timers.isSet(timer) else { return }
    timers.set(timer, at: now + interval(of: timer))
  }

  private func interval(of timer: Timer) -> Duration {
    switch timer {
    case .device, .underlays, .streams, .routingSockets: Self.retryInterval
    // Twice as often as asked, as sd_watchdog_enabled(3) advises.
    case .watchdog: .microseconds(Int64(clamping: (notifier.watchdogIntervalMicroseconds ?? 2_000_000) / 2))
    case .counters: PendingRequests.patience
    }
  }

  private func fired(_ timer: Timer) {
    switch timer {
    case .device(let name): answerDevice(name, devices.retry(name))
    case .underlays:
      underlays.retry()
      if underlays.isWaiting { setTimer(.underlays) }
    case .streams:
      streams.retry()
      if streams.isWaiting { setTimer(.streams) }
    case .routingSockets:
      routingSockets.retry()
      if routingSockets.isWaiting { setTimer(.routingSockets) }
    case .watchdog:
      notifier.watchdog()
      setTimer(.watchdog)
    case .counters: countersAreLate()
    }
  }
}
