// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

extension RawSocket {
  /// Receives up to `limit` packets (at most `underlayBatchLimit`) into the caller's slots and names each that came whole,
  /// outer header first. Returns how many slots were used; less than asked means drained.
  public func receive(
    upTo limit: Int, slot: (Int) -> UnsafeMutableRawBufferPointer, received: (_ index: Int, _ count: Int) -> Void
  ) throws(SystemError) -> Int {
    let wanted = min(limit, underlayBatchLimit)
    guard wanted > 0 else { return 0 }
    prepareReceive(wanted, slot)
    let count = retrying { Int(clx_receive_many(socket.rawValue, messages.messages, UInt32(wanted))) }
    guard count >= 0 else {
      try judgeReceive(Glibc.errno)
      return 0
    }
    for index in 0..<count { received(index, complete(index, slot)) }
    return count
  }

  @inline(__always)
  private func prepareReceive(_ wanted: Int, _ slot: (Int) -> UnsafeMutableRawBufferPointer) {
    if messages.isV4 {
      for index in 0..<wanted { messages.prepareReceive(index, into: slot(index)) }
    } else {
      for index in 0..<wanted { messages.prepareReceiveFrom(index, into: RawSocket.roomV6(slot(index))) }
    }
  }

  private static func roomV6(_ slot: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: slot[min(40, slot.count)...])
  }

  /// The whole length of packet `index`, its header in front; 0 for one that did not fit.
  @inline(__always)
  private func complete(_ index: Int, _ slot: (Int) -> UnsafeMutableRawBufferPointer) -> Int {
    guard messages.messages[index].header.msg_flags & Int32(MSG_TRUNC) == 0 else {
      counters.truncated &+= 1
      return 0
    }
    let length = Int(messages.messages[index].count)
    return messages.isV4 ? length : completeV6(index, slot(index), payload: length)
  }

  private func completeV6(_ index: Int, _ slot: UnsafeMutableRawBufferPointer, payload: Int) -> Int {
    guard slot.count >= 40 + payload, payload <= 65_535 else {
      counters.truncated &+= 1
      return 0
    }
    writeHeaderV6(
      slot, payload: payload, nextHeader: settings.protocolNumber, trafficClass: messages.trafficClass(index), from: messages.sender(index),
      to: ownAddress)
    return 40 + payload
  }

  /// Nothing there, or an error a peer's ICMP left on the socket, is no reason to stop; a lost interface is.
  private func judgeReceive(_ number: Int32) throws(SystemError) {
    switch number {
    case EAGAIN, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EMSGSIZE, ENETDOWN, ENOBUFS, ENOMEM, EPROTO: return
    default: throw SystemError(call: "receive on \(subject)", errno: number)
    }
  }

  var subject: String {
    "raw socket \(settings.protocolNumber) on \(settings.source)" + (settings.device.map { " via \($0)" } ?? "")
  }

  /// Sends packets 0..<count, each with its outer header in front. A packet that cannot be sent is counted
  /// and passed over; only the loss of the interface (ENODEV, ENXIO) or of the socket is thrown.
  public func send(count: Int, packet: (Int) -> UnsafeRawBufferPointer) throws(SystemError) -> SendOutcome {
    var next = 0
    while next < count {
      let run = try prepareRun(from: next, to: count, packet)
      guard run > 0 else {
        counters.malformed &+= 1
        next += 1
        continue
      }
      let consumed = try transmit(run)
      next += consumed
      if consumed < run { return SendOutcome(consumed: next, wouldBlock: true) }
    }
    return SendOutcome(consumed: count, wouldBlock: false)
  }

  /// Readies the longest run of sound packets from `start` that agree in DF, and sets the socket to it. 0: the first is unsound.
  private func prepareRun(from start: Int, to end: Int, _ packet: (Int) -> UnsafeRawBufferPointer) throws(SystemError) -> Int {
    var run = 0
    var wantsDF = setsDontFragment
    while run < underlayBatchLimit, start + run < end {
      let bytes = packet(start + run)
      guard let header = OuterFields(bytes), header.isV4 == messages.isV4, run == 0 || header.dontFragment == wantsDF else { break }
      wantsDF = header.dontFragment
      messages.prepareSend(
        run, payload: UnsafeRawBufferPointer(rebasing: bytes[header.byteCount..<header.totalLength]), to: header.destination(in: bytes),
        tos: header.tos == 0 ? -1 : Int32(header.tos), ttl: header.ttl == settings.ttl || header.ttl == 0 ? -1 : Int32(header.ttl))
      run += 1
    }
    if run > 0, wantsDF != setsDontFragment { try setDontFragment(wantsDF) }
    return run
  }

  private func setDontFragment(_ isSet: Bool) throws(SystemError) {
    try socket.set(Int32(IPPROTO_IP), IP_MTU_DISCOVER, isSet ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT, "IP_MTU_DISCOVER")
    setsDontFragment = isSet
  }

  /// Sends the first `count` readied messages. Returns how many are done with; fewer means the socket is full.
  private func transmit(_ count: Int) throws(SystemError) -> Int {
    var done = 0
    while done < count {
      let sent = retrying { Int(clx_send_many(socket.rawValue, messages.messages + done, UInt32(count - done))) }
      if sent > 0 {
        done += sent
      } else if isWouldBlock(Glibc.errno) {
        return done
      } else {
        try countUnsent(Glibc.errno)
        done += 1
      }
    }
    return done
  }

  /// One packet's failure is a counter; a socket without its interface is an error.
  private func countUnsent(_ number: Int32) throws(SystemError) {
    switch number {
    case EMSGSIZE: counters.tooBig &+= 1
    case ENODEV, ENXIO: throw lostInterface
    // The header was checked, so EINVAL can only mean that the source address is no longer one of the host's.
    case ENETUNREACH, EHOSTUNREACH, ENETDOWN, ECONNREFUSED, EINVAL, EADDRNOTAVAIL:
      // A link takes its addresses and routes with it, and the kernel may complain about those first.
      if hasLostDevice { throw lostInterface }
      counters.unreachable &+= 1
    case EPERM, EACCES: counters.refused &+= 1
    case ENOBUFS, ENOMEM: counters.noBuffer &+= 1
    case EBADF, ENOTSOCK: throw SystemError(call: "send on \(subject)", errno: number)
    default: counters.malformed &+= 1
    }
  }

  private var lostInterface: SystemError { SystemError(call: "send on \(subject)", errno: ENODEV, detail: "the interface is gone") }
}
