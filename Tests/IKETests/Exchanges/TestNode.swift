// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// An engine with a packet path that knows just enough: which associations are there, and by which one packets leave.
final class TestNode {
  let address: IPAddress
  private unowned let world: World
  private let keys: Keys
  private var jobs: UInt64 = 0
  private let seed: UInt64
  private(set) var engine = IKEEngine()
  private var random: RandomSource
  private var records: [JournalRecord] = []
  private var firstRecord: UInt64 = 1
  private var scheduled: Instant?
  var jobDelay = Duration.milliseconds(1)

  // What came out
  var ups: [ProtectedPeer] = []
  var downs: [(id: ProtectionID, failure: IKEFailure)] = []
  var failures: [(remote: IPAddress, failure: IKEFailure)] = []
  var moves: [ProtectedPeer] = []
  var keepalives = 0

  // The packet path
  var inbound: [UInt32: SecurityAssociation] = [:]
  var outbound: [ProtectionID: SecurityAssociation] = [:]
  /// Outbound associations that were ever used, and what counts their packets: with another counter none may come back, for its sequence
  /// numbers would start again.
  private var usedOutbound: [[UInt64]: SharedSequence?] = [:]
  /// Inbound associations whose next packet is to be told of no more.
  private var toldUse: Set<UInt32> = []
  private var packets: [UInt32: UInt64] = [:]
  var received = 0
  /// ESP with an SPI that is not there, or with other keys.
  var unopened = 0
  /// As strongSwan on Linux: packets come and go by the pair that was installed last, whatever the engine says; others are not opened.
  var keepsToLastPair = false
  /// Inbound SPIs in the order they were installed.
  private var installed: [UInt32] = []
  var reportsUnknownSPI = true
  var knownSPIs: Set<UInt64> = []

  init(_ address: IPAddress, _ world: World, keys: Keys, seed: UInt64) {
    (self.address, self.world, self.keys, self.seed) = (address, world, keys, seed)
    random = RandomSource(seed: seed)
    handle(.wallClock(startSeconds: 1_800_000_000))
  }

  var journal: [JournalRecord] { records }
  func journal(_ kind: JournalKind) -> [JournalRecord] { records.filter { $0.kind == kind } }
  var peer: ProtectedPeer? { ups.last }

  func handle(_ input: IKEEngine.Input) {
    var turn = newTurn()
    engine.handle(input, &turn)
    finish(turn)
  }

  /// Drops what only tests keep.
  func forgetHistory() { (records, ups) = ([], []) }

  /// As if the lifetimes of all IKE associations ended soon.
  func rekeyIKE() {
    var turn = newTurn()
    engine.rekeyAssociations(&turn)
    finish(turn)
  }

  func expireIfDue() {
    scheduled = nil
    if let deadline = engine.nextDeadline, deadline <= world.now {
      var turn = newTurn()
      engine.expire(&turn)
      finish(turn)
    } else {
      reschedule()
    }
  }

  private func newTurn() -> Turn<IKEEngine.Output> {
    Turn(now: world.now, cause: .none, random: random, routes: NoRoutes(), firstRecord: EventID(firstRecord))
  }

  private func finish(_ turn: Turn<IKEEngine.Output>) {
    random = turn.random
    firstRecord += UInt64(turn.records.count)
    records += turn.records
    for output in turn.outputs.map(\.output) { perform(output) }
    reschedule()
  }

  private func reschedule() {
    guard let deadline = engine.nextDeadline, scheduled.map({ deadline < $0 }) ?? true else { return }
    scheduled = deadline
    world.schedule(.deadline(address), after: deadline - world.now)
  }

  private func perform(_ output: IKEEngine.Output) {
    switch output {
    case .send(let ends, let bytes):
      if bytes == [0xff] { keepalives += 1 }
      world.send(
        Datagram(
          source: ends.local, sourcePort: ends.localPort, destination: ends.remote, destinationPort: ends.remotePort, content: .udp(bytes)))
    case .compute(let id, let job): world.schedule(.jobDone(address, id, result(of: job)), after: jobDelay)
    case .dataPlane(let change): apply(change)
    case .protectionUp(let peer): ups.append(peer)
    case .protectionDown(let id, _, _, let failure): downs.append((id, failure))
    case .protectionFailed(_, let remote, let failure): failures.append((remote, failure))
    case .peerMoved(let peer): moves.append(peer)
    }
  }

