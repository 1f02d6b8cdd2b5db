// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// A tunnel with `tunnel protection` that has an outer source.
public struct ProtectedTunnel: Sendable, Hashable {
  /// The tunnel.
  public var interface: InterfaceID
  /// `tunnel protection ipsec profile NAME`
  public var profileName: String
  /// `shared`: tunnels with the same source and profile have the same associations.
  public var isShared: Bool
  /// Our NBMA address.
  public var local: IPAddress
  /// The only peer of a point-to-point tunnel; nil for multipoint.
  public var peer: IPAddress?
  /// The interface that has `local`; nil where nobody knows it.
  public var localInterface: String?

  /// A tunnel at `local`.
  public init(
    interface: InterfaceID, profileName: String, isShared: Bool = false, local: IPAddress, peer: IPAddress? = nil,
    localInterface: String? = nil
  ) {
    (self.interface, self.profileName, self.isShared) = (interface, profileName, isShared)
    (self.local, self.peer, self.localInterface) = (local, peer, localInterface)
  }

  /// The protection group of each tunnel: its own number; of shared ones with one source and profile the lowest number among them.
  public static func groups(of tunnels: [ProtectedTunnel]) -> [InterfaceID: UInt16] {
    var groups: [InterfaceID: UInt16] = [:]
    for tunnel in tunnels {
      let others = tunnels.filter { tunnel.isShared && $0.isShared && $0.local == tunnel.local && $0.profileName == tunnel.profileName }
      groups[tunnel.interface] = ([tunnel.interface] + others.map(\.interface)).min()?.rawValue
    }
    return groups
  }
}

/// What was in the files that the settings name.
public struct IKEMaterial: Sendable, Hashable {
  /// What the files of a trustpoint held.
  public struct Trustpoint: Sendable, Hashable {
    /// Our key and certificate; nil where it only verifies.
    public var signingKey: SigningKey?
    /// Whom it trusts.
    public var anchors: TrustAnchors

    /// A trustpoint's content.
    public init(signingKey: SigningKey?, anchors: TrustAnchors) { (self.signingKey, self.anchors) = (signingKey, anchors) }
  }

  /// Keys, by the path of their file.
  public var secrets: [String: SecretBytes] = [:]
  /// Trustpoints by name.
  public var trustpoints: [String: Trustpoint] = [:]
  /// Why a file (by path) or a trustpoint (by name) could not be read.
  public var failures: [String: String] = [:]

  /// Nothing read yet.
  public init() {}
}

/// What the settings come to for the tunnels that are there.
public struct PolicyResolution: Sendable, Hashable {
  /// One policy for each tunnel that can be protected, by the tunnels' numbers.
  public var policies: [ProtectionPolicy] = []
  /// Why a tunnel has no policy: it stays down.
  public var refusals: [InterfaceID: String] = [:]
  /// Lines of no profile.
  public var globals = IKEGlobalSettings()

  /// Nothing.
  public init() {}
}

extension CryptoSettings {
  /// The policies of `tunnels`. A pure function: it is made anew when settings, tunnels or files change.
  public func resolution(for tunnels: [ProtectedTunnel], material: IKEMaterial, hostName: String) -> PolicyResolution {
    let groups = ProtectedTunnel.groups(of: tunnels)
    var resolution = PolicyResolution()
    for tunnel in tunnels.sorted(by: { $0.interface < $1.interface }) {
      let resolver = PolicyResolver(settings: self, tunnel: tunnel, material: material, hostName: hostName)
      do throws(PolicyRefusal) {
        resolution.policies.append(try resolver.policy(group: groups[tunnel.interface] ?? tunnel.interface.rawValue))
      } catch {
        resolution.refusals[tunnel.interface] = error.text
      }
    }
    resolution.globals = globals(acceptsIKEv1: resolution.policies.contains { $0.version == .ikev1 })
    return resolution
  }

  private func globals(acceptsIKEv1: Bool) -> IKEGlobalSettings {
    var globals = IKEGlobalSettings()
    globals.cookieThreshold = cookieThreshold ?? globals.cookieThreshold
    globals.halfOpenLimit = ikev2HalfOpenLimit ?? halfOpenLimit ?? globals.halfOpenLimit
    globals.recoversUnknownSPI = recoversUnknownSPI
    globals.acceptsIKEv1 = acceptsIKEv1
    return globals
  }
}

