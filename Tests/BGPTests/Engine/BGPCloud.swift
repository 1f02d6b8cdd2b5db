// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Policy
import ProtocolKit
import Routing
import Wire

/// Engines wired back to back in virtual time: streams with a delay, a table for each, links that can be cut.
final class BGPCloud {
  final class Node {
    let name: String
    let address: IPAddress
    var engine = BGPEngine()
    var random: RandomSource
    var table: [IPPrefix: [Route]] = [:]
    var listeners: [StreamListener] = []
    /// Both ends' names of each stream.
    var streams: [StreamID: (node: Int, stream: StreamID)] = [:]
    var nextAccepted: UInt32 = 1 << 31
    var records: [JournalRecord] = []
    var bytesSent = 0, messagesSent = 0
    var isDead = false

    init(_ name: String, _ address: IPAddress, seed: UInt64) {
      (self.name, self.address, random) = (name, address, RandomSource(seed: seed))
    }
  }

  private struct Delivery {
    var at: Instant, order: UInt64, node: Int, event: StreamPort.Event
  }

  private(set) var nodes: [Node] = []
  private(set) var now = Instant.start
  private var deliveries: [Delivery] = []
  private var order: UInt64 = 0
  /// How long a segment is under way.
  var delay = Duration.milliseconds(1)
  let network: IPPrefix

  init(network: IPPrefix = IPPrefix(IPAddress(10, 0, 0, 0), length: 24)) { self.network = network }

  /// A node with the lines of its `router bgp`, on the shared network.
  @discardableResult
  func add(_ name: String, _ address: IPAddress, _ lines: String, policy: String = "") throws -> Int {
    let node = Node(name, address, seed: UInt64(nodes.count) + 1)
    nodes.append(node)
    let i = nodes.count - 1
    if !policy.isEmpty { handle(i, .policy(try Lines.policy(policy))) }
    handle(
      i,
      .interface(
        RoutingInterface(
          id: InterfaceID(1), name: "Tunnel0", isUp: true, isTunnel: true, isMultipoint: true,
          addresses: [IPPrefixAddress(address, length: Int(network.length))], mtu: 1400)))
    handle(i, .configure(try Lines.bgp(lines)))
    return i
  }

  func configure(_ i: Int, _ lines: String) throws { handle(i, .configure(try Lines.bgp(lines))) }

  /// A network behind a node.
  func offer(_ i: Int, _ prefix: String) {
    guard let prefix = IPPrefix(prefix) else { return }
    handle(i, .redistributed([.route(Route(prefix: prefix, source: .connected))]))
  }

  func takeBack(_ i: Int, _ prefix: String) {
    guard let prefix = IPPrefix(prefix) else { return }
    handle(i, .redistributed([.gone(prefix, .connected)]))
  }

  /// A node stops without a word: its connections end by reset after a moment, or never.
  func kill(_ i: Int, tellsOthers: Bool) {
    nodes[i].isDead = true
    for (_, other) in nodes[i].streams.sorted(by: { $0.key < $1.key }) {
      nodes[other.node].streams[other.stream]?.node = i
      if tellsOthers { deliver(other.node, .closed(other.stream, .reset)) }
    }
    nodes[i].streams = [:]
  }

  func handle(_ i: Int, _ input: BGPEngine.Input) {
    var turn = makeTurn(i)
    nodes[i].engine.handle(input, &turn)
    take(i, turn)
  }

  private func makeTurn(_ i: Int) -> Turn<BGPEngine.Output> {
    var routes = FakeRoutes()
    routes.connected = [network]
    return Turn(now: now, cause: .none, random: nodes[i].random, routes: routes, firstRecord: EventID(1))
  }

  private func take(_ i: Int, _ turn: Turn<BGPEngine.Output>) {
    nodes[i].random = turn.random
    nodes[i].records += turn.records
    for (output, _) in turn.outputs {
      switch output {
      case .routes(let updates): for case .paths(let prefix, _, let list) in updates { nodes[i].table[prefix] = list.isEmpty ? nil : list }
      case .redistribute: break
      case .stream(let effect): take(i, effect)
      }
    }
  }

  private func take(_ i: Int, _ effect: StreamPort.Effect) {
    switch effect {
    case .listen(_, let list): nodes[i].listeners = list
    case .connect(let stream, _, let remote, _, _): connect(i, stream, remote)
    case .send(let stream, let bytes):
      guard let other = nodes[i].streams[stream] else { return }
      nodes[i].bytesSent += bytes.count
      nodes[i].messagesSent += 1
      deliver(other.node, .received(other.stream, bytes))
      deliver(i, .drained(stream))
    case .close(let stream): end(i, stream, nil)
    case .reset(let stream): end(i, stream, .reset)
    }
  }

  private func connect(_ i: Int, _ stream: StreamID, _ remote: IPAddress) {
    let mine = nodes[i].address
    guard let j = nodes.firstIndex(where: { $0.address == remote && !$0.isDead }),
      nodes[j].listeners.contains(where: { $0.peers.contains(mine) })
    else {
      return deliver(i, .closed(stream, .reset))
    }
    nodes[j].nextAccepted += 1
    let theirs = StreamID(nodes[j].nextAccepted)
    nodes[i].streams[stream] = (j, theirs)
    nodes[j].streams[theirs] = (i, stream)
    deliver(j, .accepted(theirs, local: remote, remote: mine, remotePort: 50_000))
    deliver(i, .connected(stream, local: mine, localPort: 50_000))
  }

  private func end(_ i: Int, _ stream: StreamID, _ failure: StreamFailure?) {
    guard let other = nodes[i].streams.removeValue(forKey: stream) else { return }
    deliver(other.node, .closed(other.stream, failure))
  }

  private func deliver(_ i: Int, _ event: StreamPort.Event) {
    order += 1
    deliveries.append(Delivery(at: now + delay, order: order, node: i, event: event))
  }

  /// Runs everything up to `span` from now.
  func run(_ span: Duration) {
    let end = now + span
    while let next = nextTime(), next <= end {
      now = max(now, next)
      let due = deliveries.filter { $0.at <= now }.sorted { $0.order < $1.order }
      deliveries.removeAll { $0.at <= now }
      for one in due where !nodes[one.node].isDead { arrive(one) }
      for i in nodes.indices where !nodes[i].isDead && nodes[i].engine.nextDeadline.map({ $0 <= now }) == true {
        var turn = makeTurn(i)
        nodes[i].engine.expire(&turn)
        take(i, turn)
      }
    }
    now = end
  }

  private func arrive(_ one: Delivery) {
    if case .closed(let stream, _) = one.event { nodes[one.node].streams[stream] = nil }
    handle(one.node, .stream(one.event))
  }

  private func nextTime() -> Instant? {
    let timers = nodes.filter { !$0.isDead }.compactMap(\.engine.nextDeadline).min()
    let arrival = deliveries.map(\.at).min()
    return [timers, arrival].compactMap { $0 }.min()
  }

  func nextHops(_ i: Int, _ prefix: String) -> [IPAddress] { IPPrefix(prefix).flatMap { nodes[i].table[$0] }?.compactMap(\.nextHop) ?? [] }
  func established(_ i: Int) -> Int { nodes[i].engine.summary()?.established ?? 0 }
}
