// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Wire

/// Names and policies that most tests use.
enum Situation {
  static let hub = IPAddress(198, 51, 100, 1), spoke = IPAddress(198, 51, 100, 11), other = IPAddress(198, 51, 100, 12)
  static let tunnel = InterfaceID(7)

  static func policy(_ local: IPAddress, key: String = "lab-throwaway", change: (inout ProtectionPolicy) -> Void = { _ in })
    -> ProtectionPolicy
  {
    var policy = ProtectionPolicy(interface: tunnel, group: 7, profileName: "P", local: local, version: .ikev2)
    policy.ikeProposals = [
      IKEProposal(
        encryption: [.init(.aesGCM16, keyBits: 128)], prf: [.hmacSHA256], integrity: [], groups: [.curve25519, .ecp256])
    ]
    policy.espSuites = [ESPSuite(encryption: EncryptionAlgorithm.aesGCM16.rawValue, keyBits: 128)]
    policy.preSharedKeys = [PreSharedKey(local: SecretBytes(Array(key.utf8)))]
    change(&policy)
    return policy
  }

  /// Two nodes that know each other's key.
  static func pair(
    seed: UInt64 = 1, keys: Keys = .openSSL, globals: IKEGlobalSettings = IKEGlobalSettings(),
    change: (inout ProtectionPolicy) -> Void = { _ in }
  ) -> (world: World, a: TestNode, b: TestNode) {
    let world = World(seed: seed)
    let a = world.add(spoke, keys: keys), b = world.add(hub, keys: keys)
    a.handle(.configure([policy(spoke, change: change)], globals))
    b.handle(.configure([policy(hub, change: change)], globals))
    world.run(.milliseconds(10))
    return (world, a, b)
  }

  /// Two nodes with a child between them.
  static func established(
    seed: UInt64 = 1, keys: Keys = .openSSL, change: (inout ProtectionPolicy) -> Void = { _ in }
  ) -> (world: World, a: TestNode, b: TestNode) {
    let made = pair(seed: seed, keys: keys, change: change)
    made.a.handle(.protect(tunnel, remote: hub))
    made.world.run(.seconds(2))
    return made
  }
}
