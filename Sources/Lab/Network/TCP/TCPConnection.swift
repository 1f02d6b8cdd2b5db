// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// One connection (RFC 9293 §3.3.1, "transmission control block").
///
/// Its owner is an engine, until it closes or resets the connection or hears that the peer did: from then on the connection has no name,
/// says nothing to anybody, and gets across what was sent. A half-closed connection is therefore nothing an engine can meet.
struct TCPConnection: Sendable {
  /// RFC 9293 §3.3.2. CLOSE-WAIT is passed through at once: we close when the peer does.
  enum State: Sendable, Equatable {
    case synSent, synReceived, established, finWait1, finWait2, closing, lastAck, timeWait, closed
  }

  /// What a peer opened is told to the engine only when it stands.
  enum Opening: Sendable { case active, passive }

  let pair: TCPPair
  let options: StreamOptions
  let opening: Opening
  /// The engine's name; nil once it has nothing to do with the connection any more.
  var name: StreamID?
  var state: State
  /// What the owner's timer for it is set to.
  var armed: Instant?

  // MARK: Sending (SND.UNA, SND.NXT, SND.WND, SND.WL1, SND.WL2, ISS)

  let initialSequence: SequenceNumber
  var unacknowledged: SequenceNumber
  var sendNext: SequenceNumber
  /// The largest SND.NXT ever: after a timeout SND.NXT goes back.
  var sendMaximum: SequenceNumber
  var sendWindow = 0
  /// The largest window the peer ever gave (RFC 5961 §5).
  var largestWindow = 0
  var windowUpdateSequence = SequenceNumber(0)
  var windowUpdateAcknowledgement = SequenceNumber(0)
  var buffer: SendBuffer
  /// Whether a FIN follows the buffer.
  var isEnding = false
  /// Whether the engine waits to hear that all it sent has gone.
  var owesDrained = false
  var segmentBytes: Int
  var congestion: CongestionWindow
  var retransmission = RetransmissionTime()
  /// The segment whose round trip is measured: its end, and when it left.
  var measured: (end: SequenceNumber, at: Instant)?
  var handshakeTries = 0

  // MARK: Receiving (RCV.NXT)

  var receiveNext = SequenceNumber(0)
  var reassembly = ReassemblyQueue()
  var owesAcknowledgement = false
  /// Segments with data since our last acknowledgement.
  var unacknowledgedSegments = 0
  private var challengeSecond: Int64 = -1
  private var challenges = 0

  // MARK: Deadlines

  var retransmitAt: Instant?
  var acknowledgeAt: Instant?
  /// When it ends whatever happens: TIME-WAIT, or a close that takes too long.
  var endAt: Instant?
  /// When something was last acknowledged, or sending began.
  var progressAt: Instant

  init(
    _ pair: TCPPair, _ options: StreamOptions, _ opening: Opening, name: StreamID, initialSequence: SequenceNumber, mtu: Int,
    at now: Instant
  ) {
    (self.pair, self.options, self.opening, self.name) = (pair, options, opening, name)
    self.initialSequence = initialSequence
    (unacknowledged, sendNext, sendMaximum) = (initialSequence, initialSequence, initialSequence)
    state = opening == .active ? .synSent : .synReceived
    buffer = SendBuffer(first: initialSequence + 1)
    segmentBytes = TCPConnection.segmentBytes(pair, options, mtu: mtu)
    congestion = CongestionWindow(segmentBytes: segmentBytes, first: initialSequence)
    progressAt = now
  }

  /// What fits into a packet: less the headers, and less the digest where there is a key.
  private static func segmentBytes(_ pair: TCPPair, _ options: StreamOptions, mtu: Int) -> Int {
    let headers = (pair.local.isV4 ? 40 : 60) + (options.key == nil ? 0 : TCPSegment.digestOptionBytes)
    return max(TCPLimits.segmentBytesAtLeast, mtu - headers)
  }

