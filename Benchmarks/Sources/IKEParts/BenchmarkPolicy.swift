// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Wire

/// The groups that are measured, by the names strongSwan has for them.
public enum MeasuredGroup: String, CaseIterable, Sendable {
  case ecp256, curve25519, modp2048

  /// The group's number.
  public var method: KeyExchangeMethod {
    switch self {
    case .ecp256: .ecp256
    case .curve25519: .curve25519
    case .modp2048: .modp2048
    }
  }
}

extension ProtectionPolicy {
  /// IKEv2 with a shared key (no secret), AES-128-GCM both for IKE and ESP, SHA-256 and one group. In tunnel mode, for strongSwan's own
  /// ESP knows no other.
  public static func benchmark(_ local: IPAddress, _ group: MeasuredGroup) -> ProtectionPolicy {
    var policy = ProtectionPolicy(interface: InterfaceID(1), group: 1, profileName: "bench", local: local, version: .ikev2)
    policy.ikeProposals = [
      IKEProposal(encryption: [.init(.aesGCM16, keyBits: 128)], prf: [.hmacSHA256], integrity: [], groups: [group.method])
    ]
    policy.espSuites = [ESPSuite(encryption: EncryptionAlgorithm.aesGCM16.rawValue, keyBits: 128)]
    policy.preSharedKeys = [PreSharedKey(local: SecretBytes(Array("bench-throwaway-secret".utf8)))]
    policy.mode = .tunnel
    return policy
  }
}

extension IPAddress {
  /// The address of initiator `n`, each in its own.
  public static func initiator(_ n: Int) -> IPAddress { IPAddress(v4: 0x0a80_0000 + UInt32(n)) }
}
