// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import Wire

/// The name of an authority in a Certificate Request (RFC 7296 §3.7): SHA-1 of its SubjectPublicKeyInfo, DER.
enum AuthorityHash {
  /// Nil where the certificate cannot be read.
  static func of(certificate der: [UInt8]) -> [UInt8]? {
    publicKey(of: der).map { HashAlgorithm.sha1.digest($0) }
  }

  /// Certificate → tbsCertificate → [version], serial number, algorithm, issuer, validity, subject, and then the key.
  private static func publicKey(of der: [UInt8]) -> [UInt8]? {
    guard let certificate = element(in: der, at: 0), let body = element(in: der, at: certificate.content.lowerBound) else { return nil }
    var position = body.content.lowerBound
    if position < body.content.upperBound, der[position] == 0xa0 {
      guard let version = element(in: der, at: position) else { return nil }
      position = version.content.upperBound
    }
    for _ in 0..<5 {
      guard let passed = element(in: der, at: position) else { return nil }
      position = passed.content.upperBound
    }
    guard let key = element(in: der, at: position) else { return nil }
    return Array(der[position..<key.content.upperBound])
  }

  /// Where the content of the element at `start` stands; nil unless it fits.
  private static func element(in der: [UInt8], at start: Int) -> (tag: UInt8, content: Range<Int>)? {
    var reader = ByteReader(der, from: start, to: der.count)
    guard let tag = try? reader.u8(), let first = try? reader.u8() else { return nil }
    var length = Int(first)
    if first >= 0x80 {
      guard first > 0x80, first <= 0x83, let bytes = try? reader.take(Int(first & 0x7f)) else { return nil }
      length = bytes.reduce(0) { $0 << 8 | Int($1) }
    }
    guard length <= reader.remaining else { return nil }
    return (tag, reader.position..<(reader.position + length))
  }
}
