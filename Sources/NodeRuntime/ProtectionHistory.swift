// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What the journal and the counters said of protected peers lately: how each came up, what failed, what was refused. Only for shows and
/// screens; bounded, and the oldest peer gives way.
struct ProtectionHistory: Sendable {
  /// Peers whose way up is kept: as many as one picture has rows.
  static let peerLimit = 2_048
  /// Addresses whose last failure is kept: forged exchanges must not make it grow.
  static let troubleLimit = 256
  /// How long a failure or a refusal counts as one.
  static let recent = Duration.seconds(60)

  private var phases: [ProtectionID: [PhaseStamp]] = [:]
  private var order: [ProtectionID] = []

  /// What is kept of an address: one failure, and one refused packet in clear.
  struct Place: Hashable { var address: IPAddress, isClear: Bool }
  private var troubles: [Place: JournalRecord] = [:]

  /// Packets refused on an inbound association since `since`.
  struct Rise: Sendable, Equatable {
    var since: Instant, last: Instant
    var replays: UInt64 = 0, forgeries: UInt64 = 0
  }
  private(set) var rises: [UInt32: Rise] = [:]

  // MARK: The way up

  /// The layers a peer went through.
  func phases(of peer: ProtectionID) -> [PhaseStamp] { phases[peer] ?? [] }

  /// An IKE association with the peer is established. Of a peer that is protected already it is one more, and no news.
  mutating func authenticated(_ peer: ProtectionID, began: Instant, at: Instant) {
    guard peer != .none, phases[peer]?.last.map({ $0.state == .ike || $0.state == .ipsec }) ?? true else { return }
    keep(peer, [PhaseStamp(.ike, at: began), PhaseStamp(.ipsec, at: at)])
  }

  /// Packets can pass.
  mutating func protected(_ peer: ProtectionID, at: Instant) {
    guard phases[peer]?.last?.state != .nhrp else { return }
    keep(peer, (phases[peer] ?? []) + [PhaseStamp(.nhrp, at: at)])
  }

  /// They no longer can; the IKE association may still be there.
  mutating func unprotected(_ peer: ProtectionID, at: Instant) {
    if phases[peer] != nil { phases[peer] = [PhaseStamp(.ipsec, at: at)] }
  }

  private mutating func keep(_ peer: ProtectionID, _ stamps: [PhaseStamp]) {
    if phases.updateValue(stamps, forKey: peer) == nil { order.append(peer) }
    if order.count > Self.peerLimit { phases[order.removeFirst()] = nil }
  }

  // MARK: Failures

  /// The last failures, by address, at most a minute old.
  func failures(at now: Instant) -> [JournalRecord] {
    troubles.values.filter { now - $0.at <= Self.recent }.sorted { ($0.a, $0.kind.rawValue) < ($1.a, $1.kind.rawValue) }
  }

  /// Keeps a failure; where there is no room for another address it is only in the journal.
  mutating func failed(_ r: JournalRecord) {
    let place = Place(address: r.a, isClear: r.kind == .clearPacketRefused)
    if troubles[place] == nil, troubles.count >= Self.troubleLimit { troubles = troubles.filter { r.at - $0.value.at <= Self.recent } }
    if troubles[place] != nil || troubles.count < Self.troubleLimit { troubles[place] = r }
  }

  // MARK: Refused packets

  /// Compares counters with those before them.
  mutating func compare(_ old: [UInt32: AssociationCounters], _ new: [UInt32: AssociationCounters], at now: Instant) {
    rises = rises.filter { now - $0.value.last <= Self.recent }
    let suspect = new.filter { $0.value.replays > 0 || $0.value.forgeries > 0 }
    for (spi, counters) in suspect.sorted(by: { $0.key < $1.key }) {
      let before = old[spi] ?? AssociationCounters()
      let replays = counters.replays - min(counters.replays, before.replays)
      let forgeries = counters.forgeries - min(counters.forgeries, before.forgeries)
      guard replays > 0 || forgeries > 0, rises[spi] != nil || rises.count < Self.troubleLimit else { continue }
      rises[spi, default: Rise(since: now, last: now)].last = now
      rises[spi]?.replays &+= replays
      rises[spi]?.forgeries &+= forgeries
    }
  }
}
