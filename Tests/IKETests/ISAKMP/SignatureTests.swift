// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv1: signatures and certificates, RFC 2409 §5.1")
struct SignatureTests {
  static let certificates: [[UInt8]] = [[1, 1, 1], [2, 2, 2]]
  static let authority: [UInt8] = [0x30, 9]

  static func facts(_ index: Int) -> CertificateFacts {
    var facts = CertificateFacts()
    (facts.subject, facts.issuer) = ([0x30, UInt8(index)], authority)
    facts.subjectText = "CN=node\(index),OU=branches"
    facts.dnsNames = ["node\(index).example"]
    return facts
  }

  static func world(_ change: (inout ProtectionPolicy, Int) -> Void = { _, _ in }) -> TwoEnds {
    var policies = TwoEnds.addresses.map { ProtectionPolicy.v1(local: $0) }
    for index in policies.indices {
      policies[index].isakmpPolicies[0].method = .rsaSignature
      policies[index].remoteMethods = [.rsaSignature]
      policies[index].signingKey = SigningKey(
        kind: .rsa(bits: 2_048), privateKey: SecretBytes([UInt8(index)]), chain: [certificates[index]], facts: facts(index))
      policies[index].anchors = TrustAnchors(roots: [authority])
      change(&policies[index], index)
    }
    let keys = SeededKeys(seed: 1, facts: [certificates[0]: facts(0), certificates[1]: facts(1)])
    var world = TwoEnds(policies[0], policies[1], keys: keys)
    world.start()
    world.run(.seconds(60))
    return world
  }

  @Test("both ends sign, and name themselves as their certificates do")
  func signatures() {
    let world = Self.world()
    #expect(world.isProtected)
    #expect(world.ends[0].proof?.identity == .distinguishedName([0x30, 1]))
    #expect(world.ends[1].proof?.certificate?.subjectText == "CN=node0,OU=branches")
  }

  @Test("a name of the certificate may be the identity, and a policy may ask for a part of the subject")
  func names() {
    let named = Self.world { policy, index in
      policy.localIdentity = .fqdn("node\(index).example")
      policy.remoteMatches = [.domain("example")]
    }
    #expect(named.isProtected)
    #expect(Self.world { policy, _ in policy.remoteMatches = [.subject(containing: "OU=branches")] }.isProtected)
  }

  @Test(
    "no certificate, no trust, another's name, another's key, no policy for it: no association",
    arguments: ["untrusted", "name", "subject", "key", "method"])
  func refusals(what: String) {
    let world = Self.world { policy, index in
      switch what {
      case "untrusted": if index == 1 { policy.anchors = TrustAnchors(roots: [[7]]) }
      case "name": if index == 0 { policy.localIdentity = .fqdn("node1.example") }
      case "subject": if index == 1 { policy.remoteMatches = [.subject(containing: "OU=other")] }
      case "key":
        // Shows the other's certificate, and cannot sign for it.
        if index == 0 { policy.signingKey?.chain = [[9, 9]] }
      default: if index == 1 { policy.remoteMethods = [.preSharedKey] }
      }
    }
    #expect(world.ends[1].proof == nil && world.ends.allSatisfy { $0.children.isEmpty })
    #expect(world.ends[0].ended != nil)
  }
}
