// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Wire

/// The interfaces every station of a `Cloud` has.
let tunnel = InterfaceID(1), lan = InterfaceID(2), wan = InterfaceID(3)

/// A routing table as naive as can be.
struct FakeRoutes: RouteView {
  var list: [RouteMatch] = []

  mutating func add(_ prefix: String, _ interface: InterfaceID, via nextHop: IPAddress? = nil) {
    list.append(RouteMatch(prefix: network(prefix), interface: interface, nextHop: nextHop, isConnected: nextHop == nil))
  }

  mutating func remove(_ prefix: String) { list.removeAll { $0.prefix == network(prefix) } }

  func longestMatch(for destination: IPAddress, vrf: VRFID) -> RouteMatch? {
    list.filter { $0.prefix.contains(destination) }.max { $0.prefix.length < $1.prefix.length }
  }

  func hasRoute(exactly prefix: IPPrefix, vrf: VRFID) -> Bool { list.contains { $0.prefix == prefix } }

  func clippedLength(of prefix: IPPrefix, around address: IPAddress, vrf: VRFID) -> Int {
    guard let way = longestMatch(for: address, vrf: vrf) else { return address.bitWidth }
    var length = max(Int(prefix.length), Int(way.prefix.length))
    for other in list where IPPrefix(address, length: length).covers(other.prefix) && !other.prefix.contains(address) {
      if other.interface != way.interface || other.nextHop != way.nextHop {
        length = max(length, address.commonPrefixLength(with: other.prefix.address) + 1)
      }
    }
    return length
  }
}

/// One node of the cloud: an engine, its routes, and what its outputs have made of the world.
final class Station {
  let name: String
  var engine: NHRPEngine
  var config: NHRPInterface
  /// The other version of IP on the same tunnel.
  var second: NHRPInterface?
  var routes = FakeRoutes()
  /// What the underlay sees as its source; differs from `config.nbma` behind a NAT.
  var publicNBMA: IPAddress
  var adjacencies: [IPAddress: IPAddress] = [:]
  var shortcuts: [IPPrefix: (nextHop: IPAddress, isOverride: Bool)] = [:]
  var multicast: [IPAddress] = []
  var fallback: [IPAddress] = []
  var lookUps: [String] = []
  /// Next hops that carry packets: their count grows with every query.
  var busy: Set<IPAddress> = []
  private var carried: [IPAddress: UInt64] = [:]
  var outputs: [NHRPEngine.Output] = []
  var records: [JournalRecord] = []

  init(_ name: String, address: IPAddress, nbma: IPAddress, firstRequestID: UInt32 = 0, _ settings: NHRPSettings) {
    self.name = name
    engine = NHRPEngine(firstRequestID: firstRequestID)
    config = NHRPInterface(name: "Tunnel0", settings: settings, address: address, isUp: true, nbma: nbma, destination: nil)
    publicNBMA = nbma
  }

  var address: IPAddress { config.address ?? .anyV4 }
  var snapshot: NHRPInterfaceSnapshot? { engine.snapshot().first }
  /// The protected peers, by NBMA address: what comes from there comes by their associations.
  var peers: [IPAddress: ProtectionID] = [:]
  /// NBMA addresses that associations were asked for with.
  var wishes: [IPAddress] = []
  func mappings(_ family: IPFamily) -> [Mapping] { engine.snapshot(of: family).first?.mappings ?? [] }
  var mappings: [Mapping] { snapshot?.mappings ?? [] }
  var servers: [NextHopServerSnapshot] { snapshot?.servers ?? [] }
  func mapping(_ target: String) -> Mapping? { engine.mapping(for: network(target), on: tunnel) }
  func mapping(_ address: IPAddress) -> Mapping? { engine.mapping(for: IPPrefix(host: address), on: tunnel) }
  func count(_ kind: JournalKind) -> Int { records.filter { $0.kind == kind }.count }

  /// Takes an output in; gives back an answer of the data plane, if it has one.
  func note(_ output: NHRPEngine.Output) -> NHRPEngine.Input? {
    outputs.append(output)
    switch output {
    case .adjacency(_, let hop, let nbma, _): adjacencies[hop] = nbma
    case .multicast(_, let list): multicast = list
    case .fallback(_, let list): fallback = list
    case .installRoute(let prefix, let hop, _, let isOverride): shortcuts[prefix] = (hop, isOverride)
    case .removeRoute(let prefix, _, _): shortcuts[prefix] = nil
    case .lookUp(let name): lookUps.append(name)
    case .protect(_, let nbma): wishes.append(nbma)
    case .queryUsage(let id, let hop):
      if busy.contains(hop) { carried[hop, default: 0] += 10 }
      return .usage(id, nextHop: hop, packets: carried[hop] ?? 0)
    case .send, .forgetPairs: break
    }
    return nil
  }
}

