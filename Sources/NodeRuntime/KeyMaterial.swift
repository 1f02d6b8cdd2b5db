// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// Which files hold what the configuration names. The host reads them; the node never sees a path's content otherwise.
public enum KeyMaterialRequest: Sendable, Hashable {
  /// `pre-shared-key file PATH`: the key is the file's first line.
  case secret(path: String)
  /// `crypto pki trustpoint NAME`: PEM or DER files.
  case trustpoint(name: String, files: TrustpointFiles)
}

/// The files of one trustpoint.
public struct TrustpointFiles: Sendable, Hashable {
  /// Our certificate, with those that lead to the root behind it; nil where the trustpoint only verifies.
  public var certificate: String?
  /// Our private key; must not be readable by others.
  public var key: String?
  /// Certificates that are trusted.
  public var roots: [String]
  /// Certificate revocation lists.
  public var revocationLists: [String]
  /// `revocation-check crl`
  public var requiresRevocationList: Bool

  public init(
    certificate: String? = nil, key: String? = nil, roots: [String] = [], revocationLists: [String] = [], requiresRevocationList: Bool = false
  ) {
    (self.certificate, self.key, self.roots) = (certificate, key, roots)
    (self.revocationLists, self.requiresRevocationList) = (revocationLists, requiresRevocationList)
  }
}

/// What was in the files.
public enum KeyMaterial: Sendable, Hashable {
  case secret(SecretBytes)
  case trustpoint(SigningKey?, TrustAnchors)
  /// Why they could not be read: a path and a reason, never content.
  case failure(String)
}
