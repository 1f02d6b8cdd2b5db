// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import RIP
import Routing
import Wire

/// The functions that the node gives the engine, from the same library.
let testDigests = KeyedDigest(
  suffixed: { algorithm, message, key in algorithm.hash.digest(message, key.withBytes { Array($0) }) },
  hmac: { algorithm, key, message in algorithm.hash.hmac(key, message).withBytes { Array($0) } })

extension KeyedDigest.Algorithm {
  var hash: HashAlgorithm {
    switch self {
    case .md5: .md5
    case .sha1: .sha1
    case .sha256: .sha256
    case .sha384: .sha384
    case .sha512: .sha512
    }
  }
}

/// A table without routes, which RIP needs for unicast neighbours behind other networks only.
struct NoRoutes: RouteView {
  func longestMatch(for destination: IPAddress, vrf: VRFID) -> RouteMatch? { nil }
  func hasRoute(exactly prefix: IPPrefix, vrf: VRFID) -> Bool { false }
  func clippedLength(of prefix: IPPrefix, around address: IPAddress, vrf: VRFID) -> Int { Int(prefix.length) }
}

/// One engine with a table for what it says, and a log.
final class RIPNode {
  let name: String
  var engine: RIPEngine
  var random: RandomSource
  var table: [IPPrefix: [Route]] = [:]
  var wanted: [RouteSource] = []
  var records: [JournalRecord] = []
  var joined: Set<InterfaceID> = []
  var editor = RIPEditor()
  /// What it sent, with the time.
  var sent: [(at: Instant, datagram: Datagram)] = []

  init(_ name: String, seed: UInt64, digests: KeyedDigest = testDigests) {
    (self.name, engine, random) = (name, RIPEngine(digests: digests), RandomSource(seed: seed))
  }

  /// Runs one input, or the timers, and gives the datagrams to be delivered.
  func turn(_ input: RIPEngine.Input?, at now: Instant) -> [Datagram] {
    var turn = Turn<RIPEngine.Output>(
      now: now, cause: .none, random: random, routes: NoRoutes(), firstRecord: EventID(UInt64(records.count) + 1))
    if let input { engine.handle(input, &turn) } else { engine.expire(&turn) }
    random = turn.random
    records += turn.records
    var out: [Datagram] = []
    for (output, _) in turn.outputs {
      switch output {
      case .routes(let updates): updates.forEach(apply)
      case .redistribute(let sources): wanted = sources
      case .port(.send(let datagram)):
        sent.append((now, datagram))
        out.append(datagram)
      case .port(.join(let id, _, _)): joined.insert(id)
      case .port(.leave(let id, _, _)): joined.remove(id)
      case .port(.sendLink): break
      }
    }
    return out
  }

  private func apply(_ update: RouteUpdate) {
    switch update {
    case .paths(let prefix, _, let routes): table[prefix] = routes.isEmpty ? nil : routes
    case .withdrawAll: table = [:]
    }
  }

  /// The messages sent in some time.
  func messages(from start: Instant = .start, to end: Instant = .distantFuture) -> [RIPMessage] {
    sent.filter { $0.at >= start && $0.at <= end }.compactMap { try? RIPMessage.decode($0.datagram.bytes) }
  }

  /// What the last message that speaks of a network said.
  func lastEntry(_ prefix: String, on number: UInt16 = 1) -> RIPRouteEntry? {
    responses(on: number).flatMap(\.message.entries).last { $0.address == net(prefix).address.v4Bits && $0.mask == net(prefix).mask.v4Bits }
  }

  /// The responses sent on an interface.
  func responses(on number: UInt16 = 1, from start: Instant = .start) -> [(at: Instant, message: RIPMessage, datagram: Datagram)] {
    sent.filter { $0.at >= start && $0.datagram.interface == InterfaceID(number) }.compactMap { sent in
      guard let message = try? RIPMessage.decode(sent.datagram.bytes), message.command == .response else { return nil }
      return (sent.at, message, sent.datagram)
    }
  }
}

/// Engines back to back in virtual time. A segment is a LAN, or a tunnel on which only one end, the hub, hears multicast of all others.
final class RIPCloud {
  struct Segment {
    var members: [(node: Int, interface: InterfaceID)]
    var hub: Int?
  }

  var nodes: [RIPNode] = []
  var segments: [Segment] = []
  var now = Instant.start
  /// Whether a datagram from one node to another is lost.
  var isLost: (_ from: String, _ to: String, Datagram) -> Bool = { _, _, _ in false }
  private var addresses: [IPAddress: (node: Int, interface: InterfaceID)] = [:]
  private var queue: [(at: Instant, order: Int, node: Int, datagram: Datagram)] = []
  private var order = 0
  private let seed: UInt64
  static let latency = Duration.milliseconds(10)

  init(seed: UInt64 = 1) { self.seed = seed }

  subscript(name: String) -> RIPNode { nodes.first { $0.name == name } ?? RIPNode(name, seed: 0) }