/// A packet as it crossed the underlay.
struct Crossing {
  var at: Instant
  var from: IPAddress
  var to: IPAddress
  var bytes: [UInt8]
  var isLost: Bool
  /// The packet; a crossing is only made of what decodes.
  var packet: NHRPPacket
  var type: NHRPPacketType { packet.type }
  var requestID: UInt32 { packet.mandatory?.requestID ?? 0 }
  var entries: [ClientInformationEntry] { packet.mandatory?.entries ?? [] }
  var flags: NHRPFlags { packet.mandatory?.flags ?? [] }
  var seconds: Double { Double(at.nanoseconds) / 1e9 }
}

/// Engines back to back on a virtual clock. Packets take a millisecond and are lost when `loses` says so.
final class Cloud {
  var now = Instant.start
  var stations: [Station] = []
  var loses: (Crossing) -> Bool = { _ in false }
  private(set) var crossings: [Crossing] = []
  private var flying: [(at: Instant, from: IPAddress, to: IPAddress, bytes: [UInt8])] = []
  private var random: RandomSource

  init(seed: UInt64 = 1) { random = RandomSource(seed: seed) }

  @discardableResult
  func add(_ station: Station) -> Station {
    stations.append(station)
    return station
  }

  /// Applies a station's configuration, changed or not.
  func configure(_ s: Station) {
    for one in [s.config, s.second].compactMap({ $0 }) { handle(.configure(tunnel, one, family: one.address?.family ?? .v4), at: s) }
  }

  func handle(_ input: NHRPEngine.Input, at s: Station) {
    if case .protectionUp(_, let peer) = input { s.peers[peer.nbma] = peer.id }
    turn(s) { $0.handle(input, &$1) }
  }

  /// Puts bytes in as if they came from `from`.
  func deliver(_ packet: NHRPPacket, from: IPAddress, to s: Station) { deliver(packet.encode(), from: from, to: s) }
  func deliver(_ bytes: [UInt8], from: IPAddress, to s: Station) {
    handle(.packet(tunnel, nbmaSource: from, bytes: bytes, peer: s.peers[from] ?? .none), at: s)
  }

  private func turn(_ s: Station, _ body: (inout NHRPEngine, inout Turn<NHRPEngine.Output>) -> Void) {
    var turn = Turn<NHRPEngine.Output>(
      now: now, cause: .none, random: random, routes: s.routes, firstRecord: EventID(UInt64(s.records.count + 1)))
    body(&s.engine, &turn)
    random = turn.random
    s.records += turn.records
    let answers = turn.outputs.compactMap { s.note($0.output) }
    for (output, _) in turn.outputs { if case .send(_, let nbma, let bytes, _) = output { fly(from: s.publicNBMA, to: nbma, bytes) } }
    for answer in answers { handle(answer, at: s) }
  }

  private func fly(from: IPAddress, to: IPAddress, _ bytes: [UInt8]) {
    guard let packet = try? NHRPPacket.decode(bytes) else { preconditionFailure("an engine sent what does not decode") }
    var crossing = Crossing(at: now, from: from, to: to, bytes: bytes, isLost: false, packet: packet)
    crossing.isLost = loses(crossing)
    crossings.append(crossing)
    if !crossing.isLost { flying.append((now + .milliseconds(1), from, to, bytes)) }
  }

  /// Lets time pass: packets arrive, timers fire, in order.
  func run(for span: Duration) {
    let end = now + span
    while let next = nextEvent(), next <= end {
      now = max(now, next)
      if let place = flying.firstIndex(where: { $0.at <= now }) {
        let p = flying.remove(at: place)
        if let s = stations.first(where: { $0.publicNBMA == p.to }) { deliver(p.bytes, from: p.from, to: s) }
      } else if let s = stations.first(where: { ($0.engine.nextDeadline ?? .distantFuture) <= now }) {
        turn(s) { $0.expire(&$1) }
      }
    }
    now = end
  }

  private func nextEvent() -> Instant? {
    (flying.map(\.at) + stations.compactMap(\.engine.nextDeadline)).min()
  }

  // MARK: Looking back

  func sent(_ type: NHRPPacketType, from s: Station? = nil, to t: Station? = nil, since: Instant = .start) -> [Crossing] {
    crossings.filter { c in
      c.type == type && c.at >= since && (s.map { c.from == $0.publicNBMA } ?? true) && (t.map { c.to == $0.publicNBMA } ?? true)
    }
  }

  func forget() { crossings = [] }
}

func network(_ text: String) -> IPPrefix {
  guard let prefix = IPPrefix(text) else { preconditionFailure("not a prefix: \(text)") }
  return prefix
}
