// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import Wire

extension IdentityMatch {
  /// Whether `identity` is one of those meant. `certificate` is what the peer proved itself with; a match by subject needs it.
  package func matches(_ identity: IKEIdentity, certificate: CertificateFacts?) -> Bool {
    switch (self, identity) {
    case (.any, _): true
    case (.addresses(let prefix), .address(let address)): prefix.contains(address)
    case (.fqdn(let name), .fqdn(let theirs)): name.lowercased() == theirs.lowercased()
    case (.domain(let domain), .fqdn(let theirs)): Self.isUnder(theirs, "." + domain)
    case (.mail(let name), .mail(let theirs)): name.lowercased() == theirs.lowercased()
    case (.mailDomain(let domain), .mail(let theirs)): Self.isUnder(theirs, "@" + domain)
    case (.keyID(let key), .keyID(let theirs)): key == theirs
    case (.subject(let part), .distinguishedName): certificate.map { Self.holds($0.subjectText, part) } ?? false
    case (.certificate(let rules), _): certificate.map { facts in rules.allSatisfy { $0.holds(of: facts) } } ?? false
    default: false
    }
  }

  /// Whether it may match once the certificate is known.
  package func mayMatch(_ identity: IKEIdentity) -> Bool {
    if case .certificate = self { return true }
    if case (.subject, .distinguishedName) = (self, identity) { return true }
    return matches(identity, certificate: nil)
  }

  private static func isUnder(_ name: String, _ ending: String) -> Bool {
    name.lowercased().hasSuffix(ending.lowercased()) && name.count > ending.count
  }

  /// Whether one of the attributes of a subject in text is exactly `part`: `OU=branches` is not in `CN=OU=branches-evil`.
  private static func holds(_ subject: String, _ part: String) -> Bool {
    let wanted = normal(part[...])
    return subject.split(whereSeparator: { $0 == "," || $0 == "+" }).contains { normal($0) == wanted }
  }

  private static func normal(_ attribute: Substring) -> String {
    attribute.lowercased().split(separator: "=", maxSplits: 1).map { $0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed() }
      .map { String($0) }.joined(separator: "=")
  }
}

extension IKEIdentity {
  /// Whether a certificate speaks for this identity (RFC 7296 §3.5, RFC 4945 §3.1): a name must stand in it.
  package func isIn(_ certificate: CertificateFacts) -> Bool {
    switch self {
    case .address(let address): certificate.addresses.contains(address)
    case .fqdn(let name): certificate.dnsNames.contains { $0.lowercased() == name.lowercased() }
    case .mail(let name): certificate.mailNames.contains { $0.lowercased() == name.lowercased() }
    case .distinguishedName(let der): der == certificate.subject
    case .keyID, .unknown: false
    }
  }
}

extension [PreSharedKey] {
  /// The first key that is for a peer at `remote`. Where its identity is not known yet (an initiator's own proof, or version 1's main
  /// mode), a key that is for any identity comes before one that is for a certain one.
  package func key(for remote: IPAddress, identity: IKEIdentity?) -> PreSharedKey? {
    let near = filter { $0.addresses?.contains(remote) ?? true }
    guard let identity else { return near.first { $0.identity == nil } ?? near.first }
    return near.first { $0.identity?.matches(identity, certificate: nil) ?? true }
  }
}
