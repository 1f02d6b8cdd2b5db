// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// A socket to the kernel's routing tables, with a receive buffer of its own.
final class NetlinkSocket {
  private let socket: Descriptor
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 8)
  private var sequence: UInt32 = 0

  /// Opens the socket and joins `groups`.
  init(groups: UInt32, isBlocking: Bool, bufferBytes: Int32? = nil) throws(SystemError) {
    let type = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | (isBlocking ? 0 : Int32(SOCK_NONBLOCK.rawValue))
    socket = try Descriptor(Glibc.socket(AF_NETLINK, type, NETLINK_ROUTE), "open a netlink socket")
    // Old kernels lack these three; everything works without them, with less text.
    for option in [NetlinkNumber.capAcknowledgement, NetlinkNumber.extendedAcknowledgement, NetlinkNumber.strictCheck] {
      try? socket.set(NetlinkNumber.socketLevel, option, 1, "SOL_NETLINK")
    }
    if let bufferBytes { socket.setBuffers(bytes: bufferBytes) }
    if isBlocking { setTimeout(seconds: 5) }
    var address = sockaddr_nl()
    address.nl_family = sa_family_t(AF_NETLINK)
    address.nl_groups = groups
    let result = withGenericAddress(of: &address) { Glibc.bind(socket.rawValue, $0, $1) }
    try check(result, "bind a netlink socket")
  }

  deinit { buffer.deallocate() }

  var descriptor: Int32 { socket.rawValue }

  private func setTimeout(seconds: Int) {
    var time = timeval(tv_sec: seconds, tv_usec: 0)
    _ = setsockopt(socket.rawValue, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  /// Sends a request and returns its sequence number.
  func send(_ request: NetlinkRequest, _ purpose: String) throws(SystemError) -> UInt32 {
    sequence &+= 1
    let bytes = request.finished(sequence: sequence)
    let sent = retrying { Glibc.send(socket.rawValue, bytes, bytes.count, 0) }
    guard sent == bytes.count else { throw .last(purpose) }
    return sequence
  }

  /// Receives what the kernel has sent next; nil when nothing waits (or, blocking, nothing came in time).
  func receive() throws(SystemError) -> NetlinkBytes? {
    let count = retrying { recv(socket.rawValue, buffer.baseAddress, buffer.count, 0) }
    guard count >= 0 else {
      if isWouldBlock(Glibc.errno) { return nil }
      throw .last("read from the kernel's routing socket")
    }
    return NetlinkBytes(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
  }

  /// Sends a request and waits for its end: the acknowledgement, or the last message of a dump.
  /// `message` sees everything between.
  func perform(_ request: NetlinkRequest, _ purpose: String, _ message: (NetlinkMessage) -> Void = { _ in }) throws(SystemError) {
    let expected = try send(request, purpose)
    var isDone = false
    while !isDone {
      guard let bytes = try receive() else { throw SystemError(call: purpose, errno: ETIMEDOUT, detail: "the kernel did not answer") }
      try NetlinkMessage.forEach(in: bytes) { (received: NetlinkMessage) throws(SystemError) in
        guard received.sequence == expected, !isDone else { return }
        switch received.type {
        case NetlinkNumber.error:
          isDone = true
          if let failure = received.failure(of: purpose) { throw failure }
        case NetlinkNumber.done:
          isDone = true
          if let failure = received.failure(of: purpose) { throw failure }
        default: message(received)
        }
      }
    }
  }

  /// Sends requests that only ask for acknowledgements in one piece and waits for all of these. `failed` is told which was refused.
  func perform(_ requests: [NetlinkRequest], failed: (_ index: Int, SystemError) -> Void) throws(SystemError) {
    let first = sequence &+ 1
    var bytes: [UInt8] = []
    for request in requests {
      sequence &+= 1
      bytes += request.finished(sequence: sequence)
    }
    let sent = retrying { Glibc.send(socket.rawValue, bytes, bytes.count, 0) }
    guard sent == bytes.count else { throw .last("change routes") }
    var open = requests.count
    while open > 0 {
      guard let bytes = try receive() else { throw SystemError(call: "change routes", errno: ETIMEDOUT, detail: "the kernel did not answer") }
      try NetlinkMessage.forEach(in: bytes) { (received: NetlinkMessage) throws(SystemError) in
        let index = Int(received.sequence &- first)
        guard received.type == NetlinkNumber.error, index < requests.count else { return }
        open -= 1
        if let failure = received.failure(of: "change routes") { failed(index, failure) }
      }
    }
  }
}

extension NetlinkMessage {
  /// The error an acknowledgement (or the end of a dump) carries, with the kernel's own sentence; nil for success.
  func failure(of purpose: String) -> SystemError? {
    guard let code = body.load(Int32.self, at: 0), code < 0 else { return nil }
    return SystemError(call: purpose, errno: code == .min ? EINVAL : -code, detail: kernelSentence ?? "")
  }

  private var kernelSentence: String? {
    guard flags & NetlinkNumber.hasAttributes != 0 else { return nil }
    if type == NetlinkNumber.done { return attributes(from: 4).text(1) }
    // The number, then the request's header, then (unless capped) the rest of the request.
    let quoted = flags & NetlinkNumber.capped != 0 ? 16 : Int(body.load(UInt32.self, at: 4) ?? 16)
    return attributes(from: 4 + (quoted + 3) & ~3).text(1)
  }
}
