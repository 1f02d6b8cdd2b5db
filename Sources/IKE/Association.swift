// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// One IKE association of either version, as the front door (`IKEEngine`) sees it: a state machine that is told what happened and says
/// what to do. It reads no clock, keeps no table of others, and changes nothing itself.
///
/// **Who does what.** The association speaks the protocol: exchanges, retransmission, message IDs, keys, proofs. The front door knows
/// everything that is longer lived than one association or common to both versions: which policies there are, SPI → association, peers
/// (`ProtectionID`), the table of children with their lifetimes (soft: `rekeyChild`, hard: `removeChild`), the lifetime of the
/// association itself (`rekey`), dead peer detection (`probe` after silence), NAT keepalives, limits, half-open deadlines, what is told
/// to the packet path and in which order, rows and counters.
///
/// **Version 2** keeps its rekeyed IKE SAs inside one association (children pass from one to the next, RFC 7296 §2.8). **Version 1**
/// answers `rekey` by nothing but `AssociationAction.wantsSuccessor`: a new phase 1 is a new association, which the front door starts, and
/// to which the peer's children pass (they survive phase 1, RFC 2409 §4); so a version 1 association must be able to delete and rekey a
/// child that another one made: it is told all it needs in `ChildReference`.
///
/// **Actions are carried out in order.** What must be in place before a datagram leaves stands before its `send`: a responder emits
/// `installChild` before the reply that makes the peer use it.
package protocol Association: Sendable {
  /// A new association that has done nothing yet. Initiators are told `start` next, responders the first `message`.
  init(_ setup: AssociationSetup)

  /// Takes one input; appends what follows from it to `turn.actions`.
  mutating func handle(_ input: AssociationInput, _ turn: inout AssociationTurn)

  /// What shows say of it. The front door fills in what only it knows: `peer`, `establishedAt`, `profileName`, `interface`.
  var row: IKESARow { get }
}

/// What an association is made of.
package struct AssociationSetup: Sendable {
  /// Its number in shows; also its name inside the engine.
  package var number: UInt32
  /// Whether we start.
  package var isInitiator: Bool
  /// The two ends of IKE's own datagrams: ports are 500 or 4500, never 0 (a peer behind a NAT may have any).
  package var endpoints: AssociationEndpoints
  /// An initiator's: exactly one. A responder's: all that may fit `endpoints`, best first; the choice among them may have to wait
  /// for the peer's identity.
  package var policies: [ProtectionPolicy]
  /// Whether an initiator makes a child as soon as it can. Not where it only takes the place of another association (version 1), whose
  /// children pass to it.
  package var makesChild: Bool

  package init(
    number: UInt32, isInitiator: Bool, endpoints: AssociationEndpoints, policies: [ProtectionPolicy], makesChild: Bool = true
  ) {
    (self.number, self.isInitiator, self.endpoints, self.policies) = (number, isInitiator, endpoints, policies)
    self.makesChild = makesChild
  }
}

/// What can happen to an association.
package enum AssociationInput: Sendable {
  /// Begin the exchange: we are the initiator.
  case start
  /// A message for it (from the IKE header on, the non-ESP marker is gone), and where it came from.
  case message(AssociationEndpoints, bytes: [UInt8])
  /// The job that was handed out under `tag` is done.
  case computed(tag: UInt32, KeyResult)
  /// A timer of its own is due.
  case timer(AssociationTimer)
  /// Make a child (another one, or the first where it has none yet).
  case createChild
  /// Put a new child in the place of this one.
  case rekeyChild(ChildReference)
  /// End this child, and tell the peer.
  case deleteChild(ChildReference, IKEFailure)
  /// The peer uses a child: the first authentic ESP packet came by it.
  case childInUse(inboundSPI: UInt32)
  /// The lifetime of the association ends soon.
  case rekey
  /// Nothing was heard from the peer: ask whether it lives; `ended(.peerDead)` where it does not answer.
  case probe
  /// Somebody says, in clear, that the peer does not know us any more: ask it soon, and give up soon.
  case doubt
  /// ESP came from the peer with an SPI that nobody here has: tell it, if the protocol can.
  case reportUnknownSPI(UInt32)
  /// An authentic ESP packet of a child came from elsewhere: a NAT has a new mapping.
  case moved(remote: IPAddress, remotePort: UInt16)
  /// The policy it was made with has other lifetimes and the like now; what needs new associations never comes this way.
  case reconfigured(ProtectionPolicy)
  /// End it with all children and tell the peer. Urgent: tell it once, and be `ended` in this very call.
  case close(IKEFailure, isUrgent: Bool)
}

