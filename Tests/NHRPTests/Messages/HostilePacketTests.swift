// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing

/// Bytes that nobody should send: nothing traps, and what is accepted is stable.
struct HostilePacketTests {
  private static let packets: [[UInt8]] =
    GoldenPackets.whole + GoldenPackets.cisco + CapturedPacket.all.map(\.bytes) + [NHRPSamples.everything.encode()]

  /// Decodes; an accepted packet must have its own size, and decode to itself when encoded again.
  @discardableResult
  private func probe(_ bytes: [UInt8], _ label: @autoclosure () -> String = "") -> Bool {
    guard case .success(let packet) = outcome(bytes) else { return false }
    if case .error(let part) = packet.body { _ = part.offendingHeader() }
    let again = packet.encode()
    let size = Int(bytes[10]) << 8 | Int(bytes[11])
    if again.count != size || outcome(again) != .success(packet) {
      Issue.record("\(label()): \(hexText(bytes)) became \(hexText(again))")
    }
    return true
  }

  @Test("a packet cut anywhere is refused, because its size says so")
  func truncated() {
    for bytes in Self.packets {
      for count in 0..<bytes.count {
        guard case .failure(let error) = outcome(Array(bytes[..<count])) else { Issue.record("accepted"); continue }
        #expect(error == (count < 20 ? .truncatedHeader : .badPacketSize))
      }
    }
  }

  @Test("a packet cut anywhere and sealed again is refused or stable")
  func truncatedAndSealed() {
    for bytes in Self.packets {
      for count in 20..<bytes.count { probe(resealed(Array(bytes[..<count])), "cut at \(count)") }
    }
  }

  @Test("each byte set to 0, 1, one less, one more, 255: refused or stable, with the checksum right or wrong")
  func disturbed() {
    var accepted = 0
    for bytes in Self.packets {
      for index in bytes.indices where !(10..<14).contains(index) {
        let old = bytes[index]
        for new in [0, 1, old &- 1, old &+ 1, 255] where new != old {
          var copy = bytes
          copy[index] = new
          if outcome(copy) != .failure(.badChecksum) { _ = probe(copy) }
          if probe(resealed(copy), "byte \(index) = \(new)") { accepted += 1 }
        }
      }
    }
    #expect(accepted > 10_000)
  }

  @Test("each wrong packet size is refused or leaves bytes behind it alone")
  func packetSizes() {
    for bytes in GoldenPackets.whole {
      for size in [0, 1, 19, 20, bytes.count - 1, bytes.count + 1, 255, 65535] {
        let accepted = probe(resealed(bytes, packetSize: size), "size \(size)")
        if size < 20 || size > bytes.count { #expect(!accepted) }
      }
    }
  }

  @Test("50 000 seeded random buffers: noise, noise behind a valid header, and several bytes of real packets changed")
  func random() {
    var random = RandomSource(seed: 2332)
    var accepted = 0
    for round in 0..<50_000 {
      var bytes: [UInt8]
      switch round % 4 {
      case 0: bytes = noise(&random)
      case 1: bytes = behindHeader(&random)
      default: bytes = damaged(&random)
      }
      if probe(bytes, "round \(round)") { accepted += 1 }
    }
    #expect(accepted > 5_000)
  }

  private func noise(_ random: inout RandomSource) -> [UInt8] {
    let bytes = (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    return random.below(2) == 0 ? bytes : resealed(bytes)
  }

  private func behindHeader(_ random: inout RandomSource) -> [UInt8] {
    let type = UInt8(random.below(10)), offset = UInt8(random.below(120))
    var bytes = hex("000108000000000000400000000000000100") + [UInt8(random.below(3) * 4), UInt8(random.below(2))]
    bytes[17] = type
    bytes[15] = random.below(2) == 0 ? 0 : offset
    // Mostly small bytes, so that lengths are plausible.
    bytes += (0..<random.below(120)).map { _ in
      random.below(3) == 0 ? UInt8(truncatingIfNeeded: random.next()) : UInt8(random.below(5) * 4)
    }
    return resealed(bytes)
  }

  private func damaged(_ random: inout RandomSource) -> [UInt8] {
    var bytes = Self.packets[Int(random.below(UInt64(Self.packets.count)))]
    for _ in 0...random.below(4) {
      bytes[Int(random.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: random.next())
    }
    if random.below(4) == 0 { bytes.removeLast(Int(random.below(UInt64(bytes.count)))) }
    return resealed(bytes)
  }
}
