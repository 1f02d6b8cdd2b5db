// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import Policy
import ProtocolKit
import Routing
import Wire

/// One engine and neighbours that are played by the test: what they send is written here, what they get is kept.
final class BGPBench {
  var engine: BGPEngine
  var routes = FakeRoutes()
  var now = Instant.start
  var random = RandomSource(seed: 4271)
  private var nextStream: UInt32 = 1 << 31
  private var streams: [IPAddress: StreamID] = [:]
  private var contexts: [IPAddress: UpdateContext] = [:]
  /// Messages that each neighbour got since the last look.
  private(set) var got: [IPAddress: [BGPMessage]] = [:]
  /// Ends of connections, as the engine wanted them.
  private(set) var ended: [IPAddress: Int] = [:]
  /// The table as the engine made it.
  private(set) var table: [IPPrefix: [Route]] = [:]
  private(set) var effects: [StreamPort.Effect] = []
  private(set) var wanted: [RouteSource] = []
  private(set) var records: [JournalRecord] = []
  /// Whether the host says at once that bytes have left.
  var drainsAtOnce = true

  /// Lines of `router bgp`, as they are typed.
  init(_ lines: String, policy: String = "", address: IPAddress = IPAddress(10, 0, 0, 1), engine: BGPEngine = BGPEngine()) throws {
    self.engine = engine
    routes.connected = [IPPrefix(address, length: 24), IPPrefix(IPAddress("2001:db8::1") ?? address, length: 64)]
    handle(
      .interface(
        RoutingInterface(
          id: InterfaceID(1), name: "Tunnel0", isUp: true, isTunnel: true, isMultipoint: true,
          addresses: [IPPrefixAddress(address, length: 24), IPPrefixAddress(IPAddress("2001:db8::1") ?? address, length: 64)], mtu: 1400)))
    if !policy.isEmpty { handle(.policy(try Lines.policy(policy))) }
    handle(.configure(try Lines.bgp(lines)))
  }

  func configure(_ lines: String) throws { handle(.configure(try Lines.bgp(lines))) }

  func handle(_ input: BGPEngine.Input) {
    var turn = makeTurn()
    engine.handle(input, &turn)
    take(turn)
  }

  private func makeTurn() -> Turn<BGPEngine.Output> {
    Turn(now: now, cause: .none, random: random, routes: routes, firstRecord: EventID(1))
  }

  private func take(_ turn: Turn<BGPEngine.Output>) {
    random = turn.random
    records += turn.records
    for (output, _) in turn.outputs {
      switch output {
      case .routes(let updates): for update in updates { take(update) }
      case .redistribute(let sources): wanted = sources
      case .stream(let effect): take(effect)
      }
    }
  }

  private func take(_ update: RouteUpdate) {
    switch update {
    case .paths(let prefix, _, let list): table[prefix] = list.isEmpty ? nil : list
    case .withdrawAll: table = [:]
    }
  }

  private func take(_ effect: StreamPort.Effect) {
    effects.append(effect)
    switch effect {
    case .send(let stream, let bytes):
      guard let address = streams.first(where: { $0.value == stream })?.key else { return }
      if let message = try? BGPMessage.decode(bytes, contexts[address] ?? UpdateContext(isWide: true)) {
        got[address, default: []].append(message.0)
      }
      if drainsAtOnce { handle(.stream(.drained(stream))) }
    case .close(let stream), .reset(let stream):
      guard let address = streams.first(where: { $0.value == stream })?.key else { return }
      streams[address] = nil
      ended[address, default: 0] += 1
    default: break
    }
  }

  /// Runs timers up to `span` from now.
  func run(_ span: Duration = .milliseconds(100)) {
    let end = now + span
    while let due = engine.nextDeadline, due <= end {
      now = max(now, due)
      var turn = makeTurn()
      engine.expire(&turn)
      take(turn)
    }
    now = end
  }

  // MARK: Neighbours

  /// A neighbour connects and says OPEN and KEEPALIVE.
  func connect(
    _ address: IPAddress, asNumber: UInt32, identifier: UInt32? = nil, holdTime: UInt16 = 180, capabilities: [Capability]? = nil,
    pathIDs: Bool = false
  ) {
    accept(address)
    let usual: [Capability] = [
      .multiprotocol(afi: 1, reserved: 0, safi: 1), .multiprotocol(afi: 2, reserved: 0, safi: 1), .routeRefresh, .fourOctetAS(asNumber),
    ]
    let list = capabilities ?? usual
    contexts[address] = UpdateContext(isWide: list.contains(.fourOctetAS(asNumber)), hasPathIDs: [pathIDs, pathIDs])
    let open = OpenMessage(asNumber: asNumber, holdTime: holdTime, identifier: identifier ?? address.v4Bits, capabilities: list)
    send(open.encode(), from: address)
    send(BGPMessage.keepalive, from: address)
    run()
  }

  func accept(_ address: IPAddress) {
    nextStream += 1
    streams[address] = StreamID(nextStream)
    handle(.stream(.accepted(StreamID(nextStream), local: IPAddress(10, 0, 0, 1), remote: address, remotePort: 50000)))
  }

  /// The neighbour's connection is lost.
  func lose(_ address: IPAddress) {
    guard let stream = streams.removeValue(forKey: address) else { return }
    handle(.stream(.closed(stream, .reset)))
  }

  func drained(_ address: IPAddress) { streams[address].map { handle(.stream(.drained($0))) } }

  func isConnected(_ address: IPAddress) -> Bool { streams[address] != nil }

