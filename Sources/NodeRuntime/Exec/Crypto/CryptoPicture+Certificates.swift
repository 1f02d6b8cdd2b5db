// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto

/// `show crypto pki {trustpoints|certificates}`
extension CryptoPicture {
  /// `show crypto pki trustpoints [NAME]`
  package func trustpoints(_ name: String? = nil) -> [String] {
    settings.trustpoints.filter { name == nil || $0.name == name }.flatMap { t -> [String] in
      ["Trustpoint \(t.name):"] + content(t) + ["    Revocation check: \(Self.revocation(t))", ""]
    }
  }

  private func content(_ t: TrustpointSettings) -> [String] {
    if let why = material.failures[t.name] { return ["    Not read: \(why)"] }
    guard let content = material.trustpoints[t.name] else {
      return [settings.trustpointsWithFiles.contains { $0.name == t.name } ? "    Waiting for its files." : "    No files configured."]
    }
    let roots = content.anchors.roots.compactMap { try? CertificateReader.facts(ofDER: $0) }
    let subjects = roots.flatMap { ["    Subject Name:", "    \($0.subjectText)", "          Serial Number (hex): \($0.serialNumber)"] }
    return subjects + (content.signingKey == nil ? [] : ["    Certificate configured."])
  }

  static func revocation(_ t: TrustpointSettings) -> String {
    if !t.revocationChecks.isEmpty { return t.revocationChecks.map(\.rawValue).joined(separator: " ") }
    return t.requiresRevocationList ? "crl" : "none (no 'revocation-check', no 'crl file')"
  }

  /// `show crypto pki certificates [NAME]`
  package func certificates(_ name: String? = nil) -> [String] {
    settings.trustpoints.filter { name == nil || $0.name == name }.flatMap { t -> [String] in
      guard let content = material.trustpoints[t.name] else { return [] }
      let own = content.signingKey.map { certificate("Certificate", $0.facts, kind: $0.kind, t.name) } ?? []
      let roots = content.anchors.roots.compactMap { try? CertificateReader.facts(ofDER: $0) }
      return own + roots.flatMap { certificate("CA Certificate", $0, kind: nil, t.name) }
    }
  }

  private func certificate(_ title: String, _ facts: CertificateFacts, kind: SigningKey.Kind?, _ trustpoint: String) -> [String] {
    let issuer = CertificateReader.text(ofNameDER: facts.issuer) ?? ""
    let names = facts.addresses.map { "    IP Address: \($0)" } + facts.dnsNames.map { "    DNS: \($0)" }
    let blocks =
      facts.addressBlocks.map { $0.map { "    \($0)" } }.map { ["  Address Blocks (RFC 3779):"] + ($0.isEmpty ? ["    none"] : $0) } ?? []
    var lines = [
      title, "  Status: Available", "  Certificate Serial Number (hex): \(facts.serialNumber)",
      "  Certificate Usage: \(kind == nil ? "Signature" : "General Purpose")", "  Issuer:", "    \(issuer)", "  Subject:",
      "    \(facts.subjectText)",
    ]
    lines += names + blocks
    if let kind { lines.append("  Key: \(Self.text(kind))") }
    return lines + [
      "  Validity Date:", "    start date: \(wallText(facts.notBefore))", "    end   date: \(wallText(facts.notAfter))",
      "  Associated Trustpoints: \(trustpoint)", "",
    ]
  }

  static func text(_ kind: SigningKey.Kind) -> String {
    switch kind {
    case .rsa(let bits): "RSA \(bits) bit"
    case .ecdsa(let group): "ECDSA, " + CryptoNames.group(KeyExchangeMethod(rawValue: group))
    case .ed25519: "Ed25519"
    case .ed448: "Ed448"
    }
  }
}
