// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

// What comes in, in the order of RFC 9293 §3.10.7, with the caution of RFC 5961.
extension TCPConnection {
  /// Takes a segment that `options` let in.
  mutating func receive(_ segment: TCPSegment, at now: Instant, _ outbox: inout TCPOutbox) {
    switch state {
    case .closed: return
    case .synSent: receiveInSynSent(segment, at: now, &outbox)
    default: receiveInOrder(segment, at: now, &outbox)
    }
  }

  // MARK: SYN-SENT (§3.10.7.3)

  private mutating func receiveInSynSent(_ segment: TCPSegment, at now: Instant, _ outbox: inout TCPOutbox) {
    let acknowledges = segment.flags.contains(.ack)
    if acknowledges, !isOurs(segment.acknowledgement) {
      // The peer still has a connection that we no longer know: this ends it there.
      if !segment.flags.contains(.rst) { refuse(segment, &outbox) }
      return
    }
    if segment.flags.contains(.rst) {
      guard acknowledges else { return }
      outbox.counters.resetsIn &+= 1
      return fail(.reset, &outbox)
    }
    guard segment.flags.contains(.syn) else { return }
    meet(segment)
    guard acknowledges else {
      // Both began at once (§3.5, figure 8).
      state = .synReceived
      return sendHandshake(at: now, &outbox)
    }
    establish(segment, at: now, &outbox)
    owesAcknowledgement = true
    transmit(at: now, &outbox)
  }

  /// Takes over what the peer's SYN says.
  mutating func meet(_ syn: TCPSegment) {
    receiveNext = syn.sequence + 1
    agree(onSegmentBytes: syn.segmentBytesLimit)
    takeWindow(syn)
  }

  private func isOurs(_ acknowledgement: SequenceNumber) -> Bool {
    unacknowledged.precedes(acknowledgement) && !sendMaximum.precedes(acknowledgement)
  }

  private func refuse(_ segment: TCPSegment, _ outbox: inout TCPOutbox) {
    outbox.send(segment.resetAnswer(ttl: options.ttl), signedWith: options.key)
  }

  private mutating func establish(_ segment: TCPSegment, at now: Instant, _ outbox: inout TCPOutbox) {
    if handshakeTries > 0 { retransmission.lostHandshake() }
    state = .established
    advance(to: segment.acknowledgement, at: now)
    takeWindow(segment)
    guard let name else { return }
    switch opening {
    case .active: outbox.events.append(.connected(name, local: pair.local, localPort: pair.localPort))
    case .passive: outbox.events.append(.accepted(name, local: pair.local, remote: pair.remote, remotePort: pair.remotePort))
    }
  }

  // MARK: Other states (§3.10.7.4)

  private mutating func receiveInOrder(_ received: TCPSegment, at now: Instant, _ outbox: inout TCPOutbox) {
    var segment = received
    if state == .synReceived, segment.flags.contains(.syn), segment.sequence + 1 == receiveNext {
      // The peer's SYN again: alone it means that our answer was lost; with ACK it is the other half of a simultaneous open.
      guard segment.flags.contains(.ack) else { return sendHandshake(at: now, &outbox) }
      segment.sequence = segment.sequence + 1
      segment.flags.remove(.syn)
    }
    guard isAcceptable(segment) else { return answerUnacceptable(segment, at: now, &outbox) }
    if segment.flags.contains(.rst) { return receiveReset(segment, at: now, &outbox) }
    if segment.flags.contains(.syn) { return challenge(at: now, &outbox) }
    guard segment.flags.contains(.ack), takeAcknowledgement(segment, at: now, &outbox), state != .closed else { return }
    takeData(segment, at: now, &outbox)
    if state != .closed { transmit(at: now, &outbox) }
  }

