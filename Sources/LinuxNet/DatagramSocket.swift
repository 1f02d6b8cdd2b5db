// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc
import Wire

/// A UDP socket of IKE or of ESP in UDP (RFC 3948) that speaks complete packets of IPv4 or IPv6: what comes in gets the headers in front that the
/// kernel took off, and what goes out leaves by the socket the headers say, without them. The kernel reassembles and fragments.
public final class DatagramSocket: UnderlayPort {
  /// How to open a datagram socket.
  public struct Settings: Sendable {
    /// The local address.
    public var source: IPAddress
    /// The local port.
    public var port: UInt16
    /// The only interface to send by (`tunnel route-via`); nil leaves it to the routes. A socket with one receives nothing.
    public var device: String?
    /// How many sockets share the port, and of which this is one: datagrams are spread over them by their first word.
    public var sharers = 1
    /// The wanted socket buffers; less where the system allows less.
    public var bufferBytes: Int32 = 8 << 20

    /// Settings for datagrams from and to `source`, `port`.
    public init(source: IPAddress, port: UInt16, device: String? = nil, sharers: Int = 1) {
      (self.source, self.port, self.device, self.sharers) = (source, port, device, sharers)
    }
  }

  /// How the socket was opened.
  public let settings: Settings
  /// What went wrong so far.
  public internal(set) var counters = UnderlayCounters()
  let socket: Descriptor
  let messages: MessageArray
  /// IP and UDP, in front of every datagram.
  private let headerBytes: Int
  private let ownAddress: [UInt8]

  /// Opens and binds the socket.
  public init(_ settings: Settings) throws(SystemError) {
    self.settings = settings
    let isV4 = settings.source.isV4
    messages = MessageArray(count: underlayBatchLimit, isV4: isV4)
    headerBytes = isV4 ? 28 : 48
    ownAddress = settings.source.bytes
    socket = try makeSocket(isV4 ? AF_INET : AF_INET6, SOCK_DGRAM)
    if isV4 {
      try socket.set(Int32(IPPROTO_IP), IP_MTU_DISCOVER, IP_PMTUDISC_DONT, "IP_MTU_DISCOVER")
    } else {
      try socket.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1, "IPV6_V6ONLY")
      try socket.set(Int32(IPPROTO_IPV6), IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT, "IPV6_MTU_DISCOVER")
      try socket.set(Int32(IPPROTO_IPV6), IPV6_RECVTCLASS, 1, "IPV6_RECVTCLASS")
    }
    try socket.set(SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT")
    if let device = settings.device { try socket.bind(toDevice: device) }
    socket.setBuffers(bytes: settings.bufferBytes)
    try bindToSource()
    if settings.sharers > 1 { try PacketFilter.socketByFirstWord(modulo: UInt32(clamping: settings.sharers)).attachToShared(socket.rawValue) }
  }

  private func bindToSource() throws(SystemError) {
    var address = socketStorage(settings.source, port: settings.port)
    let length = socketLength(isV4: settings.source.isV4)
    let result = withGenericAddress(of: &address) { pointer, _ in Glibc.bind(socket.rawValue, pointer, length) }
    let number = Glibc.errno
    try check(result, "bind UDP port \(settings.port) on \(settings.source)", adviceForBind(number, rival: "IKE"))
  }

  /// The descriptor, for the event loop.
  public var descriptor: Int32 { socket.rawValue }

  // MARK: Receiving

  /// Receives datagrams and puts IP and UDP headers in front; see `UnderlayPort`.
  public func receive(
    upTo limit: Int, slot: (Int) -> UnsafeMutableRawBufferPointer, received: (_ index: Int, _ count: Int) -> Void
  ) throws(SystemError) -> Int {
    let wanted = min(limit, underlayBatchLimit)
    guard wanted > 0 else { return 0 }
    for index in 0..<wanted { messages.prepareReceiveFrom(index, into: room(slot(index))) }
    let count = retrying { Int(clx_receive_many(socket.rawValue, messages.messages, UInt32(wanted))) }
    guard count >= 0 else {
      try judgeReceive(Glibc.errno)
      return 0
    }
    for index in 0..<count { received(index, complete(index, slot(index))) }
    return count
  }

