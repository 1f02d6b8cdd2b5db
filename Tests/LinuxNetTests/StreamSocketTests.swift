// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import LinuxNet
import ProtocolKit
import Testing
import Wire

@Suite("TCP sockets of routing protocols", .loopback)
struct StreamSocketTests {
  @Test("a megabyte goes each way, and the end is heard of after it", arguments: Loopback.addresses)
  func transfer(address: IPAddress) throws {
    let bench = try StreamBench(address)
    let (near, far) = try bench.pair()
    #expect(try near.localEnd().address == address && far.remote == address)
    #expect(try near.localEnd().port == far.remotePort && near.remotePort == bench.port)
    var random = RandomSource(seed: 1)
    let payload = (0..<1 << 20).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    try near.send(payload)
    try far.send(payload)
    var received: [[UInt8]] = [[], []]
    try eventually {
      for (i, socket) in [near, far].enumerated() {
        try socket.flush()
        if case .bytes(let bytes) = try socket.receive() { received[i] += bytes }
      }
      return received.allSatisfy { $0.count >= payload.count } && !near.wantsWrite && !far.wantsWrite
    }
    let isWhole = received == [payload, payload]
    #expect(isWhole)
    near.finishSending()
    try eventually { try far.receive() == .end }
    try far.send([7])
    try eventually { try near.receive() == .bytes([7]) }
  }

  @Test("a stranger is reset by the host, and where nobody listens the kernel refuses")
  func strangers() throws {
    let bench = try StreamBench(Loopback.v4, peers: IPPrefix(IPAddress(10, 0, 0, 0), length: 8))
    let stranger = try bench.connect()
    var refused: IPAddress?
    try eventually {
      if case .refused(let peer) = try bench.listener.accept() { refused = peer }
      return refused != nil
    }
    #expect(refused == Loopback.v4)
    try eventually { failure { if try stranger.finishConnecting() { _ = try stranger.receive() } } == ECONNRESET }
    let port = bench.port
    #expect(bench.listener.set([]).isEmpty)
    let closed = try StreamListenerSocket(.init(local: Loopback.v4, port: 0)).localPort()
    #expect(closed != port)
    let attempt = try StreamSocket(connecting: .init(remote: Loopback.v4, port: closed))
    try eventually { failure { _ = try attempt.finishConnecting() } == ECONNREFUSED }
  }

  @Test("a reset reaches the peer as one")
  func reset() throws {
    let bench = try StreamBench(Loopback.v4)
    let near = try bench.connect()
    var far: StreamSocket?
    try eventually {
      if case .stream(let stream) = try bench.listener.accept() { far = stream }
      return try near.finishConnecting() && far != nil
    }
    far?.reset()
    far = nil
    try eventually { failure { _ = try near.receive() } == ECONNRESET }
  }

  @Test("what a peer does not read is kept up to a limit, then it is an error")
  func limit() throws {
    let (near, far) = try StreamBench(Loopback.v4).pair()
    near.outputLimitBytes = 1 << 20
    let piece = [UInt8](repeating: 1, count: 1 << 18)
    #expect(failure { for _ in 0..<1_000 { try near.send(piece) } } == ENOBUFS)
    #expect(near.wantsWrite && near.unsentByteCount <= 1 << 20 && far.isConnected)
  }

  @Test("the local address can be chosen, and one that is not there is an error that says so")
  func localAddress() throws {
    let bench = try StreamBench(Loopback.v4)
    let near = try bench.connect(local: IPAddress(127, 0, 0, 5))
    try eventually { try near.finishConnecting() }
    #expect(try near.localEnd().address == IPAddress(127, 0, 0, 5))
    #expect(failure { _ = try bench.connect(local: IPAddress(192, 0, 2, 77)) } == EADDRNOTAVAIL)
  }

  @Test("two cannot listen at one port")
  func occupied() throws {
    let bench = try StreamBench(Loopback.v4)
    #expect(failure { _ = try StreamListenerSocket(.init(local: Loopback.v4, port: bench.port)) } == EADDRINUSE)
  }

  @Test("packets from further away than allowed do not even get an answer, RFC 5082", arguments: Loopback.addresses)
  func minimumTTL(address: IPAddress) throws {
    let bench = try StreamBench(address, StreamOptions(ttl: 255, minimumTTL: 255))
    let (near, far) = try bench.pair(StreamOptions(ttl: 255, minimumTTL: 255))
    try near.send([1])
    try eventually { try far.receive() == .bytes([1]) }
    let distant = try bench.connect(StreamOptions(ttl: 254))
    try never { try distant.finishConnecting() }
  }

