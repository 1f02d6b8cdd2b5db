// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("Public values that are refused")
struct RefusedValueTests {
  private let provider = OpenSSLKeyProvider()

  private func respond(_ method: KeyExchangeMethod, _ peer: [UInt8]) -> KeyResult {
    provider.perform(.respond(method, peerPublicValue: peer, randomBytes: 16))
  }

  private func isAccepted(_ method: KeyExchangeMethod, _ peer: [UInt8]) -> Bool {
    if case .responded = respond(method, peer) { true } else { false }
  }

  /// 2^1024 - 2^960 - 1 + 2^64 * (floor(2^894 * pi) + 129093), RFC 2409 §6.2.
  static let prime1024 = octets(
    """
    ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437
    4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff
    """)

  private static func add(_ change: Int, to number: [UInt8]) -> [UInt8] {
    // The last byte of the prime is 0xff: adding one carries through the last eight, which are all 0xff.
    var result = number, carry = change
    for index in result.indices.reversed() {
      let sum = Int(result[index]) + carry
      result[index] = UInt8(truncatingIfNeeded: sum)
      carry = sum >> 8
    }
    return result
  }

  @Test("0, 1, p - 1, p and more, RFC 6989 §2.1", arguments: [-1, 0, 1, 2])
  func boundaries(offset: Int) {
    #expect(respond(.modp1024, Self.add(offset, to: Self.prime1024)) == .failed(.invalidPublicValue))
    let small = [UInt8](repeating: 0, count: 127) + [UInt8(max(0, offset) & 1)]
    #expect(respond(.modp1024, small) == .failed(.invalidPublicValue))
    #expect(respond(.modp1024, [UInt8](repeating: 0xff, count: 128)) == .failed(.invalidPublicValue))
  }

  @Test("2 and p - 2 are within the range")
  func within() {
    #expect(isAccepted(.modp1024, [UInt8](repeating: 0, count: 127) + [2]))
    #expect(isAccepted(.modp1024, Self.add(-2, to: Self.prime1024)))
  }

  @Test("an element of group 24 outside its subgroup, RFC 6989 §2.2")
  func subgroup() {
    #expect(respond(.modp2048s256, [UInt8](repeating: 0, count: 255) + [2]) == .failed(.invalidPublicValue))
    #expect(isAccepted(.modp2048s256, Generator.modp2048s256))
  }

  @Test("a point off the curve, the zero point, and coordinates outside the field, RFC 6989 §2.3", arguments: [0, 31, 32, 63])
  func points(index: Int) {
    var point = Generator.p256
    point[index] ^= 1
    #expect(respond(.ecp256, point) == .failed(.invalidPublicValue))
    #expect(respond(.ecp256, [UInt8](repeating: 0, count: 64)) == .failed(.invalidPublicValue))
    // x = 5 is on the curve; 5 + p is the same number in the field, and still less than 2^256.
    #expect(isAccepted(.ecp256, Self.smallX))
    #expect(respond(.ecp256, Self.smallXPlusPrime) == .failed(.invalidPublicValue))
  }

  static let smallX = octets(
    """
    0000000000000000000000000000000000000000000000000000000000000005
    459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc
    """)
  static let smallXPlusPrime = octets(
    """
    ffffffff00000001000000000000000000000001000000000000000000000004
    459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc
    """)

  @Test("values of small order give a secret of zeros, RFC 7748 §6, RFC 8031 §3.2", arguments: [UInt8(0), 1])
  func smallOrder(value: UInt8) {
    for (method, count) in [(KeyExchangeMethod.curve25519, 32), (.curve448, 56)] {
      #expect(respond(method, [value] + [UInt8](repeating: 0, count: count - 1)) == .failed(.invalidPublicValue))
    }
  }

  @Test("values of another length", arguments: KeyAgreementTests.groups)
  func lengths(method: KeyExchangeMethod, publicBytes: Int, secretBytes: Int) {
    for count in [0, 1, publicBytes - 1, publicBytes + 1, 65_535] {
      #expect(respond(method, [UInt8](repeating: 3, count: count)) == .failed(.invalidPublicValue))
    }
  }

  @Test("methods that nobody knows, and private values that are none", arguments: [UInt16(0), 1, 17, 22, 25, 33, 65_535])
  func methods(number: UInt16) {
    let method = KeyExchangeMethod(rawValue: number)
    let unsupported = KeyResult.failed(.unsupported("key exchange method \(number)"))
    #expect(provider.perform(.generate(method, randomBytes: 1)) == unsupported)
    #expect(respond(method, [1]) == unsupported)
    for count in [0, 31, 33] {
      let empty = SecretBytes([UInt8](repeating: 0, count: count))
      #expect(provider.perform(.agree(.ecp256, privateValue: empty, peerPublicValue: Generator.p256)) != .agreed(empty))
      #expect(
        provider.perform(.agree(.curve25519, privateValue: empty, peerPublicValue: [9] + [UInt8](repeating: 0, count: 31)))
          == .failed(.wrongLength("private value")))
    }
  }

  @Test("random bytes are as many as asked for, and bounded")
  func randomness() {
    guard case .random(let first) = provider.perform(.random(count: 32)), case .random(let second) = provider.perform(.random(count: 32))
    else {
      Issue.record("no random bytes")
      return
    }
    #expect(first.count == 32 && first != second)
    #expect(provider.perform(.random(count: 0)) == .random([]))
    for count in [-1, KeyLimits.randomBytes + 1, .max, .min] {
      #expect(provider.perform(.random(count: count)) == .failed(.wrongLength("random bytes")))
      #expect(provider.perform(.generate(.curve25519, randomBytes: count)) == .failed(.wrongLength("random bytes")))
    }
  }
}
