// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// Does key jobs with OpenSSL. It may be used by many threads at once. A few private keys and trust anchors are kept parsed in memory.
public struct OpenSSLKeyProvider: KeyProvider {
  /// A provider; all of them are alike.
  public init() {}

  /// Does one job, in microseconds (curves) to some ten milliseconds (MODP-8192).
  public func perform(_ job: KeyJob) -> KeyResult {
    do throws(CryptoError) {
      return try result(of: job)
    } catch {
      return .failed(error)
    }
  }

  private func result(of job: KeyJob) throws(CryptoError) -> KeyResult {
    switch job {
    case .random(let count):
      return .random(try RandomBytes.visible(count: count))
    case .generate(let method, let randomBytes):
      let pair = try KeyExchangeGroups.group(method).generate()
      return .generated(
        privateValue: pair.privateValue, publicValue: pair.publicValue, random: try RandomBytes.visible(count: randomBytes))
    case .agree(let method, let privateValue, let peerPublicValue):
      return .agreed(try KeyExchangeGroups.group(method).agree(privateValue, with: peerPublicValue))
    case .respond(let method, let peerPublicValue, let randomBytes):
      let answer = try KeyExchangeGroups.group(method).respond(to: peerPublicValue)
      return .responded(
        publicValue: answer.publicValue, sharedSecret: answer.sharedSecret, random: try RandomBytes.visible(count: randomBytes))
    case .sign(let key, let scheme, let message):
      let privateKey = try Self.privateKeys.value(for: key.privateKey) { () throws(CryptoError) in try PrivateKey(der: key.privateKey) }
      let signature = try privateKey.withPointer { key throws(CryptoError) in
        try SignatureOperation(key: key, scheme: scheme).sign(message)
      }
      return .signature(signature)
    case .verify(let chain, let anchors, let wallSeconds, let scheme, let message, let signature):
      let path = try CertificatePath(chain)
      let facts = try path.validate(anchors, wallSeconds: wallSeconds)
      try path.end.verify(signature, over: message, scheme)
      return .verified(facts)
    }
  }

  private static let privateKeys = RecentlyUsed<SecretBytes, PrivateKey>(limit: KeyLimits.parsedKeys)
}