  /// Whether any of it lies in the window (§3.10.7.4, first).
  private func isAcceptable(_ segment: TCPSegment) -> Bool {
    let start = receiveNext.distance(to: segment.sequence)
    if segment.length == 0 { return start >= 0 && start < TCPLimits.receiveWindowBytes }
    return start < TCPLimits.receiveWindowBytes && start + segment.length > 0
  }

  private mutating func answerUnacceptable(_ segment: TCPSegment, at now: Instant, _ outbox: inout TCPOutbox) {
    outbox.counters.outOfWindow &+= 1
    guard !segment.flags.contains(.rst) else { return }
    // Two ends that disagree must not acknowledge each other's acknowledgements for ever.
    guard segment.length > 0 else { return challenge(at: now, &outbox) }
    if state == .timeWait { endAt = now + TCPDefaults.timeWait }
    sendAcknowledgement(at: now, &outbox)
  }

  /// RFC 5961 §3.2: only the very next number resets; another one in the window is asked about.
  private mutating func receiveReset(_ segment: TCPSegment, at now: Instant, _ outbox: inout TCPOutbox) {
    guard segment.sequence == receiveNext else { return challenge(at: now, &outbox) }
    outbox.counters.resetsIn &+= 1
    fail(.reset, &outbox)
  }

  // MARK: Acknowledgements

  /// False: the segment is to be passed over.
  private mutating func takeAcknowledgement(_ segment: TCPSegment, at now: Instant, _ outbox: inout TCPOutbox) -> Bool {
    let number = segment.acknowledgement
    if state == .synReceived {
      guard isOurs(number) else {
        refuse(segment, &outbox)
        return false
      }
      establish(segment, at: now, &outbox)
    }
    // RFC 5961 §5: nothing older than the peer's largest window, nothing that we have not sent.
    guard number.distance(to: unacknowledged) <= largestWindow, number.distance(to: sendMaximum) >= 0 else {
      challenge(at: now, &outbox)
      return false
    }
    react(to: segment, at: now, &outbox)
    updateWindow(segment)
    if isEndAcknowledged { ourEndIsAcknowledged(at: now) }
    return true
  }

  private mutating func react(to segment: TCPSegment, at now: Instant, _ outbox: inout TCPOutbox) {
    let number = segment.acknowledgement, inFlight = inFlight
    var action = CongestionWindow.Action.none
    if unacknowledged.precedes(number) {
      let count = unacknowledged.distance(to: number)
      advance(to: number, at: now)
      action = congestion.acknowledged(count, upTo: number)
    } else if isDuplicate(segment) {
      action = congestion.duplicated(acknowledged: number, inFlight: inFlight, sent: sendMaximum)
      if action == .retransmit { outbox.counters.fastRetransmits &+= 1 }
    } else if sendWindow == 0, number == unacknowledged {
      progressAt = now  // the peer lives, and has no room
    }
    if action == .retransmit { retransmitFirst(at: now, &outbox) }
  }

  /// RFC 5681 §2.
  private func isDuplicate(_ segment: TCPSegment) -> Bool {
    segment.acknowledgement == unacknowledged && segment.length == 0 && inFlight > 0 && sendWindow > 0 && Int(segment.window) == sendWindow
  }

  /// Everything before `number` has arrived.
  private mutating func advance(to number: SequenceNumber, at now: Instant) {
    if let timed = measured, !number.precedes(timed.end) {
      retransmission.measured(now - timed.at)
      measured = nil
    }
    unacknowledged = number
    sendNext = .latest(sendNext, number)
    buffer.acknowledge(upTo: number)
    retransmission.progressed()
    progressAt = now
    retransmitAt = inFlight > 0 ? now + retransmission.timeout : nil
  }

  private mutating func updateWindow(_ segment: TCPSegment) {
    let sequence = segment.sequence, number = segment.acknowledgement
    guard
      windowUpdateSequence.precedes(sequence)
        || (windowUpdateSequence == sequence && !number.precedes(windowUpdateAcknowledgement))
    else { return }
    takeWindow(segment)
  }

