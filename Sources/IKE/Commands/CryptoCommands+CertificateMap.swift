// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// `crypto pki certificate map NAME SEQUENCE`, its lines, and the line of profiles that names it.
extension CryptoCommands {
  /// `crypto pki certificate map NAME <1-65535>`
  public static let certificateMap: CommandSection<CryptoSettings> = {
    var shape = SectionShape<CertificateMapSettings>(
      headLine: { "crypto pki certificate map \($0.name)" }, lines: CertificateRule.Field.allCases.map(certificateRule))
    shape.name = { a in a[text: "name"].flatMap { name in a.int("sequence").map { "\(name) \($0)" } } }
    shape.precedes = { ($0.map, $0.sequence) < ($1.map, $1.sequence) }
    return CommandSection(
      "crypto {pki|ca} certificate map <name:word> <sequence:int(1-65535)>", in: .global, mode: .certificateMap,
      help: help(["certificate": "Certificates", "map": "Rules that certificates are chosen by", "sequence": "Place in the map"]),
      at: \.certificateMaps, shape: shape)
  }()

  /// `subject-name {co | eq | nc | ne} TEXT`
  private static func certificateRule(_ field: CertificateRule.Field) -> Command<CertificateMapSettings> {
    let head = field.rawValue
    return Command<CertificateMapSettings>(
      "\(head) {co|eq|nc|ne} <text:line>", modes: [.certificateMap],
      help: help([
        "subject-name": "Whom the certificate is for", "issuer-name": "Who issued it",
        "alt-subject-name": "Names beside the subject: DNS, mail, addresses", "co": "Contains", "eq": "Is equal to",
        "nc": "Does not contain", "ne": "Is not equal to", "text": "As CN=spoke1,O=example; case does not count",
      ]), no: .words(1),
      apply: { settings, input in
        let named = CertificateRule.Operator.allCases.first { input.arguments.has($0.rawValue) }
        let rule = named.flatMap { op in input.arguments[text: "text"].map { CertificateRule(field, op, $0) } }
        guard input.negated else { return change(&settings.rules, rule, input) }
        settings.rules.removeAll { $0.field == field && (rule == nil || $0 == rule) }
      },
      write: { settings in settings.rules.filter { $0.field == field }.map(\.text) })
  }

  /// `match certificate MAP` of a profile.
  static func matchCertificate<Settings: Sendable>(
    _ mode: CommandMode, _ path: WritableKeyPath<Settings, [String]> & Sendable
  ) -> Command<Settings> {
    names(
      "match certificate", mode,
      ["match": "Whom it is for", "certificate": "Peers by what their certificate says", "name": "Certificate map"], path)
  }
}
