// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// `crypto pki trustpoint NAME`: files in place of an enrolment.
public struct TrustpointSettings: SectionSettings {
  /// How it is looked up whether a certificate was revoked.
  public enum RevocationCheck: String, Sendable, Hashable { case crl, none, ocsp }

  /// What it is called.
  public let name: String
  /// `certificate file`: our certificate, with those that lead to the root behind it.
  public var certificateFile: String?
  /// `private-key file`
  public var privateKeyFile: String?
  /// `ca-certificate file`, one line each.
  public var rootFiles: [String] = []
  /// `crl file`, one line each.
  public var revocationFiles: [String] = []
  /// `revocation-check`, in the order tried; empty where no line says it.
  public var revocationChecks: [RevocationCheck] = []
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// A section with nothing in it.
  public init(name: String) { self.name = name }

  /// Whether a path without a revocation list is refused. Without a line: where there are lists. `crl none` tries, and goes on without.
  public var requiresRevocationList: Bool {
    revocationChecks.isEmpty ? !revocationFiles.isEmpty : revocationChecks.contains(.crl) && !revocationChecks.contains(.none)
  }
}

/// `crypto pki certificate map NAME SEQUENCE`: all its rules must hold of a certificate; of the entries of one map one is enough.
public struct CertificateMapSettings: SectionSettings {
  /// The map's name and the entry's number, as its head says them.
  public let name: String
  /// `subject-name …`, `issuer-name …`, `alt-subject-name …`
  public var rules: [CertificateRule] = []
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// A section with nothing in it.
  public init(name: String) { self.name = name }

  /// The map it is of.
  public var map: String { name.split(separator: " ").first.map(String.init) ?? name }
  /// Its place among the map's entries.
  public var sequence: Int { name.split(separator: " ").last.flatMap { Int($0) } ?? 0 }
}
