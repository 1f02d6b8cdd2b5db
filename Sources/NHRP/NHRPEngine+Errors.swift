// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Error indications received: RFC 2332 §5.2.7. They are matched with what is open or passed on, never answered.
extension NHRPEngine {
  mutating func errorReceived(_ i: Int, _ r: Received, _ error: NHRPErrorIndication, _ turn: inout Turn<Output>) {
    let quoted = error.offendingHeader()
    let isOurs = quoted.map { q in isOwn(q.source, i) && isOpen(i, q.type, q.requestID, q.destination) } ?? false
    guard isOurs || instances[i].errorsNoted.permits(r.source, now: turn.now) else { return }
    let id = turn.record(
      JournalRecord(
        .errorReceived, interface: instances[i].id, a: quoted?.destination ?? error.sourceProtocol, b: r.source, x: UInt32(error.code.rawValue),
        y: UInt32(quoted?.type.rawValue ?? 0)))
    // FRR copies the addresses of the bad packet: only its own header says whom it concerns.
    let concerned = quoted?.source ?? error.destinationProtocol
    guard isOwn(concerned, i) else { return passOn(error, i, r, to: concerned, because: id, &turn) }
    guard isOurs, let quoted, quoted.type == .resolutionRequest, error.code == .protocolAddressUnreachable,
      let open = instances[i].pending[quoted.destination], open.askedNBMA == r.source
    else { return }
    resolutionFailed(i, open, code: UInt8(clamping: error.code.rawValue), because: id, &turn)
  }

  private func isOpen(_ i: Int, _ type: NHRPPacketType, _ request: UInt32, _ destination: IPAddress) -> Bool {
    switch type {
    case .registrationRequest: instances[i].servers.contains { $0.requestID == request }
    case .resolutionRequest: instances[i].pending[destination]?.requestID == request
    default: false
    }
  }

  /// The complaint is about a packet that only passed through here: it goes on to where that came from. Authentication is a
  /// matter of one hop and ends here; so does an error that says to be our own, for then it runs in a circle.
  private mutating func passOn(
    _ error: NHRPErrorIndication, _ i: Int, _ r: Received, to concerned: IPAddress, because cause: EventID, _ turn: inout Turn<Output>
  ) {
    let isOwnEcho = isOwn(error.sourceProtocol, i) && error.sourceNBMA == instances[i].ownNBMA
    guard error.code != .authenticationFailure, !isOwnEcho, r.packet.header.hopCount > 0, instances[i].isKnownPeer(r.source),
      carriesSecret(i, r.packet), let place = nextPlace(i, towards: concerned, turn.routes), !isBack(place, r),
      instances[place.out].errorsSent.permits(place.nbma, now: turn.now)
    else { return }
    var packet = r.packet
    packet.header.hopCount -= 1
    packet.trailing = []
    send(packet, place.out, to: place.nbma, peer: place.peer, because: cause, isForwarded: true, &turn)
  }
}
