// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit

/// Short words for associations, as a row of a screen has room for them.
package enum AssociationText {
  /// `READY`, `IN-NEG`, `QM_IDLE`: as the shows call it.
  static func state(_ row: IKESARow) -> String {
    if row.version == .ikev2 { return CryptoNames.ikev2State(row.state).status }
    return row.state == .deleting ? "DELETE" : CryptoNames.isakmpState(row.state)
  }

  /// `AES-GCM-256 SHA384 19`: encryption, what makes keys, the group; empty before they are agreed on.
  static func suite(_ row: IKESARow) -> String {
    let parts = [
      row.encryption.map { cipher($0.algorithm, $0.keyBits) }, row.prf.map { digest($0.name) } ?? row.hash.map { digest($0.name) },
      row.group.map { "\($0.rawValue)" },
    ]
    return parts.compactMap { $0 }.joined(separator: " ")
  }

  /// `AES-CBC-256 SHA256 PFS 19`
  static func suite(_ row: ChildSARow) -> String {
    let cipher = cipher(EncryptionAlgorithm(rawValue: row.suite.encryption), row.suite.keyBits)
    let integrity = IntegrityAlgorithm(rawValue: row.suite.integrity)
    let mac = integrity == .none ? nil : row.suite.truncatesSHA256To96 ? "SHA256-96" : digest(integrity.name)
    return [cipher, mac, row.perfectForwardSecrecy.map { "PFS \($0.rawValue)" }].compactMap { $0 }.joined(separator: " ")
  }

  /// The key's length stands where the name has that of the integrity check value.
  private static func cipher(_ algorithm: EncryptionAlgorithm, _ keyBits: UInt16) -> String {
    let words = algorithm.name.split(separator: "-")
    let name = words.last.map { ["8", "12", "16"].contains($0) } == true ? words.dropLast().joined(separator: "-") : algorithm.name
    return keyBits == 0 ? name : "\(name)-\(keyBits)"
  }

  /// `HMAC-SHA-256-128` → `SHA256`
  private static func digest(_ name: String) -> String {
    let words = name.split(separator: "-").filter { $0 != "HMAC" }
    guard words.first == "SHA", words.count > 1 else { return words.first == "MD5" || words.first == "SHA1" ? String(words[0]) : name }
    return "SHA\(words[1])"
  }

  /// Who a peer proved to be; empty for nobody yet. What it wrote itself is cut, and holds printable ASCII alone.
  package static func identity(_ identity: IKEIdentity?) -> String {
    guard let identity else { return "" }
    let text = CryptoNames.identity(identity).unicodeScalars.prefix(128)
    return String(String.UnicodeScalarView(text.map { (0x20...0x7e).contains($0.value) ? $0 : "?" }))
  }
}
