// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// Lifetimes of associations, dead peers, NAT mappings, and what the packet path reports.
extension IKEEngine {
  mutating func setLifetime(_ number: UInt32, _ seconds: Int?, _ turn: inout Turn<Output>) {
    guard let entry = associations[number], let policy = entry.policy else { return }
    let life = Duration.seconds(min(max(1, seconds ?? policy.ikeLifetimeSeconds), IKELimits.lifetimeSeconds))
    timers.set(.rekey(number), at: turn.now + Self.softLife(life, &turn.random))
    timers.set(.expiry(number), at: turn.now + life)
  }

  /// New keys in time; but one of two associations that nothing leaves by is let go.
  mutating func rekeyAssociation(_ number: UInt32, _ turn: inout Turn<Output>) {
    guard let entry = associations[number], let id = entry.peer, let peer = peers[id], !entry.isClosing else { return }
    let serves = peer.current.flatMap { children[$0] }?.owner == number || peer.associations.count == 1
    if serves, !peer.isReleased { drive(number, .rekey, &turn) }
  }

  /// Gives all associations new keys now.
  package mutating func rekeyAssociations(_ turn: inout Turn<Output>) {
    for number in associations.keys.sorted() { rekeyAssociation(number, &turn) }
  }

  mutating func startLiveness(_ number: UInt32, _ turn: inout Turn<Output>) {
    guard let entry = associations[number], let policy = entry.policy else { return }
    if let seconds = policy.deadPeerSeconds {
      timers.set(.liveness(number), at: turn.now + .seconds(max(1, seconds)))
    } else {
      timers.cancel(.liveness(number))
    }
    if entry.isBehindNAT, policy.natKeepaliveSeconds > 0 {
      timers.set(.keepalive(number), at: turn.now + .seconds(policy.natKeepaliveSeconds))
    } else {
      timers.cancel(.keepalive(number))
    }
  }

  /// Nothing was heard by IKE for a while: perhaps packets came. Only if none did, the peer is asked (RFC 7296 §2.4).
  mutating func askForLife(_ number: UInt32, _ turn: inout Turn<Output>) {
    guard let entry = associations[number], let seconds = entry.policy?.deadPeerSeconds, !entry.isClosing else { return }
    let due = entry.heardAt + .seconds(max(1, seconds))
    guard due <= turn.now else { return timers.set(.liveness(number), at: due) }
    for child in ownChildren(of: number) { turn.emit(.dataPlane(.queryAssociation(spi: child.inboundSPI))) }
    timers.set(.silence(number), at: turn.now + IKELimits.usageAnswer)
  }

  mutating func probeIfSilent(_ number: UInt32, _ turn: inout Turn<Output>) {
    guard let entry = associations[number], let seconds = entry.policy?.deadPeerSeconds, !entry.isClosing else { return }
    timers.set(.liveness(number), at: turn.now + .seconds(max(1, seconds)))
    if entry.heardAt + .seconds(max(1, seconds)) <= turn.now { drive(number, .probe, &turn) }
  }

  /// A single byte that keeps a NAT's mapping (RFC 3948 §2.3).
  mutating func keepAlive(_ number: UInt32, _ turn: inout Turn<Output>) {
    guard let entry = associations[number], let policy = entry.policy, entry.isBehindNAT, policy.natKeepaliveSeconds > 0 else { return }
    turn.emit(.send(entry.endpoints, bytes: [0xff]))
    timers.set(.keepalive(number), at: turn.now + .seconds(policy.natKeepaliveSeconds))
  }

  mutating func note(_ notice: DataPlaneNotice, _ turn: inout Turn<Output>) {
    switch notice {
    case .associationInUse(_, let spi):
      guard let child = children[spi] else { return }
      associations[child.owner]?.heardAt = turn.now
      if child.heardAt == nil { children[spi]?.heardAt = turn.now }
      moveOutbound(to: spi, mayReturn: true, &turn)
      if child.heardAt == nil { drive(child.owner, .childInUse(inboundSPI: spi), &turn) }
    case .associationUsage(let spi, let packets):
      guard let child = children[spi], packets > child.packets else { return }
      children[spi]?.packets = packets
      associations[child.owner]?.heardAt = turn.now
    case .associationLimit(let id, let spi, let direction, let isHard): reachedLimit(id, spi, direction, isHard: isHard, &turn)
    case .endpointMoved(let id, let spi, let remote, let remotePort):
      guard let child = children[spi], child.peer == id, peers[id]?.endpoints.isEncapsulated == true else { return }
      follow(child, remote, remotePort, &turn)
    case .usage, .pairIdle: break
    }
  }

  /// Authentic ESP came from elsewhere: everything of the peer's follows, IKE too.
  private mutating func follow(_ child: ChildEntry, _ remote: IPAddress, _ remotePort: UInt16, _ turn: inout Turn<Output>) {
    guard let entry = associations[child.owner], entry.isPeerBehindNAT else { return }
    var ends = entry.endpoints
    (ends.remote, ends.remotePort) = (remote, remotePort)
    place(entry.number, at: ends)
    drive(entry.number, .moved(remote: remote, remotePort: remotePort), &turn)
    move(child.peer, remote: remote, remotePort: remotePort, &turn)
  }

  private mutating func reachedLimit(
    _ id: ProtectionID, _ spi: UInt32, _ direction: SecurityAssociation.Direction, isHard: Bool, _ turn: inout Turn<Output>
  ) {
    let mine = peers[id]?.children.first { direction == .inbound ? $0 == spi : children[$0]?.reference.outboundSPI == spi }
    guard let mine else { return }
    if isHard { expireChild(mine, &turn) } else { rekeyChild(mine, &turn) }
  }
}
