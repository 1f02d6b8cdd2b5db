// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// The SA payload of quick mode: ESP suites as transforms, and back (RFC 2407 §4.4.4, §4.5).
package struct Phase2Offer: Sendable {
  /// What was agreed on.
  package struct Agreement: Sendable, Hashable {
    package var suite: ESPSuite
    package var mode: IPsecMode
    /// The group of perfect forward secrecy; nil without.
    package var group: KeyExchangeMethod?
    package var usesESN: Bool
    /// The peer's, shortened by ours.
    package var lifetime: ISAKMPLifetime
    /// What the transform itself says.
    package var offeredLifetime: ISAKMPLifetime
    /// The peer's SPI.
    package var spi: UInt32
  }

  /// RFC 2407 §4.5: the lifetime of an offer that names none.
  private static let defaultSeconds = 28_800
  private let policy: ProtectionPolicy
  /// The form in which ESP travels in UDP; nil where it does not.
  private let encapsulation: NATTraversal.Form?

  /// Offers of `policy`, over a path with the NATs of `traversal`.
  package init(_ policy: ProtectionPolicy, _ traversal: NATTraversal) {
    (self.policy, encapsulation) = (policy, traversal.isDetected ? traversal.form : nil)
  }

  /// Our own lifetime.
  package var lifetime: ISAKMPLifetime { ISAKMPLifetime(seconds: policy.childLifetimeSeconds, kilobytes: policy.childLifetimeKilobytes) }

  /// One proposal with a transform for each suite, the best first; with 64-bit sequence numbers first where they are wanted.
  package func payload(spi: UInt32) -> ISAKMPSecurityAssociation {
    let wishes = policy.espSuites.flatMap { suite in (policy.usesESN ? [true, false] : [false]).map { (suite, $0) } }
    let transforms = wishes.compactMap { suite, usesESN in
      Self.transformID(of: suite).map { ISAKMPTransform(number: 0, transformID: $0, attributes: attributes(of: suite, usesESN: usesESN)) }
    }
    let numbered = transforms.prefix(ISAKMPLimits.transforms).enumerated().map { index, transform in
      ISAKMPTransform(number: UInt8(index + 1), transformID: transform.transformID, attributes: transform.attributes)
    }
    return ISAKMPSecurityAssociation(proposals: [ISAKMPProposal(number: 1, protocolID: .esp, spi: spi.bytes, transforms: numbered)])
  }

  /// What a responder takes of an offer: the first of the peer's transforms that is in our policy, as the peer wrote it, with our SPI.
  package func choose(_ offer: ISAKMPSecurityAssociation, spi: UInt32) -> (answer: ISAKMPSecurityAssociation, agreement: Agreement)? {
    // Proposals of one number belong together; we do ESP alone.
    for proposal in offer.proposals where offer.proposals.count(where: { $0.number == proposal.number }) == 1 {
      for transform in proposal.transforms {
        guard let agreement = agreement(proposal, transform) else { continue }
        let chosen = ISAKMPProposal(number: proposal.number, protocolID: .esp, spi: spi.bytes, transforms: [transform])
        return (ISAKMPSecurityAssociation(proposals: [chosen]), agreement)
      }
    }
    return nil
  }

  /// What an initiator reads of the answer: one proposal with one transform, and one that it offered.
  package func agreement(_ answer: ISAKMPSecurityAssociation) -> Agreement? {
    guard answer.proposals.count == 1, answer.proposals[0].transforms.count == 1 else { return nil }
    guard let agreement = agreement(answer.proposals[0], answer.proposals[0].transforms[0]) else { return nil }
    return agreement.group == policy.perfectForwardSecrecy ? agreement : nil
  }

  private func agreement(_ proposal: ISAKMPProposal, _ transform: ISAKMPTransform) -> Agreement? {
    guard proposal.protocolID == .esp, proposal.spi.count == 4, transform.attributes.allSatisfy({ Self.known.contains($0.type) }) else {
      return nil
    }
    let spi = proposal.spi.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let group = transform.number(of: Phase2Attribute.group).flatMap { UInt16(exactly: $0) }.map { KeyExchangeMethod(rawValue: $0) }
    let usesESN = transform.number(of: Phase2Attribute.extendedSequenceNumber) == 1
    guard spi > 255, let suite = policy.espSuites.first(where: { matches(transform, $0) }), let mode = mode(of: transform) else {
      return nil
    }
    guard isAcceptable(group, transform), !usesESN || policy.usesESN else { return nil }
    var offered = ISAKMPLifetime(transform.attributes, type: Phase2Attribute.lifeType, duration: Phase2Attribute.lifeDuration)
    if offered.seconds == nil { offered.seconds = Self.defaultSeconds }
    return Agreement(
      suite: suite, mode: mode, group: group, usesESN: usesESN, lifetime: offered.shortened(by: lifetime), offeredLifetime: offered,
      spi: spi)
  }

  /// A group that we demand must be the one; where we demand none, any that is good enough for phase 1 is welcome.
  private func isAcceptable(_ group: KeyExchangeMethod?, _ transform: ISAKMPTransform) -> Bool {
    if let wanted = policy.perfectForwardSecrecy { return group == wanted }
    guard transform.attributes.contains(where: { $0.type == Phase2Attribute.group }) else { return true }
    return policy.isakmpPolicies.contains { $0.group == group }
  }

  /// The mode, if it is our policy's in the form that the path demands.
  private func mode(of transform: ISAKMPTransform) -> IPsecMode? {
    guard let said = transform.number(of: Phase2Attribute.encapsulation) else { return nil }
    return said == UInt64(number(of: policy.mode)) ? policy.mode : nil
  }

  private func number(of mode: IPsecMode) -> UInt16 {
    encapsulation?.encapsulation(mode) ?? (mode == .tunnel ? 1 : 2)
  }

  private func matches(_ transform: ISAKMPTransform, _ suite: ESPSuite) -> Bool {
    let integrity = transform.number(of: Phase2Attribute.authentication), keyBits = transform.number(of: Phase2Attribute.keyLength)
    let saysKeyBits = transform.attributes.contains { $0.type == Phase2Attribute.keyLength }
    guard transform.transformID == Self.transformID(of: suite), integrity == Self.authentication(of: suite).map(UInt64.init) else {
      return false
    }
    return saysKeyBits ? keyBits == UInt64(suite.keyBits) : suite.keyBits == 0 || suite.keyBits == 128
  }

  private func attributes(of suite: ESPSuite, usesESN: Bool) -> [ISAKMPAttribute] {
    var attributes: [ISAKMPAttribute] = []
    if suite.keyBits != 0 { attributes.append(ISAKMPAttribute(Phase2Attribute.keyLength, .short(suite.keyBits))) }
    if let number = Self.authentication(of: suite) { attributes.append(ISAKMPAttribute(Phase2Attribute.authentication, .short(number))) }
    if let group = policy.perfectForwardSecrecy { attributes.append(ISAKMPAttribute(Phase2Attribute.group, .short(group.rawValue))) }
    attributes.append(ISAKMPAttribute(Phase2Attribute.encapsulation, .short(number(of: policy.mode))))
    attributes += lifetime.attributes
    if usesESN { attributes.append(ISAKMPAttribute(Phase2Attribute.extendedSequenceNumber, .short(1))) }
    return attributes
  }

  private static let known: Set<UInt16> = [
    Phase2Attribute.lifeType, Phase2Attribute.lifeDuration, Phase2Attribute.group, Phase2Attribute.encapsulation,
    Phase2Attribute.authentication, Phase2Attribute.keyLength, Phase2Attribute.extendedSequenceNumber,
  ]

  /// ESP transform identifiers (RFC 2407 §4.4.4, RFC 3686, 4106, 4309, 4543). Others differ only where version 2 renumbered them.
  private static func transformID(of suite: ESPSuite) -> UInt8? {
    guard suite.integrity == 0 || authentication(of: suite) != nil else { return nil }
    return switch EncryptionAlgorithm(rawValue: suite.encryption) {
    case .nullGMAC: 23
    case .tripleDES, .null, .aesCBC, .aesCTR, .aesCCM8, .aesCCM12, .aesCCM16, .aesGCM8, .aesGCM12, .aesGCM16: UInt8(suite.encryption)
    default: nil
    }
  }

  /// Authentication algorithms (RFC 2407 §4.5, RFC 4868); nil for combined ones.
  private static func authentication(of suite: ESPSuite) -> UInt16? {
    switch IntegrityAlgorithm(rawValue: suite.integrity) {
    case .hmacMD5: 1
    case .hmacSHA1: 2
    case .hmacSHA256: 5
    case .hmacSHA384: 6
    case .hmacSHA512: 7
    case .aesXCBC: 9
    default: nil
    }
  }
}