/// Names a child to an association. All of it is known to the front door; a version needs what its Delete payload needs.
package struct ChildReference: Sendable, Hashable {
  /// Our SPI, by which the front door's table of children is kept.
  package var inboundSPI: UInt32
  /// The peer's.
  package var outboundSPI: UInt32

  package init(inboundSPI: UInt32, outboundSPI: UInt32) { (self.inboundSPI, self.outboundSPI) = (inboundSPI, outboundSPI) }
}

/// What an association wants done.
package enum AssociationAction: Sendable {
  /// Send a message; the non-ESP marker is put in front by the front door where the local port is 4500.
  case send(AssociationEndpoints, bytes: [UInt8])
  /// Do a job and bring the result back under this tag.
  case compute(tag: UInt32, KeyJob)
  /// Set a timer, moving it when it was set before.
  case setTimer(AssociationTimer, after: Duration)
  /// Stop a timer.
  case cancelTimer(AssociationTimer)
  /// Messages with this SPI (cookie) of ours are for this association from now on. `isKnown`: they pass before strangers' (initiators
  /// say so at once, responders when the peer is authenticated); saying it again with another value is fine.
  case claimSPI(UInt64, isKnown: Bool)
  /// They no longer are.
  case releaseSPI(UInt64)
  /// An authentic message of the peer came: it lives.
  case heard
  /// The peer has proven who it is, and so have we. Comes before the first `installChild`, once.
  case established(AssociationProof)
  /// The peer says that it has no other association with us: those it forgot can go (RFC 7296 §2.4). After `established`.
  case initialContact
  /// The association has new keys (version 2): its lifetime starts again.
  case rekeyed
  /// The lifetime is near its end and a successor must be started by the front door (version 1).
  case wantsSuccessor
  /// A pair of ESP associations is agreed on.
  case installChild(ChildPair)
  /// The peer has the child and uses it (version 1: the third message of quick mode came): outbound packets move to it now.
  case useChild(inboundSPI: UInt32)
  /// Neither side will use the child any more. The outbound half goes at once; the inbound half stays a little where another child
  /// has taken its place, for packets under way.
  case removeChild(ChildName, IKEFailure)
  /// A child could not be made or rekeyed; the association itself goes on.
  case childFailed(replacing: UInt32?, IKEFailure)
  /// The peer's authentic messages come from here now.
  case moved(AssociationEndpoints)
  /// It is over, with all its children. Nothing follows.
  case ended(IKEFailure)
  /// Remember this; `a` is the peer's address, `b` our own.
  case record(JournalRecord)
  /// A message was refused, for this reason: counted, changes nothing.
  case refused(IKERefusal)
}

/// How a peer names a child.
package enum ChildName: Sendable, Hashable {
  /// By our SPI.
  case inbound(UInt32)
  /// By its own SPI, as its Delete payload does.
  case outbound(UInt32)
}

/// Timers of one association; `id` is the association's own business (an SPI, a message ID).
package enum AssociationTimer: Sendable, Hashable {
  /// Send the open request again.
  case retransmission(id: UInt64)
  /// Anything else that is waited for.
  case wait(id: UInt64)
}

/// Who the peer proved to be.
package struct AssociationProof: Sendable {
  /// The policy that was chosen: one of `AssociationSetup.policies`.
  package var policy: ProtectionPolicy
  package var identity: IKEIdentity
  /// What its certificate says; nil where it proved itself with a shared key.
  package var certificate: CertificateFacts?
  /// The ends of IKE's datagrams now (ports 4500 after a NAT was found).
  package var endpoints: AssociationEndpoints
  /// Whether we are behind a NAT: keepalives are ours to send.
  package var isBehindNAT: Bool
  /// Whether the peer is.
  package var isPeerBehindNAT: Bool
  /// Seconds until the association's keys must be new: the policy's, or what was negotiated (version 1).
  package var lifetimeSeconds: Int
}

