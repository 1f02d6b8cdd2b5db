// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import NHRP
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("What a certificate lets a peer register")
struct CertificateLimitTests {
  private let nbma = IPAddress(198, 51, 100, 11), tunnel = IPAddress(10, 0, 0, 11)

  private func peer(naming addresses: [IPAddress]?) -> NHRPProtectedPeer {
    var facts = CertificateFacts()
    facts.addresses = addresses ?? []
    return NHRPProtectedPeer(
      ProtectedPeer(
        id: ProtectionID(1), interface: InterfaceID(1),
        endpoints: AssociationEndpoints(local: IPAddress(198, 51, 100, 1), remote: nbma, localPort: 500, remotePort: 500),
        identity: .address(nbma), certificate: addresses == nil ? nil : facts))
  }

  @Test("the address on the underlay, which an identity wants in the certificate (RFC 4945 §5.1.3), limits nothing; others do")
  func underlayAddress() {
    #expect(peer(naming: nil).addresses == nil)
    #expect(peer(naming: []).addresses == nil)
    #expect(peer(naming: [nbma]).addresses == nil)
    #expect(peer(naming: [nbma, tunnel]).addresses == [tunnel])
    #expect(peer(naming: [IPAddress(198, 51, 100, 12)]).addresses == [IPAddress(198, 51, 100, 12)])
  }
}
