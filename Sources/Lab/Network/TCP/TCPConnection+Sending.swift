// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

// What leaves: the handshake, data as the windows allow, acknowledgements, and what is sent again.
extension TCPConnection {
  private var canSendData: Bool {
    switch state {
    case .established, .finWait1, .closing, .lastAck: true
    default: false
    }
  }

  /// Whether our FIN was sent and acknowledged.
  var isEndAcknowledged: Bool { isEnding && buffer.end.precedes(unacknowledged) }

  // MARK: Segments

  private func segment(_ sequence: SequenceNumber, _ flags: TCPFlags, _ payload: [UInt8] = []) -> TCPSegment {
    TCPSegment(
      pair: pair, sequence: sequence, acknowledgement: receiveNext, flags: flags, ttl: options.ttl ?? TCPDefaults.ttl, payload: payload)
  }

  private mutating func emit(_ segment: TCPSegment, at now: Instant, _ outbox: inout TCPOutbox) {
    if segment.length > 0 { book(segment, at: now, &outbox) }
    if segment.flags.contains(.ack) { (owesAcknowledgement, acknowledgeAt, unacknowledgedSegments) = (false, nil, 0) }
    outbox.send(segment, signedWith: options.key)
  }

  /// Counts what takes sequence numbers, measures it when it is new (Karn's rule, RFC 6298 §3), and waits for its acknowledgement.
  private mutating func book(_ segment: TCPSegment, at now: Instant, _ outbox: inout TCPOutbox) {
    if segment.sequence.precedes(sendMaximum) {
      outbox.counters.retransmitted &+= 1
      measured = nil
    } else if measured == nil {
      measured = (segment.end, now)
    }
    sendMaximum = .latest(sendMaximum, segment.end)
    guard retransmitAt == nil else { return }
    progressAt = now
    retransmitAt = now + retransmission.timeout
  }

  /// SYN, or SYN-ACK once the peer's SYN is here.
  mutating func sendHandshake(at now: Instant, _ outbox: inout TCPOutbox) {
    var syn = segment(initialSequence, state == .synSent ? .syn : [.syn, .ack])
    // What we take does not depend on what the peer took.
    syn.segmentBytesLimit = UInt16(clamping: segmentBytes + (options.key == nil ? 0 : TCPSegment.digestOptionBytes))
    sendNext = initialSequence + 1
    emit(syn, at: now, &outbox)
  }

  /// What the peer takes a segment without data at: never SND.NXT after it went back, for two ends that both send again would each pass
  /// over the other's acknowledgements, and be stuck.
  private var acceptableSequence: SequenceNumber {
    let edge = unacknowledged + sendWindow
    return edge.precedes(sendMaximum) ? edge : sendMaximum
  }

  mutating func sendAcknowledgement(at now: Instant, _ outbox: inout TCPOutbox) {
    emit(segment(acceptableSequence, .ack), at: now, &outbox)
  }

  /// Asks the peer whether it really meant that (RFC 5961); at a limited rate.
  mutating func challenge(at now: Instant, _ outbox: inout TCPOutbox) {
    outbox.counters.challenged &+= 1
    guard mayChallenge(at: now) else { return }
    sendAcknowledgement(at: now, &outbox)
  }

  func sendReset(_ outbox: inout TCPOutbox) {
    outbox.send(segment(sendMaximum, [.rst, .ack]), signedWith: options.key)
  }

  // MARK: Data

  /// Sends what the windows allow, then an acknowledgement where one is owed, and sets the timers.
  mutating func transmit(at now: Instant, _ outbox: inout TCPOutbox) {
    while canSendData, let segment = nextSegment() {
      sendNext = segment.end
      emit(segment, at: now, &outbox)
    }
    if owesAcknowledgement { sendAcknowledgement(at: now, &outbox) }
    // A peer without a window is asked for one (RFC 9293 §3.8.6.1).
    if canSendData, retransmitAt == nil, hasMore {
      progressAt = now
      retransmitAt = now + retransmission.timeout
    }
    tellDrained(&outbox)
  }

  /// Whether anything waits to be sent for the first time or again.
  private var hasMore: Bool { sendNext.precedes(isEnding ? buffer.end + 1 : buffer.end) }

