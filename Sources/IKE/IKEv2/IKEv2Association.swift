// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// A version 2 association (RFC 7296): from the first exchange to the last delete.
///
/// Each state is a value of its own that knows what can happen in it: `InitialInitiator`, `InitialResponder`, `EstablishedAssociation`.
/// This only passes on what comes, and changes from one to the next.
package struct IKEv2Association: Association {
  private enum State {
    case initiating(InitialInitiator)
    case responding(InitialResponder)
    case established(EstablishedAssociation)
    case ended
  }

  private var state: State
  private var context: IKEv2Context
  private let isInitiator: Bool
  private let policies: [ProtectionPolicy]

  package init(_ setup: AssociationSetup) {
    context = IKEv2Context(number: setup.number, endpoints: setup.endpoints)
    (isInitiator, policies) = (setup.isInitiator, setup.policies)
    state =
      setup.isInitiator
      ? (ChosenPolicy(setup.policies).map { .initiating(InitialInitiator($0)) } ?? .ended) : .responding(InitialResponder(setup.policies))
  }

  package mutating func handle(_ input: AssociationInput, _ turn: inout AssociationTurn) {
    switch takeState() {
    case .initiating(var initiator):
      let step = handle(input, &initiator, &turn)
      state = .initiating(initiator)
      take(step, &turn)
    case .responding(var responder):
      let step = handle(input, &responder, &turn)
      state = .responding(responder)
      take(step, &turn)
    case .established(var established):
      let step = handle(input, &established, &turn)
      state = .established(established)
      take(step, &turn)
    case .ended: break
    }
  }

  /// Takes the state out for the time of a call, so that what it holds is changed in place.
  private mutating func takeState() -> State {
    defer { state = .ended }
    return state
  }

  private mutating func take(_ step: IKEv2Step, _ turn: inout AssociationTurn) {
    switch step {
    case .stay: break
    case .established(let established): state = .established(established)
    case .ended(let failure):
      for spi in ownSPIs { turn.emit(.releaseSPI(spi)) }
      state = .ended
      turn.emit(.ended(failure))
    }
  }

  private var ownSPIs: [UInt64] {
    switch state {
    case .initiating(let initiator): [initiator.localSPI].filter { $0 != 0 }
    case .responding(let responder): responder.sa.map { [$0.localSPI] } ?? []
    case .established(let established): established.generations.map(\.sa.localSPI)
    case .ended: []
    }
  }
}

// What happens in which state

extension IKEv2Association {
  private mutating func handle(_ input: AssociationInput, _ initiator: inout InitialInitiator, _ turn: inout AssociationTurn) -> IKEv2Step {
    switch input {
    case .start: initiator.start(&context, &turn)
    case .message(let endpoints, let bytes):
      decoded(bytes, &turn).map { initiator.receive($0, bytes, from: endpoints, &context, &turn) } ?? .stay
    case .computed(let tag, let result): initiator.computed(tag, result, &context, &turn)
    case .timer(.retransmission): initiator.retransmit(context, &turn)
    case .close(let failure, _): .ended(failure)
    default: .stay
    }
  }

  private mutating func handle(_ input: AssociationInput, _ responder: inout InitialResponder, _ turn: inout AssociationTurn) -> IKEv2Step {
    switch input {
    case .message(let endpoints, let bytes):
      decoded(bytes, &turn).map { responder.receive($0, bytes, from: endpoints, &context, &turn) } ?? .stay
    case .computed(let tag, let result): responder.computed(tag, result, &context, &turn)
    case .close(let failure, _): .ended(failure)
    default: .stay
    }
  }

