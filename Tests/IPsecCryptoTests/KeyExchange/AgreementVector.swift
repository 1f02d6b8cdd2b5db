// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

/// Bytes from hexadecimal digits; white space between them is passed over.
func octets(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// A printed exchange.
struct AgreementVector: CustomTestStringConvertible, Sendable {
  let method: KeyExchangeMethod
  let source: String
  let privateValue: [UInt8], publicValue: [UInt8]
  let peerPrivateValue: [UInt8]?, peerPublicValue: [UInt8]
  let sharedSecret: [UInt8]
  var testDescription: String { source }

  init(
    _ method: KeyExchangeMethod, _ source: String, privateValue: [UInt8], publicValue: [UInt8], peerPrivateValue: [UInt8]?,
    peerPublicValue: [UInt8], sharedSecret: [UInt8]
  ) {
    (self.method, self.source, self.privateValue, self.publicValue) = (method, source, privateValue, publicValue)
    (self.peerPrivateValue, self.peerPublicValue, self.sharedSecret) = (peerPrivateValue, peerPublicValue, sharedSecret)
  }
}

/// A case of Wycheproof; no secret: it must be refused.
struct AgreementVerdict: CustomTestStringConvertible, Sendable {
  let method: KeyExchangeMethod
  let source: String
  let privateValue: [UInt8], peerPublicValue: [UInt8], sharedSecret: [UInt8]?
  var testDescription: String { source }

  init(_ method: KeyExchangeMethod, _ source: String, privateValue: [UInt8], peerPublicValue: [UInt8], sharedSecret: [UInt8]?) {
    (self.method, self.source, self.privateValue) = (method, source, privateValue)
    (self.peerPublicValue, self.sharedSecret) = (peerPublicValue, sharedSecret)
  }
}
