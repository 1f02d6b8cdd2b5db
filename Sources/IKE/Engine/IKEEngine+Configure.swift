// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// Policies: which there are, and what their change means for what stands.
extension IKEEngine {
  func policy(of interface: InterfaceID) -> ProtectionPolicy? { policies.first { $0.interface == interface } }

  /// Those that a peer may be meant for, the most certain first: tunnels with that only peer before tunnels with many.
  func policies(for endpoints: AssociationEndpoints, _ version: ProtectionPolicy.Version) -> [ProtectionPolicy] {
    let fitting = policies.filter {
      $0.version == version && $0.local == endpoints.local && ($0.peer == nil || $0.peer == endpoints.remote)
    }
    return fitting.filter { $0.peer != nil } + fitting.filter { $0.peer == nil }
  }

  mutating func configure(_ new: [ProtectionPolicy], _ globals: IKEGlobalSettings, _ turn: inout Turn<Output>) {
    let old = policies
    (policies, self.globals) = (new, globals)
    if !new.isEmpty, !cookies.isReady, !timers.isSet(.cookieSecret) { rotateCookieSecret(&turn) }
    guard old != new else { return }
    for number in associations.keys.sorted() { review(number, old, &turn) }
    for want in wants.sorted(by: { ($0.interface, $0.remote) < ($1.interface, $1.remote) }) where policy(of: want.interface) == nil {
      wants.remove(want)
      timers.cancel(.yield(want))
    }
  }

  /// Whether an association may stand under the new policies.
  private mutating func review(_ number: UInt32, _ old: [ProtectionPolicy], _ turn: inout Turn<Output>) {
    guard let entry = associations[number] else { return }
    guard entry.phase != .negotiating, let before = entry.policy else {
      let isTouched = old.first { $0.interface == entry.interface } != policy(of: entry.interface)
      if isTouched { drive(number, .close(.deletedHere, isUrgent: true), &turn) }
      return
    }
    let after = policy(of: entry.interface) ?? policies.first { $0.group == before.group }
    guard let after, after.protectsAs(before) else {
      let hasAddress = policies.contains { $0.local == before.local }
      return drive(number, .close(.deletedHere, isUrgent: !hasAddress), &turn)
    }
    guard after != before else { return }
    associations[number]?.chosen = ChosenPolicy(after, in: policies)
    associations[number]?.interface = after.interface
    drive(number, .reconfigured(after), &turn)
    startLiveness(number, &turn)
  }

  /// Asks for a secret for cookies.
  mutating func rotateCookieSecret(_ turn: inout Turn<Output>) { compute(.random(count: 32), for: .cookieSecret, &turn) }
}

extension ProtectionPolicy {
  /// Whether what was made under `other` is as good as made under this: only lifetimes, probes and the like may differ, and they act on
  /// what comes next.
  func protectsAs(_ other: ProtectionPolicy) -> Bool {
    var mine = self
    (mine.interface, mine.profileName) = (other.interface, other.profileName)
    (mine.ikeLifetimeSeconds, mine.childLifetimeSeconds) = (other.ikeLifetimeSeconds, other.childLifetimeSeconds)
    mine.childLifetimeKilobytes = other.childLifetimeKilobytes
    (mine.deadPeerSeconds, mine.deadPeerRetrySeconds) = (other.deadPeerSeconds, other.deadPeerRetrySeconds)
    (mine.natKeepaliveSeconds, mine.fragmentationBytes) = (other.natKeepaliveSeconds, other.fragmentationBytes)
    (mine.replayWindow, mine.perfectForwardSecrecy) = (other.replayWindow, other.perfectForwardSecrecy)
    return mine == other
  }
}
