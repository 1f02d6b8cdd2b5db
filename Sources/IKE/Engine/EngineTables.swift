// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// What the engine knows of one IKE association.
struct AssociationEntry: Sendable {
  /// How far it is.
  enum Phase: Sendable, Equatable {
    /// Not authenticated yet.
    case negotiating
    case established(ProtectionID)
  }

  var machine: any Association
  let number: UInt32
  let version: ProtectionPolicy.Version
  let isInitiator: Bool
  /// The tunnel it was begun for; once established, that of the policy that was chosen.
  var interface: InterfaceID
  var chosen: ChosenPolicy?
  var endpoints: AssociationEndpoints
  var phase = Phase.negotiating
  /// It is being deleted; it serves nobody any more.
  var isClosing = false
  let startedAt: Instant
  var establishedAt: Instant?
  /// When an authentic message or packet came last.
  var heardAt: Instant
  var isBehindNAT = false
  var isPeerBehindNAT = false
  /// A responder's place among first contacts, while it is half open.
  var contact: Contact?
  /// Our SPIs.
  var spis: [UInt64] = []
  /// Timers of the machine that are set.
  var timers: Set<AssociationTimer> = []

  /// The policy that was chosen; before, the only one there can be.
  var policy: ProtectionPolicy? { chosen?.value }
  /// The peer, once it is known.
  var peer: ProtectionID? { if case .established(let id) = phase { id } else { nil } }
}

/// How a first message of a stranger is recognized when it comes again.
struct Contact: Hashable, Sendable {
  var initiatorSPI: UInt64
  var remote: IPAddress
  var remotePort: UInt16
}

/// One pair of ESP associations.
struct ChildEntry: Sendable {
  /// Where outbound packets stand with it.
  enum Outbound: Sendable {
    /// It is not used yet, and may be.
    case pending(SecurityAssociation)
    case current(SecurityAssociation)
    /// Packets went over to a rival, and come back where the peer shows that it keeps to this one.
    case left(SecurityAssociation)
    /// Packets have moved on, or never will come: it is never used (again).
    case retired

    /// What packets may leave by from now on; also one they left, where they may return.
    func candidate(mayReturn: Bool) -> SecurityAssociation? {
      switch self {
      case .pending(let association): association
      case .left(let association): mayReturn ? association : nil
      case .current, .retired: nil
      }
    }
  }

  let reference: ChildReference
  let peer: ProtectionID
  /// The association it is of; another one of the peer's may inherit it (version 1).
  var owner: UInt32
  var outbound: Outbound
  let row: ChildSARow
  var isReplaced = false
  /// What it replaces as soon as it is used (version 1).
  var willReplace: UInt32?
  /// Nothing leaves by it; the inbound half waits for late packets.
  var isLingering = false
  /// Packets that came by it, as last told.
  var packets: UInt64 = 0
  /// When the first packet came by it.
  var heardAt: Instant?
  /// Of the exchange that made it.
  let roundTrip: Duration
  /// How often packets left it for a rival.
  var departures = 0
  /// In which order they were made.
  let order: UInt64

  /// Whether packets leave by it, or may.
  var mayCarry: Bool { if case .retired = outbound { false } else { true } }
}

/// Who makes two associations those of one peer: an identity within a group. An address as identity is not enough, for behind NATs many
/// nodes have the same: there the address we see counts too.
struct PeerKey: Hashable, Sendable {
  var group: UInt16
  var identity: IKEIdentity
  var remote: IPAddress?

  init(group: UInt16, identity: IKEIdentity, remote: IPAddress) {
    (self.group, self.identity) = (group, identity)
    if case .address = identity { self.remote = remote }
  }
}

/// One peer.
struct PeerEntry: Sendable {
  let id: ProtectionID
  let key: PeerKey
  var certificate: CertificateFacts?
  var isBehindNAT: Bool
  var endpoints: AssociationEndpoints
  /// The tunnels that use it; more than one where they share a group.
  var interfaces: [InterfaceID]
  /// Established associations, oldest first.
  var associations: [UInt32] = []
  /// Children by our SPI, oldest first; without lingering ones.
  var children: [UInt32] = []
  /// Those that linger.
  var lingering: [UInt32] = []
  /// The child that packets leave by.
  var current: UInt32?
  /// Set while there are children of which one is too many.
  var rivalry: Rivalry?
  /// Whether NHRP was told that it can be used.
  var isUp = false
  var isReleased = false