  private func room(_ slot: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: slot[min(headerBytes, slot.count)...])
  }

  /// Writes the headers in front of datagram `index`; gives the whole length, 0 for one that did not fit.
  private func complete(_ index: Int, _ slot: UnsafeMutableRawBufferPointer) -> Int {
    let payload = Int(messages.messages[index].count), whole = payload + headerBytes
    guard messages.messages[index].header.msg_flags & Int32(MSG_TRUNC) == 0, whole <= min(slot.count, 65_535) else {
      counters.truncated &+= 1
      return 0
    }
    if messages.isV4 {
      writeHeaderV4(slot, whole, from: messages.sender(index))
    } else {
      writeHeaderV6(
        slot, payload: payload + 8, nextHeader: 17, trafficClass: messages.trafficClass(index), from: messages.sender(index), to: ownAddress)
    }
    let udp = headerBytes - 8
    slot.storeBytes(of: messages.senderPort(index), toByteOffset: udp, as: UInt16.self)
    slot.storeBytes(of: settings.port.bigEndian, toByteOffset: udp + 2, as: UInt16.self)
    // The kernel has verified the UDP checksum; none is written, as RFC 3948 §2.1 wants it.
    slot.storeBytes(of: UInt32(UInt32(payload + 8) << 16).bigEndian, toByteOffset: udp + 4, as: UInt32.self)
    return whole
  }

  private func writeHeaderV4(_ slot: UnsafeMutableRawBufferPointer, _ whole: Int, from source: UnsafeRawBufferPointer) {
    slot.storeBytes(of: UInt32(0x4500_0000 | UInt32(whole)).bigEndian, toByteOffset: 0, as: UInt32.self)
    slot.storeBytes(of: 0, toByteOffset: 4, as: UInt32.self)
    slot.storeBytes(of: UInt32(0x4011_0000).bigEndian, toByteOffset: 8, as: UInt32.self)
    UnsafeMutableRawBufferPointer(rebasing: slot[12..<16]).copyMemory(from: source)
    UnsafeMutableRawBufferPointer(rebasing: slot[16..<20]).copyBytes(from: ownAddress)
    let checksum = InternetChecksum.finish(InternetChecksum.sum(UnsafeRawBufferPointer(rebasing: slot[..<20])))
    slot.storeBytes(of: checksum.bigEndian, toByteOffset: 10, as: UInt16.self)
  }

  private func judgeReceive(_ number: Int32) throws(SystemError) {
    switch number {
    case EAGAIN, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EMSGSIZE, ENETDOWN, ENOBUFS, ENOMEM, EPROTO: return
    default: throw SystemError(call: "receive on \(subject)", errno: number)
    }
  }

  var subject: String { "UDP port \(settings.port) on \(settings.source)" + (settings.device.map { " via \($0)" } ?? "") }

  // MARK: Sending

  /// Sends datagrams, each with its outer IP and UDP headers in front; see `UnderlayPort`.
  public func send(count: Int, packet: (Int) -> UnsafeRawBufferPointer) throws(SystemError) -> SendOutcome {
    var next = 0
    while next < count {
      let run = prepareRun(from: next, to: count, packet)
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

  /// Readies sound packets from `start` on; 0: the first is unsound. Outer DF is never set here: ESP in UDP leaves that to the kernel.
  private func prepareRun(from start: Int, to end: Int, _ packet: (Int) -> UnsafeRawBufferPointer) -> Int {
    var run = 0
    while run < underlayBatchLimit, start + run < end {
      let bytes = packet(start + run)
      guard let header = OuterFields(bytes), header.isV4 == messages.isV4, header.totalLength >= header.byteCount + 8 else { break }
      let payload = UnsafeRawBufferPointer(rebasing: bytes[(header.byteCount + 8)..<header.totalLength])
      messages.prepareSend(run, payload: payload, to: header.destination(in: bytes), tos: header.tos == 0 ? -1 : Int32(header.tos), ttl: -1)
      messages.setPort(run, bytes.loadUnaligned(fromByteOffset: header.byteCount + 2, as: UInt16.self))
      run += 1
    }
    return run
  }

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

  private func countUnsent(_ number: Int32) throws(SystemError) {
    switch number {
    case EMSGSIZE: counters.tooBig &+= 1
    case ENETUNREACH, EHOSTUNREACH, ENETDOWN, ECONNREFUSED, EINVAL, EADDRNOTAVAIL: counters.unreachable &+= 1
    case EPERM, EACCES: counters.refused &+= 1
    case ENOBUFS, ENOMEM: counters.noBuffer &+= 1
    case ENODEV, ENXIO, EBADF, ENOTSOCK: throw SystemError(call: "send on \(subject)", errno: number)
    default: counters.malformed &+= 1
    }
  }
}
