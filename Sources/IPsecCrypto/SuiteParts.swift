// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// The rows that a pair of algorithms names, if the pair makes sense: a combined mode alone, or encryption with an integrity algorithm.
/// Encryption alone is refused (RFC 8221 §4), and so is nothing at all (RFC 4303 §3.2).
struct SuiteParts {
  let encryption: EncryptionRow
  let integrity: IntegrityRow?
  /// The encryption key and its salt.
  let encryptionKeyBytes: Int
  let icvBytes: Int

  init(_ encryption: EncryptionAlgorithm, keyBits: UInt16, _ integrity: IntegrityAlgorithm) throws(CryptoError) {
    guard let row = EncryptionRow.row(encryption) else { throw .unsupported(encryption.name) }
    guard let bytes = row.keyBytes(keyBits: keyBits) else { throw .unsupported("\(encryption.name) with \(keyBits) bits") }
    (self.encryption, encryptionKeyBytes) = (row, bytes)
    self.integrity = IntegrityRow.row(integrity)
    guard encryption.isCombined ? integrity == .none : self.integrity != nil else {
      throw .unsupported("\(encryption.name) with integrity \(integrity.name)")
    }
    icvBytes = self.integrity?.icvBytes ?? row.icvBytes
  }

  private init(_ parts: SuiteParts, icvBytes: Int) {
    (encryption, integrity, encryptionKeyBytes) = (parts.encryption, parts.integrity, parts.encryptionKeyBytes)
    self.icvBytes = icvBytes
  }

  init(_ suite: ESPSuite) throws(CryptoError) {
    let integrity = IntegrityAlgorithm(rawValue: suite.integrity)
    let parts = try SuiteParts(EncryptionAlgorithm(rawValue: suite.encryption), keyBits: suite.keyBits, integrity)
    self = suite.truncatesSHA256To96 && integrity == .hmacSHA256 ? SuiteParts(parts, icvBytes: 12) : parts
  }

  var integrityKeyBytes: Int { integrity?.keyBytes ?? 0 }
  /// Both keys.
  var keyBytes: Int { encryptionKeyBytes + integrityKeyBytes }

  func protection(_ encryptionKey: SecretBytes, _ integrityKey: SecretBytes, _ use: CipherUse) throws(CryptoError) -> any Protection {
    guard encryptionKey.count == encryptionKeyBytes else { throw .wrongLength("encryption key") }
    guard integrityKey.count == integrityKeyBytes else { throw .wrongLength("integrity key") }
    switch encryption.method {
    case .combined(let mode): return try CombinedProtection(mode, key: encryptionKey, icvBytes: icvBytes, use: use)
    case .separate(let make):
      guard let integrity else { throw .unsupported("\(encryption.name) without integrity") }
      return SeparateProtection(try make(encryptionKey, use), try integrity.make(integrityKey))
    }
  }
}
