// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The TCP of one node of the lab: what the host's kernel is on Linux, as a value. It performs `StreamPort` with real packets, which cross
/// the node's own core like everybody's, so that loss, partition and a dead hub hit the protocols that run over it.
///
/// ```
///   StreamPort.Effect ─▶ handle ─┐                       ┌─▶ takeEvents   (StreamPort.Event, in order)
///   packet for the node ▶ receive┼─▶ TCPConnection, each ┤
///   ICMP error ─▶ receiveError ──┤                       └─▶ takePackets  (whole IPv4 or IPv6 packets, to be routed and sent)
///   time ─▶ expire ──────────────┘    nextDeadline: when `expire` wants to be called
/// ```
///
/// *Structures.* Connections lie in slots; two dictionaries find a slot by an engine's number and by the two ends. One timer a
/// connection, set to the first of its own deadlines: retransmission, delayed acknowledgement, end.
///
/// *What engines see.* After an engine's `close` or `reset`, and after `closed`, nothing more is said about a number, and it may be used
/// again at once; what is left to do (the last bytes, the FIN, TIME-WAIT) happens without an owner. When the peer closes, all that came
/// before is delivered, then `closed(id, nil)`, and our side closes too. Each `send` is followed by a `drained` once all bytes have left.
///
/// *Who is let in.* The most specific listener decides about a SYN: TTL and digest must be right, or it is dropped without a word. Without
/// a listener for the peer it is refused by a reset, as a kernel does for a closed port.
///
/// RFC 9293 (TCP), 6298 (timer), 5681, 6582, 6928 (congestion), 5961 (forged segments), 6528 (initial numbers), 2385 (MD5), 5082 (TTL),
/// 1191 and 8201 (path MTU). Left out, for no engine of ours needs them: urgent data, window scaling, timestamps, SACK, keepalives.
public struct LabTCP: Sendable {
  /// Computes MD5 over bytes and then a key (RFC 2385); sixteen bytes.
  public typealias Digest = @Sendable (_ bytes: [UInt8], _ key: SecretBytes) -> [UInt8]

  /// The MTU of the path to anybody; connections that stand keep theirs.
  public var mtu = TCPDefaults.mtu
  var slots: [TCPConnection] = []
  var freeSlots: [Int] = []
  var byName: [StreamID: Int] = [:]
  var byPair: [TCPPair: Int] = [:]
  var listeners = TCPListeners()
  var outbox: TCPOutbox
  var halfOpenCount = 0
  private var timers = TimerQueue<Int>()
  private var nextPort: UInt16
  private var nextAccepted: UInt32 = 1 << 31
  private let secret: UInt64

  /// A TCP without connections. Initial numbers and ports follow from `random`; `digest` is asked only where there are keys.
  public init(random: RandomSource, digest: @escaping Digest = { _, _ in [] }) {
    var random = random
    secret = random.next()
    nextPort = LabTCP.firstPort + UInt16(random.below(UInt64(LabTCP.portCount)))
    outbox = TCPOutbox(digest: digest)
  }

  // IANA's dynamic ports (RFC 6335 §6).
  private static let firstPort: UInt16 = 49_152
  private static let portCount = 16_384

  /// What was counted so far.
  public var counters: TCPCounters { outbox.counters }
  /// How many connections there are, those without an owner included.
  public var connectionCount: Int { byPair.count }
  /// When `expire` wants to be called next.
  public var nextDeadline: Instant? { timers.nextDeadline }
  /// Whether there is anything to take.
  public var hasOutput: Bool { !outbox.events.isEmpty || !outbox.packets.isEmpty }

  /// Takes what the engines are to be told, in order.
  public mutating func takeEvents() -> [StreamPort.Event] {
    defer { outbox.events.removeAll(keepingCapacity: true) }
    return outbox.events
  }

  /// Takes the packets to be routed and sent, in order.
  public mutating func takePackets() -> [[UInt8]] {
    defer { outbox.packets.removeAll(keepingCapacity: true) }
    return outbox.packets
  }

  // MARK: Wishes of engines

  /// Carries out a wish. `source` names the address that packets to a peer leave with; nil where no route leads there.
  public mutating func handle(_ effect: StreamPort.Effect, at now: Instant, source: (IPAddress) -> IPAddress?) {
    switch effect {
    case .listen(let port, let wanted): if !listeners.set(port, wanted) { outbox.counters.noRoom &+= 1 }
    case .connect(let name, let local, let remote, let port, let options):
      guard let local = source(remote).map({ local ?? $0 }) else { return outbox.events.append(.closed(name, .unreachable)) }
      connect(name, from: local, port: nil, to: remote, port: port, options, at: now)
    case .send(let name, let bytes): send(name, bytes, at: now)
    case .close(let name): withNamed(name) { $0.close(at: now, &$1) }
    case .reset(let name): withNamed(name) { $0.reset(&$1) }
    }
  }

