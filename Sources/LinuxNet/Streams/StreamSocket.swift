// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc
import ProtocolKit
import Wire

/// A TCP connection of a routing protocol. Nothing blocks: an event loop says when to go on.
///
/// What the kernel does not take at once waits here, up to a limit. The socket is closed when the object goes; `reset` before that makes
/// the kernel send a reset in place of a FIN.
public final class StreamSocket {
  /// How to open a connection.
  public struct Settings: Sendable {
    /// The local address; nil lets the kernel choose by its routes.
    public var local: IPAddress?
    /// The peer.
    public var remote: IPAddress, port: UInt16
    /// TTL, its least value, and the key.
    public var options = StreamOptions()
    /// The only interface to use; nil leaves it to the routes.
    public var device: String?
    /// Whether `local` may be an address that the host does not have now (IP_FREEBIND).
    public var bindsFreely = false

    /// Settings for a connection to a port of `remote`.
    public init(local: IPAddress? = nil, remote: IPAddress, port: UInt16, options: StreamOptions = StreamOptions()) {
      (self.local, self.remote, self.port, self.options) = (local, remote, port, options)
    }
  }

  /// What `receive` found.
  public enum Received: Sendable, Equatable {
    /// Bytes; there may be more.
    case bytes([UInt8])
    /// Nothing now.
    case nothing
    /// The peer has closed: nothing will come any more.
    case end
  }

  /// A connection that gets nothing acknowledged for so long is gone (TCP_USER_TIMEOUT).
  public static let patienceMilliseconds: Int32 = 120_000
  /// SYNs after the first (TCP_SYNCNT): an attempt fails after 31 s, before a routing protocol's own retry.
  static let handshakeRetries: Int32 = 4
  /// Internetwork control (CS6), as routers mark their protocols.
  static let trafficClass: Int32 = 0xc0
  /// The most that one call of `receive` takes, so that one peer cannot hold the loop.
  static let receiveBytes = 64 << 10

  /// The peer.
  public let remote: IPAddress, remotePort: UInt16
  /// How many unsent bytes may wait here; what the kernel holds is not among them.
  public var outputLimitBytes = 8 << 20
  /// Whether the handshake is over.
  public private(set) var isConnected: Bool
  private let socket: Descriptor
  private var output: [UInt8] = []
  private var outputStart = 0

  /// Begins to connect. The loop then waits for `writable` and calls `finishConnecting`.
  public convenience init(connecting settings: Settings) throws(SystemError) {
    let socket = try makeStreamSocket(isV4: settings.remote.isV4)
    try socket.apply(settings.options, isV4: settings.remote.isV4)
    try socket.prepareConnection()
    if let device = settings.device { try socket.bind(toDevice: device) }
    if let key = settings.options.key { try socket.setDigestKey(key, peers: IPPrefix(host: settings.remote)) }
    if let local = settings.local { try StreamSocket.bind(socket.rawValue, local, isFree: settings.bindsFreely) }
    var address = socketStorage(settings.remote, port: settings.port)
    let result = withGenericAddress(of: &address) { pointer, _ in
      retrying { Int(Glibc.connect(socket.rawValue, pointer, socketLength(isV4: settings.remote.isV4))) }
    }
    if result < 0, Glibc.errno != EINPROGRESS { throw .last("connect to \(settings.remote) port \(settings.port)") }
    self.init(socket, remote: settings.remote, port: settings.port, isConnected: result == 0)
  }

  /// Takes over a connection, standing or not.
  init(_ socket: consuming Descriptor, remote: IPAddress, port: UInt16, isConnected: Bool) {
    self.socket = socket
    (self.remote, remotePort, self.isConnected) = (remote, port, isConnected)
  }

  private static func bind(_ descriptor: Int32, _ local: IPAddress, isFree: Bool) throws(SystemError) {
    var one: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    // The port is chosen by connect, so that one port serves connections to different peers; older kernels do without.
    _ = setsockopt(descriptor, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, &one, size)
    if isFree { try check(setsockopt(descriptor, Int32(IPPROTO_IP), IP_FREEBIND, &one, size), "setsockopt IP_FREEBIND") }
    var address = socketStorage(local)
    let result = withGenericAddress(of: &address) { pointer, _ in Glibc.bind(descriptor, pointer, socketLength(isV4: local.isV4)) }
    try check(result, "bind TCP socket to \(local)", "the address must be on one of the host's interfaces")
  }

