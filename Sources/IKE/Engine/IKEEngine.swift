// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// ISAKMP/IKEv1 and IKEv2 of one node: the front door.
///
/// **Structures.** `associations` are machines of either version (`Association`), each with what the engine knows of it
/// (`AssociationEntry`). `children` are pairs of ESP associations by our SPI (`ChildEntry`). `peers` are who there is at the other end
/// (`PeerEntry`): an identity in a protection group, with the associations and children it has; its number is the `ProtectionID` all
/// other parts of the node speak of. `spis` says which association an IKE message is for; `contacts` the same for the first message of a
/// stranger, which has no SPI of ours yet. `wants` are peers that NHRP asked for and that are not up.
///
/// **Flow.**
///
/// ```
///   configure, protect, release, clear                message, computed, notice, unknownSPI, timers
///            │                                                       │
///            ▼                                                       ▼
///     ┌─────────────┐  AssociationInput   ┌──────────────────────────────────────────────┐
///     │  IKEEngine  │────────────────────▶│ Association: IKEv2Association, ISAKMPAssociation │
///     │             │◀────────────────────│                                              │
///     └─────────────┘  AssociationAction  └──────────────────────────────────────────────┘
///            │
///            ▼
///   send, compute, dataPlane (associations, SPIs), protectionUp, protectionDown, protectionFailed, peerMoved
/// ```
///
/// **Order towards the packet path.** A responder's inbound association is installed before the answer leaves that lets the peer use it.
/// Outbound packets move to a new association at once where we began the exchange, for then the peer has it; else when the peer was heard
/// on it, or three eighths of a round trip after the answer. They come back to one they left only where that was left for a rival
/// (`depart`); its sequence numbers, and with them nonces, go on. An inbound association whose place another took stays a little for
/// packets under way.
///
/// **Strangers.** Nothing is kept of a first message before it was judged (`IKEv2FirstContact`); where many exchanges are half open,
/// or an answer would be larger than the request, the sender has to show first that it is where it says (cookies). The table of half-open
/// exchanges is bounded as a whole, by network and by endpoint, and each leaves it after 30 s. Errors outside an association are answered
/// at a limited rate. A message in clear never changes more than a counter, and a hint may lead to one protected question.
///
/// **Timers.** association: its own, half-open deadline, life soft (rekey, at 85–95 % of the lifetime by chance, so that the ends rarely
/// begin together) and hard, liveness, keepalive, without children · child: outbound move, soft, hard, lingering · want: yielding to the
/// peer's own exchange · cookie secret.
///
/// **Simultaneous start.** Both exchanges are carried through; of two associations packets leave by the one that the peer uses, and the
/// other is closed where it serves neither way (`IKEEngine+Rivals`). INITIAL_CONTACT is said only by an initiator that since the start
/// never had an association with that address and sees no other exchange with it. A child that packets do not leave by is not rekeyed, so
/// what is double ends with its lifetime.
public struct IKEEngine: Engine, Sendable {
  /// What can happen to the engine.
  public enum Input: Sendable {
    /// The policies of all protected tunnels that are up. Associations of a tunnel whose policy went or changed are deleted (IKE, ESP
    /// algorithms, keys) or kept (lifetimes and the like).
    case configure([ProtectionPolicy], IKEGlobalSettings)
    /// A tunnel needs protection to a peer: establish it, unless it is there or under way. Asked again at a limited rate.
    case protect(InterfaceID, remote: IPAddress)
    /// A peer is no longer needed by NHRP: its associations may idle out.
    case release(ProtectionID)
    /// An IKE message (from its header on).
    case message(AssociationEndpoints, bytes: [UInt8], isKnown: Bool)
    /// A job is done.
    case computed(UInt64, KeyResult)
    /// The packet path reports.
    case notice(DataPlaneNotice)
    /// ESP came with an SPI nobody has.
    case unknownSPI(AssociationEndpoints, spi: UInt32)
    /// Wall time at `Instant.start`, seconds since 1970: for certificates.
    case wallClock(startSeconds: Int64)
    /// An operator clears associations.
    case clear(IKEClearScope)
    /// The node stops: tell the peers.
    case stopping
  }

  /// What the engine wants done.
  public enum Output: Sendable, Equatable {
    /// Send a datagram; on port 4500 the non-ESP marker is in front already.
    case send(AssociationEndpoints, bytes: [UInt8])
    /// Do a job and bring the result back under this number.
    case compute(UInt64, KeyJob)
    /// A change of the packet path: associations, SPIs, questions.
    case dataPlane(DataPlaneChange)
    /// A peer of a tunnel can be used: inbound and outbound associations are in place. Said again when it is asked for again.
    case protectionUp(ProtectedPeer)
    /// It no longer can; why.
    case protectionDown(ProtectionID, InterfaceID, remote: IPAddress, IKEFailure)
    /// What was asked for by `protect` could not be had; it is not tried again before `protect` comes again.
    case protectionFailed(InterfaceID, remote: IPAddress, IKEFailure)
    /// The peer is at another address or port now, or has proved itself with another certificate.
    case peerMoved(ProtectedPeer)
  }

