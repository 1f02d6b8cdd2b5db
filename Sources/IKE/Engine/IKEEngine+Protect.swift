// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// What others ask for: protection, recovery, an end.
extension IKEEngine {
  mutating func protect(_ want: Want, _ turn: inout Turn<Output>) {
    guard let policy = policy(of: want.interface), policy.peer == nil || policy.peer == want.remote, policy.local != want.remote else {
      turn.emit(.protectionFailed(want.interface, remote: want.remote, .noPolicy))
      return
    }
    if isUp(want, policy, &turn) || wants.contains(want) { return }
    turn.record(JournalRecord(.protectionWanted, interface: want.interface, a: want.remote, b: policy.local))
    wants.insert(want)
    begin(want, yields: true, &turn)
  }

  /// Whether the peer can be used already; then it is said again.
  private mutating func isUp(_ want: Want, _ policy: ProtectionPolicy, _ turn: inout Turn<Output>) -> Bool {
    var found = false
    for id in peersByRemote[want.remote] ?? [] where peers[id]?.key.group == policy.group && peers[id]?.isUp == true {
      peers[id]?.isReleased = false
      if peers[id]?.interfaces.contains(want.interface) == false { peers[id]?.interfaces.append(want.interface) }
      if let peer = peers[id] { turn.emit(.protectionUp(peer.protectedPeer(want.interface))) }
      found = true
    }
    return found
  }

  /// Starts an exchange for a want, unless one is under way. With `yields`, the peer's own exchange is given time first: were both carried
  /// through, there would be two of everything.
  mutating func begin(_ want: Want, yields: Bool = false, _ turn: inout Turn<Output>) {
    guard let policy = policy(of: want.interface) else { return refuse(want, .noPolicy, &turn) }
    if isUp(want, policy, &turn) {
      wants.remove(want)
      return
    }
    let others = (associationsByRemote[want.remote] ?? []).compactMap { associations[$0] }.filter { !$0.isClosing }
    if others.contains(where: { $0.phase == .negotiating && $0.isInitiator && $0.interface == want.interface }) { return }
    if yields, !others.isEmpty { return wait(for: others, want, &turn) }
    guard associations.count < IKELimits.associations else { return refuse(want, .limit("associations"), &turn) }
    let endpoints = AssociationEndpoints(
      local: policy.local, remote: want.remote, localPort: IKEPort.ike, remotePort: IKEPort.ike)
    let number = addAssociation(policy.version, [policy], endpoints, isInitiator: true, at: turn.now)
    drive(number, .start, &turn)
  }

  private mutating func wait(for others: [AssociationEntry], _ want: Want, _ turn: inout Turn<Output>) {
    timers.set(.yield(want), at: turn.now + IKELimits.yielding)
    let idle = others.last { entry in entry.peer != nil && ownChildren(of: entry.number).isEmpty }
    if let idle { drive(idle.number, .createChild, &turn) }
  }

  private mutating func refuse(_ want: Want, _ failure: IKEFailure, _ turn: inout Turn<Output>) {
    wants.remove(want)
    timers.cancel(.yield(want))
    turn.emit(.protectionFailed(want.interface, remote: want.remote, failure))
  }

  /// An exchange came to nothing. Where the peer's own is still under way, that is waited for.
  mutating func fail(_ entry: AssociationEntry, _ failure: IKEFailure, _ turn: inout Turn<Output>) {
    let want = Want(interface: entry.interface, remote: entry.endpoints.remote)
    guard wants.contains(want) else { return }
    let others = (associationsByRemote[want.remote] ?? []).compactMap { associations[$0] }.filter {
      $0.number != entry.number && !$0.isClosing
    }
    if others.isEmpty {
      if entry.isInitiator { refuse(want, failure, &turn) }
    } else if !timers.isSet(.yield(want)) {
      timers.set(.yield(want), at: turn.now + IKELimits.yielding)
    }
  }

