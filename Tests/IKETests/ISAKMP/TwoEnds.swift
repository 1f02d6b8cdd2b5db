// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// Two ends of IKEv1 back to back, in virtual time, with a link between them that may lose, repeat and reorder. It does for each end what
/// the front door does: timers, jobs, the table of children.
struct TwoEnds {
  /// How bad the link is.
  struct Link {
    var lossPercent: UInt64 = 0, duplicatePercent: UInt64 = 0
    var delay = Duration.milliseconds(5), jitterMilliseconds: UInt64 = 0
    /// End 0 is behind a NAT with this address.
    var translated: IPAddress?
  }

  /// One end.
  struct End {
    var association: ISAKMPAssociation?
    var address: IPAddress
    var timers = TimerQueue<AssociationTimer>()
    var children: [ChildPair] = []
    /// By our SPI: outbound packets leave by it.
    var current: UInt32?
    var used: Set<UInt32> = []
    var claimed: [UInt64: Bool] = [:]
    var proof: AssociationProof?
    var ended: IKEFailure?
    var failures: [IKEFailure] = []
    var removed: [(ChildName, IKEFailure)] = []
    var refused: [IKERefusal: Int] = [:]
    var sent: [(at: Instant, bytes: [UInt8])] = []
    var wantsSuccessor = 0, heard = 0, initialContacts = 0
    var endpoints: AssociationEndpoints?
    var policies: [ProtectionPolicy]
  }

  private enum Happening {
    case datagram(to: Int, AssociationEndpoints, [UInt8])
    case computed(Int, tag: UInt32, KeyResult)
  }

  var now = Instant.start
  var ends: [End]
  var link: Link
  var random: RandomSource
  var keys: any KeyProvider
  var isInitialContact = false
  /// What is said of every action, in order: the same for the same seed.
  private(set) var transcript: [String] = []
  /// Looks at every datagram before the link does; nil loses it.
  var onSend: (@Sendable (_ from: Int, _ bytes: [UInt8]) -> [UInt8]?)?
  private var queue: [(at: Instant, order: Int, what: Happening)] = []
  private var order = 0

  static let addresses = [IPAddress(192, 0, 2, 1), IPAddress(198, 51, 100, 1)]

  init(
    _ initiator: ProtectionPolicy, _ responder: ProtectionPolicy, link: Link = Link(), seed: UInt64 = 1, keys: (any KeyProvider)? = nil
  ) {
    ends = [End(address: initiator.local, policies: [initiator]), End(address: responder.local, policies: [responder])]
    (self.link, random) = (link, RandomSource(seed: seed))
    self.keys = keys ?? SeededKeys(seed: seed)
  }

  // MARK: Driving

  /// The end at the start begins.
  mutating func start(_ index: Int = 0) {
    var endpoints = AssociationEndpoints(local: ends[index].address, remote: ends[1 - index].address, localPort: 500, remotePort: 500)
    if index == 1, let translated = link.translated { endpoints.remote = translated }
    let setup = AssociationSetup(number: 1, isInitiator: true, endpoints: endpoints, policies: ends[index].policies)
    ends[index].association = ISAKMPAssociation(setup)
    tell(index, .start)
  }

  /// Gives an end an input.
  mutating func tell(_ index: Int, _ input: AssociationInput) {
    guard var association = ends[index].association else { return }
    var turn = AssociationTurn(
      now: now, wallSeconds: 1_700_000_000, random: random, takenSPIs: Set(ends[index].children.map(\.inboundSPI)),
      isInitialContact: isInitialContact, children: ends[index].children.map(\.reference))
    association.handle(input, &turn)
    random = turn.random
    ends[index].association = association
    for action in turn.actions { perform(action, index) }
  }

  /// Lets everything happen that is due within `span`.
  mutating func run(_ span: Duration = .seconds(120)) {
    let end = now + span
    while let next = nextTime(), next <= end { step(next) }
    now = end
  }

  private func nextTime() -> Instant? {
    ([queue.map(\.at).min()] + ends.map(\.timers.nextDeadline)).compactMap { $0 }.min()
  }

