// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("ESP packets that are not authentic")
struct PacketForgeryTests {
  private func sealed(_ suite: ESPSuite, textBytes: Int = 48) throws -> (ESPPacket, PacketCipher) {
    let out = try PacketCipher(suite, keys: suite.testKeys, direction: .outbound)
    let packet = ESPPacket(header: [1, 2, 3, 4, 0, 0, 0, 5], text: [UInt8](repeating: 0x5a, count: textBytes), for: out)
    #expect(packet.seal(out, sequence: 5))
    return (packet, try PacketCipher(suite, keys: suite.testKeys, direction: .inbound))
  }

  @Test("one flipped bit anywhere is enough, and nothing decrypted stays behind", arguments: ESPSuite.various)
  func flips(suite: ESPSuite) throws {
    let (packet, back) = try sealed(suite)
    for bit in 0..<(packet.bytes.count * 8) {
      let forged = packet.copy
      forged.bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      if forged.open(back, sequence: 5) { Issue.record("bit \(bit) does not count") }
      if ![11, 21].contains(suite.encryption), forged.text(back).contains(0x5a) && forged.text(back).filter({ $0 == 0x5a }).count > 40 {
        Issue.record("bit \(bit): the text is there")
      }
    }
    let again = packet.copy
    #expect(again.open(back, sequence: 5), "a forgery must not spoil the next packet")
  }

  @Test("a packet that was cut anywhere, or grew, is refused", arguments: ESPSuite.various)
  func lengths(suite: ESPSuite) throws {
    let (packet, back) = try sealed(suite)
    for count in 0..<packet.bytes.count {
      let cut = packet.copy
      if cut.open(back, sequence: 5, count: count) { Issue.record("\(count) bytes are taken") }
    }
    for more in 1...32 {
      let grown = packet.copy
      grown.bytes += [UInt8](repeating: 0, count: more)
      if grown.open(back, sequence: 5) { Issue.record("\(more) bytes more are taken") }
    }
    for count in [-1, Int.min, Int.max, 65_536] {
      let copy = packet.copy
      #expect(!copy.open(back, sequence: 5, count: count))
    }
    let again = packet.copy
    #expect(again.open(back, sequence: 5))
  }

  @Test("the keys of another association open nothing", arguments: ESPSuite.various)
  func otherKeys(suite: ESPSuite) throws {
    let (packet, _) = try sealed(suite)
    let keys = suite.testKeys.bytes
    for index in keys.indices where !(suite.encryption == 3 && index < 24) {
      var other = keys
      other[index] ^= 0x10
      let copy = packet.copy
      let opened = copy.open(try PacketCipher(suite, keys: SecretBytes(other), direction: .inbound), sequence: 5)
      // With separate algorithms the encryption key is not part of what is authenticated.
      let isAuthenticated = suite.integrity == 0 || index >= keys.count - IntegrityAlgorithm(rawValue: suite.integrity).keyBytes
      #expect(opened != isAuthenticated)
    }
  }

  @Test("a cipher of one direction does nothing in the other")
  func directions() throws {
    let suite = ESPSuite.various[0]
    let (packet, back) = try sealed(suite)
    #expect(!packet.seal(back, sequence: 5))
    #expect(!packet.open(try PacketCipher(suite, keys: suite.testKeys, direction: .outbound), sequence: 5))
  }

  @Test("text that is no whole number of blocks is not sealed, RFC 4303 §2.4")
  func blocks() throws {
    for suite in [ESPSuite(encryption: 12, keyBits: 128, integrity: 12), ESPSuite(encryption: 3, keyBits: 0, integrity: 2)] {
      let out = try PacketCipher(suite, keys: suite.testKeys, direction: .outbound)
      for count in 0...64 {
        let packet = ESPPacket(header: [UInt8](repeating: 0, count: 8), text: [UInt8](repeating: 0, count: count), for: out)
        #expect(packet.seal(out, sequence: 1) == (count > 0 && count % out.blockBytes == 0))
      }
    }
  }

  @Test("suites that are not there, or protect nothing, are refused with the reason")
  func suites() {
    func refusal(_ encryption: UInt16, _ keyBits: UInt16, _ integrity: UInt16) -> CryptoError? {
      let suite = ESPSuite(encryption: encryption, keyBits: keyBits, integrity: integrity)
      #expect(PacketCipher.keyBytes(of: suite) == nil)
      do throws(CryptoError) { _ = try PacketCipher(suite, keys: SecretBytes([]), direction: .inbound) } catch { return error }
      return nil
    }
    #expect(refusal(11, 0, 0) == .unsupported("NULL with integrity none"))
    #expect(refusal(12, 128, 0) == .unsupported("AES-CBC with integrity none"))
    #expect(refusal(20, 128, 12) == .unsupported("AES-GCM-16 with integrity HMAC-SHA-256-128"))
    #expect(refusal(12, 0, 12) == .unsupported("AES-CBC with 0 bits"))
    #expect(refusal(12, 512, 12) == .unsupported("AES-CBC with 512 bits"))
    #expect(refusal(28, 256, 0) == .unsupported("ChaCha20-Poly1305 with 256 bits"))
    #expect(refusal(12, 128, 99) == .unsupported("AES-CBC with integrity integrity 99"))
    #expect(refusal(23, 128, 12) == .unsupported("encryption 23"))
    #expect(refusal(0, 0, 0) == .unsupported("encryption 0"))
  }

  @Test("keys of every other length are refused", arguments: ESPSuite.all)
  func keyLengths(suite: ESPSuite) throws {
    let right = try #require(PacketCipher.keyBytes(of: suite))
    for count in 0...140 where count != right {
      #expect(throws: CryptoError.wrongLength("ESP keys")) {
        try PacketCipher(suite, keys: SecretBytes([UInt8](repeating: 0, count: count)), direction: .inbound)
      }
    }
  }
}
