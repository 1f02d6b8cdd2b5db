// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

/// One thread that moves packets: receive → `ForwardingCore` → send.
///
/// ```
///   TUN queues ──▶ outbound ─┐             ┌─▶ raw sockets (a batch a call)
///   raw sockets ─▶ inbound ──┼─▶ verdicts ─┼─▶ TUN queues
///   injected packets ────────┘             └─▶ punts, notices, captured packets ──▶ control thread
/// ```
///
/// It waits in epoll only; every wish of the control thread is an eventfd. Each worker has a core with a FIB of its own and
/// gets every change; with several workers each has its own queue of every TUN device and, of the underlay, the packets
/// whose source address leaves its number when divided by their count. So a peer is always with the same worker.
final class ForwardingWorker: @unchecked Sendable {
  // Made by the control thread and then the worker thread's alone, but for `commands` and `gate`, which are for both.

  /// Its number, counted from 0.
  let index: Int
  /// The control thread's way to it.
  let commands: Mailbox<[WorkerCommand]>
  /// What may wait for the control thread.
  let gate = PuntGate()

  let core: ForwardingCore
  let loop: EventLoop
  let reports: Mailbox<WorkerReport>
  /// Slots hold a whole IKE message with its certificates; of most slots only the first page is ever touched.
  var batch = PacketBatch(slotSize: ForwardingWorker.slotBytes)
  static let slotBytes = 16_384 + Limits.headroomBytes
  var punts = PuntQueue()
  var devices: [InterfaceID: TUNDevice] = [:]
  var sockets: [UnderlayKey: UnderlaySocket] = [:]
  var bindings: [InterfaceID: UnderlayPlace] = [:]
  /// The sockets a tunnel sends by, by interface number: what the path looks up.
  var ports: [TunnelPorts] = []
  /// The TUN queue of a tunnel, by interface number.
  var queues: [TUNDevice?] = []
  /// The open device of the lowest number.
  var anyDevice: (InterfaceID, TUNDevice)?
  var tunnels: Set<InterfaceID> = []
  var nextHops: [NextHopKey: IPAddress] = [:]
  var transitPairs: Set<TransitPair> = []
  var isCapturing = false
  /// Packets the host's stack or the underlay socket did not take.
  var lost = LostPackets()
  /// The same of sockets that are closed, and what sockets had counted at the last `clear counters`.
  var retired = [UInt64].noSocketLosses
  var cleared = [UInt64].noSocketLosses
  /// What one call sends; room kept between calls.
  var outgoing: [UnsafeRawBufferPointer] = []
  let receiveSlab = ReceiveSlab(slotSize: ForwardingWorker.slotBytes - Limits.headroomBytes)
  /// Never later than the core's own deadline, and not moved by every packet: that would be a system call each.
  var pairDeadline: Instant?

  private let startNanoseconds: Int64

  /// Makes a worker whose instants count from `startNanoseconds` of the monotonic clock.
  init(index: Int, startNanoseconds: Int64, hashSeed: UInt64, reports: Mailbox<WorkerReport>) throws(SystemError) {
    (self.index, self.startNanoseconds, self.reports) = (index, startNanoseconds, reports)
    core = ForwardingCore(hashSeed: hashSeed)
    commands = try Mailbox()
    loop = try EventLoop()
    outgoing.reserveCapacity(64)
  }

  /// Starts the thread. Nobody else touches the worker from then on.
  func start() throws(SystemError) -> WorkerThread {
    try loop.add(commands.descriptor) { [unowned self] _ in obey() }
    loop.nextDeadline = { [unowned self] in pairDeadline.map { startNanoseconds &+ $0.nanoseconds } }
    loop.onDeadline = { [unowned self] in expirePairs() }
    return try WorkerThread.start(name: "forward-\(index)") { [self] in try? loop.run() }
  }

  /// The time for the core.
  var now: Instant { Instant(nanoseconds: MonotonicClock.now() &- startNanoseconds) }

  // MARK: Commands

  private func obey() {
    var hasInjected = false
    for command in commands.takeAll().joined() {
      if case .inject(let packet) = command {
        core.inject(packet, into: &batch, at: now, &punts)
        hasInjected = true
        continue
      }
      if hasInjected { finishBatch() }
      hasInjected = false
      carryOut(command)
    }
    if hasInjected { finishBatch() }
  }

  private func carryOut(_ command: WorkerCommand) {
    switch command {
    case .change(let change): apply(change)
    case .inject: break  // `obey` gathers them
    case .device(let id, let device, let mtu): setDevice(id, device, mtu: mtu)
    case .socket(let key, let socket): setSocket(key, socket)
    case .bind(let id, let key): bind(id, to: key)
    case .count(let ticket): reports.post(.counters(worker: index, ticket: ticket, currentCounters()))
    case .resumePunts: handOver()
    case .stop: loop.stop()
    }
  }