  /// Version 1: new keys are a new phase 1.
  mutating func startSuccessor(of entry: AssociationEntry, _ turn: inout Turn<Output>) {
    guard let policy = entry.policy, associations.count < IKELimits.associations else { return }
    // The peer deleted this one and keeps another: the children pass to that.
    if entry.machine.row.state == .deleting, heir(of: entry) != nil { return end(entry.number, .deletedByPeer, &turn) }
    let others = (associationsByRemote[entry.endpoints.remote] ?? []).compactMap { associations[$0] }
    guard !others.contains(where: { $0.phase == .negotiating && $0.isInitiator }) else { return }
    let number = addAssociation(entry.version, [policy], entry.endpoints, isInitiator: true, makesChild: false, at: turn.now)
    drive(number, .start, &turn)
  }

  /// The peer says that this association is its only one with us.
  mutating func forgetOlder(than entry: AssociationEntry, _ turn: inout Turn<Output>) {
    guard let id = associations[entry.number]?.peer else { return }
    for number in peers[id]?.associations ?? [] where number != entry.number {
      guard let other = associations[number], let establishedAt = other.establishedAt, establishedAt <= entry.startedAt else { continue }
      end(number, .deletedByPeer, passesChildren: false, &turn)
    }
    forgetInherited(entry, &turn)
  }

  // Recovery

  /// ESP came with an SPI nobody here has: the peer believes in something that we forgot, or never had (RFC 7296 §1.5). A peer we have an
  /// association with is told under protection. One that we know is asked for a new association. To others goes a hint in clear.
  mutating func recover(_ endpoints: AssociationEndpoints, _ spi: UInt32, _ turn: inout Turn<Output>) {
    guard let policy = policies.first(where: { $0.local == endpoints.local && ($0.peer == nil || $0.peer == endpoints.remote) }),
      recoveries.take(endpoints.remote, at: turn.now), recoveryBudget.take(at: turn.now)
    else { return }
    turn.record(JournalRecord(.unknownSPI, interface: policy.interface, a: endpoints.remote, b: endpoints.local, x: spi))
    let established = (associationsByRemote[endpoints.remote] ?? []).compactMap { associations[$0] }.filter {
      $0.peer != nil && !$0.isClosing
    }
    let near = established.last { !endpoints.isEncapsulated || $0.endpoints.remotePort == endpoints.remotePort }
    if let near { return drive(near.number, .reportUnknownSPI(spi), &turn) }
    let isKnown = contacted.contains(endpoints.remote) || policy.peer == endpoints.remote
    if globals.recoversUnknownSPI, isKnown, !endpoints.isEncapsulated {
      return protect(Want(interface: policy.interface, remote: endpoints.remote), &turn)
    }
    hint(endpoints, spi, &turn)
  }

  private mutating func hint(_ endpoints: AssociationEndpoints, _ spi: UInt32, _ turn: inout Turn<Output>) {
    let value = spi.bytes
    let header = IKEHeader(
      initiatorSPI: 0, responderSPI: 0, majorVersion: 2, exchange: ExchangeType.informational.rawValue,
      flags: HeaderFlags.initiator.rawValue, messageID: 0)
    var ends = endpoints
    if !ends.isEncapsulated { (ends.localPort, ends.remotePort) = (IKEPort.ike, IKEPort.ike) }
    send(IKEMessage(clear: [.notify(.invalidSPI, value)], header: header).encoded, ends, &turn)
  }

  // Ends

  mutating func clear(_ scope: IKEClearScope, _ turn: inout Turn<Output>) {
    switch scope {
    case .sessions(let remote):
      closeAll(isUrgent: false, &turn) { remote == nil || $0.endpoints.remote == remote }
    case .children(let remote):
      let gone = children.values.filter { !$0.isLingering && (remote == nil || peers[$0.peer]?.endpoints.remote == remote) }
      for child in gone.sorted(by: { $0.order < $1.order }) { drive(child.owner, .deleteChild(child.reference, .deletedHere), &turn) }
    case .associations(let version, let number):
      closeAll(isUrgent: false, &turn) { $0.version == version && (number == nil || $0.number == number) }
    }
  }

  mutating func stop(_ turn: inout Turn<Output>) {
    closeAll(isUrgent: true, &turn) { _ in true }
    policies = []
    wants = []
  }

  mutating func closeAll(isUrgent: Bool, _ turn: inout Turn<Output>, where isMeant: (AssociationEntry) -> Bool) {
    for number in associations.values.filter(isMeant).map(\.number).sorted() {
      drive(number, .close(.deletedHere, isUrgent: isUrgent), &turn)
    }
  }
}