  /// The descriptor, for the event loop.
  public var descriptor: Int32 { socket.rawValue }
  /// Whether the loop shall watch for `writable`: to learn of the handshake's end, or to send what waits.
  public var wantsWrite: Bool { !isConnected || unsentByteCount > 0 }
  /// How many bytes the kernel has not taken yet.
  public var unsentByteCount: Int { output.count - outputStart }

  private var subject: String { "\(remote) port \(remotePort)" }

  // MARK: Opening

  /// Asks how the handshake went. False: it is still under way.
  public func finishConnecting() throws(SystemError) -> Bool {
    guard !isConnected else { return true }
    try throwPendingError("connect to \(subject)")
    var peer = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withGenericAddress(of: &peer) { pointer, _ in getpeername(socket.rawValue, pointer, &length) }
    guard result == 0 else { return false }
    isConnected = true
    try flush()
    return true
  }

  private func throwPendingError(_ call: String) throws(SystemError) {
    var number: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    try check(getsockopt(socket.rawValue, SOL_SOCKET, SO_ERROR, &number, &length), call)
    if number != 0 { throw SystemError(call: call, errno: number) }
  }

  /// Our own end, as the kernel chose it.
  public func localEnd() throws(SystemError) -> (address: IPAddress, port: UInt16) {
    var own = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    try check(
      withGenericAddress(of: &own) { pointer, _ in getsockname(socket.rawValue, pointer, &length) }, "ask for our end of \(subject)")
    guard let end = ipEndpoint(own) else { throw SystemError(call: "ask for our end of \(subject)", errno: EAFNOSUPPORT) }
    return end
  }

  // MARK: Sending

  /// Sends what the kernel takes and keeps the rest. ENOBUFS: the peer reads too slowly.
  public func send(_ bytes: [UInt8]) throws(SystemError) {
    guard unsentByteCount + bytes.count <= outputLimitBytes else {
      throw SystemError(call: "send to \(subject)", errno: ENOBUFS, detail: "the peer does not read")
    }
    output.append(contentsOf: bytes)
    if isConnected { try flush() }
  }

  /// Sends what waits, as far as the kernel takes it.
  public func flush() throws(SystemError) {
    while unsentByteCount > 0 {
      let sent = output.withUnsafeBytes { bytes in
        let rest = UnsafeRawBufferPointer(rebasing: bytes[outputStart...])
        return retrying { Glibc.send(socket.rawValue, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL)) }
      }
      guard sent >= 0 else {
        if isWouldBlock(Glibc.errno) { return compactOutput() }
        throw .last("send to \(subject)")
      }
      outputStart += sent
    }
    output.removeAll(keepingCapacity: output.capacity <= StreamSocket.receiveBytes)
    outputStart = 0
  }

  /// Gives the sent part back once it is the larger one: each byte is moved at most once on average.
  private func compactOutput() {
    guard outputStart > output.count / 2 else { return }
    output.removeFirst(outputStart)
    outputStart = 0
  }

  // MARK: Receiving and closing

  /// Takes what came, at most 64 KiB.
  public func receive() throws(SystemError) -> Received {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: StreamSocket.receiveBytes) { room, filled in
      count = retrying { recv(socket.rawValue, room.baseAddress, room.count, 0) }
      filled = max(0, count)
    }
    if count > 0 { return .bytes(bytes) }
    if count == 0 { return .end }
    if isWouldBlock(Glibc.errno) { return .nothing }
    throw .last("receive from \(subject)")
  }

  /// Says that we send nothing more; what waits must have been sent before.
  public func finishSending() { _ = shutdown(socket.rawValue, Int32(SHUT_WR)) }

  /// Makes the close that follows a reset.
  public func reset() { socket.resetsOnClose() }
}