  /// Opens a connection, from a port of its own unless one is given.
  package mutating func connect(
    _ name: StreamID, from local: IPAddress, port localPort: UInt16?, to remote: IPAddress, port: UInt16, _ options: StreamOptions,
    at now: Instant
  ) {
    guard local.isV4 == remote.isV4 else { return outbox.events.append(.closed(name, .unreachable)) }
    guard byName[name] == nil, let ownPort = localPort ?? freePort(local, remote, port) else { return refuse(name) }
    let pair = TCPPair(local: local, localPort: ownPort, remote: remote, remotePort: port)
    guard byPair[pair] == nil, let slot = add(pair, options, .active, name, at: now) else { return refuse(name) }
    update(slot) { $0.open(at: now, &$1) }
  }

  private mutating func refuse(_ name: StreamID) {
    outbox.counters.noRoom &+= 1
    outbox.events.append(.closed(name, .limit))
  }

  private mutating func send(_ name: StreamID, _ bytes: [UInt8], at now: Instant) {
    guard !bytes.isEmpty else { return }
    withNamed(name) { connection, outbox in
      guard !connection.send(bytes, at: now, &outbox) else { return }
      outbox.counters.noRoom &+= 1
      connection.sendReset(&outbox)
      connection.fail(.limit, &outbox)
    }
  }

  private mutating func withNamed(_ name: StreamID, _ body: (inout TCPConnection, inout TCPOutbox) -> Void) {
    guard let slot = byName[name] else {
      outbox.counters.unknownStream &+= 1
      return
    }
    update(slot, body)
  }

  // MARK: Time

  /// Runs the timers that are due; where many are, some are left, and `nextDeadline` stays at a time that has come.
  public mutating func expire(at now: Instant) {
    for _ in 0..<TCPLimits.timersPerTurn {
      guard let slot = timers.popDue(at: now) else { return }
      slots[slot].armed = nil
      update(slot) { $0.expire(at: now, &$1) }
    }
  }

  // MARK: Slots

  /// Room for a connection; nil where there is none.
  mutating func add(_ pair: TCPPair, _ options: StreamOptions, _ opening: TCPConnection.Opening, _ name: StreamID, at now: Instant) -> Int?
  {
    guard byPair.count < TCPLimits.connections else { return nil }
    let connection = TCPConnection(
      pair, options, opening, name: name, initialSequence: initialSequence(pair, at: now), mtu: mtu, at: now)
    let slot = freeSlots.popLast() ?? slots.count
    if slot == slots.count { slots.append(connection) } else { slots[slot] = connection }
    (byPair[pair], byName[name]) = (slot, slot)
    if opening == .passive { halfOpenCount += 1 }
    return slot
  }

  /// Lets `body` work on a connection, then books what became of it.
  mutating func update(_ slot: Int, _ body: (inout TCPConnection, inout TCPOutbox) -> Void) {
    let name = slots[slot].name, wasHalfOpen = slots[slot].isHalfOpen
    body(&slots[slot], &outbox)
    if wasHalfOpen, !slots[slot].isHalfOpen { halfOpenCount -= 1 }
    if let name, slots[slot].name == nil { byName[name] = nil }
    if slots[slot].state == .closed {
      byPair[slots[slot].pair] = nil
      timers.cancel(slot)
      freeSlots.append(slot)
    } else if slots[slot].armed != slots[slot].deadline {
      arm(slot)
    }
  }

  private mutating func arm(_ slot: Int) {
    slots[slot].armed = slots[slot].deadline
    if let deadline = slots[slot].deadline { timers.set(slot, at: deadline) } else { timers.cancel(slot) }
  }

  /// A number for a connection that a peer opened.
  mutating func acceptedName() -> StreamID {
    repeat { nextAccepted = nextAccepted == .max ? 1 << 31 : nextAccepted + 1 } while byName[StreamID(nextAccepted)] != nil
    return StreamID(nextAccepted)
  }

  private mutating func freePort(_ local: IPAddress, _ remote: IPAddress, _ remotePort: UInt16) -> UInt16? {
    for _ in 0..<LabTCP.portCount {
      nextPort = nextPort == .max ? LabTCP.firstPort : nextPort + 1
      let pair = TCPPair(local: local, localPort: nextPort, remote: remote, remotePort: remotePort)
      if byPair[pair] == nil, !listeners.isOpen(nextPort) { return nextPort }
    }
    return nil
  }

  /// RFC 6528 §3: a clock of 4 µs and a function of the ends that nobody else can compute.
  private func initialSequence(_ pair: TCPPair, at now: Instant) -> SequenceNumber {
    let ports = UInt64(pair.localPort) << 16 | UInt64(pair.remotePort)
    var hash = secret
    for word in [pair.local.high, pair.local.low, pair.remote.high, pair.remote.low, ports] {
      var mixed = RandomSource(seed: hash ^ word)
      hash = mixed.next()
    }
    return SequenceNumber(UInt32(truncatingIfNeeded: hash) &+ UInt32(truncatingIfNeeded: now.nanoseconds / 4_000))
  }
}

extension TCPConnection {
  /// Opened by a peer, and not yet standing.
  var isHalfOpen: Bool { opening == .passive && state == .synReceived }
}
