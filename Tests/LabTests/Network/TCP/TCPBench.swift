// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import Lab
import ProtocolKit
import Testing
import Wire

/// Two TCPs and a path between them on a virtual clock. End 0 opens, end 1 listens.
struct TCPBench {
  /// What the path does to packets, in parts of a hundred; the delay one way.
  struct Path {
    var delay = Duration.milliseconds(20)
    var lost: UInt64 = 0
    var doubled: UInt64 = 0
    /// Held back by up to ten delays, so that others overtake.
    var heldBack: UInt64 = 0
    var isCut = false
    var mtu = 1_400
  }

  static let v4 = [IPAddress(10, 0, 0, 1), IPAddress(10, 0, 0, 2)]
  static let v6 = ["2001:db8::1", "2001:db8::2"].compactMap { IPAddress($0) }
  static let bgp: UInt16 = 179
  static let first = StreamID(1)

  static let md5: LabTCP.Digest = { bytes, key in HashAlgorithm.md5.digest(bytes, key.withBytes { Array($0) }) }

  var now = Instant.start
  var ends: [LabTCP]
  let addresses: [IPAddress]
  var path = Path()
  /// What each end told its engine, in order.
  var events: [[StreamPort.Event]] = [[], []]
  /// All that each end delivered, by connection.
  var bytes: [[StreamID: [UInt8]]] = [[:], [:]]
  /// What each end sent, as it was before the path.
  var sent: [[[UInt8]]] = [[], []]
  private var flying: [(at: Instant, order: Int, to: Int, packet: [UInt8])] = []
  private var order = 0
  private var random = RandomSource(seed: 7)

  init(addresses: [IPAddress] = TCPBench.v4, seed: UInt64 = 7) {
    self.addresses = addresses
    random = RandomSource(seed: seed)
    ends = [1, 2].map { LabTCP(random: RandomSource(seed: seed &+ $0), digest: TCPBench.md5) }
  }

  // MARK: Wishes

  mutating func wish(_ end: Int, _ effect: StreamPort.Effect) {
    let own = addresses[end]
    ends[end].handle(effect, at: now) { $0.isV4 == own.isV4 ? own : nil }
    collect(end)
  }

  mutating func listen(_ end: Int = 1, _ options: StreamOptions = StreamOptions(), peers: IPPrefix? = nil) {
    wish(end, .listen(port: Self.bgp, [StreamListener(peers: peers ?? IPPrefix(addresses[1 - end], length: 8), options: options)]))
  }

  mutating func connect(_ options: StreamOptions = StreamOptions()) {
    wish(0, .connect(Self.first, local: nil, remote: addresses[1], port: Self.bgp, options))
  }

  /// Opens connection 1 of an end from a port of the test's choice.
  mutating func connect(_ end: Int, fromPort port: UInt16) {
    ends[end].connect(
      Self.first, from: addresses[end], port: port, to: addresses[1 - end], port: Self.bgp, StreamOptions(), at: now)
    collect(end)
  }

  /// Listens, connects and waits; gives the number at the listener.
  mutating func open(_ options: StreamOptions = StreamOptions()) throws -> StreamID {
    listen(1, options)
    connect(options)
    run(for: .seconds(30)) { $0.accepted(1) != nil && $0.isConnected }
    #expect(isConnected)
    return try #require(accepted(1))
  }

  var isConnected: Bool {
    events[0].contains { if case .connected(Self.first, addresses[0], _) = $0 { true } else { false } }
  }

  func accepted(_ end: Int) -> StreamID? {
    for case .accepted(let id, _, _, _) in events[end] { return id }
    return nil
  }

  /// Whether exactly these bytes came; a question of its own, so that a failure does not print them all.
  func hasDelivered(_ expected: [UInt8], at end: Int, _ id: StreamID) -> Bool { bytes[end][id] == expected }

  /// Why a connection ended; nil while it has not.
  func ending(_ end: Int, _ id: StreamID) -> StreamFailure?? {
    for case .closed(id, let reason) in events[end] { return .some(reason) }
    return nil
  }

  // MARK: The path

  /// Gives a packet to an end at once, as if it had come.
  mutating func arrive(_ packet: [UInt8], at end: Int) {
    ends[end].receive(packet, at: now)
    collect(end)
  }

  mutating func arriveError(_ packet: [UInt8], at end: Int) {
    ends[end].receiveError(packet, at: now)
    collect(end)
  }

  /// Loses what is under way.
  mutating func losePackets() { flying = [] }

  /// Puts a node that has just started in the place of an end.
  mutating func restart(_ end: Int) {
    ends[end] = LabTCP(random: RandomSource(seed: 99), digest: Self.md5)
    events[end] = []
  }

  private mutating func collect(_ end: Int) {
    for event in ends[end].takeEvents() {
      if case .received(let id, let more) = event { bytes[end][id, default: []] += more } else { events[end].append(event) }
    }
    for packet in ends[end].takePackets() { fly(packet, to: 1 - end) }
  }

  private mutating func fly(_ packet: [UInt8], to end: Int) {
    sent[1 - end].append(packet)
    guard !path.isCut, random.below(100) >= path.lost else { return }
    guard packet.count <= path.mtu else { return tooBig(packet, to: 1 - end) }
    for _ in 0..<(random.below(100) < path.doubled ? 2 : 1) {
      var delay = path.delay
      if random.below(100) < path.heldBack { delay += path.delay * Int(random.below(10)) }
      order += 1
      flying.append((now + delay, order, end, packet))
    }
  }