  private func nextSegment() -> TCPSegment? {
    let waiting = sendNext.distance(to: buffer.end)
    guard waiting > 0 else {
      // A FIN does not wait for a window.
      return isEnding && waiting == 0 ? segment(sendNext, [.fin, .ack]) : nil
    }
    let usable = min(sendWindow, congestion.bytes) - unacknowledged.distance(to: sendNext)
    let count = min(segmentBytes, waiting, usable)
    guard count > 0, count == segmentBytes || count == waiting || isWorthSending(count) else { return nil }
    var flags: TCPFlags = .ack
    if count == waiting { flags.formUnion(isEnding ? [.psh, .fin] : .psh) }
    return segment(sendNext, flags, buffer.bytes(from: sendNext, limit: count))
  }

  /// The sender's part against silly windows (RFC 9293 §3.8.6.2.1): a small piece goes only if it is half of all the peer ever took,
  /// or if nothing else would make it move.
  private func isWorthSending(_ count: Int) -> Bool { count * 2 >= largestWindow || inFlight == 0 }

  private mutating func tellDrained(_ outbox: inout TCPOutbox) {
    guard owesDrained, state == .established, unsentCount == 0, let name else { return }
    owesDrained = false
    outbox.events.append(.drained(name))
  }

  /// The first unacknowledged segment once more.
  mutating func retransmitFirst(at now: Instant, _ outbox: inout TCPOutbox) {
    let bytes = buffer.bytes(from: unacknowledged, limit: min(segmentBytes, unacknowledged.distance(to: sendMaximum)))
    let isAtEnd = unacknowledged + bytes.count == buffer.end
    let hasFIN = isEnding && isAtEnd && buffer.end.precedes(sendMaximum)
    guard !bytes.isEmpty || hasFIN else { return }
    emit(segment(unacknowledged, hasFIN ? [.fin, .ack] : .ack, bytes), at: now, &outbox)
  }

  // MARK: Time

  /// Runs what is due.
  mutating func expire(at now: Instant, _ outbox: inout TCPOutbox) {
    if let due = endAt, due <= now { return endLate(&outbox) }
    if let due = retransmitAt, due <= now { retransmissionIsDue(at: now, &outbox) }
    if let due = acknowledgeAt, due <= now { sendAcknowledgement(at: now, &outbox) }
  }

  /// TIME-WAIT is over; or a closed connection could not get its last bytes across.
  private mutating func endLate(_ outbox: inout TCPOutbox) {
    if state != .timeWait, state != .finWait2 { sendReset(&outbox) }
    end()
  }

  private mutating func retransmissionIsDue(at now: Instant, _ outbox: inout TCPOutbox) {
    retransmitAt = nil
    guard isSynchronized else { return repeatHandshake(at: now, &outbox) }
    guard now - progressAt < TCPDefaults.patience else { return fail(.timedOut, &outbox) }
    // An acknowledgement that took the timer's cause away would have stopped it, so this one has a cause.
    let progress = progressAt
    outbox.counters.timeouts &+= 1
    retransmission.backOff()
    if sendWindow == 0, sendNext.distance(to: buffer.end) > 0 || inFlight > 0 { probe(at: now, &outbox) } else { goBack(at: now, &outbox) }
    if inFlight > 0 { progressAt = progress }
  }

  private mutating func repeatHandshake(at now: Instant, _ outbox: inout TCPOutbox) {
    handshakeTries += 1
    guard handshakeTries < TCPDefaults.handshakeTries else { return fail(.timedOut, &outbox) }
    retransmission.backOff()
    outbox.counters.timeouts &+= 1
    sendHandshake(at: now, &outbox)
  }

  /// One byte beyond the window: the answer says how large it is now.
  private mutating func probe(at now: Instant, _ outbox: inout TCPOutbox) {
    let bytes = buffer.bytes(from: unacknowledged, limit: 1)
    guard !bytes.isEmpty || isEnding else { return }
    emit(segment(unacknowledged, bytes.isEmpty ? [.fin, .ack] : .ack, bytes), at: now, &outbox)
  }

  /// Everything from the first unacknowledged byte on is sent again as the window opens.
  private mutating func goBack(at now: Instant, _ outbox: inout TCPOutbox) {
    congestion.timedOut(inFlight: inFlight, sent: sendMaximum)
    (sendNext, measured) = (unacknowledged, nil)
    transmit(at: now, &outbox)
  }
}