  private mutating func takeWindow(_ segment: TCPSegment) {
    let isOpening = sendWindow == 0 && segment.window > 0
    sendWindow = Int(segment.window)
    largestWindow = max(largestWindow, sendWindow)
    (windowUpdateSequence, windowUpdateAcknowledgement) = (segment.sequence, segment.acknowledgement)
    guard isOpening, isSynchronized else { return }
    // What a probe carried is sent again with the rest.
    retransmission.progressed()
    sendNext = unacknowledged
    retransmitAt = nil
  }

  private mutating func ourEndIsAcknowledged(at now: Instant) {
    switch state {
    case .finWait1: state = .finWait2
    case .closing: waitOut(at: now)
    case .lastAck: end()
    default: break
    }
  }

  private mutating func waitOut(at now: Instant) {
    state = .timeWait
    retransmitAt = nil
    endAt = now + TCPDefaults.timeWait
  }

  // MARK: Data

  private mutating func takeData(_ segment: TCPSegment, at now: Instant, _ outbox: inout TCPOutbox) {
    guard segment.length > 0, state == .established || state == .finWait1 || state == .finWait2 else { return }
    var (bytes, isLast) = cut(segment)
    let known = segment.sequence.distance(to: receiveNext)
    if known < 0 {
      if !reassembly.insert(segment.sequence, bytes, isLast: isLast) { outbox.counters.reassemblyFull &+= 1 }
      owesAcknowledgement = true
      return
    }
    // What is in its turn needs no room in the queue, so a full one cannot stop the connection.
    receiveNext = segment.sequence + bytes.count
    bytes.removeFirst(min(known, bytes.count))
    if known > 0 || !reassembly.isEmpty { owesAcknowledgement = true }
    if !isLast { isLast = reassembly.take(at: &receiveNext, into: &bytes) }
    deliver(bytes, at: now, &outbox)
    if isLast { peerEnded(at: now, &outbox) }
  }

  /// The part that lies in the window.
  private func cut(_ segment: TCPSegment) -> (bytes: [UInt8], isLast: Bool) {
    let room = segment.sequence.distance(to: receiveNext) + TCPLimits.receiveWindowBytes
    guard segment.payload.count > room else { return (segment.payload, segment.flags.contains(.fin)) }
    return (Array(segment.payload.prefix(max(0, room))), false)
  }

  /// Bytes in order: to the engine, or to nobody when it has closed.
  private mutating func deliver(_ bytes: [UInt8], at now: Instant, _ outbox: inout TCPOutbox) {
    guard !bytes.isEmpty else { return }
    if let name { outbox.events.append(.received(name, bytes)) }
    unacknowledgedSegments += 1
    if unacknowledgedSegments >= 2 { owesAcknowledgement = true }
    if acknowledgeAt == nil { acknowledgeAt = now + TCPDefaults.acknowledgementDelay }
  }

  /// The peer's FIN, in its turn.
  private mutating func peerEnded(at now: Instant, _ outbox: inout TCPOutbox) {
    receiveNext = receiveNext + 1
    owesAcknowledgement = true
    switch state {
    case .established:
      if let name { outbox.events.append(.closed(name, nil)) }
      finish(.lastAck, at: now, &outbox)
    case .finWait1: state = .closing
    case .finWait2: waitOut(at: now)
    default: break
    }
  }
}

extension TCPSegment {
  /// The reset that a segment without a connection gets (RFC 9293 §3.10.7.1).
  func resetAnswer(ttl: UInt8?) -> TCPSegment {
    let acknowledges = flags.contains(.ack)
    return TCPSegment(
      pair: pair, sequence: acknowledges ? acknowledgement : SequenceNumber(0), acknowledgement: end,
      flags: acknowledges ? .rst : [.rst, .ack], window: 0, ttl: ttl ?? TCPDefaults.ttl)
  }
}
