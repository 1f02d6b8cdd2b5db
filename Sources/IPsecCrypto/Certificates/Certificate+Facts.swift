// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import Wire

extension Certificate {
  /// What the certificate says. Address blocks that it inherits from its issuer count as none here; a validated path fills them in.
  func facts() throws(CryptoError) -> CertificateFacts {
    var facts = CertificateFacts()
    facts.subject = try Self.encoded(X509_get_subject_name(pointer))
    facts.subjectText = subjectText
    facts.issuer = try Self.encoded(X509_get_issuer_name(pointer))
    facts.issuerText = Self.text(of: X509_get_issuer_name(pointer))
    facts.notBefore = try Self.seconds(X509_get0_notBefore(pointer))
    facts.notAfter = try Self.seconds(X509_get0_notAfter(pointer))
    facts.serialNumber = try serialNumber()
    try readAlternativeNames(into: &facts)
    facts.addressBlocks = try AddressBlocks(of: pointer)?.prefixes
    return facts
  }

  private static func encoded(_ name: OpaquePointer?) throws(CryptoError) -> [UInt8] {
    guard let bytes = DEREncoding.of(name, { i2d_X509_NAME($0 ?? nil, $1) }) else { throw .unreadable("a name of a certificate") }
    return bytes
  }

  /// Seconds since 1970 of a certificate's time.
  private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) throws(CryptoError) -> Int64 {
    let epoch = ASN1_TIME_set(nil, 0)
    defer { ASN1_STRING_free(epoch) }
    var days: Int32 = 0, seconds: Int32 = 0
    guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else {
      ERR_clear_error()
      throw .unreadable("a time of a certificate")
    }
    return Int64(days) * 86_400 + Int64(seconds)
  }

  private func serialNumber() throws(CryptoError) -> String {
    guard let number = X509_get0_serialNumber(pointer) else { throw .unreadable("a serial number") }
    let magnitude = ASN1Bytes.of(number)
    guard magnitude.count <= KeyLimits.serialNumberBytes else { throw .unreadable("a serial number of \(magnitude.count) bytes") }
    return (number.pointee.type == V_ASN1_NEG_INTEGER ? "-" : "") + Hexadecimal.text(of: magnitude)
  }

  private func readAlternativeNames(into facts: inout CertificateFacts) throws(CryptoError) {
    var found = facts
    try withExtension(NID_subject_alt_name, free: GENERAL_NAMES_free) { names throws(CryptoError) in
      let count = OPENSSL_sk_num(names)
      guard count <= KeyLimits.alternativeNames else { throw .unreadable("a certificate of \(count) names") }
      for index in 0..<max(0, count) {
        guard let name = OPENSSL_sk_value(names, index)?.assumingMemoryBound(to: GENERAL_NAME.self).pointee else { continue }
        Self.add(name, to: &found)
      }
    }
    facts = found
  }

  /// Names that hold anything but visible ASCII are passed over: somebody else may read another name in them.
  private static func add(_ name: GENERAL_NAME, to facts: inout CertificateFacts) {
    switch name.type {
    case GEN_DNS: if let text = visibleText(name.d.dNSName) { facts.dnsNames.append(text) }
    case GEN_EMAIL: if let text = visibleText(name.d.rfc822Name) { facts.mailNames.append(text) }
    case GEN_IPADD: if let address = IPAddress(bytes: ASN1Bytes.of(name.d.iPAddress)) { facts.addresses.append(address) }
    default: break
    }
  }

  private static func visibleText(_ string: UnsafeMutablePointer<ASN1_IA5STRING>?) -> String? {
    let bytes = ASN1Bytes.of(string)
    guard !bytes.isEmpty, bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Content of OpenSSL's strings, whatever their type.
enum ASN1Bytes {
  static func of(_ string: UnsafePointer<ASN1_STRING>?) -> [UInt8] {
    guard let string, let start = ASN1_STRING_get0_data(string) else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: max(0, Int(ASN1_STRING_length(string)))))
  }
}

enum Hexadecimal {
  private static let digits = Array("0123456789ABCDEF".utf8)

  static func text(of bytes: [UInt8]) -> String {
    String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Nil if the text is no even number of hexadecimal digits.
  static func bytes(of text: String) -> [UInt8]? {
    let values = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
    guard values.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: values.count, by: 2) {
      guard let high = values[index], let low = values[index + 1] else { return nil }
      bytes.append(UInt8(high << 4 | low))
    }
    return bytes
  }
}
