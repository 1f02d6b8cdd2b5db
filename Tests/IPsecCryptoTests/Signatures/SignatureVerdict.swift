// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import Testing

/// A printed signature and whether it must be accepted. Hashes are given by their number: 1 is SHA-1, 2 SHA-256, 3 SHA-384, 4 SHA-512.
struct SignatureVerdict: CustomTestStringConvertible, Sendable {
  let scheme: SignatureScheme
  let source: String
  let isValid: Bool
  let publicKey: [UInt8], message: [UInt8], signature: [UInt8]
  var testDescription: String { source }

  init(_ scheme: SignatureScheme, _ source: String, isValid: Bool, publicKey: [UInt8], message: [UInt8], signature: [UInt8]) {
    (self.scheme, self.source, self.isValid) = (scheme, source, isValid)
    (self.publicKey, self.message, self.signature) = (publicKey, message, signature)
  }

  var isAccepted: Bool {
    do throws(CryptoError) {
      try scheme.verify(signature, over: message, publicKey: publicKey)
      return true
    } catch {
      #expect(error == .wrongSignature)
      return false
    }
  }
}

/// From RFCs; of the raw form IKEv2 uses with methods 9 to 11.
extension SignatureVerdict {
  static let printed = [
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "RFC 4754 §8.1", isValid: true,
      publicKey: p256Key + [4]
        + octets("2442A5CC0ECD015FA3CA31DC8E2BBC70BF42D60CBCA20085E0822CB04235E970")
        + octets("6FC98BD7E50211A4A27102FA3549DF79EBCB4BF246B80945CDDFE7D509BBFD7D"),
      message: Array("abc".utf8),
      signature: octets("CB28E0999B9C7715FD0A80D8E47A77079716CBBF917DD72E97566EA1C066957C")
        + octets("86FA3BB4E26CAD5BF90B7F81899256CE7594BB1EA0C89212748BFF3B3D5B0315")),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "RFC 6979 §A.2.5, SHA-256, sample", isValid: true,
      publicKey: p256Key + [4]
        + octets("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6")
        + octets("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"),
      message: Array("sample".utf8),
      signature: octets("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716")
        + octets("F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8")),
    SignatureVerdict(
      .ed25519, "RFC 8032 §7.1, test 1", isValid: true,
      publicKey: ed25519Key + octets("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
      message: [],
      signature: octets("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b")
        + octets("d25bf5f0595bbe24655141438e7a100b")),
    SignatureVerdict(
      .ed25519, "RFC 8032 §7.1, test 2", isValid: true,
      publicKey: ed25519Key + octets("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
      message: [0x72],
      signature: octets("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c")
        + octets("387b2eaeb4302aeeb00d291612bb0c00")),
    SignatureVerdict(
      .ed448, "RFC 8032 §7.4, blank", isValid: true,
      publicKey: octets("3043300506032b6571033a00")
        + octets("5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6c")
        + octets("d1fa1abeafe8256180"),
      message: [],
      signature: octets("533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd47d78")
        + octets("28c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4db")
        + octets("b61149f05a7363268c71d95808ff2e652600")),
  ]

  /// What stands before a key in its SubjectPublicKeyInfo.
  private static let p256Key = octets("3059301306072a8648ce3d020106082a8648ce3d030107034200")
  private static let ed25519Key = octets("302a300506032b6570032100")
}