  private func apply(_ change: DataPlaneChange) {
    switch change {
    case .tunnel(let id, let settings): if settings == nil { forget(id) } else { tunnels.insert(id) }
    case .adjacency(let id, let hop, let nbma, _): nextHops[NextHopKey(interface: id, nextHop: hop)] = nbma
    case .capture(let filter): isCapturing = filter != nil
    case .clearCounters: clearLosses()
    default: break
    }
    if let notice = core.apply(change, at: now) { reports.post(.notices([notice])) }
  }

  private func forget(_ id: InterfaceID) {
    tunnels.remove(id)
    nextHops = nextHops.filter { $0.key.interface != id }
  }

  // MARK: Devices and sockets

  private func setDevice(_ id: InterfaceID, _ device: TUNDevice?, mtu: Int) {
    if let old = devices.removeValue(forKey: id) { loop.remove(old.descriptor) }
    queues.set(id, device)
    devices[id] = device
    chooseAnyDevice()
    guard let device else { return }
    makeRoom(forMTU: mtu)
    do throws(SystemError) {
      try loop.add(device.descriptor) { [unowned self] _ in readDevice(id, device) }
    } catch {
      reports.post(.deviceLost(id, "\(error)"))
    }
  }

  func chooseAnyDevice() {
    anyDevice = devices.min { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// A slot holds the longest packet a device may hand over; the batch is empty between packets, so it can be replaced.
  private func makeRoom(forMTU mtu: Int) {
    let wanted = mtu + batch.headroom + 64
    guard wanted > batch.slotSize else { return }
    batch = PacketBatch(slotSize: wanted)
    receiveSlab.setSlotSize(batch.roomBytes)
  }

  private func setSocket(_ key: UnderlayKey, _ socket: UnderlaySocket?) {
    if let old = sockets.removeValue(forKey: key) {
      if old.receives { loop.remove(old.port.descriptor) }
      retire(old.port)
    }
    sockets[key] = socket
    for (id, bound) in bindings where bound == key.place { ports.set(id, key.kind, socket?.port) }
    guard let socket, socket.receives else { return }
    do throws(SystemError) {
      try loop.add(socket.port.descriptor) { [unowned self] _ in readUnderlay(key, socket.port) }
    } catch {
      reports.post(.socketLost(key, "\(error)"))
    }
  }

  private func bind(_ id: InterfaceID, to place: UnderlayPlace?) {
    bindings[id] = place
    for kind in UnderlayKind.allCases { ports.set(id, kind, place.flatMap { sockets[UnderlayKey(place: $0, kind: kind)]?.port }) }
  }

  // MARK: Pairs

  private func expirePairs() {
    let notices = core.expirePairs(at: now)
    pairDeadline = core.nextPairDeadline
    if !notices.isEmpty { reports.post(.notices(notices)) }
  }
}

/// A next hop of a tunnel.
struct NextHopKey: Hashable, Sendable {
  var interface: InterfaceID
  var nextHop: IPAddress
}

/// Two NBMA peers between which packets passed here.
struct TransitPair: Hashable, Comparable, Sendable {
  var source: IPAddress
  var destination: IPAddress
  static func < (a: TransitPair, b: TransitPair) -> Bool { a.source != b.source ? a.source < b.source : a.destination < b.destination }
}

/// Packets that were lost behind the core.
struct LostPackets: Sendable {
  /// The host's stack did not take it.
  var host: UInt64 = 0
  /// The tunnel has no socket now.
  var noSocket: UInt64 = 0
  /// The socket stayed full.
  var socketFull: UInt64 = 0
}

/// The sockets that a tunnel's packets leave by.
struct TunnelPorts {
  var gre: (any UnderlayPort)?
  var esp: (any UnderlayPort)?
  var ike: (any UnderlayPort)?
  var encapsulated: (any UnderlayPort)?

  @inline(__always) subscript(_ kind: UnderlayKind) -> (any UnderlayPort)? {
    get {
      switch kind {
      case .gre: gre
      case .esp: esp
      case .ike: ike
      case .encapsulated: encapsulated
      }
    }
    set {
      switch kind {
      case .gre: gre = newValue
      case .esp: esp = newValue
      case .ike: ike = newValue
      case .encapsulated: encapsulated = newValue
      }
    }
  }
}

extension [TunnelPorts] {
  /// Sets one socket of an interface.
  mutating func set(_ id: InterfaceID, _ kind: UnderlayKind, _ value: (any UnderlayPort)?) {
    while count <= Int(id.rawValue) { append(TunnelPorts()) }
    self[Int(id.rawValue)][kind] = value
  }
}

extension [TUNDevice?] {
  /// Sets the entry of an interface.
  mutating func set(_ id: InterfaceID, _ value: TUNDevice?) {
    while count <= Int(id.rawValue) { append(nil) }
    self[Int(id.rawValue)] = value
  }
}