  private mutating func tooBig(_ packet: [UInt8], to end: Int) {
    guard packet[0] >> 4 == 4, let error = LabTCPSample.fragmentationNeeded(about: packet, mtu: path.mtu) else { return }
    arriveError(error, at: end)
  }

  // MARK: Time

  /// Runs until `isDone`, at most for a span; the span's end is reached where it is never done.
  mutating func run(for span: Duration, until isDone: (TCPBench) -> Bool = { _ in false }) {
    let limit = now + span
    while !isDone(self) {
      let next = [flying.map(\.at).min(), ends[0].nextDeadline, ends[1].nextDeadline].compactMap { $0 }.min()
      guard let next, next <= limit else {
        now = limit
        return
      }
      now = max(now, next)
      step()
    }
  }

  private mutating func step() {
    let due = flying.filter { $0.at <= now }.sorted { ($0.at, $0.order) < ($1.at, $1.order) }
    flying.removeAll { $0.at <= now }
    for packet in due { arrive(packet.packet, at: packet.to) }
    for end in 0..<2 {
      if let deadline = ends[end].nextDeadline, deadline <= now { ends[end].expire(at: now) }
      collect(end)
    }
  }
}

/// Segments made by hand: nothing of the module under test is in them.
struct HandMadeSegment {
  var source: IPAddress, sourcePort: UInt16
  var destination: IPAddress, destinationPort: UInt16
  var sequence: UInt32, acknowledgement: UInt32 = 0
  /// FIN 1, SYN 2, RST 4, PSH 8, ACK 16.
  var flags: UInt8
  var window: UInt16 = 65_535
  var ttl: UInt8 = 64
  var options: [UInt8] = []
  var payload: [UInt8] = []

  /// Reads the fields of an IPv4 packet that carries TCP.
  init(_ packet: [UInt8]) throws {
    var reader = ByteReader(packet)
    try reader.skip(8)
    ttl = try reader.u8()
    try reader.skip(3)
    source = IPAddress(v4: try reader.u32())
    destination = IPAddress(v4: try reader.u32())
    (sourcePort, destinationPort) = (try reader.u16(), try reader.u16())
    (sequence, acknowledgement) = (try reader.u32(), try reader.u32())
    let headerCount = Int(try reader.u8() >> 4) * 4
    flags = try reader.u8()
    window = try reader.u16()
    try reader.skip(4)
    options = try reader.take(headerCount - 20)
    payload = try reader.take(reader.remaining)
  }

  init(
    from source: IPAddress, _ sourcePort: UInt16, to destination: IPAddress, _ destinationPort: UInt16, sequence: UInt32,
    acknowledgement: UInt32 = 0, flags: UInt8, window: UInt16 = 65_535, payload: [UInt8] = []
  ) {
    (self.source, self.sourcePort, self.destination, self.destinationPort) = (source, sourcePort, destination, destinationPort)
    (self.sequence, self.acknowledgement, self.flags, self.window, self.payload) = (sequence, acknowledgement, flags, window, payload)
  }

  var packet: [UInt8] {
    var ip = ByteWriter()
    let count = 20 + options.count + payload.count
    ip.put([0x45, 0])
    ip.u16(UInt16(20 + count))
    ip.put([0, 0, 0x40, 0, ttl, 6, 0, 0])
    ip.put(source.bytes)
    ip.put(destination.bytes)
    ip.patch(u16: InternetChecksum.of(ip.bytes), at: 10)
    var tcp = ByteWriter()
    tcp.u16(sourcePort)
    tcp.u16(destinationPort)
    tcp.u32(sequence)
    tcp.u32(acknowledgement)
    tcp.put([UInt8(20 + options.count) << 2, flags])
    tcp.u16(window)
    tcp.u32(0)
    tcp.put(options)
    tcp.put(payload)
    let pseudo = source.bytes + destination.bytes + [0, 6, UInt8(count >> 8), UInt8(count & 255)]
    tcp.patch(u16: InternetChecksum.of(pseudo + tcp.bytes), at: 16)
    return ip.bytes + tcp.bytes
  }
}

/// Packets for the tests of the lab's TCP.
enum LabTCPSample {
  /// `count` bytes that differ from place to place.
  static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = RandomSource(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  /// "Fragmentation needed" of a router on the way (RFC 1191).
  static func fragmentationNeeded(about packet: [UInt8], mtu: Int) -> [UInt8]? {
    unreachable(about: packet, code: 4, word: UInt16(mtu))
  }

  /// "Destination unreachable" (RFC 792).
  static func unreachable(about packet: [UInt8], code: UInt8, word: UInt16 = 0) -> [UInt8]? {
    guard packet.count >= 28 else { return nil }
    var ip = ByteWriter()
    ip.put([0x45, 0, 0, 56, 0, 0, 0, 0, 64, 1, 0, 0, 192, 0, 2, 1])
    ip.put(packet[12..<16])
    ip.patch(u16: InternetChecksum.of(ip.bytes), at: 10)
    var icmp = ByteWriter()
    icmp.put([3, code, 0, 0, 0, 0])
    icmp.u16(word)
    icmp.put(packet.prefix(28))
    icmp.patch(u16: InternetChecksum.of(icmp.bytes), at: 2)
    return ip.bytes + icmp.bytes
  }
}
