// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Two IKE SAs with a child each, because both ends began at the same moment. RFC 7296 §2.8 lets both stand, but a peer may take packets by
/// one of them alone: strongSwan gives the Linux kernel one policy for both and turns it to the child it installed last, at each renewal
/// anew; what comes by the other is dropped. So packets go where the peer will look at first, follow the peer's own, and once one
/// pair serves both directions the other is closed. Two nodes of ours may each keep to a pair of its own: then both serve, and both stay
/// until their lifetime ends.
extension IKEEngine {
  /// Whether two children came of exchanges that both ends began at once.
  func isRival(_ one: UInt32, of other: UInt32) -> Bool {
    guard let one = children[one], let other = children[other], one.owner != other.owner, one.willReplace == nil, !one.isReplaced else {
      return false
    }
    let (first, last) = one.order < other.order ? (one, other) : (other, one)
    return last.row.installedAt - first.row.installedAt <= IKELimits.rivalChildren
  }

  /// Whether the peer has installed our child before its own of an exchange that it began at the same moment: it reads our last request half
  /// a round trip before we read its answer, and our last answer half a round trip after we gave that.
  func isInstalledFirst(at id: ProtectionID, _ pair: ChildPair, _ now: Instant) -> Bool {
    (peers[id]?.children ?? []).contains { spi in
      guard let other = children[spi], other.mayCarry, isRival(spi, of: pair.inboundSPI) else { return false }
      return now - other.row.installedAt < pair.roundTrip
    }
  }

  /// Packets leave this child for another one. Where that is a rival they may come back, for the peer's last packets on one of the two can
  /// reach us after its first ones on the other: what it sent by the child it installed first, before it had installed the second. Two
  /// nodes of ours could follow each other for ever like that: after a few times we look again only now and then (`settleRivals`). With
  /// them either child serves.
  mutating func depart(from spi: UInt32, to rival: UInt32, _ turn: inout Turn<Output>) {
    guard let child = children[spi], case .current(let association) = child.outbound else { return }
    guard isRival(spi, of: rival) else {
      children[spi]?.outbound = .retired
      return
    }
    children[spi]?.outbound = .left(association)
    children[spi]?.departures += 1
    if child.departures < IKELimits.rivalDepartures { turn.emit(.dataPlane(.watchAssociation(spi: spi))) }
  }

  /// The time is over in which a peer would have sent by a child first, or by a renewed one. Where it sends by a rival, packets stay there;
  /// but not where that was heard before the peer can have read the answer that made this child, for then this is the one it installed
  /// last. Should it not have it yet, its next packet brings ours back.
  mutating func moveOutboundInTime(to spi: UInt32, _ turn: inout Turn<Output>) {
    guard let child = children[spi] else { return }
    if let current = peers[child.peer]?.current, isRival(spi, of: current), let heard = children[current]?.heardAt,
      child.row.renewals > 0 || heard - child.row.installedAt > child.roundTrip
    {
      return
    }
    moveOutbound(to: spi, &turn)
  }

  /// A child was made: where it has a rival, it is looked at soon which of them serves.
  mutating func watchRivals(of spi: UInt32, _ id: ProtectionID, _ now: Instant) {
    guard let owner = children[spi]?.owner, associations[owner]?.version == .ikev2, peers[id]?.rivalry == nil,
      peers[id]?.children.contains(where: { $0 != spi && isRival($0, of: spi) }) == true
    else { return }
    peers[id]?.rivalry = Rivalry()
    timers.set(.rivals(id), at: now + IKELimits.rivalsPause)
  }

  /// Closes the IKE SAs whose children served neither direction while the current child served both; else it is looked at again later.
  mutating func settleRivals(_ id: ProtectionID, _ turn: inout Turn<Output>) {
    guard let peer = peers[id], var rivalry = peer.rivalry else { return }
    let others = peer.associations.filter { number in
      number != peer.current.flatMap { children[$0]?.owner } && associations[number]?.isClosing == false
    }
    guard !others.isEmpty, rivalry.looks < IKELimits.rivalsLooks else {
      peers[id]?.rivalry = nil
      return
    }
    let news = peer.children.reduce(into: [UInt32: UInt64]()) { $0[$1] = children[$1]?.packets ?? 0 }
    // One without a child is not a rival: it is being made, or takes the place of another.
    let idle = others.filter { number in
      let own = ownChildren(of: number)
      return !own.isEmpty && own.allSatisfy { rivalry.packets[$0.inboundSPI] == news[$0.inboundSPI] }
    }
    if let current = peer.current, let before = rivalry.packets[current], let now = news[current], now > before, !idle.isEmpty {
      for number in idle { drive(number, .close(.deletedHere, isUrgent: false), &turn) }
    }
    for spi in peer.children {
      turn.emit(.dataPlane(.queryAssociation(spi: spi)))
      if case .left = children[spi]?.outbound { turn.emit(.dataPlane(.watchAssociation(spi: spi))) }
    }
    rivalry.packets = news
    rivalry.looks += 1
    peers[id]?.rivalry = rivalry
    timers.set(.rivals(id), at: turn.now + rivalry.pause)
  }
}

/// What is known of children of which one is too many.
struct Rivalry: Sendable {
  /// Packets that had come by each when it was looked at last.
  var packets: [UInt32: UInt64] = [:]
  var looks = 0
  /// Until it is looked at again: three times quickly, then ever more slowly.
  var pause: Duration { min(IKELimits.rivalsPause * (1 << max(0, looks - 3)), IKELimits.rivalsLongestPause) }
}
