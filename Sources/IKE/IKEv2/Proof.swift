// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// How one end proves who it is, and the other checks it (RFC 7296 §2.15): with a key both have, or with a signature and certificates.
enum Proof {
  /// What our own proof needs.
  enum Making {
    case ready(AuthenticationPayload)
    /// A signature has to be made first.
    case sign(KeyJob, SignatureScheme, AuthenticationMethodNumber)
    case impossible(IKEFailure)
  }

  /// Our proof over `octets`. `hashes`: what the peer can verify by method 14.
  static func make(
    _ policy: ProtectionPolicy, _ octets: [UInt8], _ prf: PseudoRandomFunction, remote: IPAddress, identity: IKEIdentity?,
    hashes: Set<UInt16>?
  ) -> Making {
    if policy.localMethod == .preSharedKey {
      guard let key = policy.preSharedKeys.key(for: remote, identity: identity) else { return .impossible(.noPolicy) }
      let proof = SignedOctets.sharedKeyProof(octets, key: key.local, prf: prf)
      return .ready(AuthenticationPayload(method: .sharedKey, value: proof.exposed))
    }
    guard let key = policy.signingKey, let (scheme, method) = SignatureAlgorithm.scheme(for: key.kind, hashes: hashes) else {
      return .impossible(.noPolicy)
    }
    return .sign(.sign(key, scheme, message: octets), scheme, method)
  }

  /// What a peer's proof needs.
  enum Checking {
    case accepted
    case verify(KeyJob)
    case refused(IKEFailure)
  }

  /// Checks the peer's proof over `octets`.
  static func check(
    _ payload: AuthenticationPayload, _ policy: ProtectionPolicy, _ octets: [UInt8], _ prf: PseudoRandomFunction, remote: IPAddress,
    identity: IKEIdentity, chain: [[UInt8]], wallSeconds: Int64
  ) -> Checking {
    if payload.method == .sharedKey {
      guard policy.remoteMethods.contains(.preSharedKey) else { return .refused(.authenticationFailed) }
      guard let key = policy.preSharedKeys.key(for: remote, identity: identity) else { return .refused(.identityRefused(identity)) }
      let expected = SignedOctets.sharedKeyProof(octets, key: key.remote, prf: prf)
      return expected == SecretBytes(payload.value) ? .accepted : .refused(.authenticationFailed)
    }
    guard let (scheme, signature) = SignatureAlgorithm.parse(payload), SignatureAlgorithm.isOf(policy.remoteMethods, scheme),
      let anchors = policy.anchors, !chain.isEmpty
    else { return .refused(.authenticationFailed) }
    return .verify(.verify(chain: chain, anchors, wallSeconds: wallSeconds, scheme, message: octets, signature: signature))
  }

  /// Who we say we are.
  static func localIdentity(_ policy: ProtectionPolicy, local: IPAddress) -> IKEIdentity {
    if let identity = policy.localIdentity { return identity }
    if policy.localMethod != .preSharedKey, let key = policy.signingKey { return .distinguishedName(key.facts.subject) }
    return .address(local)
  }

  /// Whether a peer may be who it says under this policy. With a certificate, that must name the identity too.
  static func accepts(_ policy: ProtectionPolicy, _ identity: IKEIdentity, _ certificate: CertificateFacts?, local: IPAddress)
    -> IKEFailure?
  {
    let matches = policy.remoteMatches.contains { $0.matches(identity, certificate: certificate) }
    guard matches, !isOurOwn(identity, policy, local: local) else { return .identityRefused(identity) }
    if let certificate, !identity.isIn(certificate) { return .identityRefused(identity) }
    return nil
  }

  /// A peer that bears our own name is our own echo; but a key ID may be one for a whole group.
  private static func isOurOwn(_ identity: IKEIdentity, _ policy: ProtectionPolicy, local: IPAddress) -> Bool {
    if case .keyID = identity { return false }
    return identity == localIdentity(policy, local: local)
  }

  /// The certificates to send with a signature: our own first.
  static func certificates(_ policy: ProtectionPolicy) -> [IKEPayload] {
    guard policy.localMethod != .preSharedKey, let key = policy.signingKey else { return [] }
    return key.chain.prefix(IKELimits.certificates).map { .certificate(CertificatePayload(certificate: $0)) }
  }

  /// X.509 certificates of a message, in order.
  static func chain(_ payloads: [IKEPayload]) -> [[UInt8]] {
    payloads.compactMap { if case .certificate(let c) = $0, c.encoding == CertificateEncoding.x509Signature { c.certificate } else { nil } }
      .prefix(IKELimits.certificates).map { $0 }
  }
}
