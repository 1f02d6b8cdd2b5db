// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import LinuxHost
import LinuxNet
import ProtocolKit
import Testing
import Wire

@Suite("The kernel's TCP for engines", .loopback)
struct StreamPortsTests {
  private let first = StreamPortsBench.first

  private func payload(_ count: Int) -> [UInt8] {
    var random = RandomSource(seed: 1)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  @Test("both ends hear of a connection, a megabyte goes each way, and each is told when its bytes have gone")
  func transfer() throws {
    let bench = try StreamPortsBench(), payload = payload(1 << 20)
    let far = try bench.open()
    #expect(far.rawValue >= 1 << 31)
    bench.ends[0].perform(.send(first, payload))
    bench.ends[1].perform(.send(far, payload))
    try bench.run { bench.bytes[1][far]?.count == payload.count && bench.bytes[0][first]?.count == payload.count }
    let isWhole = bench.bytes[1][far] == payload && bench.bytes[0][first] == payload
    #expect(isWhole)
    #expect(bench.events[0].contains(.drained(first)) && bench.events[1].contains(.drained(far)))
  }

  @Test("while the node is behind nothing is read, and what is to be sent goes; then all comes")
  func behind() throws {
    let bench = try StreamPortsBench(), payload = payload(1 << 20)
    let far = try bench.open()
    var isBehind = true
    bench.ends[1].isBehind = { isBehind }
    bench.ends[0].perform(.send(first, payload))
    bench.ends[1].perform(.send(far, payload))
    try bench.run { bench.bytes[0][first]?.count == payload.count }
    try bench.settle()
    #expect(bench.bytes[1][far] == nil)
    isBehind = false
    try bench.run { bench.bytes[1][far]?.count == payload.count }
    let isWhole = bench.bytes[1][far] == payload
    #expect(isWhole)
  }

  @Test("a close comes after all that was sent; then nothing more is said, and the number may be used again")
  func close() throws {
    let bench = try StreamPortsBench(), payload = payload(1 << 22)
    let far = try bench.open()
    bench.ends[0].perform(.send(first, payload))
    bench.ends[0].perform(.close(first))
    bench.events[0] = []
    bench.connect()
    try bench.run { bench.events[1].contains(.closed(far, nil)) && !bench.events[0].isEmpty }
    let isWhole = bench.bytes[1][far] == payload
    #expect(isWhole)
    #expect(bench.events[0].count == 1 && bench.ends[0].connectionCount == 1)
    try bench.run { bench.ends.allSatisfy { $0.nextDeadline == nil } }
  }

  @Test("a peer that sends while we leave is read out, so that it gets our last words and no reset")
  func lastWords() throws {
    let bench = try StreamPortsBench()
    let far = try bench.open()
    bench.ends[1].perform(.send(far, payload(100_000)))
    bench.ends[0].perform(.send(first, [1, 2, 3]))
    bench.ends[0].perform(.close(first))
    bench.ends[1].perform(.send(far, payload(100_000)))
    try bench.run { bench.events[1].contains { if case .closed = $0 { true } else { false } } }
    #expect(bench.bytes[1][far] == [1, 2, 3] && bench.events[1].last == .closed(far, nil))
  }

  @Test("a reset, a refusal, a stranger and an address that is not ours are failures of their kind")
  func failures() throws {
    let bench = try StreamPortsBench()
    bench.connect()
    try bench.run { bench.events[0] == [.closed(first, .reset)] }
    let far = try bench.open()
    bench.ends[1].perform(.reset(far))
    try bench.run { bench.events[0].last == .closed(first, .reset) }
    bench.listen(peers: IPPrefix(IPAddress(10, 0, 0, 0), length: 8))
    (bench.events[0], bench.events[1]) = ([], [])
    bench.connect()
    try bench.run { bench.events[0].last == .closed(first, .reset) }
    #expect(bench.events[1].isEmpty)
    bench.ends[0].perform(.connect(StreamID(2), local: IPAddress(192, 0, 2, 77), remote: bench.address, port: bench.port, StreamOptions()))
    #expect(bench.events[0].last == .closed(StreamID(2), .unreachable))
  }

  @Test("an engine that sends faster than the peer reads is cut off")
  func limit() throws {
    let bench = try StreamPortsBench()
    let silent = try StreamListenerSocket(.init(local: bench.address, port: bench.port))
    #expect(silent.set([StreamListener(peers: .defaultV4)]).isEmpty)
    bench.connect()
    try bench.run { !bench.events[0].isEmpty }
    for _ in 0..<64 { bench.ends[0].perform(.send(first, [UInt8](repeating: 0, count: 1 << 20))) }
    #expect(bench.events[0].last == .closed(first, .limit) && bench.ends[0].connectionCount == 0)
  }

  @Test("a port that another holds is complained of once, and taken when it is free")
  func occupied() throws {
    let bench = try StreamPortsBench()
    var other: StreamListenerSocket? = try StreamListenerSocket(.init(local: .anyV4, port: bench.port))
    bench.listen()
    bench.ends[1].retry()
    #expect(bench.complaints.count == 1 && bench.ends[1].isWaiting && other != nil)
    other = nil
    bench.ends[1].retry()
    #expect(!bench.ends[1].isWaiting)
    _ = try bench.open()
  }

  @Test("peers whose password the kernel does not take are refused; it is said once, and tried again")
  func keyThatFailed() throws {
    let bench = try StreamPortsBench()
    bench.listen(StreamOptions(key: SecretBytes(repeatElement(UInt8(1), count: 81))))
    bench.ends[1].retry()
    #expect(bench.complaints.count == 1 && bench.ends[1].isWaiting)
    #expect(bench.complaints.first?.contains("\(IPPrefix(bench.address, length: 8))") == true)
    bench.connect()
    try bench.run { bench.events[0].last == .closed(first, .reset) }
    #expect(bench.events[1].isEmpty && bench.ends[1].connectionCount == 0)
    bench.listen()
    #expect(!bench.ends[1].isWaiting)
    _ = try bench.open()
  }

  @Test("closing the port leaves what stands")
  func closedPort() throws {
    let bench = try StreamPortsBench()
    let far = try bench.open()
    bench.ends[1].perform(.listen(port: bench.port, []))
    bench.ends[0].perform(.send(first, [1]))
    try bench.run { bench.bytes[1][far] == [1] }
    bench.ends[0].perform(.connect(StreamID(2), local: nil, remote: bench.address, port: bench.port, StreamOptions()))
    try bench.run { bench.events[0].contains(.closed(StreamID(2), .reset)) }
  }

  @Test("an engine may close a connection in the turn in which it hears of it")
  func closeAtOnce() throws {
    let bench = try StreamPortsBench()
    bench.ends[0].deliver = { [unowned bench] event in
      bench.events[0].append(event)
      if case .connected(let id, _, _) = event { bench.ends[0].perform(.close(id)) }
    }
    bench.listen()
    bench.connect()
    try bench.run { bench.events[1].count == 2 }
    #expect(bench.ends.allSatisfy { $0.connectionCount == 0 })
  }
}

@Suite("UDP of the LAN for engines", .loopback)
struct RoutingSocketsTests {
  private let address = IPAddress(127, 0, 0, 1), group = IPAddress(224, 0, 0, 9)
  private let interface = InterfaceID(7)

