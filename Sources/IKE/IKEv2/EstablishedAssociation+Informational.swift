// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// INFORMATIONAL exchanges (RFC 7296 §1.4, §1.5): deletes, questions whether we live, errors; and words that are not protected.
extension EstablishedAssociation {
  mutating func answerInformational(
    _ payloads: [IKEPayload], _ g: Int, _ endpoints: AssociationEndpoints, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    let deletes = payloads.deletes
    if deletes.contains(where: { $0.protocolID == .ike }) || payloads.has(.authenticationFailed) {
      answer(.informational, [], g, endpoints, &turn)
      if payloads.has(.authenticationFailed) { return .ended(.refused(notify: NotifyType.authenticationFailed.rawValue)) }
      return retire(g, closing ?? .deletedByPeer, &context, &turn)
    }
    var own: [UInt32] = []
    for delete in deletes where delete.protocolID == .esp {
      for spi in delete.spis { if let mine = removeChild(outbound: spi, &turn) { own.append(mine) } }
    }
    answer(.informational, own.isEmpty ? [] : [.delete(DeletePayload(esp: own))], g, endpoints, &turn)
    for notify in payloads.notifies where notify.type == .invalidSPI { lost(notify, &context, &turn) }
    proceed(&context, &turn)
    return .stay
  }

  /// The peer deletes a child; gives our SPI of it for the answer, unless we deleted it ourselves at the same time (§1.4.1).
  private mutating func removeChild(outbound spi: UInt32, _ turn: inout AssociationTurn) -> UInt32? {
    guard let c = child(outbound: spi) else { return nil }
    let gone = children[c]
    if gone.isClosing { return nil }
    strike(c)
    closeLost(gone, &turn)
    turn.emit(.cancelTimer(.wait(id: Postponed.deleteChild(gone.reference.inboundSPI).id)))
    turn.emit(.removeChild(.inbound(gone.reference.inboundSPI), .deletedByPeer))
    return gone.reference.inboundSPI
  }

  /// The peer has no SA for what we send it (§1.5): it lost the child, and says so under protection.
  private mutating func lost(_ notify: NotifyPayload, _ context: inout IKEv2Context, _ turn: inout AssociationTurn) {
    guard notify.value.count == 4, let c = child(outbound: notify.value.reduce(0) { $0 << 8 | UInt32($1) }), !children[c].isReplaced else {
      return
    }
    let spi = strike(c).reference.inboundSPI
    turn.emit(.removeChild(.inbound(spi), .deletedByPeer))
    enqueue(.createChild, &context, &turn)
  }

  /// A message in clear with our SPIs. It is a hint at most: that the peer does not know us any more (§2.21.4). Then it is asked, under
  /// protection, whether it lives.
  mutating func receiveClear(
    _ message: IKEMessage, _ g: Int, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    turn.emit(.refused(.notAuthentic))
    guard let payloads = try? [IKEPayload](message.payloads), payloads.has(.invalidIKESPI) || payloads.has(.invalidSPI) else {
      return .stay
    }
    if g == current { doubt(&context, &turn) }
    return .stay
  }

  /// There is reason to ask whether the peer lives, soon and for a short time. A question under way is enough, and one a while ago.
  mutating func doubt(_ context: inout IKEv2Context, _ turn: inout AssociationTurn) {
    guard generations[current].exchange == nil, generations[current].sa.outstanding == nil, turn.now >= nextDoubt else { return }
    nextDoubt = turn.now + .seconds(IKELimits.doubtSeconds)
    enqueue(.probe(isUrgent: true), &context, &turn)
  }

  /// Ends everything.
  mutating func close(_ failure: IKEFailure, isUrgent: Bool, _ context: inout IKEv2Context, _ turn: inout AssociationTurn) -> IKEv2Step {
    if isUrgent {
      for g in generations.indices {
        for datagram in generations[g].sa.farewell([.delete(.ike)]) { turn.emit(.send(context.endpoints, bytes: datagram)) }
      }
      return .ended(failure)
    }
    guard closing == nil else { return .stay }
    for child in children where !child.isClosing { turn.emit(.removeChild(.inbound(child.reference.inboundSPI), failure)) }
    children = []
    tasks = [.deleteIKE]
    closing = failure
    // What is not sent yet is not begun at all, and a child that the peer agreed to goes with the rest.
    switch generations[current].exchange {
    case .preparingChild, .preparingIKE, .agreeingChild: generations[current].exchange = nil
    default: break
    }
    proceed(&context, &turn)
    return .stay
  }
}
