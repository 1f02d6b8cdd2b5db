// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// Does key jobs for simulations: as fast as a hash, and with the same result for the same seed and job. **It protects nothing**: who
/// sees two public values knows the shared secret, and anybody can sign as anybody.
///
/// It agrees and verifies only with its own kind, whatever the seeds: the shared secret is a hash of both public values, and a signature is
/// a hash of the signer's certificate and the message. A job asked for twice gives the same bytes twice, so a simulation makes one
/// provider for each job, with a seed split from the node's and the job's number.
public struct DeterministicKeyProvider: KeyProvider {
  private let seed: UInt64

  /// A provider whose results follow from `seed`.
  public init(seed: UInt64) { self.seed = seed }

  /// Does one job, in microseconds.
  public func perform(_ job: KeyJob) -> KeyResult {
    do throws(CryptoError) {
      return try result(of: job)
    } catch {
      return .failed(error)
    }
  }

  private func result(of job: KeyJob) throws(CryptoError) -> KeyResult {
    switch job {
    case .random(let count): return .random(try random(count))
    case .generate(let method, let randomBytes):
      let privateValue = privateValue(method), publicValue = try publicValue(method, privateValue)
      return .generated(privateValue: SecretBytes(privateValue), publicValue: publicValue, random: try random(randomBytes))
    case .agree(let method, let privateValue, let peerPublicValue):
      let own = try publicValue(method, privateValue.withBytes { Array($0) })
      return .agreed(try sharedSecret(method, own, peerPublicValue))
    case .respond(let method, let peerPublicValue, let randomBytes):
      let publicValue = try publicValue(method, privateValue(method))
      return .responded(
        publicValue: publicValue, sharedSecret: try sharedSecret(method, publicValue, peerPublicValue), random: try random(randomBytes))
    case .sign(let key, let scheme, let message):
      guard let own = key.chain.first else { throw .unreadable("no certificate for the private key") }
      return .signature(signature(own, scheme, message))
    case .verify(let chain, let anchors, let wallSeconds, let scheme, let message, let signature):
      let facts = try verified(chain, anchors, wallSeconds)
      guard let own = chain.first, self.signature(own, scheme, message) == signature else { throw .wrongSignature }
      return .verified(facts)
    }
  }
}

/// Values.
extension DeterministicKeyProvider {
  private func random(_ count: Int) throws(CryptoError) -> [UInt8] {
    guard (0...KeyLimits.randomBytes).contains(count) else { throw .wrongLength("random bytes") }
    return HashStream("random", seed.bytes).bytes(count)
  }

  private func privateValue(_ method: KeyExchangeMethod) -> [UInt8] {
    HashStream("private", seed.bytes, [UInt8(method.rawValue >> 8), UInt8(method.rawValue & 0xff)]).bytes(32)
  }

  private func publicValue(_ method: KeyExchangeMethod, _ privateValue: [UInt8]) throws(CryptoError) -> [UInt8] {
    HashStream("public", privateValue).bytes(try KeyExchangeGroups.group(method).publicValueBytes)
  }

  private func sharedSecret(_ method: KeyExchangeMethod, _ own: [UInt8], _ peer: [UInt8]) throws(CryptoError) -> SecretBytes {
    let group = try KeyExchangeGroups.group(method)
    guard peer.count == group.publicValueBytes else { throw .invalidPublicValue }
    let (first, second) = own.lexicographicallyPrecedes(peer) ? (own, peer) : (peer, own)
    return SecretBytes(HashStream("shared", first, second).bytes(group.sharedSecretBytes))
  }

  private func signature(_ certificate: [UInt8], _ scheme: SignatureScheme, _ message: [UInt8]) -> [UInt8] {
    HashStream("signature", HashStream("certificate", certificate).bytes(32), message).bytes(64)
  }

  /// Looks at names and times, not at the issuers' signatures.
  private func verified(_ chain: [[UInt8]], _ anchors: TrustAnchors, _ wallSeconds: Int64) throws(CryptoError) -> CertificateFacts {
    guard let own = chain.first else { throw .untrusted("no certificate") }
    guard chain.count <= KeyLimits.chainCertificates else { throw .untrusted("a chain of \(chain.count) certificates") }
    let facts = try CertificateReader.facts(ofDER: own)
    guard facts.notBefore <= wallSeconds else { throw .untrusted("certificate is not yet valid: \(facts.subjectText)") }
    guard wallSeconds <= facts.notAfter else { throw .untrusted("certificate has expired: \(facts.subjectText)") }
    var issuer = facts.issuer
    for der in chain.dropFirst() {
      let next = try CertificateReader.facts(ofDER: der)
      if next.subject == issuer { issuer = next.issuer }
    }
    for root in anchors.roots where try CertificateReader.facts(ofDER: root).subject == issuer { return facts }
    throw .untrusted("unable to get local issuer certificate: \(facts.subjectText)")
  }
}

/// Any number of bytes that follow from a label and some parts: SHA-256 of them, and then of that with a counter.
private struct HashStream {
  private let start: [UInt8]

  init(_ label: String, _ parts: [UInt8]...) {
    var input = Array(label.utf8)
    // Each part with its length, so that no two lists of parts give one input.
    for part in parts { input += UInt64(part.count).bytes + part }
    start = Self.hash(input)
  }

  func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = [], counter: UInt64 = 0
    while bytes.count < count {
      bytes += Self.hash(start + counter.bytes)
      counter += 1
    }
    return Array(bytes.prefix(count))
  }

  private static func hash(_ input: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    SHA256(input, input.count, &digest)
    return digest
  }
}

extension UInt64 {
  fileprivate var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - 8 * UInt64($0))) } }
}
