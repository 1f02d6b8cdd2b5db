// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// The SA payload of phase 1: `crypto isakmp policy` as transforms, and back (RFC 2409 §5, appendix A).
package enum Phase1Offer {
  /// RFC 2409 names no default lifetime; IOS' is a day.
  private static let defaultSeconds = 86_400

  /// One proposal with a transform for each policy that we can do, the best first.
  package static func payload(_ policies: [ISAKMPPolicy]) -> ISAKMPSecurityAssociation {
    let transforms = policies.prefix(ISAKMPLimits.transforms).enumerated().compactMap { index, policy in
      attributes(of: policy).map {
        ISAKMPTransform(number: UInt8(index + 1), transformID: ISAKMPAssignments.transformKeyIKE, attributes: $0)
      }
    }
    return ISAKMPSecurityAssociation(proposals: [ISAKMPProposal(number: 1, protocolID: .isakmp, transforms: transforms)])
  }

  /// What a responder takes of an offer: the first of the peer's transforms that is one of ours, as the peer wrote it.
  package static func choose(_ offer: ISAKMPSecurityAssociation, _ policies: [ISAKMPPolicy]) -> (
    answer: ISAKMPSecurityAssociation, agreement: ISAKMPPolicy
  )? {
    for proposal in offer.proposals where proposal.protocolID == .isakmp {
      for transform in proposal.transforms {
        guard let agreed = agreement(transform, policies) else { continue }
        var chosen = proposal
        chosen.transforms = [transform]
        return (ISAKMPSecurityAssociation(proposals: [chosen]), agreed)
      }
    }
    return nil
  }

  /// What an initiator reads of the answer: exactly one transform, and one of those it offered.
  package static func agreement(_ answer: ISAKMPSecurityAssociation, _ policies: [ISAKMPPolicy]) -> ISAKMPPolicy? {
    guard answer.proposals.count == 1, answer.proposals[0].protocolID == .isakmp, answer.proposals[0].transforms.count == 1 else {
      return nil
    }
    return agreement(answer.proposals[0].transforms[0], policies)
  }

  /// The policy that a transform is, with the shorter of the two lifetimes.
  private static func agreement(_ transform: ISAKMPTransform, _ policies: [ISAKMPPolicy]) -> ISAKMPPolicy? {
    guard transform.transformID == ISAKMPAssignments.transformKeyIKE, transform.attributes.allSatisfy({ known.contains($0.type) }) else {
      return nil
    }
    let offered = policies.first { policy in
      transform.number(of: Phase1Attribute.encryption) == number(of: policy.encryption).map(UInt64.init)
        && keyBits(transform, policy.encryption) == policy.encryption.keyBits
        && transform.number(of: Phase1Attribute.hash) == number(of: policy.hash).map(UInt64.init)
        && transform.number(of: Phase1Attribute.method) == number(of: policy.method).map(UInt64.init)
        && transform.number(of: Phase1Attribute.group) == UInt64(policy.group.rawValue)
    }
    guard var agreed = offered else { return nil }
    let lifetime = ISAKMPLifetime(transform.attributes, type: Phase1Attribute.lifeType, duration: Phase1Attribute.lifeDuration)
    agreed.lifetimeSeconds = min(agreed.lifetimeSeconds, lifetime.seconds ?? defaultSeconds)
    return agreed
  }

  private static let known: Set<UInt16> = [
    Phase1Attribute.encryption, Phase1Attribute.hash, Phase1Attribute.method, Phase1Attribute.group, Phase1Attribute.lifeType,
    Phase1Attribute.lifeDuration, Phase1Attribute.keyLength,
  ]

  /// The key length that a transform means: AES without one is AES-128.
  private static func keyBits(_ transform: ISAKMPTransform, _ encryption: IKEProposal.Encryption) -> UInt16 {
    let said = transform.attributes.contains { $0.type == Phase1Attribute.keyLength }
    guard said else { return encryption.algorithm == .aesCBC ? 128 : 0 }
    return transform.number(of: Phase1Attribute.keyLength).flatMap { UInt16(exactly: $0) } ?? .max
  }

  /// Nil where a part of the policy has no number in IKEv1.
  private static func attributes(of policy: ISAKMPPolicy) -> [ISAKMPAttribute]? {
    guard let encryption = number(of: policy.encryption), let hash = number(of: policy.hash),
      let method = number(of: policy.method)
    else { return nil }
    var attributes = [ISAKMPAttribute(Phase1Attribute.encryption, .short(encryption))]
    if policy.encryption.keyBits != 0 { attributes.append(ISAKMPAttribute(Phase1Attribute.keyLength, .short(policy.encryption.keyBits))) }
    attributes += [
      ISAKMPAttribute(Phase1Attribute.hash, .short(hash)), ISAKMPAttribute(Phase1Attribute.group, .short(policy.group.rawValue)),
      ISAKMPAttribute(Phase1Attribute.method, .short(method)),
      ISAKMPAttribute(Phase1Attribute.lifeType, .short(ISAKMPLifeType.seconds)),
      ISAKMPAttribute(Phase1Attribute.lifeDuration, number: UInt32(clamping: policy.lifetimeSeconds)),
    ]
    return attributes
  }

  private static func number(of encryption: IKEProposal.Encryption) -> UInt16? {
    switch encryption.algorithm {
    case .tripleDES: 5
    case .aesCBC: 7
    default: nil
    }
  }

  private static func number(of hash: HashAlgorithm) -> UInt16? {
    switch hash {
    case .md5: 1
    case .sha1: 2
    case .sha256: 4
    case .sha384: 5
    case .sha512: 6
    default: nil
    }
  }

  /// ECDSA (RFC 4754) signs a hash of another kind, which nobody here does yet: such a policy is not offered.
  private static func number(of method: AuthenticationMethod) -> UInt16? {
    switch method {
    case .preSharedKey: 1
    case .rsaSignature: 3
    case .ecdsaSignature: nil
    }
  }
}
