// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// One end of a control connection: messages of at most 8 MiB, each behind its length in four bytes, big endian.
///
/// Nothing blocks. What the peer does not read yet waits in a bounded buffer; a peer that lets it fill is cut off
/// (`send` throws ENOBUFS), so that a console that hangs costs the node a fixed amount of memory.
public final class FramedConnection {
  /// The longest message.
  public static let frameLimitBytes = 8 << 20
  private static let readChunkBytes = 64 << 10
  /// How much one call of `receive` reads, so that one peer cannot hold the loop.
  private static let receiveLimitBytes = 1 << 20

  /// Who is at the other end.
  public let peer: PeerCredentials
  /// How many unsent bytes may wait.
  public var outputLimitBytes = 16 << 20
  private let socket: Descriptor
  private var input: [UInt8] = []
  /// Where in `input` the next frame begins.
  private var inputStart = 0
  private var output: [UInt8] = []
  private var outputStart = 0
  private let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: FramedConnection.readChunkBytes, alignment: 8)

  init(_ socket: consuming Descriptor) throws(SystemError) {
    peer = try PeerCredentials(ofSocket: socket.rawValue)
    self.socket = socket
  }

  deinit { chunk.deallocate() }

  /// Connects to the node that listens at `path`.
  public static func connect(path: String) throws(SystemError) -> FramedConnection {
    try FramedConnection(connectUnix(path))
  }

  /// Both ends of a connection inside this process.
  public static func pair() throws(SystemError) -> (FramedConnection, FramedConnection) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    try check(socketpair(AF_UNIX, type, 0, &ends), "make a socket pair")
    let second = Descriptor(owning: ends[1])
    return (try FramedConnection(Descriptor(owning: ends[0])), try FramedConnection(second))
  }

  /// The descriptor, for the event loop.
  public var descriptor: Int32 { socket.rawValue }
  /// Whether bytes wait for the peer to read: watch for `writable` and call `flush` then.
  public var wantsWrite: Bool { outputStart < output.count }
  /// How many bytes wait for the peer to read.
  public var unsentByteCount: Int { output.count - outputStart }

  // MARK: Sending

  /// Queues a message and sends what the socket takes. ENOBUFS: the peer reads too slowly; EPIPE: it is gone.
  public func send(_ payload: [UInt8]) throws(SystemError) {
    guard payload.count <= Self.frameLimitBytes else {
      throw SystemError(call: "send a control message", errno: EMSGSIZE, detail: "\(payload.count) bytes are more than 8 MiB")
    }
    guard unsentByteCount + payload.count + 4 <= outputLimitBytes else {
      throw SystemError(call: "send a control message", errno: ENOBUFS, detail: "the other side does not read")
    }
    let count = UInt32(payload.count)
    for shift: UInt32 in [24, 16, 8, 0] { output.append(UInt8(truncatingIfNeeded: count >> shift)) }
    output.append(contentsOf: payload)
    try flush()
  }

  /// Sends what waits, as far as the socket takes it.
  public func flush() throws(SystemError) {
    while outputStart < output.count {
      let sent = output.withUnsafeBytes { bytes in
        let rest = UnsafeRawBufferPointer(rebasing: bytes[outputStart...])
        return retrying { Glibc.send(socket.rawValue, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL)) }
      }
      guard sent >= 0 else {
        if isWouldBlock(Glibc.errno) { return compactOutput() }
        throw .last("send a control message")
      }
      outputStart += sent
    }
    output.removeAll(keepingCapacity: output.capacity <= Self.receiveLimitBytes)
    outputStart = 0
  }

  /// Gives the sent part back once it is the larger one: each byte is moved at most once on average.
  private func compactOutput() {
    guard outputStart > output.count / 2 else { return }
    output.removeFirst(outputStart)
    outputStart = 0
  }

  // MARK: Receiving

  /// Reads what has come and delivers each whole message. False: the peer closed the connection.
  public func receive(_ deliver: ([UInt8]) -> Void) throws(SystemError) -> Bool {
    var total = 0
    while total < Self.receiveLimitBytes {
      let count = retrying { read(socket.rawValue, chunk.baseAddress, chunk.count) }
      guard count > 0 else {
        if count == 0 { return false }
        if isWouldBlock(Glibc.errno) { return true }
        if Glibc.errno == ECONNRESET { return false }
        throw .last("receive a control message")
      }
      input.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[0..<count]))
      total += count
      while let frame = try nextFrame() { deliver(frame) }
      if count < chunk.count { return true }
    }
    return true
  }

  /// Takes the next whole message out of the buffer.
  private func nextFrame() throws(SystemError) -> [UInt8]? {
    let available = input.count - inputStart
    guard available >= 4 else { return compactInput() }
    let length = input[inputStart..<inputStart + 4].reduce(0) { $0 << 8 | Int($1) }
    guard length <= Self.frameLimitBytes else {
      throw SystemError(call: "receive a control message", errno: EMSGSIZE, detail: "the other side announces \(length) bytes")
    }
    guard available >= 4 + length else { return compactInput() }
    defer { inputStart += 4 + length }
    return Array(input[inputStart + 4..<inputStart + 4 + length])
  }

  private func compactInput() -> [UInt8]? {
    if inputStart > 0 { input.removeFirst(inputStart) }
    inputStart = 0
    return nil
  }

  /// Waits for messages without an event loop: for one-shot clients. Delivers what comes first; false: the peer closed
  /// the connection. ETIMEDOUT when nothing whole came in time.
  public func waitForMessages(timeoutMilliseconds: Int64, _ deliver: ([UInt8]) -> Void) throws(SystemError) -> Bool {
    let end = MonotonicClock.now() + timeoutMilliseconds * 1_000_000
    var delivered = false
    while !delivered {
      let left = (end - MonotonicClock.now()) / 1_000_000
      guard left > 0 else { throw SystemError(call: "wait for an answer", errno: ETIMEDOUT) }
      let events = Int16(POLLIN) | (wantsWrite ? Int16(POLLOUT) : 0)
      var watched = pollfd(fd: socket.rawValue, events: events, revents: 0)
      _ = poll(&watched, 1, Int32(clamping: left))
      if watched.revents & Int16(POLLOUT) != 0 { try flush() }
      let isOpen = try receive {
        delivered = true
        deliver($0)
      }
      if !isOpen { return delivered }
    }
    return true
  }
}
