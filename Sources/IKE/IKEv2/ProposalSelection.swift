// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// Offers, and the choice from them (RFC 7296 §2.7, §3.3). Our order decides among what both have; for the group, the initiator's
/// guess counts where it is acceptable, for it saves a round trip.
package enum ProposalSelection {
  /// Proposals of an IKE SA. Combined algorithms stand in a proposal of their own, without integrity (RFC 5282 §8).
  package static func offer(_ ours: [IKEProposal], spi: [UInt8] = []) -> [Proposal] {
    let parts = ours.flatMap { proposal in [true, false].map { (proposal, $0) } }
      .filter { part in part.0.encryption.contains { $0.algorithm.isCombined == part.1 } }
    return parts.prefix(IKELimits.proposals).enumerated().map { index, part in
      let (proposal, isCombined) = part
      var transforms = proposal.encryption.filter { $0.algorithm.isCombined == isCombined }
        .map { Transform(encryption: $0.algorithm.rawValue, keyBits: $0.keyBits) }
      transforms += proposal.prf.map { Transform(.pseudoRandomFunction, $0.rawValue) }
      if !isCombined { transforms += proposal.integrity.filter { $0 != .none }.map { Transform(.integrity, $0.rawValue) } }
      transforms += proposal.groups.map { Transform(.keyExchange, $0.rawValue) }
      return Proposal(number: UInt8(index + 1), protocolID: .ike, spi: spi, transforms: transforms)
    }
  }

  /// Chooses a suite for an IKE SA; `guessed` is the group of the initiator's KE payload.
  package static func select(
    _ offered: [Proposal], _ ours: [IKEProposal], guessed: KeyExchangeMethod
  ) -> (suite: IKESuite, proposal: Proposal)? {
    for mine in ours {
      for theirs in offered where theirs.protocolID == .ike {
        guard let suite = match(theirs, mine, guessed: guessed) else { continue }
        return (suite, Proposal(number: theirs.number, protocolID: .ike, transforms: transforms(of: suite)))
      }
    }
    return nil
  }

  private static func match(_ theirs: Proposal, _ mine: IKEProposal, guessed: KeyExchangeMethod) -> IKESuite? {
    guard hasOnly([.encryption, .pseudoRandomFunction, .integrity, .keyExchange], theirs) else { return nil }
    let groups = ids(of: .keyExchange, theirs)
    let both = mine.groups.filter { groups.contains($0.rawValue) }
    guard let group = both.contains(guessed) ? guessed : both.first else { return nil }
    let functions = ids(of: .pseudoRandomFunction, theirs)
    guard let prf = mine.prf.first(where: { functions.contains($0.rawValue) }) else { return nil }
    for encryption in mine.encryption where offers(theirs, encryption.algorithm.rawValue, encryption.keyBits) {
      let checks = encryption.algorithm.isCombined ? [.none] : mine.integrity.filter { $0 != .none }
      guard let integrity = checks.first(where: { offersIntegrity(theirs, $0.rawValue) }) else { continue }
      return IKESuite(encryption: encryption, prf: prf, integrity: integrity, group: group)
    }
    return nil
  }

  private static func transforms(of suite: IKESuite) -> [Transform] {
    var transforms = [Transform(encryption: suite.encryption.algorithm.rawValue, keyBits: suite.encryption.keyBits)]
    transforms.append(Transform(.pseudoRandomFunction, suite.prf.rawValue))
    if suite.integrity != .none { transforms.append(Transform(.integrity, suite.integrity.rawValue)) }
    return transforms + [Transform(.keyExchange, suite.group.rawValue)]
  }

  /// Reads a responder's choice: it must be one of each kind, and of what we offered.
  package static func chosen(_ answer: [Proposal], _ ours: [IKEProposal]) -> IKESuite? {
    guard answer.count == 1, let group = answer[0].transforms(of: .keyExchange).first, isSingle(answer[0]) else { return nil }
    return select(answer, ours, guessed: KeyExchangeMethod(rawValue: group.id))?.suite
  }

  // Children

  /// Proposals of a child: one for each suite. The group only where the keys get one of their own.
  package static func offer(_ suites: [ESPSuite], spi: UInt32, usesESN: Bool, group: KeyExchangeMethod?) -> [Proposal] {
    suites.prefix(IKELimits.proposals).enumerated().map { index, suite in
      var transforms = [Transform(encryption: suite.encryption, keyBits: suite.keyBits)]
      if suite.integrity != 0 { transforms.append(Transform(.integrity, suite.integrity)) }
      if let group { transforms.append(Transform(.keyExchange, group.rawValue)) }
      if usesESN { transforms.append(Transform(.extendedSequenceNumbers, 1)) }
      transforms.append(Transform(.extendedSequenceNumbers, 0))
      return Proposal(number: UInt8(index + 1), protocolID: .esp, spi: spi.bytes, transforms: transforms)
    }
  }

  /// What was chosen for a child.
  package struct ChildChoice: Sendable, Hashable {
    package var suite: ESPSuite
    /// The peer's SPI.
    package var spi: UInt32
    package var usesESN: Bool
    package var group: KeyExchangeMethod?
    /// Our answer, still with the peer's SPI.
    package var proposal: Proposal
  }

  /// Which groups a child may have.
  package enum GroupRule: Sendable, Hashable {
    /// IKE_AUTH: groups in the offer mean nothing yet (RFC 7296 §1.2).
    case ignored
    /// `set pfs`: exactly this one.
    case required(KeyExchangeMethod)
    /// None of ours is wanted: the peer's guess is taken where it made one.
    case free(guessed: KeyExchangeMethod?)
  }

  /// Chooses a suite for a child.
  package static func select(_ offered: [Proposal], _ suites: [ESPSuite], wantsESN: Bool, _ rule: GroupRule) -> ChildChoice? {
    for suite in suites {
      for theirs in offered where theirs.protocolID == .esp && offers(theirs, suite.encryption, suite.keyBits) {
        guard hasOnly([.encryption, .integrity, .keyExchange, .extendedSequenceNumbers], theirs), let spi = spi(of: theirs),
          offersIntegrity(theirs, suite.integrity), let group = group(ids(of: .keyExchange, theirs), rule),
          let usesESN = usesESN(ids(of: .extendedSequenceNumbers, theirs), wants: wantsESN)
        else { continue }
        let answer = offer([suite], spi: spi, usesESN: false, group: group)[0].transforms
          .map { $0.type == .extendedSequenceNumbers ? Transform($0.type, usesESN ? 1 : 0) : $0 }
        return ChildChoice(
          suite: suite, spi: spi, usesESN: usesESN, group: group,
          proposal: Proposal(number: theirs.number, protocolID: .esp, spi: theirs.spi, transforms: answer))
      }
    }
    return nil
  }

  /// Reads a responder's choice for a child.
  package static func chosen(_ answer: [Proposal], _ suites: [ESPSuite], wantsESN: Bool, group: KeyExchangeMethod?) -> ChildChoice? {
    guard answer.count == 1, isSingle(answer[0]) else { return nil }
    return select(answer, suites, wantsESN: wantsESN, group.map { .required($0) } ?? .free(guessed: nil))
  }

  /// Nil: not acceptable. The inner nil: keys come from the IKE SA alone.
  private static func group(_ offered: [UInt16], _ rule: GroupRule) -> KeyExchangeMethod?? {
    switch rule {
    case .ignored: return .some(nil)
    case .required(let group): return offered.contains(group.rawValue) ? .some(group) : nil
    case .free(let guessed):
      if let guessed, guessed != .none, offered.contains(guessed.rawValue) { return .some(guessed) }
      return offered.isEmpty || offered.contains(0) ? .some(nil) : nil
    }
  }

  /// An offer without the transform means no ESN, as old implementations send it.
  private static func usesESN(_ offered: [UInt16], wants: Bool) -> Bool? {
    if wants, offered.contains(1) { return true }
    return offered.isEmpty || offered.contains(0) ? false : nil
  }

  private static func spi(of proposal: Proposal) -> UInt32? {
    guard proposal.spi.count == 4 else { return nil }
    let spi = proposal.spi.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return spi > 255 ? spi : nil
  }

  // Transforms

  private static func ids(of type: TransformType, _ proposal: Proposal) -> [UInt16] {
    proposal.transforms.filter { $0.type == type && !$0.hasUnknownAttribute }.map(\.id)
  }

  private static func offers(_ proposal: Proposal, _ encryption: UInt16, _ keyBits: UInt16) -> Bool {
    proposal.transforms.contains { $0.type == .encryption && $0.id == encryption && $0.keyBits == keyBits && !$0.hasUnknownAttribute }
  }

  /// No integrity: either none is named, or NONE.
  private static func offersIntegrity(_ proposal: Proposal, _ id: UInt16) -> Bool {
    let offered = proposal.transforms.filter { $0.type == .integrity }
    return id == 0 ? offered.isEmpty || offered.contains { $0.id == 0 } : ids(of: .integrity, proposal).contains(id)
  }

  /// A kind of transform that we do not know must not be left out: the proposal cannot be taken (RFC 7296 §3.3.6).
  private static func hasOnly(_ types: Set<TransformType>, _ proposal: Proposal) -> Bool {
    proposal.transforms.allSatisfy { types.contains($0.type) }
  }

  private static func isSingle(_ proposal: Proposal) -> Bool {
    Set(proposal.transforms.map(\.type)).count == proposal.transforms.count
  }
}
