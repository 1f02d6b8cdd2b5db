// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("ESP packets")
struct PacketCipherTests {
  static let suites = [
    ESPSuite(encryption: 20, keyBits: 128), ESPSuite(encryption: 18, keyBits: 256), ESPSuite(encryption: 19, keyBits: 192),
    ESPSuite(encryption: 12, keyBits: 128, integrity: 2), ESPSuite(encryption: 12, keyBits: 256, integrity: 12),
    ESPSuite(encryption: 12, keyBits: 256, integrity: 12, truncatesSHA256To96: true), ESPSuite(encryption: 11, keyBits: 0, integrity: 14),
    ESPSuite(encryption: 14, keyBits: 128), ESPSuite(encryption: 16, keyBits: 256), ESPSuite(encryption: 21, keyBits: 192),
    ESPSuite(encryption: 28, keyBits: 0), ESPSuite(encryption: 3, keyBits: 0, integrity: 1), ESPSuite(encryption: 13, keyBits: 128, integrity: 5),
    ESPSuite(encryption: 12, keyBits: 128, integrity: 8),
  ]

  @Test("what one end seals the other opens", arguments: suites, [false, true])
  func roundTrip(suite: ESPSuite, usesESN: Bool) throws {
    let keys = SecretBytes((0..<(PacketCipher.keyBytes(of: suite) ?? 0)).map { UInt8($0) })
    let out = try PacketCipher(suite, keys: keys, direction: .outbound), back = try PacketCipher(suite, keys: keys, direction: .inbound)
    for sequence in [1, 2, 0x1_0000_0001] as [UInt64] {
      let text = (0..<96).map { UInt8($0) }
      var packet: [UInt8] = [0, 0, 2, 0, 0, 0, 0, UInt8(truncatingIfNeeded: sequence)]
      packet += [UInt8](repeating: 0, count: out.ivBytes) + text + [UInt8](repeating: 0, count: out.icvBytes)
      let count = packet.count
      #expect(packet.withUnsafeMutableBytes { out.seal($0.baseAddress!, count: count, sequence: sequence, usesESN: usesESN) })
      #expect([11, 21].contains(suite.encryption) || Array(packet[(8 + out.ivBytes)..<(104 + out.ivBytes)]) != text)
      #expect(packet.withUnsafeMutableBytes { back.open($0.baseAddress!, count: count, sequence: sequence, usesESN: usesESN) })
      #expect(Array(packet[(8 + out.ivBytes)..<(104 + out.ivBytes)]) == text)
    }
  }
}