  func protectedPeer(_ interface: InterfaceID) -> ProtectedPeer {
    ProtectedPeer(
      id: id, interface: interface, endpoints: endpoints, identity: key.identity, certificate: certificate, isBehindNAT: isBehindNAT)
  }
}

/// First exchanges of strangers that are not done: how many there are, of whom.
struct HalfOpenTable: Sendable {
  private struct Row: Sendable {
    var network: IPAddress
    var endpoint: Contact
    var hasJob = false
  }

  private var rows: [UInt32: Row] = [:]
  private var networks: [IPAddress: Int] = [:]
  private var endpoints: [Contact: Int] = [:]
  /// Public-key jobs of theirs under way.
  private(set) var jobs = 0

  /// How many there are.
  var count: Int { rows.count }

  /// Whether another one from `endpoints` may be begun. `isKnown`: the address is one we had to do with; for those a part is reserved.
  func admits(_ ends: AssociationEndpoints, isKnown: Bool, limit: Int) -> Bool {
    guard endpoints[Self.endpoint(ends), default: 0] < IKELimits.halfOpenPerEndpoint, jobs < IKELimits.strangerJobs else { return false }
    if isKnown { return count < limit + limit / 4 }
    return count < limit && networks[Self.network(ends.remote), default: 0] < IKELimits.halfOpenPerNetwork
  }

  mutating func insert(_ number: UInt32, _ ends: AssociationEndpoints) {
    let row = Row(network: Self.network(ends.remote), endpoint: Self.endpoint(ends))
    rows[number] = row
    networks[row.network, default: 0] += 1
    endpoints[row.endpoint, default: 0] += 1
  }

  mutating func remove(_ number: UInt32) {
    jobDone(of: number)
    guard let row = rows.removeValue(forKey: number) else { return }
    networks[row.network] = networks[row.network].flatMap { $0 > 1 ? $0 - 1 : nil }
    endpoints[row.endpoint] = endpoints[row.endpoint].flatMap { $0 > 1 ? $0 - 1 : nil }
  }

  mutating func jobBegan(of number: UInt32) {
    guard rows[number]?.hasJob == false else { return }
    rows[number]?.hasJob = true
    jobs += 1
  }

  mutating func jobDone(of number: UInt32) {
    guard rows[number]?.hasJob == true else { return }
    rows[number]?.hasJob = false
    jobs -= 1
  }

  private static func network(_ address: IPAddress) -> IPAddress { address.masked(to: address.isV4 ? 24 : 48) }
  private static func endpoint(_ ends: AssociationEndpoints) -> Contact {
    Contact(initiatorSPI: 0, remote: ends.remote, remotePort: ends.remotePort)
  }
}

/// So many a second, and no more.
struct RateBudget: Sendable {
  private let perSecond: Int
  private var second: Int64 = -1
  private var used = 0

  init(perSecond: Int) { self.perSecond = perSecond }

  mutating func take(at now: Instant) -> Bool {
    if now.seconds != second { (second, used) = (now.seconds, 0) }
    used += 1
    return used <= perSecond
  }
}

/// When recoveries towards whom were begun: one address is not bothered all the time. The oldest entry goes when it is full.
struct RecoveryTable: Sendable {
  private var since: [IPAddress: Instant] = [:]
  private var order: [IPAddress] = []

  mutating func take(_ remote: IPAddress, at now: Instant) -> Bool {
    if let last = since[remote], now < last + .seconds(IKELimits.recoverySeconds) { return false }
    if since.updateValue(now, forKey: remote) == nil { order.append(remote) }
    if order.count > IKELimits.remembered { since[order.removeFirst()] = nil }
    return true
  }
}

/// Counted since the start.
struct IKECounters: Sendable {
  var handshakes: UInt64 = 0, failures: UInt64 = 0, rekeys: UInt64 = 0, cookiesDemanded: UInt64 = 0
  /// Established associations, kept so that `summary` need not count.
  var established = 0
  /// Children of which only the inbound half is left.
  var lingering = 0
  private(set) var refusals = [UInt64](repeating: 0, count: IKERefusal.allCases.count)
  var children: UInt64 = 0

  mutating func count(_ reason: IKERefusal) {
    if let index = IKERefusal.allCases.firstIndex(of: reason) { refusals[index] &+= 1 }
  }
}