  @Test("a password that the kernel did not take is not no password: its peer is reset, and welcome once it can be kept")
  func keyThatFailed() throws {
    let bench = try StreamBench(Loopback.v4)
    let long = StreamOptions(key: SecretBytes(repeatElement(UInt8(1), count: 81)))
    let peers = IPPrefix(host: Loopback.v4)
    #expect(bench.listener.set([StreamListener(peers: peers, options: long), StreamListener(peers: .defaultV4)]).count == 1)
    let unsigned = try bench.connect()
    var refused: IPAddress?
    try eventually {
      if case .refused(let peer) = try bench.listener.accept() { refused = peer }
      return refused != nil
    }
    #expect(refused == Loopback.v4)
    try eventually { failure { if try unsigned.finishConnecting() { _ = try unsigned.receive() } } == ECONNRESET }
    #expect(bench.listener.set([StreamListener(peers: peers)]).isEmpty)
    _ = try bench.pair()
  }

  @Test("the most specific listener decides about an accepted connection")
  func mostSpecific() throws {
    let bench = try StreamBench(Loopback.v4)
    let listeners = [
      StreamListener(peers: .defaultV4, options: StreamOptions(ttl: 3)),
      StreamListener(peers: IPPrefix(host: Loopback.v4), options: StreamOptions(ttl: 9)),
      StreamListener(peers: IPPrefix(Loopback.v6, length: 0), options: StreamOptions(ttl: 1)),
    ]
    #expect(bench.listener.set(listeners).isEmpty)
    #expect(bench.listener.options(for: Loopback.v4)?.ttl == 9 && bench.listener.options(for: IPAddress(127, 0, 0, 2))?.ttl == 3)
    #expect(bench.listener.options(for: Loopback.v6) == nil)
    let (near, far) = try bench.pair()
    try near.send([1])
    try eventually { try far.receive() == .bytes([1]) }
  }
}

@Suite("TCP sockets with keys (RFC 2385)", .digests)
struct StreamKeyTests {
  private let key = StreamOptions(key: SecretBytes("secret".utf8))

  @Test("two ends with one key talk, also where the listener names a whole network", arguments: Loopback.addresses, [0, 8, 32])
  func sameKey(address: IPAddress, length: Int) throws {
    let (near, far) = try StreamBench(address, key, peers: IPPrefix(address, length: length == 32 ? address.bitWidth : length)).pair(key)
    try near.send([1, 2, 3])
    try eventually { try far.receive() == .bytes([1, 2, 3]) }
    try far.send([4])
    try eventually { try near.receive() == .bytes([4]) }
  }

  @Test("another key, none, or one that nobody asked for: no connection")
  func otherKey() throws {
    let bench = try StreamBench(Loopback.v4, key)
    let wrong = try bench.connect(StreamOptions(key: SecretBytes("Secret".utf8))), none = try bench.connect()
    try never { try wrong.finishConnecting() || none.finishConnecting() }
    let open = try StreamBench(Loopback.v4)
    let signed = try open.connect(key)
    try never { try signed.finishConnecting() }
  }

  @Test("a key can be changed and taken back while the socket listens")
  func changedKey() throws {
    let bench = try StreamBench(Loopback.v4, key)
    let peers = IPPrefix(Loopback.v4, length: 8)
    let changed = StreamOptions(key: SecretBytes("other".utf8))
    #expect(bench.listener.set([StreamListener(peers: peers, options: changed)]).isEmpty)
    _ = try bench.pair(changed)
    #expect(bench.listener.set([StreamListener(peers: peers)]).isEmpty)
    _ = try bench.pair()
  }

  @Test("a connection that came before its key is not one of the peer with the key")
  func early() throws {
    let bench = try StreamBench(Loopback.v4), unsigned = try bench.connect()
    try eventually { try unsigned.finishConnecting() }
    #expect(bench.listener.set([StreamListener(peers: IPPrefix(host: Loopback.v4), options: key)]).isEmpty)
    var far: StreamSocket?
    try eventually {
      if case .stream(let stream) = try bench.listener.accept() { far = stream }
      return far != nil
    }
    try unsigned.send([1, 2, 3])
    try never { try far?.receive() == .bytes([1, 2, 3]) }
  }

  @Test("a key that is too long is an error, and the other listeners are in force")
  func tooLong() throws {
    let bench = try StreamBench(Loopback.v4)
    let long = StreamOptions(key: SecretBytes(repeatElement(UInt8(1), count: 81)))
    let failures = bench.listener.set([
      StreamListener(peers: IPPrefix(IPAddress(10, 0, 0, 0), length: 8), options: long), StreamListener(peers: .defaultV4),
    ])
    #expect(failures.count == 1 && failures.first?.errno == EINVAL)
    _ = try bench.pair()
  }
}
