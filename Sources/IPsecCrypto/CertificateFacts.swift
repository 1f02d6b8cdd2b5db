// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// What a certificate says, as far as IKE and NHRP act on it (RFC 5280).
public struct CertificateFacts: Sendable, Hashable {
  /// The subject's distinguished name, DER: compared with identities of type 9.
  public var subject: [UInt8] = []
  /// The subject in one line (RFC 2253), printable characters only.
  public var subjectText = ""
  /// The issuer's distinguished name, DER.
  public var issuer: [UInt8] = []
  /// The issuer in one line, as the subject.
  public var issuerText = ""
  /// Names of the subjectAltName: DNS.
  public var dnsNames: [String] = []
  /// Names of the subjectAltName: mail.
  public var mailNames: [String] = []
  /// Names of the subjectAltName: addresses. A DMVPN node's certificate may name here the tunnel address it may register, and the
  /// address that it has on the underlay.
  public var addresses: [IPAddress] = []
  /// RFC 3779 address blocks: prefixes the holder may announce. Nil where the extension is absent: no restriction.
  public var addressBlocks: [IPPrefix]?
  /// Seconds since 1970.
  public var notBefore: Int64 = 0, notAfter: Int64 = 0
  /// In hexadecimal.
  public var serialNumber = ""

  /// Facts that say nothing yet.
  public init() {}
}
