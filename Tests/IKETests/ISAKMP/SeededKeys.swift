// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// Does key jobs so that they repeat: a toy group, signatures that are digests. It protects nothing, and costs nothing.
final class SeededKeys: KeyProvider, @unchecked Sendable {
  private var random: RandomSource
  /// What the certificates of this world say.
  let facts: [[UInt8]: CertificateFacts]

  init(seed: UInt64, facts: [[UInt8]: CertificateFacts] = [:]) {
    random = RandomSource(seed: seed)
    self.facts = facts
  }

  func perform(_ job: KeyJob) -> KeyResult {
    switch job {
    case .random(let count): return .random(bytes(count))
    case .generate(_, let count):
      let exponent = random.next() >> 4
      return .generated(privateValue: SecretBytes(big(exponent)), publicValue: big(Self.power(3, exponent)), random: bytes(count))
    case .agree(_, let privateValue, let peer): return agree(privateValue.bytes, peer)
    case .respond(_, let peer, let count):
      let exponent = random.next() >> 4
      guard case .agreed(let secret) = agree(big(exponent), peer) else { return .failed(.invalidPublicValue) }
      return .responded(publicValue: big(Self.power(3, exponent)), sharedSecret: secret, random: bytes(count))
    case .sign(let key, _, let message): return .signature(Self.signature(key.chain[0], message))
    case .verify(let chain, let anchors, _, _, let message, let signature):
      guard signature == Self.signature(chain[0], message) else { return .failed(.wrongSignature) }
      guard let facts = facts[chain[0]], anchors.roots.contains(facts.issuer) else { return .failed(.untrusted("issuer")) }
      return .verified(facts)
    }
  }

  static func signature(_ certificate: [UInt8], _ message: [UInt8]) -> [UInt8] { HashAlgorithm.sha256.digest(certificate, message) }

  private func agree(_ exponent: [UInt8], _ peer: [UInt8]) -> KeyResult {
    let value = number(peer)
    guard peer.count == 8, value > 1, value < Self.prime else { return .failed(.invalidPublicValue) }
    return .agreed(SecretBytes(big(Self.power(value, number(exponent)))))
  }

  private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
  private func big(_ n: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: n >> (56 - 8 * UInt64($0))) } }
  private func number(_ bytes: [UInt8]) -> UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

  private static let prime: UInt64 = (1 << 61) - 1

  private static func power(_ base: UInt64, _ exponent: UInt64) -> UInt64 {
    var result: UInt64 = 1, square = base % prime, rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result = multiply(result, square) }
      square = multiply(square, square)
      rest >>= 1
    }
    return result
  }

  private static func multiply(_ a: UInt64, _ b: UInt64) -> UInt64 {
    prime.dividingFullWidth(a.multipliedFullWidth(by: b)).remainder
  }
}
