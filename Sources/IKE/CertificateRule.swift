// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto

/// One line of a certificate map: a field of the certificate, how it is compared, and with what.
///
/// Names are compared as text without regard to case, as IOS does. `co` finds its text anywhere: `ou=branches` is in a common name
/// `x ou=branches` too, so the authority decides what the comparison is worth.
public struct CertificateRule: Sendable, Hashable {
  /// Which field.
  public enum Field: String, Sendable, Hashable, CaseIterable {
    case subject = "subject-name", issuer = "issuer-name", alternative = "alt-subject-name"
  }

  /// How it is compared.
  public enum Operator: String, Sendable, Hashable, CaseIterable {
    /// Equal, not equal, contains, does not contain.
    case equal = "eq", notEqual = "ne", contains = "co", lacks = "nc"
  }

  /// The field.
  public var field: Field
  /// The comparison.
  public var comparison: Operator
  /// As typed.
  public var value: String

  /// A rule.
  public init(_ field: Field, _ comparison: Operator, _ value: String) {
    (self.field, self.comparison, self.value) = (field, comparison, value)
  }

  /// As it is written back.
  public var text: String { "\(field.rawValue) \(comparison.rawValue) \(value)" }

  /// Whether it holds of a certificate. An alternative name is one of several: a positive comparison holds if it does for one of them, a
  /// negative one if it does for all.
  package func holds(of facts: CertificateFacts) -> Bool {
    let wanted = Self.normal(value), names = texts(of: facts).map(Self.normal)
    return switch comparison {
    case .equal: names.contains(wanted)
    case .notEqual: !names.contains(wanted)
    case .contains: names.contains { Self.holds($0, wanted) }
    case .lacks: !names.contains { Self.holds($0, wanted) }
    }
  }

  private func texts(of facts: CertificateFacts) -> [String] {
    switch field {
    case .subject: [facts.subjectText]
    case .issuer: [facts.issuerText]
    case .alternative: facts.dnsNames + facts.mailNames + facts.addresses.map(\.description)
    }
  }

  /// Lower case, without the spaces around `=`, `,` and `+`: people write `CN = a, O = b` for what is printed as `CN=a,O=b`.
  private static func normal(_ text: String) -> [UInt8] {
    var out: [UInt8] = [], spaces = 0
    for byte in text.lowercased().utf8 {
      if byte == UInt8(ascii: " ") {
        spaces += 1
        continue
      }
      let isSeparator = isSeparator(byte)
      if spaces > 0, !isSeparator, let last = out.last, !Self.isSeparator(last) { out += Array(repeating: UInt8(ascii: " "), count: spaces) }
      spaces = 0
      out.append(byte)
    }
    return out
  }

  private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "=") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "+") }

  private static func holds(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard !part.isEmpty else { return true }
    guard part.count <= text.count else { return false }
    return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
  }
}