  private mutating func step(_ at: Instant) {
    now = max(now, at)
    if let index = queue.indices.filter({ queue[$0].at <= now }).min(by: {
      (queue[$0].at, queue[$0].order) < (queue[$1].at, queue[$1].order)
    }) {
      let event = queue.remove(at: index)
      switch event.what {
      case .datagram(let to, let endpoints, let bytes): deliver(to, endpoints, bytes)
      case .computed(let end, let tag, let result): tell(end, .computed(tag: tag, result))
      }
      return
    }
    for index in ends.indices {
      if let timer = ends[index].timers.popDue(at: now) { return tell(index, .timer(timer)) }
    }
  }

  /// A datagram reaches an end: its association, or the door for strangers.
  mutating func deliver(_ to: Int, _ endpoints: AssociationEndpoints, _ bytes: [UInt8]) {
    if ends[to].association == nil || ends[to].ended != nil, let header = try? IKEHeader(decoding: bytes) {
      guard case .accept(let policies) = ISAKMPAssociation.firstContact(header, bytes, endpoints: endpoints, policies: ends[to].policies)
      else {
        return
      }
      ends[to].ended = nil
      ends[to].association = ISAKMPAssociation(
        AssociationSetup(number: 1, isInitiator: false, endpoints: endpoints, policies: policies))
    }
    tell(to, .message(endpoints, bytes: bytes))
  }

  /// A packet by the child that an end uses now; whether the other end could open it.
  @discardableResult
  mutating func packet(from index: Int) -> Bool {
    guard let current = ends[index].current, let pair = ends[index].children.first(where: { $0.inboundSPI == current }),
      let arrived = ends[1 - index].children.first(where: { $0.inboundSPI == pair.outboundSPI }), arrived.inboundKeys == pair.outboundKeys
    else { return false }
    if ends[1 - index].used.insert(arrived.inboundSPI).inserted {
      ends[1 - index].current = arrived.inboundSPI
      tell(1 - index, .childInUse(inboundSPI: arrived.inboundSPI))
    }
    return true
  }

  // MARK: Actions

  private mutating func perform(_ action: AssociationAction, _ index: Int) {
    note(action, index)
    switch action {
    case .send(let endpoints, let bytes): send(bytes, endpoints, index)
    case .compute(let tag, let job): later(.milliseconds(1), .computed(index, tag: tag, keys.perform(job)))
    case .setTimer(let timer, let span): ends[index].timers.set(timer, at: now + span)
    case .cancelTimer(let timer): ends[index].timers.cancel(timer)
    case .claimSPI(let spi, let isKnown): ends[index].claimed[spi] = isKnown
    case .releaseSPI(let spi): ends[index].claimed[spi] = nil
    case .heard: ends[index].heard += 1
    case .established(let proof): (ends[index].proof, ends[index].endpoints) = (proof, proof.endpoints)
    case .initialContact: ends[index].initialContacts += 1
    case .wantsSuccessor: ends[index].wantsSuccessor += 1
    case .installChild(let pair): ends[index].children.append(pair)
    case .useChild(let spi): ends[index].current = spi
    case .removeChild(let name, let failure): remove(name, failure, index)
    case .childFailed(_, let failure): ends[index].failures.append(failure)
    case .moved(let endpoints): ends[index].endpoints = endpoints
    case .ended(let failure): (ends[index].ended, ends[index].timers) = (failure, TimerQueue())
    case .refused(let reason): ends[index].refused[reason, default: 0] += 1
    case .rekeyed, .record: break
    }
  }

  private mutating func remove(_ name: ChildName, _ failure: IKEFailure, _ index: Int) {
    ends[index].removed.append((name, failure))
    ends[index].children.removeAll { pair in
      switch name {
      case .inbound(let spi): pair.inboundSPI == spi
      case .outbound(let spi): pair.outboundSPI == spi
      }
    }
    if !ends[index].children.contains(where: { $0.inboundSPI == ends[index].current }) {
      ends[index].current = ends[index].children.last?.inboundSPI
    }
  }