  private func result(of job: KeyJob) -> KeyResult {
    jobs += 1
    return switch keys {
    case .openSSL: OpenSSLKeyProvider().perform(job)
    case .simulated: DeterministicKeyProvider(seed: seed &+ jobs).perform(job)
    }
  }

  private func apply(_ change: DataPlaneChange) {
    switch change {
    case .associate(let association) where association.direction == .inbound:
      if inbound.updateValue(association, forKey: association.spi) == nil { installed.append(association.spi) }
    case .associate(let association):
      let name = [UInt64(association.spi), UInt64(association.peer.rawValue)]
      if let used = usedOutbound.updateValue(association.sequence, forKey: name) {
        #expect(used != nil && used == association.sequence, "outbound \(association.spi) came back, and its numbers start again")
      }
      outbound[association.peer] = association
    case .dissociate(.inbound, let spi, _):
      inbound[spi] = nil
      installed.removeAll { $0 == spi }
    case .dissociate(.outbound, let spi, let peer): if outbound[peer]?.spi == spi { outbound[peer] = nil }
    case .moveAssociations(let peer, let ends):
      outbound[peer]?.endpoints = ends
      for spi in inbound.keys where inbound[spi]?.peer == peer { inbound[spi]?.endpoints = ends }
    case .queryAssociation(let spi): handle(.notice(.associationUsage(spi: spi, packets: packets[spi] ?? 0)))
    case .watchAssociation(let spi): toldUse.remove(spi)
    case .ikeSPI(let spi, let isKnown): if isKnown { knownSPIs.insert(spi) } else { knownSPIs.remove(spi) }
    default: break
    }
  }

  func receive(_ datagram: Datagram) {
    let ends = AssociationEndpoints(
      local: datagram.destination, remote: datagram.source, localPort: datagram.destinationPort, remotePort: datagram.sourcePort)
    switch datagram.content {
    case .udp(let bytes):
      if bytes == [0xff] { return }
      let message = datagram.destinationPort == 4500 ? Array(bytes.dropFirst(4)) : bytes
      handle(.message(ends, bytes: message, isKnown: false))
    case .esp(let spi, let keys): receiveESP(spi, keys, ends)
    }
  }

  private func receiveESP(_ spi: UInt32, _ keys: SecretBytes, _ ends: AssociationEndpoints) {
    guard let association = inbound[spi], association.keys == keys else {
      unopened += 1
      if reportsUnknownSPI, inbound[spi] == nil { handle(.unknownSPI(ends, spi: spi)) }
      return
    }
    guard !keepsToLastPair || spi == installed.last else {
      unopened += 1
      return
    }
    received += 1
    packets[spi, default: 0] += 1
    if ends.isEncapsulated, association.endpoints.remotePort != ends.remotePort || association.endpoints.remote != ends.remote {
      handle(.notice(.endpointMoved(association.peer, spi: spi, remote: ends.remote, remotePort: ends.remotePort)))
    }
    if toldUse.insert(spi).inserted { handle(.notice(.associationInUse(association.peer, spi: spi))) }
  }

  /// The outbound half of the pair that was installed last, if the peer has its own half already.
  private var lastOutbound: SecurityAssociation? {
    guard let row = engine.childRows(limit: 9).first(where: { $0.inboundSPI == installed.last }) else { return nil }
    return world.nodes[row.endpoints.remote]?.inbound[row.outboundSPI].map {
      var half = $0
      half.endpoints = row.endpoints
      return half
    }
  }

  /// Sends an ESP packet to a peer; false where there is no association.
  @discardableResult func sendESP(to id: ProtectionID) -> Bool {
    guard let association = keepsToLastPair ? lastOutbound : outbound[id] else { return false }
    let ends = association.endpoints
    world.send(
      Datagram(
        source: ends.local, sourcePort: ends.localPort, destination: ends.remote, destinationPort: ends.remotePort,
        content: .esp(spi: association.spi, keys: association.keys)))
    return true
  }
}

/// Who does the key jobs of a test.
enum Keys {
  case openSSL
  /// Quick, and the same in every run.
  case simulated
}

/// An engine that asks for no routes.
struct NoRoutes: RouteView {
  func longestMatch(for destination: IPAddress, vrf: VRFID) -> RouteMatch? { nil }
  func hasRoute(exactly prefix: IPPrefix, vrf: VRFID) -> Bool { false }
  func clippedLength(of prefix: IPPrefix, around address: IPAddress, vrf: VRFID) -> Int { Int(prefix.length) }
}
