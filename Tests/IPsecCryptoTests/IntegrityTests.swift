// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("Integrity algorithms")
struct IntegrityTests {
  /// A packet with NULL encryption is the input of its own MAC: the first 8 bytes of the published text are its header.
  @Test("values as ESP cuts them, as published", arguments: KnownAnswer.integrity)
  func known(answer: KnownAnswer) throws {
    let suite = ESPSuite(encryption: 11, keyBits: 0, integrity: answer.integrity.rawValue), keys = SecretBytes(answer["key"])
    let cipher = try PacketCipher(suite, keys: keys, direction: .outbound), data = answer["data"]
    let packet = ESPPacket(header: Array(data[..<8]), text: Array(data[8...]), for: cipher)
    #expect(packet.seal(cipher, sequence: 1))
    #expect(packet.bytes == data + answer["icv"])
    #expect(packet.open(try PacketCipher(suite, keys: keys, direction: .inbound), sequence: 1))
  }
}