/// Two ESP associations, one each way, that were agreed on together.
package struct ChildPair: Sendable {
  /// Ours; must not be in `AssociationTurn.takenSPIs`.
  package var inboundSPI: UInt32
  package var outboundSPI: UInt32
  package var suite: ESPSuite
  package var mode: IPsecMode
  /// KEYMAT of each direction: encryption key, salt, integrity key.
  package var inboundKeys: SecretBytes, outboundKeys: SecretBytes
  package var usesESN = false
  /// The group its keys came from, where it had one of its own.
  package var perfectForwardSecrecy: KeyExchangeMethod?
  /// The ends of ESP: ports are 0 unless it travels in UDP.
  package var endpoints: AssociationEndpoints
  /// Whether we began the exchange and have the peer's answer: outbound packets move to it at once. A responder's move when the peer
  /// was heard on it, or three eighths of a `roundTrip` after the reply left.
  package var isInitiator: Bool
  /// It lost a collision and will be deleted: outbound packets never move to it.
  package var isRedundant = false
  /// What a message to the peer and its answer took, as far as measured.
  package var roundTrip: Duration
  /// The child it replaces, by our SPI.
  package var replaces: UInt32?
  /// The policy's, or what was negotiated (version 1).
  package var lifetimeSeconds: Int
  package var lifetimeKilobytes: Int?
  /// Outbound packets move only when told by `useChild` or when the peer was heard on it, however long that takes (version 1: until the
  /// third message of quick mode came, the first might be a replay).
  package var waitsForUse = false

  /// Its name.
  package var reference: ChildReference { ChildReference(inboundSPI: inboundSPI, outboundSPI: outboundSPI) }
}

/// What one call of an association sees and leaves behind.
package struct AssociationTurn {
  /// The time of this call.
  package let now: Instant
  /// Wall time now, seconds since 1970, for certificates.
  package let wallSeconds: Int64
  /// Jitter; never keys.
  package var random: RandomSource
  /// Inbound SPIs that are in use.
  package let takenSPIs: Set<UInt32>
  /// Whether an INITIAL_CONTACT would be true: since this node's start no association with this remote address was established, and no
  /// other one exists or is being negotiated.
  package let isInitialContact: Bool
  /// The children that belong to this association, oldest first: those that it made and, in version 1, those that passed to it.
  package let children: [ChildReference]
  /// What it wants done, in order.
  package private(set) var actions: [AssociationAction] = []

  package init(
    now: Instant, wallSeconds: Int64, random: RandomSource, takenSPIs: Set<UInt32>, isInitialContact: Bool, children: [ChildReference] = []
  ) {
    (self.now, self.wallSeconds, self.random, self.takenSPIs) = (now, wallSeconds, random, takenSPIs)
    (self.isInitialContact, self.children) = (isInitialContact, children)
  }

  /// Asks for `action`.
  package mutating func emit(_ action: AssociationAction) { actions.append(action) }

  /// The first free SPI at or after the one in `bytes` (four of secret randomness); never one of the reserved 0…255 (RFC 4303 §2.1).
  package func freeSPI(from bytes: some Sequence<UInt8>) -> UInt32 {
    var spi = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    while spi < 256 || takenSPIs.contains(spi) { spi = spi &+ 1 }
    return spi
  }
}

/// Why a message changed nothing. The raw values are the names in `IKESummary.refused`.
package enum IKERefusal: String, Sendable, Hashable, CaseIterable {
  /// Not an IKE message, or a payload that is not well formed.
  case malformed
  /// A major version that is not ours, or not configured.
  case version
  /// An SPI (cookie) nobody has.
  case unknownSPI = "unknown SPI"
  /// Its integrity check or hash fails.
  case notAuthentic = "not authentic"
  /// A message ID outside the window, or an answer to nothing.
  case outOfOrder = "out of order"
  /// A payload is missing, or one that does not belong there.
  case unexpected
  /// Nothing configured fits the peer.
  case noPolicy = "no policy"
  /// A limit of ours: half-open exchanges, fragments, jobs.
  case limit
  /// A cookie was demanded, or a wrong one came.
  case cookie
  /// The peer speaks with itself, or with our own voice.
  case reflected
}

/// What becomes of a first message of somebody for whom there is no association yet. Made without keeping anything, by
/// `IKEv2FirstContact` and, for version 1,
/// `ISAKMPAssociation.firstContact(_ header: IKEHeader, _ bytes: [UInt8], endpoints: AssociationEndpoints, policies: [ProtectionPolicy])`,
/// where `policies` are those of that version whose addresses fit. The front door has looked up both SPIs before, and refuses what
/// comes too often.
package enum FirstContact: Sendable {
  /// Make an association of these policies and give it the message.
  case accept([ProtectionPolicy])
  /// Only answer.
  case answer([UInt8], IKERefusal)
  /// Nothing.
  case refuse(IKERefusal)
}
