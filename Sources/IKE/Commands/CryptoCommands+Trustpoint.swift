// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// `crypto pki trustpoint NAME` and its lines: files in place of an enrolment.
extension CryptoCommands {
  /// `crypto pki trustpoint NAME`
  public static let trustpoint = CommandSection<CryptoSettings>(
    "crypto {pki|ca} trustpoint <name:word>", in: .global, mode: .trustpoint, help: help([:]), at: \.trustpoints,
    shape: SectionShape<TrustpointSettings>(
      headLine: { "crypto pki trustpoint \($0.name)" },
      lines: [
        file("certificate", "Our certificate, with those that lead to the root behind it", \.certificateFile),
        file("private-key", "Our private key, readable by its owner alone", \.privateKeyFile),
        files("ca-certificate", "A certificate that is trusted", \.rootFiles),
        files("crl", "A certificate revocation list", \.revocationFiles),
        revocationCheck,
      ]))

  private static func file(
    _ word: String, _ text: String, _ path: WritableKeyPath<TrustpointSettings, String?> & Sendable
  ) -> Command<TrustpointSettings> {
    Command<TrustpointSettings>(
      "\(word) file <path:line>", modes: [.trustpoint], help: help([word: text, "file": "PEM or DER"]),
      apply: { settings, input in settings[keyPath: path] = input.negated ? nil : input.arguments[text: "path"] },
      write: { $0[keyPath: path].map { ["\(word) file \($0)"] } ?? [] })
  }

  private static func files(
    _ word: String, _ text: String, _ path: WritableKeyPath<TrustpointSettings, [String]> & Sendable
  ) -> Command<TrustpointSettings> {
    Command<TrustpointSettings>(
      "\(word) file <path:line>", modes: [.trustpoint], help: help([word: text, "file": "PEM or DER; may stand several times"]),
      apply: { settings, input in
        let file = input.arguments[text: "path"]
        settings[keyPath: path].removeAll { input.negated && (file == nil || $0 == file) }
        if !input.negated, let file, !settings[keyPath: path].contains(file) { settings[keyPath: path].append(file) }
      },
      write: { $0[keyPath: path].map { "\(word) file \($0)" } })
  }

  /// `revocation-check {crl | none} …`
  static let revocationCheck = Command<TrustpointSettings>(
    "revocation-check {crl|none|ocsp}...", modes: [.trustpoint],
    help: help([
      "revocation-check": "Whether revoked certificates are refused", "crl": "By the revocation lists of 'crl file'",
      "none": "Go on without",
      "ocsp": "By OCSP, which is not in this program",
    ]), no: .words(1),
    apply: { (settings: inout TrustpointSettings, input: CommandInput) throws(CommandRefusal) in
      let checks = input.arguments.keywords.compactMap(TrustpointSettings.RevocationCheck.init(rawValue:))
      guard !checks.contains(.ocsp) || input.negated || checks.count > 1 else {
        throw CommandRefusal("OCSP is not in this program: use 'revocation-check crl' with 'crl file PATH'")
      }
      settings.revocationChecks = input.negated ? [] : checks.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    },
    write: { $0.revocationChecks.isEmpty ? [] : ["revocation-check " + $0.revocationChecks.map(\.rawValue).joined(separator: " ")] })
}
