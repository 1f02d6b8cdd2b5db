// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// What version 1 asks of a policy.
extension ProtectionPolicy {
  /// The key for a peer. Main mode must choose before it knows who the peer is: by address alone (RFC 2409 §5.4).
  func sharedKey(remote: IPAddress, identity: IKEIdentity?) -> SecretBytes? {
    preSharedKeys.key(for: remote, identity: identity)?.local
  }

  /// Whether we can prove ourselves to this peer in this way.
  func canProve(_ method: AuthenticationMethod, to remote: IPAddress, _ identity: IKEIdentity?) -> Bool {
    switch method {
    case .preSharedKey: sharedKey(remote: remote, identity: identity) != nil
    case .rsaSignature: if case .rsa = signingKey?.kind { anchors != nil } else { false }
    case .ecdsaSignature: false
    }
  }

  /// Whether the same keys and certificates are behind both policies: what one proves, the other proves.
  func provesAlike(_ other: ProtectionPolicy, to remote: IPAddress, _ identity: IKEIdentity?) -> Bool {
    sharedKey(remote: remote, identity: identity) == other.sharedKey(remote: remote, identity: identity)
      && signingKey == other.signingKey && anchors == other.anchors && localIdentity == other.localIdentity
  }

  /// Whether a peer that has proven to be this one is meant.
  func accepts(_ identity: IKEIdentity, _ certificate: CertificateFacts?) -> Bool {
    remoteMatches.contains { $0.matches(identity, certificate: certificate) }
  }
}
