// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import IPsecCrypto
import ProtocolKit

/// Certificates, lists and keys that OpenSSL's program made.
enum MadeCertificate {
  /// A time when all of them are valid.
  static let wallSeconds: Int64 = 1_795_780_800

  static func base64(_ text: String) -> [UInt8] {
    Array(Data(base64Encoded: text.filter { !$0.isWhitespace }) ?? Data())
  }

  static func pem(_ der: [UInt8], _ label: String = "CERTIFICATE") -> String {
    let text = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    return "-----BEGIN \(label)-----\n\(text)\n-----END \(label)-----\n"
  }

  /// What becomes of a path without the peer's signature: nil if it is accepted (then the signature is found to be wrong).
  static func refusal(
    _ chain: [[UInt8]], roots: [[UInt8]] = [root], lists: [[UInt8]] = [], requiresRevocationList: Bool = false,
    at wallSeconds: Int64 = wallSeconds
  ) -> CryptoError? {
    let anchors = TrustAnchors(roots: roots, revocationLists: lists, requiresRevocationList: requiresRevocationList)
    let result = OpenSSLKeyProvider().perform(
      .verify(chain: chain, anchors, wallSeconds: wallSeconds, .ecdsa(hash: 2, isRaw: true), message: [], signature: []))
    switch result {
    case .failed(.wrongSignature), .failed(.unsupported): return nil
    case .failed(let error): return error
    default: return .failed("a result without a signature")
    }
  }
}
