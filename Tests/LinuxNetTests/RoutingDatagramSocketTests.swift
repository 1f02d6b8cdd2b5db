// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import LinuxNet
import Testing
import Wire

@Suite("UDP sockets of routing protocols", .loopback)
struct RoutingDatagramSocketTests {
  static let group = IPAddress(224, 0, 0, 9)

  private func socket(_ address: IPAddress, port: UInt16 = 0) throws -> RoutingDatagramSocket {
    try RoutingDatagramSocket(.init(isV4: address.isV4, port: port))
  }

  private func next(_ socket: RoutingDatagramSocket) throws -> [RoutingDatagramSocket.Received] {
    var all: [RoutingDatagramSocket.Received] = []
    try socket.receive { all.append($0) }
    return all
  }

  @Test("a datagram comes with its interface, addresses and TTL", arguments: Loopback.addresses, [UInt8(1), 64, 255])
  func unicast(address: IPAddress, ttl: UInt8) throws {
    let (sender, receiver) = (try socket(address), try socket(address))
    let port = try receiver.localPort()
    try sender.send([1, 2, 3], from: address, to: address, port: port, interfaceIndex: Loopback.index, ttl: ttl)
    var received: [RoutingDatagramSocket.Received] = []
    try eventually {
      received += try next(receiver)
      return !received.isEmpty
    }
    let datagram = try #require(received.first)
    #expect(datagram.interfaceIndex == Loopback.index && datagram.source == address && datagram.destination == address)
    #expect(try datagram.sourcePort == sender.localPort() && datagram.ttl == ttl && datagram.bytes == [1, 2, 3])
  }

  @Test("what goes to a group comes to who joined it on that interface, until it leaves")
  func multicast() throws {
    let (address, group) = (Loopback.v4, Self.group)
    let (sender, receiver) = (try socket(address), try socket(address))
    let port = try receiver.localPort()
    func send(_ byte: UInt8) throws {
      try sender.send([byte], from: address, to: group, port: port, interfaceIndex: Loopback.index, ttl: 1)
    }
    try receiver.join(group, interfaceIndex: Loopback.index)
    try receiver.join(group, interfaceIndex: Loopback.index)
    try send(1)
    var received: [RoutingDatagramSocket.Received] = []
    try eventually {
      received += try next(receiver)
      return !received.isEmpty
    }
    #expect(received.map(\.bytes) == [[1]] && received.first?.destination == group && received.first?.ttl == 1)
    receiver.leave(group, interfaceIndex: Loopback.index)
    try send(2)
    try never { try !next(receiver).isEmpty }
  }

  @Test("another socket's groups are not ours, though the port is")
  func othersGroups() throws {
    let (address, group) = (Loopback.v4, Self.group)
    let ours = try socket(address)
    let port = try ours.localPort()
    let other = try socket(address, port: port)
    try other.join(group, interfaceIndex: Loopback.index)
    try socket(address).send([1], from: address, to: group, port: port, interfaceIndex: Loopback.index, ttl: 1)
    try eventually { try !next(other).isEmpty }
    #expect(try next(ours).isEmpty)
  }

  @Test("a group of IPv6 is joined and left by the same calls", .enabled(if: Loopback.hasV6, "there is no IPv6 here"))
  func joinV6() throws {
    // Loopback has no route for groups of IPv6: what comes and goes is tested where there is a LAN.
    let socket = try socket(Loopback.v6), group = try #require(IPAddress("ff02::9"))
    for _ in 0..<2 {
      try socket.join(group, interfaceIndex: Loopback.index)
      socket.leave(group, interfaceIndex: Loopback.index)
    }
    #expect(failure { try socket.join(group, interfaceIndex: 0x7fff_fff0) } == ENODEV)
  }

  @Test("an interface that is not there, or an address of another family, is an error")
  func errors() throws {
    let socket = try socket(Loopback.v4)
    #expect(failure { try socket.join(Self.group, interfaceIndex: 0x7fff_fff0) } == ENODEV)
    #expect(
      failure { try socket.send([1], from: Loopback.v6, to: Loopback.v6, port: 9, interfaceIndex: Loopback.index, ttl: 1) } == EAFNOSUPPORT)
    socket.leave(Self.group, interfaceIndex: Loopback.index)
  }

  @Test("many datagrams come in portions, none is lost, and long ones are counted")
  func many() throws {
    let (sender, receiver) = (try socket(Loopback.v4), try socket(Loopback.v4))
    let port = try receiver.localPort()
    for number in 0..<100 {
      try sender.send([UInt8(number)], from: Loopback.v4, to: Loopback.v4, port: port, interfaceIndex: Loopback.index, ttl: 1)
    }
    try sender.send(
      [UInt8](repeating: 0, count: 20_000), from: Loopback.v4, to: Loopback.v4, port: port, interfaceIndex: Loopback.index, ttl: 1)
    let first = try next(receiver)
    #expect(first.count == 64)
    var received = first
    try eventually {
      received += try next(receiver)
      return received.count == 100 && receiver.truncated == 1
    }
    #expect(received.map { $0.bytes.first } == (0..<100).map { UInt8($0) })
  }
}
