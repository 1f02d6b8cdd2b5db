// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc
import Wire

/// A UDP socket of a routing protocol for all interfaces of a host: it says by which interface each datagram came, to which address and
/// with which TTL, and sends by the interface that it is told, multicast or not.
public final class RoutingDatagramSocket {
  /// How to open it.
  public struct Settings: Sendable {
    /// The family.
    public var isV4: Bool
    /// The port, also the source port of what is sent; 0 lets the kernel choose.
    public var port: UInt16
    /// Whether the host's own sockets get what we send to a group.
    public var loops = false

    /// Settings for a port of one family.
    public init(isV4: Bool, port: UInt16) { (self.isV4, self.port) = (isV4, port) }
  }

  /// One datagram that came in.
  public struct Received: Sendable, Equatable {
    /// The kernel's number of the interface it came by.
    public var interfaceIndex: UInt32
    /// Who sent it, and from which port.
    public var source: IPAddress, sourcePort: UInt16
    /// Where it went: an address of ours, or a group.
    public var destination: IPAddress
    /// Its TTL or hop limit on arrival; 0 where the kernel does not say.
    public var ttl: UInt8
    /// What is in it.
    public var bytes: [UInt8]
  }

  /// How the socket was opened.
  public let settings: Settings
  /// Datagrams that were longer than any of a routing protocol.
  public private(set) var truncated: UInt64 = 0
  private let socket: Descriptor
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: RoutingDatagramSocket.datagramBytes, alignment: 8)

  /// The longest datagram taken: larger than any MTU of a LAN.
  private static let datagramBytes = 16 << 10
  /// The most that one call of `receive` takes, so that a storm cannot hold the loop.
  private static let datagramsPerCall = 64

  /// Opens and binds the socket; it has joined no group yet.
  public init(_ settings: Settings) throws(SystemError) {
    self.settings = settings
    socket = try makeSocket(settings.isV4 ? AF_INET : AF_INET6, SOCK_DGRAM)
    try socket.set(SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR")
    if settings.isV4 { try configureV4() } else { try configureV6() }
    var address = socketStorage(settings.isV4 ? .anyV4 : .anyV6, port: settings.port)
    let result = withGenericAddress(of: &address) { pointer, _ in
      Glibc.bind(socket.rawValue, pointer, socketLength(isV4: settings.isV4))
    }
    let number = Glibc.errno
    try check(result, "bind UDP port \(settings.port)", adviceForBind(number, rival: "routing"))
  }

  deinit { room.deallocate() }

  private func configureV4() throws(SystemError) {
    let level = Int32(IPPROTO_IP)
    try socket.set(level, IP_PKTINFO, 1, "IP_PKTINFO")
    try socket.set(level, IP_RECVTTL, 1, "IP_RECVTTL")
    // Only the groups that this socket joined, and not those of every other program.
    try socket.set(level, IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL")
    try socket.set(level, IP_MULTICAST_LOOP, settings.loops ? 1 : 0, "IP_MULTICAST_LOOP")
    try socket.set(level, IP_MULTICAST_TTL, 1, "IP_MULTICAST_TTL")
    try socket.set(level, IP_TOS, StreamSocket.trafficClass, "IP_TOS")
    try socket.set(SOL_SOCKET, SO_BROADCAST, 1, "SO_BROADCAST")
  }

  private func configureV6() throws(SystemError) {
    let level = Int32(IPPROTO_IPV6)
    try socket.set(level, IPV6_V6ONLY, 1, "IPV6_V6ONLY")
    try socket.set(level, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO")
    try socket.set(level, IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT")
    try socket.set(level, IPV6_MULTICAST_ALL, 0, "IPV6_MULTICAST_ALL")
    try socket.set(level, IPV6_MULTICAST_LOOP, settings.loops ? 1 : 0, "IPV6_MULTICAST_LOOP")
    try socket.set(level, IPV6_MULTICAST_HOPS, 1, "IPV6_MULTICAST_HOPS")
    try socket.set(level, IPV6_TCLASS, StreamSocket.trafficClass, "IPV6_TCLASS")
  }

  /// The descriptor, for the event loop.
  public var descriptor: Int32 { socket.rawValue }

  /// The port, as the kernel chose it where none was given.
  public func localPort() throws(SystemError) -> UInt16 {
    var own = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    try check(withGenericAddress(of: &own) { pointer, _ in getsockname(socket.rawValue, pointer, &length) }, "ask for the port of a socket")
    return ipEndpoint(own)?.port ?? 0
  }

  // MARK: Groups

  /// Takes datagrams to a group that come by an interface. Joining twice is no failure.
  public func join(_ group: IPAddress, interfaceIndex: UInt32) throws(SystemError) {
    var address = socketStorage(group)
    let result = clx_set_membership(socket.rawValue, &address, interfaceIndex, 1)
    if result < 0, Glibc.errno == EADDRINUSE { return }
    try check(result, "join \(group) on interface \(interfaceIndex)")
  }

  /// No longer. Leaving what was not joined, or an interface that is gone, is no failure.
  public func leave(_ group: IPAddress, interfaceIndex: UInt32) {
    var address = socketStorage(group)
    _ = clx_set_membership(socket.rawValue, &address, interfaceIndex, 0)
  }

  // MARK: Datagrams

  /// Delivers what came, at most 64 datagrams; the rest stays readable.
  public func receive(_ deliver: (Received) -> Void) throws(SystemError) {
    for _ in 0..<RoutingDatagramSocket.datagramsPerCall {
      var place = clx_datagram()
      let count = retrying { clx_receive_datagram(socket.rawValue, room.baseAddress, room.count, &place) }
      guard count >= 0 else { return try judge(Glibc.errno) }
      guard place.is_truncated == 0 else {
        truncated &+= 1
        continue
      }
      if let datagram = received(place, count) { deliver(datagram) }
    }
  }

  private func received(_ place: clx_datagram, _ count: Int) -> Received? {
    let width = settings.isV4 ? 4 : 16
    guard let (source, port) = ipEndpoint(place.source),
      let destination = withUnsafeBytes(of: place.destination, { IPAddress(bytes: $0.prefix(width)) })
    else { return nil }
    return Received(
      interfaceIndex: place.interface_index, source: source, sourcePort: port, destination: destination,
      ttl: UInt8(clamping: place.ttl), bytes: Array(room[..<count]))
  }

  /// An error of an earlier datagram that ICMP brought is not one of the socket.
  private func judge(_ number: Int32) throws(SystemError) {
    switch number {
    case EAGAIN, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EMSGSIZE, ENETDOWN, ENOBUFS, ENOMEM, EPROTO: return
    default: throw SystemError(call: "receive on UDP port \(settings.port)", errno: number)
    }
  }

  /// Sends a datagram from one of the host's addresses by an interface, and nowhere else.
  public func send(
    _ bytes: [UInt8], from source: IPAddress, to destination: IPAddress, port: UInt16, interfaceIndex: UInt32, ttl: UInt8
  ) throws(SystemError) {
    guard source.isV4 == settings.isV4, destination.isV4 == settings.isV4 else {
      throw SystemError(call: "send to \(destination)", errno: EAFNOSUPPORT)
    }
    var address = socketStorage(destination, port: port)
    if !settings.isV4, destination.isLinkLocal { setScope(interfaceIndex, of: &address) }
    let own = source.bytes
    let count = retrying {
      clx_send_datagram(socket.rawValue, bytes, bytes.count, &address, own, interfaceIndex, Int32(max(1, ttl)))
    }
    guard count < 0 else { return }
    throw .last("send to \(destination) port \(port) from \(source)")
  }
}

/// IPv6 addresses that mean something only on one link need its number.
private func setScope(_ interfaceIndex: UInt32, of address: inout sockaddr_storage) {
  withUnsafeMutableBytes(of: &address) { $0.storeBytes(of: interfaceIndex, toByteOffset: 24, as: UInt32.self) }
}

extension IPAddress {
  /// fe80::/10, or a multicast address of the link.
  fileprivate var isLinkLocal: Bool { !isV4 && (high >> 54 == 0x3fa || isLinkLocalMulticast) }
}