  private mutating func handle(
    _ input: AssociationInput, _ association: inout EstablishedAssociation, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    switch input {
    case .message(let endpoints, let bytes):
      return decoded(bytes, &turn).map { association.receive($0, bytes, from: endpoints, &context, &turn) } ?? .stay
    case .computed(let tag, let result): return association.computed(tag, result, &context, &turn)
    case .timer(.retransmission(let id)): return association.retransmit(id, &context, &turn)
    case .timer(.wait(let id)): return association.waited(id, &context, &turn)
    case .createChild: association.enqueue(.createChild, &context, &turn)
    case .rekeyChild(let child): association.enqueue(.rekeyChild(child.inboundSPI), &context, &turn)
    case .deleteChild(let child, let failure): association.enqueue(.deleteChild(child.inboundSPI, failure), &context, &turn)
    case .rekey: association.enqueue(.rekeyIKE, &context, &turn)
    case .probe: association.enqueue(.probe(isUrgent: false), &context, &turn)
    case .doubt: association.doubt(&context, &turn)
    case .reportUnknownSPI(let spi): association.enqueue(.reportSPI(spi), &context, &turn)
    case .moved(let remote, let remotePort):
      (context.endpoints.remote, context.endpoints.remotePort) = (remote, remotePort)
    case .reconfigured(let policy): association.policy = policy
    case .close(let failure, let isUrgent): return association.close(failure, isUrgent: isUrgent, &context, &turn)
    case .childInUse(let spi): association.childInUse(spi, &turn)
    case .start: break
    }
    return .stay
  }

  private func decoded(_ bytes: [UInt8], _ turn: inout AssociationTurn) -> IKEMessage? {
    guard let message = try? IKEMessage(decoding: bytes) else {
      turn.emit(.refused(.malformed))
      return nil
    }
    return message
  }
}

// Shows

extension IKEv2Association {
  package var row: IKESARow {
    var row = IKESARow(
      number: context.number, version: .ikev2, state: .initializing, isInitiator: isInitiator,
      interface: policies.first?.interface ?? .none,
      profileName: policies.first?.profileName ?? "", peer: .none, endpoints: context.endpoints, localSPI: 0, remoteSPI: 0)
    row.isNATDetected = context.nat.isFound
    switch state {
    case .initiating(let initiator):
      row.localSPI = initiator.localSPI
      initiator.sa.map { describe($0, .authenticating, &row) }
    case .responding(let responder): responder.sa.map { describe($0, .authenticating, &row) }
    case .established(let established): describe(established, &row)
    case .ended: row.state = .deleting
    }
    return row
  }

  private func describe(_ sa: IKESA, _ state: IKESARow.State, _ row: inout IKESARow) {
    row.state = state
    (row.localSPI, row.remoteSPI) = (sa.localSPI, sa.remoteSPI)
    (row.encryption, row.prf, row.integrity, row.group) = (sa.suite.encryption, sa.suite.prf, sa.suite.integrity, sa.suite.group)
    (row.nextSentID, row.nextReceivedID) = (sa.nextRequestID, sa.expectedRequestID)
    row.fragmentsMessages = sa.fragmentationBytes != nil
  }

  private func describe(_ established: EstablishedAssociation, _ row: inout IKESARow) {
    guard established.generations.indices.contains(established.current) else { return }
    let current = established.generations[established.current]
    let state: IKESARow.State =
      established.closing != nil
      ? .deleting : current.exchange?.isIKERekey == true || current.answering?.isIKERekey == true ? .rekeying : .established
    describe(current.sa, state, &row)
    let policy = established.policy
    (row.interface, row.profileName) = (policy.interface, policy.profileName)
    row.localIdentity = Proof.localIdentity(policy, local: context.endpoints.local)
    row.remoteIdentity = established.identity
    row.localMethod = policy.localMethod
    row.remoteMethod = established.certificate == nil ? .preSharedKey : policy.remoteMethods.first { $0 != .preSharedKey }
    (row.lifetimeSeconds, row.deadPeerSeconds) = (policy.ikeLifetimeSeconds, policy.deadPeerSeconds)
    row.rekeys = established.rekeys
  }
}