  private mutating func send(_ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ index: Int) {
    ends[index].sent.append((now, bytes))
    guard let bytes = onSend.map({ $0(index, bytes) }) ?? bytes else { return }
    var seen = AssociationEndpoints(
      local: endpoints.remote, remote: endpoints.local, localPort: endpoints.remotePort, remotePort: endpoints.localPort)
    if let translated = link.translated {
      // Ports of the private end appear 20,000 higher; the other end answers there.
      if index == 0 {
        (seen.remote, seen.remotePort) = (translated, seen.remotePort &+ 20_000)
      } else {
        guard endpoints.remote == translated, endpoints.remotePort > 20_000 else { return }
        (seen.local, seen.localPort) = (ends[0].address, endpoints.remotePort &- 20_000)
      }
    }
    guard seen.local == ends[1 - index].address else { return }
    let copies = random.below(100) < link.duplicatePercent ? 2 : 1
    for _ in 0..<copies where random.below(100) >= link.lossPercent {
      later(link.delay + .milliseconds(random.below(link.jitterMilliseconds + 1)), .datagram(to: 1 - index, seen, bytes))
    }
  }

  private mutating func later(_ span: Duration, _ what: Happening) {
    order += 1
    queue.append((now + span, order, what))
  }

  private mutating func note(_ action: AssociationAction, _ index: Int) {
    let text =
      switch action {
      case .send(let endpoints, let bytes): "send \(endpoints) \(HashAlgorithm.sha256.digest(bytes).prefix(4))"
      case .compute(let tag, _): "compute \(tag)"
      case .established(let proof): "established \(proof.identity) \(proof.endpoints)"
      case .installChild(let pair): "install \(pair.reference)"
      default: "\(action)"
      }
    transcript.append("\(now.nanoseconds) \(index) \(text)")
  }
}

extension TwoEnds {
  /// Whether both ends are established and each has children that fit the other's.
  var isProtected: Bool {
    guard ends.allSatisfy({ $0.proof != nil && $0.ended == nil }), let a = ends[0].children.last, let b = ends[1].children.last else {
      return false
    }
    return a.inboundSPI == b.outboundSPI && a.outboundSPI == b.inboundSPI && a.inboundKeys == b.outboundKeys
      && a.outboundKeys == b.inboundKeys
  }
}

/// Packets pass from these ends to the other.
func expectPackets(_ world: inout TwoEnds, _ comment: String = "", from: [Int] = [0, 1], sourceLocation: SourceLocation = #_sourceLocation)
{
  for index in from {
    let arrived = world.packet(from: index)
    #expect(arrived, "from \(index) \(comment)", sourceLocation: sourceLocation)
  }
}

/// Policies to test with.
extension ProtectionPolicy {
  static func v1(
    local: IPAddress, secret: String = "secret", hash: HashAlgorithm = .sha256, keyBits: UInt16 = 128, group: KeyExchangeMethod = .modp2048
  ) -> ProtectionPolicy {
    var policy = ProtectionPolicy(interface: InterfaceID(1), group: 1, profileName: "P", local: local, version: .ikev1)
    let encryption = IKEProposal.Encryption(.aesCBC, keyBits: keyBits)
    policy.isakmpPolicies = [ISAKMPPolicy(encryption: encryption, hash: hash, method: .preSharedKey, group: group, lifetimeSeconds: 86_400)]
    policy.preSharedKeys = [PreSharedKey(local: SecretBytes(Array(secret.utf8)))]
    policy.espSuites = [ESPSuite(encryption: 12, keyBits: 128, integrity: 12), ESPSuite(encryption: 20, keyBits: 128)]
    return policy
  }

  /// Two that fit each other, after `change` of both.
  static func pair(_ change: (inout ProtectionPolicy) -> Void = { _ in }) -> (ProtectionPolicy, ProtectionPolicy) {
    var a = v1(local: TwoEnds.addresses[0]), b = v1(local: TwoEnds.addresses[1])
    change(&a)
    change(&b)
    return (a, b)
  }
}