// What has to be read.
extension CryptoSettings {
  /// Paths of all keys that stand in files, sorted.
  public var secretFiles: [String] {
    let typed = isakmpKeys.map(\.secret) + keyrings.flatMap(\.keys).map(\.secret)
    let ofPeers = ikev2Keyrings.flatMap(\.peers).flatMap { [$0.localSecret, $0.remoteSecret] }
    let ofProfiles = ikev2Profiles.flatMap { [$0.localSecret, $0.remoteSecret] }
    let paths = (typed + (ofPeers + ofProfiles).compactMap { $0 }).compactMap { if case .file(let path) = $0 { path } else { nil } }
    return Set(paths).sorted()
  }

  /// Trustpoints that name files.
  public var trustpointsWithFiles: [TrustpointSettings] {
    trustpoints.filter { $0.certificateFile != nil || $0.privateKeyFile != nil || !$0.rootFiles.isEmpty || !$0.revocationFiles.isEmpty }
  }
}

// What both the validation and the resolution ask for.
extension CryptoSettings {
  /// The policies of ISAKMP in use, best first: those configured, else ours.
  public var usedISAKMPPolicies: [ISAKMPPolicy] {
    isakmpPolicies.isEmpty ? CryptoSettings.builtInISAKMPPolicies : isakmpPolicies.map(\.policy)
  }

  /// What is negotiated where no `crypto isakmp policy` stands.
  private static let builtInISAKMPPolicies = [AuthenticationMethod.rsaSignature, .preSharedKey].map {
    ISAKMPPolicy(encryption: .init(.aesCBC, keyBits: 256), hash: .sha256, method: $0, group: .modp2048, lifetimeSeconds: 86_400)
  }

  /// The keys a profile of ISAKMP uses: those of its keyrings; without a keyring, `crypto isakmp key`.
  public func isakmpKeys(of profile: ISAKMPProfileSettings?) -> [ISAKMPKeySettings] {
    guard let names = profile?.keyrings, !names.isEmpty else { return isakmpKeys }
    return names.flatMap { name in keyrings.first { $0.name == name }?.keys ?? [] }
  }

  /// The proposals of IKEv2 for our address `local`: those of the policies for it, else of the policies for all, else ours.
  public func ikeProposals(local: IPAddress) -> [IKEProposal] {
    let exact = policies.filter { $0.localAddresses.contains(local) }
    let chosen = exact.isEmpty ? policies.filter(\.localAddresses.isEmpty) : exact
    let names = chosen.isEmpty ? [IKEv2ProposalSettings.defaultName] : chosen.flatMap(\.proposals)
    return names.compactMap(proposal).flatMap(\.ikeProposals)
  }
}

extension IKEv2ProposalSettings {
  /// What it offers: ciphers that authenticate by themselves and others cannot stand in one proposal (RFC 7296 §3.3). Empty where a
  /// line is missing.
  public var ikeProposals: [IKEProposal] {
    let (combined, plain) = (encryption.filter(\.algorithm.isCombined), encryption.filter { !$0.algorithm.isCombined })
    let ofIntegrity = integrity.compactMap(\.pseudoRandomFunction)
    let forCombined = prf.isEmpty ? (ofIntegrity.isEmpty ? [.hmacSHA256, .hmacSHA384, .hmacSHA512] : ofIntegrity) : prf
    let both = [
      IKEProposal(encryption: combined, prf: forCombined, integrity: [], groups: groups),
      IKEProposal(encryption: plain, prf: prf.isEmpty ? ofIntegrity : prf, integrity: integrity, groups: groups),
    ]
    let ordered = encryption.first?.algorithm.isCombined == true ? both : both.reversed()
    return ordered.filter { proposal in
      let needsIntegrity = proposal.encryption.contains { !$0.algorithm.isCombined }
      return !proposal.encryption.isEmpty && !groups.isEmpty && !(needsIntegrity && integrity.isEmpty)
    }
  }
}

extension IntegrityAlgorithm {
  /// The pseudorandom function with the same hash.
  var pseudoRandomFunction: PseudoRandomFunction? {
    switch self {
    case .hmacMD5: .hmacMD5
    case .hmacSHA1: .hmacSHA1
    case .hmacSHA256: .hmacSHA256
    case .hmacSHA384: .hmacSHA384
    case .hmacSHA512: .hmacSHA512
    case .aesXCBC: .aesXCBC
    case .aesCMAC: .aesCMAC
    default: nil
    }
  }
}