  /// Adds a node with its configuration and interfaces (`Tunnel0 10.0.0.1/24`), numbered from 1.
  @discardableResult
  func add(_ name: String, _ lines: String, interfaces: [String]) -> RIPNode {
    let node = RIPNode(name, seed: seed &+ UInt64(nodes.count) &* 7919)
    nodes.append(node)
    node.editor = RIPEditor(lines)
    deliver(from: nodes.count - 1, node.turn(.wallClock(secondsAtStart: 1_700_000_000), at: now))
    deliver(from: nodes.count - 1, node.turn(.configure(node.editor.settings), at: now))
    for (n, text) in interfaces.enumerated() { setInterface(name, UInt16(n + 1), text) }
    return node
  }

  /// An interface comes, changes, or (`isUp` false) goes down.
  func setInterface(_ name: String, _ number: UInt16, _ text: String, isUp: Bool = true) {
    let words = text.split(separator: " ").map(String.init)
    let addresses = words.dropFirst().map { word in
      let parts = word.split(separator: "/")
      return IPPrefixAddress(ip(String(parts[0])), length: Int(parts[1]) ?? 32)
    }
    let link = RoutingInterface(
      id: InterfaceID(number), name: words[0], isUp: isUp, isTunnel: words[0].hasPrefix("Tunnel"), isMultipoint: true,
      addresses: addresses, mtu: 1400)
    input(name, .interface(link))
    guard let index = nodes.firstIndex(where: { $0.name == name }) else { return }
    for address in addresses { self.addresses[address.address] = (index, InterfaceID(number)) }
  }

  func connect(_ ends: [(String, UInt16)], hub: String? = nil) {
    let members = ends.map { end in (node: nodes.firstIndex { $0.name == end.0 } ?? 0, interface: InterfaceID(end.1)) }
    segments.append(Segment(members: members, hub: hub.flatMap { name in nodes.firstIndex { $0.name == name } }))
  }

  /// Types lines and configures the engine anew.
  func configure(_ name: String, _ lines: String) {
    for line in lines.split(separator: "\n") { self[name].editor.type(String(line)) }
    input(name, .configure(self[name].editor.settings))
  }

  func input(_ name: String, _ input: RIPEngine.Input) {
    guard let index = nodes.firstIndex(where: { $0.name == name }) else { return }
    deliver(from: index, nodes[index].turn(input, at: now))
  }

  /// Runs everything that happens until some time later.
  func run(seconds: Double) { run(until: now + .milliseconds(Int64(seconds * 1000))) }

  func run(until end: Instant) {
    while let next = nextEvent, next <= end {
      now = max(now, next)
      if let first = queue.indices.min(by: { (queue[$0].at, queue[$0].order) < (queue[$1].at, queue[$1].order) }), queue[first].at <= now {
        let item = queue.remove(at: first)
        deliver(from: item.node, nodes[item.node].turn(.port(.received(item.datagram)), at: now))
      } else if let due = nodes.firstIndex(where: { $0.engine.nextDeadline.map { $0 <= now } ?? false }) {
        deliver(from: due, nodes[due].turn(nil, at: now))
      }
    }
    now = end
  }

  private var nextEvent: Instant? { (queue.map(\.at) + nodes.compactMap(\.engine.nextDeadline)).min() }

  private func deliver(from: Int, _ datagrams: [Datagram]) {
    for datagram in datagrams {
      for segment in segments where segment.members.contains(where: { $0.node == from && $0.interface == datagram.interface }) {
        for member in segment.members where member.node != from && reaches(member.node, member.interface, from, segment, datagram) {
          guard !isLost(nodes[from].name, nodes[member.node].name, datagram) else { continue }
          var copy = datagram
          copy.interface = member.interface
          order += 1
          queue.append((now + Self.latency, order, member.node, copy))
        }
      }
    }
  }

  private func reaches(_ node: Int, _ interface: InterfaceID, _ from: Int, _ segment: Segment, _ datagram: Datagram) -> Bool {
    let to = datagram.destination
    guard to.isMulticast || to.isBroadcast else { return addresses[to].map { $0.node == node && $0.interface == interface } ?? false }
    return segment.hub == nil || segment.hub == from || segment.hub == node
  }
}

extension RIPCloud {
  /// A hub (10.0.0.1, LAN 192.168.1.0/24) and spokes s1 … sN (10.0.0.11 …, LANs 192.168.11.0/24 …) on one tunnel.
  static func hubAndSpokes(_ count: Int, hub: String = "", spoke: String = "", router: String = "", seed: UInt64 = 1) -> RIPCloud {
    let common = "router rip\n version 2\n network 10.0.0.0\n no auto-summary\n\(router)\n"
    let cloud = RIPCloud(seed: seed)
    cloud.add(
      "hub", "interface Tunnel0\n\(hub)\n\(common) network 192.168.1.0",
      interfaces: ["Tunnel0 10.0.0.1/24", "GigabitEthernet0/1 192.168.1.1/24"])
    for n in 1...count {
      cloud.add(
        "s\(n)", "interface Tunnel0\n\(spoke)\n\(common) network 192.168.\(10 + n).0",
        interfaces: ["Tunnel0 10.0.0.\(10 + n)/24", "GigabitEthernet0/1 192.168.\(10 + n).1/24"])
    }
    cloud.connect([("hub", 1)] + (1...count).map { ("s\($0)", 1) }, hub: "hub")
    // The first words were said before anybody was there to hear them.
    for node in cloud.nodes { cloud.input(node.name, .clear(nil)) }
    return cloud
  }
}
