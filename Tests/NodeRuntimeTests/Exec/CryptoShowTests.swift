// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import NodeRuntime
import Testing

@Suite struct CryptoShowTests {
  private let picture = CryptoSamples.picture
  private func text(_ lines: [String]) -> String { lines.joined(separator: "\n") }

  @Test func dump() {
    print(text(picture.ikev2Associations(isDetailed: true)))
    print("=====")
    print(text(picture.ikev2Sessions(isDetailed: true)))
    print("=====")
    print(text(picture.isakmpAssociations()))
    print("=====")
    print(text(picture.isakmpAssociationDetails()))
    print("=====")
    print(text(picture.isakmpPolicies()))
    print("=====")
    print(text(picture.ipsecAssociations()))
    print("=====")
    print(text(picture.cryptoSessions(isDetailed: true)))
    print("=====")
    print(text(picture.sockets()))
    print("=====")
    print(text(picture.dmvpnSessions(of: ["Tunnel0"])))
    print("=====")
    print(text(picture.proposals()))
    print(text(picture.policies()))
    print(text(picture.profiles()))
    print(text(picture.transformSets()))
    print(text(picture.ipsecProfiles()))
    print(text(picture.trustpoints()))
    print(text(picture.certificates()))
  }
}
