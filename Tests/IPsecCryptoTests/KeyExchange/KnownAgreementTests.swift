// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("Key agreement with known answers")
struct KnownAgreementTests {
  private let provider = OpenSSLKeyProvider()

  private func agree(_ method: KeyExchangeMethod, _ privateValue: [UInt8], _ peer: [UInt8]) -> KeyResult {
    provider.perform(.agree(method, privateValue: SecretBytes(privateValue), peerPublicValue: peer))
  }

  @Test("the printed secret comes out at both ends", arguments: AgreementVector.curves + AgreementVector.primes)
  func secrets(vector: AgreementVector) {
    #expect(agree(vector.method, vector.privateValue, vector.peerPublicValue) == .agreed(SecretBytes(vector.sharedSecret)))
    guard let peer = vector.peerPrivateValue else { return }
    #expect(agree(vector.method, peer, vector.publicValue) == .agreed(SecretBytes(vector.sharedSecret)))
  }

  /// g^x is the secret with a peer whose public value is g; of a curve's, the x coordinate.
  @Test("the printed public value follows from the private one", arguments: AgreementVector.curves + AgreementVector.primes)
  func publicValues(vector: AgreementVector) {
    let count = vector.publicValue.count
    let generator: [UInt8] =
      switch vector.method {
      case .curve25519: [9] + [UInt8](repeating: 0, count: count - 1)
      case .curve448: [5] + [UInt8](repeating: 0, count: count - 1)
      case .ecp256: Generator.p256
      case .ecp384: Generator.p384
      case .ecp521: Generator.p521
      case .modp2048s256: Generator.modp2048s256
      default: [UInt8](repeating: 0, count: count - 1) + [2]
      }
    #expect(agree(vector.method, vector.privateValue, generator) == .agreed(SecretBytes(vector.publicValue.prefix(vector.sharedSecret.count))))
  }

  @Test("Wycheproof's verdicts on X25519 and X448", arguments: AgreementVerdict.montgomeryCurves)
  func montgomeryCurves(verdict: AgreementVerdict) { check(verdict) }

  @Test("Wycheproof's verdicts on the curves of RFC 5903", arguments: AgreementVerdict.primeCurves)
  func primeCurves(verdict: AgreementVerdict) { check(verdict) }

  private func check(_ verdict: AgreementVerdict) {
    let result = agree(verdict.method, verdict.privateValue, verdict.peerPublicValue)
    if let secret = verdict.sharedSecret {
      #expect(result == .agreed(SecretBytes(secret)))
    } else {
      #expect(result == .failed(.invalidPublicValue))
    }
  }

  /// Both private values of the capture are unknown, so only what can be said without them is tested here.
  @Test("public values that strongSwan 5.9.8 sent are taken, and give secrets as long as those that it logged", arguments: CapturedValue.all)
  func strongSwan(captured: CapturedValue) {
    guard case .responded(_, let secret, _) = provider.perform(
      .respond(captured.method, peerPublicValue: captured.publicValue, randomBytes: 0))
    else {
      Issue.record("refused")
      return
    }
    #expect(secret.count == captured.loggedSecretBytes)
  }
}

/// Generators of the groups, from RFC 5903 §3 and RFC 5114 §2.3.
enum Generator {
  static let p256 = octets(
    """
    6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296
    4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5
    """)
  static let p384 = octets(
    """
    aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7
    3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f
    """)
  static let p521 = octets(
    """
    00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66
    011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650
    """)
  static let modp2048s256 = octets(
    """
    3fb32c9b73134d0b2e77506660edbd484ca7b18f21ef205407f4793a1a0ba12510dbc15077be463fff4fed4aac0bb555be3a6c1b0c6b47b1bc3773bf7e8c6f62
    901228f8c28cbb18a55ae31341000a650196f931c77a57f2ddf463e5e9ec144b777de62aaab8a8628ac376d282d6ed3864e67982428ebc831d14348f6f2f9193
    b5045af2767164e1dfc967c1fb3f2e55a4bd1bffe83b9c80d052b985d182ea0adb2a3b7313d3fe14c8484b1e052588b9b7d2bbd2df016199ecd06e1557cd0915
    b3353bbb64e0ec377fd028370df92b52c7891428cdc67eb6184b523d1db246c32f63078490f00ef8d647d148d47954515e2327cfef98c582664b4c0f6cc41659
    """)
}