  /// A port that is free, for both ends of a test.
  private func port() throws -> UInt16 { try RoutingDatagramSocket(.init(isV4: true, port: 0)).localPort() }

  /// A socket of another program at a port, which shares it with nobody.
  private func occupy(_ port: UInt16) -> Int32 {
    let other = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_in()
    (address.sin_family, address.sin_port) = (sa_family_t(AF_INET), port.bigEndian)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(other, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    #expect(result == 0, "bind: \(errno)")
    return other
  }

  @Test("what was joined comes with its interface, also when the link appears later; what was left does not")
  func datagrams() throws {
    let loop = try EventLoop(), port = try port(), interface = interface, address = address
    let sockets = RoutingSockets(loop: loop)
    var received: [Datagram] = [], index: UInt32?
    sockets.deliver = { if case .received(let datagram) = $0 { received.append(datagram) } }
    sockets.linkIndex = { $0 == interface ? index : nil }
    sockets.perform(.join(interface, port: port, group: group))
    #expect(!sockets.isWaiting, "a link is waited for by its event")
    func send(_ destination: IPAddress, _ byte: UInt8) {
      sockets.perform(
        .send(
          Datagram(
            interface: interface, source: address, destination: destination, sourcePort: port, destinationPort: port, ttl: 1, bytes: [byte])
        ))
    }
    send(group, 0)
    #expect(sockets.counters.unsent == 1)
    index = 1
    sockets.linksChanged()
    send(group, 1)
    send(address, 2)
    for _ in 0..<100 where received.count < 2 { try loop.turn(timeoutMilliseconds: 20) }
    #expect(received.map(\.bytes) == [[1], [2]] && received.map(\.destination) == [group, address])
    #expect(received.allSatisfy { $0.interface == interface && $0.source == address && $0.sourcePort == port && $0.ttl == 1 })
    sockets.perform(.leave(interface, port: port, group: group))
    send(group, 3)
    #expect(sockets.counters.unsent == 2, "the last to leave closes the socket")
  }

  @Test("a port that another holds is complained of once for all interfaces, and taken by a retry when it is free")
  func occupied() throws {
    let loop = try EventLoop(), sockets = RoutingSockets(loop: loop), second = InterfaceID(8)
    var complaints: [String] = []
    sockets.complain = { complaints.append($0) }
    sockets.linkIndex = { _ in 1 }
    let port = try port(), other = occupy(port)
    for id in [interface, second] { sockets.perform(.join(id, port: port, group: group)) }
    sockets.retry()
    #expect(sockets.isWaiting && complaints.count == 1)
    close(other)
    sockets.retry()
    #expect(!sockets.isWaiting && complaints.count == 1)
    let datagram = Datagram(
      interface: interface, source: address, destination: address, sourcePort: port, destinationPort: port, ttl: 1, bytes: [1])
    sockets.perform(.send(datagram))
    #expect(sockets.counters.unsent == 0)
  }

  @Test("what is left is not tried again")
  func leftWhileWaiting() throws {
    let loop = try EventLoop(), sockets = RoutingSockets(loop: loop)
    sockets.linkIndex = { _ in 1 }
    let port = try port(), other = occupy(port)
    defer { close(other) }
    sockets.perform(.join(interface, port: port, group: group))
    #expect(sockets.isWaiting)
    sockets.perform(.leave(interface, port: port, group: group))
    #expect(!sockets.isWaiting)
  }

  @Test("datagrams by an interface where nobody wants them are counted")
  func unwanted() throws {
    let loop = try EventLoop(), port = try port(), interface = interface
    let sockets = RoutingSockets(loop: loop)
    sockets.linkIndex = { $0 == interface ? 0x7fff_fff0 : nil }
    sockets.perform(.join(interface, port: port, group: nil))
    let other = try RoutingDatagramSocket(.init(isV4: true, port: 0))
    try other.send([1], from: address, to: address, port: port, interfaceIndex: 1, ttl: 1)
    for _ in 0..<100 where sockets.counters.unwanted == 0 { try loop.turn(timeoutMilliseconds: 20) }
    #expect(sockets.counters.unwanted == 1)
  }
}