  func send(_ bytes: [UInt8], from address: IPAddress) { streams[address].map { handle(.stream(.received($0, bytes))) } }
  func send(_ message: BGPMessage, from address: IPAddress) {
    send(message.encode(contexts[address] ?? UpdateContext(isWide: true)), from: address)
  }

  /// Announces prefixes.
  func announce(
    _ prefixes: [String], from address: IPAddress, path: [UInt32], nextHop: IPAddress? = nil, origin: Origin = .igp, med: UInt32? = nil,
    localPreference: UInt32? = nil, more: [PathAttribute.Value] = [], pathID: UInt32 = 0
  ) {
    let isWide = contexts[address]?.isWide ?? true
    var values: [PathAttribute.Value] = [
      .origin(origin), .asPath(ASPath(sequence: path), isWide: isWide), .nextHop(nextHop ?? address),
    ]
    if let med { values.append(.multiExitDiscriminator(med)) }
    if let localPreference { values.append(.localPreference(localPreference)) }
    let nlri = prefixes.compactMap { IPPrefix($0).map { NLRI($0, pathID: pathID) } }
    send(.update(UpdateMessage(attributes: (values + more).map { PathAttribute($0) }, nlri: nlri)), from: address)
    run()
  }

  func withdraw(_ prefixes: [String], from address: IPAddress, pathID: UInt32 = 0) {
    send(.update(UpdateMessage(withdrawn: prefixes.compactMap { IPPrefix($0).map { NLRI($0, pathID: pathID) } })), from: address)
    run()
  }

  /// What a neighbour was told since the last look: prefixes with their attributes, withdrawn ones with none.
  func told(_ address: IPAddress) -> [String: PathAttributes?] {
    var out: [String: PathAttributes?] = [:]
    for case .update(let update) in got[address] ?? [] {
      for nlri in update.withdrawn { out["\(nlri.prefix)"] = .some(nil) }
      for case .mpUnreach(let value) in update.attributes.map(\.value) { for nlri in value.nlri { out["\(nlri.prefix)"] = .some(nil) } }
      let attributes = PathAttributes.read(update.attributes)
      for nlri in update.nlri { out["\(nlri.prefix)"] = attributes }
      for case .mpReach(let value) in update.attributes.map(\.value) {
        for nlri in value.nlri {
          var mine = attributes
          mine.nextHop = value.nextHop
          out["\(nlri.prefix)"] = mine
        }
      }
    }
    got[address] = []
    return out
  }

  func messages(_ address: IPAddress) -> [BGPMessage] { got[address] ?? [] }
  func forget() { got = [:] }

  func row(_ prefix: String) -> BGPRow? { IPPrefix(prefix).flatMap { engine.row(for: $0) } }
  func best(_ prefix: String) -> IPAddress? { IPPrefix(prefix).flatMap { engine.row(for: $0) }?.paths.first { $0.isBest }?.neighbor }
  func nextHops(_ prefix: String) -> [IPAddress] { IPPrefix(prefix).flatMap { table[$0] }?.compactMap(\.nextHop) ?? [] }

  /// Routes of other protocols.
  func offer(_ prefix: String, _ source: RouteSource, metric: UInt32 = 0, nextHop: IPAddress? = nil) {
    guard let prefix = IPPrefix(prefix) else { return }
    handle(.redistributed([.route(Route(prefix: prefix, source: source, metric: metric, nextHop: nextHop))]))
    run()
  }

  func takeBack(_ prefix: String, _ source: RouteSource) {
    guard let prefix = IPPrefix(prefix) else { return }
    handle(.redistributed([.gone(prefix, source)]))
    run()
  }
}

extension PathAttributes {
  /// What a list says, for tests.
  static func read(_ list: [PathAttribute]) -> PathAttributes {
    var a = PathAttributes(nextHop: .anyV4)
    for attribute in list {
      switch attribute.value {
      case .origin(let value): a.origin = value
      case .asPath(let path, _): a.asPath = path
      case .nextHop(let address): a.nextHop = address
      case .multiExitDiscriminator(let n): a.multiExitDiscriminator = n
      case .localPreference(let n): a.localPreference = n
      case .atomicAggregate: a.isAtomicAggregate = true
      case .aggregator(let value, _): a.aggregator = value
      case .originatorID(let n): a.originatorID = n
      case .clusterList(let list): a.clusterList = list
      case .communities(let list): a.communities = list
      case .largeCommunities(let list): a.largeCommunities = list
      case .unknown: a.unknown.append(attribute)
      default: break
      }
    }
    return a
  }
}

/// A routing table of connected networks and some others.
struct FakeRoutes: RouteView {
  var connected: [IPPrefix] = []
  /// Other routes with their metric.
  var others: [IPPrefix: UInt32] = [:]

  func longestMatch(for destination: IPAddress, vrf: VRFID) -> RouteMatch? {
    if let hit = connected.filter({ $0.contains(destination) }).max(by: { $0.length < $1.length }) {
      return RouteMatch(prefix: hit, interface: InterfaceID(1), nextHop: nil, isConnected: true)
    }
    guard let hit = others.keys.filter({ $0.contains(destination) }).max(by: { $0.length < $1.length }) else { return nil }
    return RouteMatch(
      prefix: hit, interface: InterfaceID(1), nextHop: IPAddress(10, 0, 0, 254), isConnected: false, metric: others[hit] ?? 0)
  }

  func hasRoute(exactly prefix: IPPrefix, vrf: VRFID) -> Bool { connected.contains(prefix) || others[prefix] != nil }
  func clippedLength(of prefix: IPPrefix, around address: IPAddress, vrf: VRFID) -> Int { Int(prefix.length) }
}
