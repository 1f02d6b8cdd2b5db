// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import ProtocolKit
import Testing
import Wire

/// Packets of Linux 6.18 between two of its own sockets with the key "secret" (`TCP_MD5SIG`), captured on loopback. Their checksums were
/// left to a card that is not there, and are mended here; a digest does not cover them.
@Suite("TCP of the lab: the kernel's packets")
struct TCPKernelPacketTests {
  /// A connection's first four packets: SYN, SYN-ACK, ACK and twelve bytes.
  struct Capture: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var ports: [UInt16]
    var packets: [String]
  }

  static let captures = [
    Capture(
      testDescription: "IPv4", ports: [33_465, 45_276],
      packets: [
        "45000048feb0400040063dfd7f0000017f000001b0dc82b9b891efe000000000d002ffd7fe3c00000101131212ef9a56063038773f10ab872ed20d280204ffd7010104020103030a",
        "450000480000400040063cae7f0000017f00000182b9b0dc24d9e30bb891efe1d012ffd7fe3c000001011312889c42030bad565b76e98e73a3e13a390204ffd7010104020103030a",
        "4500003cfeb1400040063e087f0000017f000001b0dc82b9b891efe124d9e30ca0100040fe30000001011312eb7f7080a9297bc962750df0268a536c",
        "45000048feb2400040063dfb7f0000017f000001b0dc82b9b891efe124d9e30ca0180040fe3c000001011312185be96188da847499f6bc505e9dc59968656c6c6f206b65726e656c",
      ]),
    Capture(
      testDescription: "IPv6", ports: [47_565, 42_478],
      packets: [
        "60088cd8003406400000000000000000000000000000000100000000000000000000000000000001a5eeb9cdeb2298a300000000d002ffc4003c000001011312efcbfa36430aa9c384ed10f07518e3cc0204ffc4010104020103030a",
        "6008862f003406400000000000000000000000000000000100000000000000000000000000000001b9cda5eef47c96d4eb2298a4d012ffc4003c000001011312532ef5c4942230ebdf71ad9ba4743f4b0204ffc4010104020103030a",
        "60088cd8002806400000000000000000000000000000000100000000000000000000000000000001a5eeb9cdeb2298a4f47c96d5a0100040003000000101131290d26856c114a11a45b18e5ba58b6d15",
        "60088cd8003406400000000000000000000000000000000100000000000000000000000000000001a5eeb9cdeb2298a4f47c96d5a0180040003c0000010113127fa833458d9563ab371625569e2db57168656c6c6f206b65726e656c",
      ]),
  ]

  private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8).map { UInt8($0 < 97 ? $0 - 48 : $0 - 87) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private func mended(_ packet: [UInt8]) -> [UInt8] {
    let start = packet[0] >> 4 == 4 ? 20 : 40
    let addresses = packet[0] >> 4 == 4 ? packet[12..<20] : packet[8..<40]
    var mended = packet
    (mended[start + 16], mended[start + 17]) = (0, 0)
    let count = packet.count - start
    let sum = InternetChecksum.of(addresses + [0, 6, UInt8(count >> 8), UInt8(count & 255)] + mended[start...])
    (mended[start + 16], mended[start + 17]) = (UInt8(sum >> 8), UInt8(sum & 255))
    return mended
  }

  private func listener(_ capture: Capture, key: String) -> LabTCP {
    var tcp = LabTCP(random: RandomSource(seed: 1), digest: TCPBench.md5)
    let options = StreamOptions(key: SecretBytes(key.utf8))
    let peers = [IPPrefix(.anyV4, length: 0), IPPrefix(.anyV6, length: 0)]
    for port in capture.ports {
      tcp.handle(.listen(port: port, peers.map { StreamListener(peers: $0, options: options) }), at: .start) { _ in nil }
    }
    return tcp
  }

  @Test("the kernel's digests are ours, RFC 2385 §2, and any other byte or key makes them wrong", arguments: captures)
  func digests(capture: Capture) {
    for (index, hex) in capture.packets.enumerated() {
      let packet = mended(bytes(hex))
      var tcp = listener(capture, key: "secret")
      tcp.receive(packet, at: .start)
      #expect(tcp.counters.segmentsIn == 1 && tcp.counters.badDigest == 0, "packet \(index)")
      #expect(tcp.connectionCount == (index == 0 ? 1 : 0), "only the SYN opens a connection")
      var other = listener(capture, key: "Secret")
      other.receive(packet, at: .start)
      #expect(other.counters.badDigest == 1 && other.connectionCount == 0)
      var changed = packet
      changed[(packet[0] >> 4 == 4 ? 20 : 40) + 7] ^= 1
      tcp.receive(mended(changed), at: .start)
      #expect(tcp.counters.badDigest == 1)
    }
  }

  @Test("the kernel's handshake stands with ours, and its bytes come", arguments: captures)
  func handshake(capture: Capture) throws {
    // Without the key, so that its packets can be rewritten to our initial number.
    var tcp = LabTCP(random: RandomSource(seed: 1))
    let everybody = [StreamListener(peers: IPPrefix(.anyV4, length: 0)), StreamListener(peers: IPPrefix(.anyV6, length: 0))]
    tcp.handle(.listen(port: capture.ports[0], everybody), at: .start) { _ in nil }
    var initial: [UInt8]?
    for index in [0, 2, 3] {
      var packet = bytes(capture.packets[index])
      let start = packet[0] >> 4 == 4 ? 20 : 40
      // The digest becomes options that say nothing.
      for i in 0..<20 { packet[start + 20 + i] = 1 }
      let answers = tcp.takePackets()
      if index > 0, let answer = answers.last {
        initial = initial ?? Array(answer[start + 4..<start + 8])
      }
      if let number = initial { packet.replaceSubrange(start + 8..<start + 12, with: next(number)) }
      tcp.receive(mended(packet), at: .start)
    }
    let events = tcp.takeEvents()
    #expect(events.count == 2)
    guard case .accepted(let id, _, _, capture.ports[1]) = events.first else {
      Issue.record("\(events)")
      return
    }
    #expect(events.last == .received(id, Array("hello kernel".utf8)))
  }

  private func next(_ number: [UInt8]) -> [UInt8] {
    let value = number.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } &+ 1
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