  /// When `expire` wants to be called.
  var deadline: Instant? { [retransmitAt, acknowledgeAt, endAt].compactMap { $0 }.min() }
  /// Bytes under way.
  var inFlight: Int { max(0, unacknowledged.distance(to: sendMaximum)) }
  /// Bytes of the engine that were never sent.
  var unsentCount: Int { max(0, SequenceNumber.latest(sendMaximum, initialSequence + 1).distance(to: buffer.end)) }
  /// Whether both ends know of each other.
  var isSynchronized: Bool { state != .synSent && state != .synReceived && state != .closed }

  // MARK: The engine's wishes

  /// Begins the handshake: SYN, or the SYN-ACK that answers one.
  mutating func open(at now: Instant, _ outbox: inout TCPOutbox) {
    sendHandshake(at: now, &outbox)
  }

  /// Sends bytes behind all others; nothing is lost before the handshake is over. False when there is no room.
  mutating func send(_ bytes: [UInt8], at now: Instant, _ outbox: inout TCPOutbox) -> Bool {
    guard bytes.count <= TCPLimits.sendBufferBytes - buffer.count else { return false }
    buffer.append(bytes)
    owesDrained = true
    transmit(at: now, &outbox)
    return true
  }

  /// Closes when all is sent.
  mutating func close(at now: Instant, _ outbox: inout TCPOutbox) {
    name = nil
    guard isSynchronized else { return end() }
    finish(.finWait1, at: now, &outbox)
  }

  /// Our FIN follows what is in the buffer.
  mutating func finish(_ next: State, at now: Instant, _ outbox: inout TCPOutbox) {
    (name, isEnding, state) = (nil, true, next)
    endAt = now + TCPDefaults.closingPatience
    transmit(at: now, &outbox)
  }

  /// Closes at once, and tells the peer.
  mutating func reset(_ outbox: inout TCPOutbox) {
    if isSynchronized || state == .synReceived { sendReset(&outbox) }
    name = nil
    end()
  }

  /// The connection is gone; its engine hears why.
  mutating func fail(_ reason: StreamFailure?, _ outbox: inout TCPOutbox) {
    if let name, opening == .active || isSynchronized { outbox.events.append(.closed(name, reason)) }
    name = nil
    end()
  }

  /// Nothing is left.
  mutating func end() {
    state = .closed
    (retransmitAt, acknowledgeAt, endAt) = (nil, nil, nil)
    buffer.removeAll()
    reassembly.removeAll()
  }

  // MARK: What the path says

  /// A smaller MTU (RFC 1191, 8201): what was under way goes again in smaller segments.
  mutating func lower(mtu: Int, at now: Instant, _ outbox: inout TCPOutbox) {
    let lowered = TCPConnection.segmentBytes(pair, options, mtu: max(mtu, TCPLimits.mtuAtLeast))
    guard lowered < segmentBytes else { return }
    segmentBytes = lowered
    congestion.setSegmentBytes(lowered)
    guard isSynchronized, inFlight > 0 else { return }
    (sendNext, measured) = (unacknowledged, nil)
    transmit(at: now, &outbox)
  }

  /// The peer's MSS option, or that it sent none.
  mutating func agree(onSegmentBytes limit: UInt16?) {
    let theirs = limit.map(Int.init) ?? TCPDefaults.segmentBytes
    let digest = options.key == nil ? 0 : TCPSegment.digestOptionBytes
    segmentBytes = max(TCPLimits.segmentBytesAtLeast, min(segmentBytes, theirs - digest))
    congestion.setSegmentBytes(segmentBytes)
  }

  /// Whether a challenge may be sent now (RFC 5961 §7).
  mutating func mayChallenge(at now: Instant) -> Bool {
    if challengeSecond != now.seconds { (challengeSecond, challenges) = (now.seconds, 0) }
    challenges += 1
    return challenges <= TCPLimits.challengesPerSecond
  }
}
