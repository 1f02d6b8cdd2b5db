// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import NodeRuntime
import ProtocolKit
import Wire

/// A hub with one IKEv2 spoke, one behind NAT, one IKEv1 spoke, and one that is still negotiating.
enum CryptoSamples {
  static let hub = IPAddress(198, 51, 100, 1)
  static let now = Instant.start + .seconds(1_000)
  static let tunnel = InterfaceID(1), old = InterfaceID(2)

  static func association(
    _ number: UInt32, _ version: ProtectionPolicy.Version, _ state: IKESARow.State, _ remote: IPAddress, port: UInt16 = 500, peer: UInt32,
    interface: InterfaceID = tunnel
  ) -> IKESARow {
    var row = IKESARow(
      number: number, version: version, state: state, isInitiator: number.isMultiple(of: 2), interface: interface, profileName: "VPN",
      peer: ProtectionID(peer),
      endpoints: AssociationEndpoints(local: hub, remote: remote, localPort: port == 500 ? 500 : 4_500, remotePort: port),
      localSPI: 0x0102_0304_0506_0708, remoteSPI: peer == 0 ? 0 : 0xa1b2_c3d4_e5f6_0718 &+ UInt64(number))
    row.lifetimeSeconds = 86_400
    guard peer != 0 else { return row }
    row.establishedAt = .start + .seconds(600)
    (row.encryption, row.prf, row.integrity, row.group) = (.init(.aesCBC, keyBits: 256), .hmacSHA256, .hmacSHA256, .ecp256)
    (row.localMethod, row.remoteMethod) = (.preSharedKey, .preSharedKey)
    (row.localIdentity, row.remoteIdentity) = (.fqdn("hub.example.net"), .address(remote))
    (row.nextSentID, row.nextReceivedID, row.deadPeerSeconds, row.fragmentsMessages) = (2, 3, 30, true)
    if version == .ikev1 { row.hash = .sha256 }
    return row
  }

  static func child(
    _ peer: UInt32, ike: UInt32, _ remote: IPAddress, port: UInt16 = 0, spi: UInt32, suite: ESPSuite, interface: InterfaceID = tunnel
  ) -> ChildSARow {
    var row = ChildSARow(
      peer: ProtectionID(peer), interface: interface, ikeNumber: ike,
      endpoints: AssociationEndpoints(local: hub, remote: remote, localPort: port == 0 ? 0 : 4_500, remotePort: port), inboundSPI: spi,
      outboundSPI: spi &+ 0x1000,
      suite: suite, mode: .transport, installedAt: .start + .seconds(700))
    (row.lifetimeSeconds, row.lifetimeKilobytes, row.replayWindow) = (3_600, 4_608_000, 1_024)
    return row
  }

  static func counters(_ packets: UInt64, bytes: UInt64, replays: UInt64 = 0, forgeries: UInt64 = 0) -> AssociationCounters {
    var c = AssociationCounters()
    (c.packets, c.bytes, c.replays, c.forgeries) = (packets, bytes, replays, forgeries)
    return c
  }

  static let cbc = ESPSuite(encryption: 12, keyBits: 256, integrity: 12), gcm = ESPSuite(encryption: 20, keyBits: 256)
  static let spoke1 = IPAddress(198, 51, 100, 11), nat = IPAddress(203, 0, 113, 7), spoke3 = IPAddress(198, 51, 100, 13),
    late = IPAddress(198, 51, 100, 99)

  /// Files of a trustpoint that signs with a P-256 key.
  static func certificate(_ trustpoint: String) -> IKEMaterial {
    var facts = CertificateFacts()
    (facts.subject, facts.subjectText, facts.serialNumber, facts.notAfter) = ([0x30, 0], "CN=hub", "1A", 4_102_444_800)
    (facts.addresses, facts.addressBlocks) = ([IPAddress(10, 0, 0, 1)], [IPPrefix(IPAddress(192, 168, 1, 0), length: 24)])
    let key = SigningKey(kind: .ecdsa(19), privateKey: SecretBytes([1]), chain: [[9]], facts: facts)
    var material = IKEMaterial()
    material.trustpoints[trustpoint] = .init(signingKey: key, anchors: TrustAnchors(roots: [[7]]))
    return material
  }

  static let picture: CryptoPicture = {
    let associations = [
      association(4, .ikev2, .established, spoke1, peer: 1), association(5, .ikev2, .established, nat, port: 31_007, peer: 2),
      association(7, .ikev2, .initializing, late, peer: 0), association(8, .ikev1, .established, spoke3, peer: 3, interface: old),
      association(9, .ikev1, .mainMode(step: 1), late, peer: 0, interface: old),
      association(10, .ikev1, .deleting, spoke3, peer: 3, interface: old),
    ]
    var associated = associations
    associated[1].isNATDetected = true
    associated[1].remoteIdentity = .distinguishedName(
      [0x30, 0x0f, 0x31, 0x0d, 0x30, 0x0b, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x04] + Array("s2.x".utf8))
    (associated[1].localMethod, associated[1].remoteMethod) = (.ecdsaSignature, .rsaSignature)
    var pfs = child(2, ike: 5, nat, port: 31_007, spi: 0x2000_0001, suite: gcm)
    (pfs.perfectForwardSecrecy, pfs.usesESN, pfs.lifetimeKilobytes) = (.ecp256, true, nil)
    var replaced = child(1, ike: 4, spoke1, spi: 0x0abc_def0, suite: cbc)
    replaced.isCurrent = false
    let children = [
      replaced, child(1, ike: 4, spoke1, spi: 0x1000_0001, suite: cbc), pfs,
      child(3, ike: 8, spoke3, spi: 0x3000_0001, suite: cbc, interface: old),
    ]
    var picture = CryptoPicture(now: now, associations: associated, children: children)
    picture.inbound = [0x1000_0001: counters(22, bytes: 2_048_000, replays: 2, forgeries: 1), 0x2000_0001: counters(5, bytes: 500)]
    picture.outbound = [0x1000_1001: counters(29, bytes: 4_096), 0x2000_1001: counters(7, bytes: 700)]
    picture.settings = ConfigurationLoader.load(CryptoFixtures.ikev2 + "\n" + CryptoFixtures.ikev1, file: "x").settings.withoutKeys.crypto
    var hubTunnel = CryptoPicture.Tunnel(name: "Tunnel0", profile: "VPN")
    (hubTunnel.underlay, hubTunnel.source, hubTunnel.wanted) = ("GigabitEthernet1", hub, [IPAddress(198, 51, 100, 77), late])
    var shared = CryptoPicture.Tunnel(name: "Tunnel1", profile: "OLD")
    (shared.underlay, shared.source, shared.isShared) = ("GigabitEthernet1", hub, true)
    picture.tunnels = [tunnel: hubTunnel, old: shared]
    return picture
  }()
}
