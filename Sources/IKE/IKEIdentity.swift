// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Who an end says it is (RFC 7296 §3.5, RFC 2407 §4.6.2).
public enum IKEIdentity: Sendable, Hashable {
  case address(IPAddress)
  case fqdn(String)
  case mail(String)
  /// DER of a distinguished name.
  case distinguishedName([UInt8])
  case keyID([UInt8])
  /// A kind nobody here knows, kept.
  case unknown(type: UInt8, [UInt8])
}

/// Which identities are meant.
public enum IdentityMatch: Sendable, Hashable {
  case any
  case addresses(IPPrefix)
  /// This name, case ignored.
  case fqdn(String)
  /// Every name under this domain.
  case domain(String)
  case mail(String)
  case mailDomain(String)
  /// A distinguished name that holds this attribute and value (`OU=branches`), compared with the certificate's subject in text.
  case subject(containing: String)
  case keyID([UInt8])
  /// Whoever proves himself with a certificate of which all of these hold (`crypto pki certificate map`), whatever his identity.
  case certificate([CertificateRule])
}