  enum TimerKey: Hashable, Sendable {
    case association(UInt32, AssociationTimer)
    /// A responder's first exchange must be done.
    case halfOpen(UInt32)
    /// The lifetime of an IKE association.
    case rekey(UInt32)
    case expiry(UInt32)
    case liveness(UInt32)
    /// The packet path has answered whether packets came.
    case silence(UInt32)
    case keepalive(UInt32)
    /// An association without children.
    case childless(UInt32)
    case moveOutbound(UInt32)
    case rekeyChild(UInt32)
    case expireChild(UInt32)
    case linger(UInt32)
    /// Of two children of a peer one is too many.
    case rivals(ProtectionID)
    case yield(Want)
    case cookieSecret
  }

  /// What somebody waits for.
  struct Want: Hashable, Sendable {
    var interface: InterfaceID
    var remote: IPAddress
  }

  /// Whose a job is.
  enum JobOwner: Sendable {
    case association(UInt32, tag: UInt32)
    case cookieSecret
  }

  var policies: [ProtectionPolicy] = []
  var globals = IKEGlobalSettings()
  var wallAtStart: Int64 = 0

  var associations: [UInt32: AssociationEntry] = [:]
  var children: [UInt32: ChildEntry] = [:]
  var peers: [ProtectionID: PeerEntry] = [:]
  var peersByKey: [PeerKey: ProtectionID] = [:]
  var peersByRemote: [IPAddress: [ProtectionID]] = [:]
  /// Associations by the address of the peer, in the order they began.
  var associationsByRemote: [IPAddress: [UInt32]] = [:]
  var spis: [UInt64: UInt32] = [:]
  var contacts: [Contact: UInt32] = [:]
  var takenSPIs: Set<UInt32> = []
  var wants: Set<Want> = []
  /// Addresses we had an association with since the start.
  var contacted: Set<IPAddress> = []

  var halfOpen = HalfOpenTable()
  var cookies = CookieJar()
  var jobs: [UInt64: JobOwner] = [:]
  var lastJob: UInt64
  var lastNumber: UInt32 = 0
  var lastPeer: UInt32 = 0
  var timers = TimerQueue<TimerKey>()
  var counters = IKECounters()
  var errorBudget = RateBudget(perSecond: IKELimits.errorAnswersPerSecond)
  var recoveryBudget = RateBudget(perSecond: IKELimits.recoveriesPerSecond)
  var recordBudget = RateBudget(perSecond: IKELimits.refusalRecordsPerSecond)
  var recoveries = RecoveryTable()

  /// An engine that protects nothing. Its jobs are numbered from `firstJob` on.
  public init(firstJob: UInt64 = 1) { lastJob = firstJob &- 1 }

  public var nextDeadline: Instant? { timers.nextDeadline }

  public mutating func handle(_ input: Input, _ turn: inout Turn<Output>) {
    switch input {
    case .configure(let policies, let globals): configure(policies, globals, &turn)
    case .protect(let interface, let remote): protect(Want(interface: interface, remote: remote), &turn)
    case .release(let id): peers[id]?.isReleased = true
    case .message(let endpoints, let bytes, _): receive(bytes, endpoints, &turn)
    case .computed(let job, let result): computed(job, result, &turn)
    case .notice(let notice): note(notice, &turn)
    case .unknownSPI(let endpoints, let spi): recover(endpoints, spi, &turn)
    case .wallClock(let startSeconds): wallAtStart = startSeconds
    case .clear(let scope): clear(scope, &turn)
    case .stopping: stop(&turn)
    }
  }

  public mutating func expire(_ turn: inout Turn<Output>) {
    while let key = timers.popDue(at: turn.now) { expire(key, &turn) }
  }

  private mutating func expire(_ key: TimerKey, _ turn: inout Turn<Output>) {
    switch key {
    case .association(let number, let timer): drive(number, .timer(timer), &turn)
    case .halfOpen(let number): abandon(number, .timeout, &turn)
    case .rekey(let number): rekeyAssociation(number, &turn)
    case .expiry(let number): drive(number, .close(.expired, isUrgent: false), &turn)
    case .liveness(let number): askForLife(number, &turn)
    case .silence(let number): probeIfSilent(number, &turn)
    case .keepalive(let number): keepAlive(number, &turn)
    case .childless(let number): if ownChildren(of: number).isEmpty { drive(number, .close(.deletedHere, isUrgent: false), &turn) }
    case .moveOutbound(let spi): moveOutboundInTime(to: spi, &turn)
    case .rekeyChild(let spi): rekeyChild(spi, &turn)
    case .expireChild(let spi): expireChild(spi, &turn)
    case .linger(let spi): forgetChild(spi, &turn)
    case .rivals(let id): settleRivals(id, &turn)
    case .yield(let want): if wants.contains(want) { begin(want, &turn) }
    case .cookieSecret: rotateCookieSecret(&turn)
    }
  }

  mutating func computed(_ job: UInt64, _ result: KeyResult, _ turn: inout Turn<Output>) {
    switch jobs.removeValue(forKey: job) {
    case .association(let number, let tag):
      halfOpen.jobDone(of: number)
      drive(number, .computed(tag: tag, result), &turn)
    case .cookieSecret: if case .random(let bytes) = result { cookies.renew(SecretBytes(bytes)) }
    case nil: break
    }
  }

  mutating func compute(_ job: KeyJob, for owner: JobOwner, _ turn: inout Turn<Output>) {
    lastJob = lastJob &+ 1
    jobs[lastJob] = owner
    turn.emit(.compute(lastJob, job))
  }
}
