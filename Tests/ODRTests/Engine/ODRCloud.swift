// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ODR
import Policy
import ProtocolKit
import Routing
import Wire

func ip(_ text: String) -> IPAddress { IPAddress(text) ?? .anyV6 }
func net(_ text: String) -> IPPrefix { IPPrefix(text) ?? IPPrefix(host: .anyV6) }

/// The bytes of a hex string.
func hex(_ text: some StringProtocol) -> [UInt8] {
  let digits = Array(text.utf8).map { UInt8(String(UnicodeScalar($0)), radix: 16) ?? 0 }
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// The hex string of bytes, for reading failures.
func hexText(_ bytes: some Sequence<UInt8>) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

/// A table without routes: ODR looks nothing up.
struct NoRoutes: RouteView {
  func longestMatch(for destination: IPAddress, vrf: VRFID) -> RouteMatch? { nil }
  func hasRoute(exactly prefix: IPPrefix, vrf: VRFID) -> Bool { false }
  func clippedLength(of prefix: IPPrefix, around address: IPAddress, vrf: VRFID) -> Int { Int(prefix.length) }
}

/// One engine with a table for what it says, and a log.
final class ODRNode {
  let name: String
  let nbma: IPAddress
  var engine = ODREngine()
  var settings = ODRSettings()
  var random: RandomSource
  var table: [IPPrefix: [Route]] = [:]
  var records: [JournalRecord] = []
  var sent: [(at: Instant, bytes: [UInt8])] = []

  init(_ name: String, nbma: IPAddress, seed: UInt64) {
    (self.name, self.nbma, random) = (name, nbma, RandomSource(seed: seed))
    settings.device = CDPDevice(name: name, platform: "dmvpn", softwareVersion: "dmvpn, a test")
  }

  func turn(_ input: ODREngine.Input?, at now: Instant) -> [[UInt8]] {
    var turn = Turn<ODREngine.Output>(
      now: now, cause: .none, random: random, routes: NoRoutes(), firstRecord: EventID(UInt64(records.count) + 1))
    if let input { engine.handle(input, &turn) } else { engine.expire(&turn) }
    random = turn.random
    records += turn.records
    var out: [[UInt8]] = []
    for (output, _) in turn.outputs {
      switch output {
      case .routes(let updates):
        for case .paths(let prefix, _, let routes) in updates { table[prefix] = routes.isEmpty ? nil : routes }
      case .port(.sendLink(_, _, let bytes)):
        sent.append((now, bytes))
        out.append(bytes)
      default: break
      }
    }
    return out
  }

  func packets(from start: Instant = .start) -> [CDPPacket] {
    sent.filter { $0.at >= start }.compactMap { try? CDPPacket.decode($0.bytes) }
  }
}

/// A hub (10.0.0.1) and spokes on one tunnel, in virtual time: what a spoke sends reaches the hub, what the hub sends reaches all.
final class ODRCloud {
  var nodes: [ODRNode] = []
  var now = Instant.start
  var isLost: (_ from: String, _ to: String) -> Bool = { _, _ in false }
  private var queue: [(at: Instant, order: Int, node: Int, bytes: [UInt8], nbma: IPAddress)] = []
  private var order = 0
  static let latency = Duration.milliseconds(10)

  subscript(name: String) -> ODRNode { nodes.first { $0.name == name } ?? ODRNode(name, nbma: .anyV4, seed: 0) }

  static func hubAndSpokes(_ count: Int, hubs: Int = 1) -> ODRCloud {
    let cloud = ODRCloud()
    for n in 1...hubs {
      cloud.add("hub\(n)", tunnel: "10.0.0.\(n)/24", lan: "192.168.\(n).1/24") { $0.router = ODRRouter() }
    }
    for n in 1...count { cloud.add("s\(n)", tunnel: "10.0.0.\(10 + n)/24", lan: "192.168.\(10 + n).1/24") { _ in } }
    return cloud
  }

  @discardableResult
  func add(_ name: String, tunnel: String, lan: String, _ change: (inout ODRSettings) -> Void) -> ODRNode {
    let node = ODRNode(name, nbma: IPAddress(198, 51, 100, UInt8(nodes.count + 1)), seed: UInt64(nodes.count) &* 7919 &+ 5)
    nodes.append(node)
    node.settings.interfaces["Tunnel0"] = CDPInterfaceSettings()
    node.settings.interfaces["Tunnel0"]?.isEnabled = true
    change(&node.settings)
    setInterface(name, 1, "Tunnel0 \(tunnel)")
    setInterface(name, 2, "GigabitEthernet0/1 \(lan)")
    input(name, .configure(node.settings))
    return node
  }

  func setInterface(_ name: String, _ number: UInt16, _ text: String, isUp: Bool = true) {
    let words = text.split(separator: " ").map(String.init)
    let addresses = words.dropFirst().map { word in
      let parts = word.split(separator: "/")
      return IPPrefixAddress(ip(String(parts[0])), length: Int(parts[1]) ?? 32)
    }
    input(
      name,
      .interface(
        RoutingInterface(
          id: InterfaceID(number), name: words[0], isUp: isUp, isTunnel: words[0].hasPrefix("Tunnel"), isMultipoint: true,
          addresses: addresses, mtu: 1400)))
  }

  func configure(_ name: String, _ change: (inout ODRSettings) -> Void) {
    change(&self[name].settings)
    input(name, .configure(self[name].settings))
  }

  func input(_ name: String, _ input: ODREngine.Input) {
    guard let index = nodes.firstIndex(where: { $0.name == name }) else { return }
    deliver(from: index, nodes[index].turn(input, at: now))
  }

  /// A packet that the test made comes in by a tunnel.
  func receive(_ name: String, _ bytes: [UInt8], nbma: String = "198.51.100.99", peer: UInt32 = 0) {
    let event = DatagramPort.Event.receivedLink(
      InterfaceID(1), protocolType: 0x2000, nbmaSource: ip(nbma), peer: ProtectionID(peer), bytes: bytes)
    input(name, .port(event))
  }

  func run(seconds: Double) {
    let end = now + .milliseconds(Int64(seconds * 1000))
    while let next = (queue.map(\.at) + nodes.compactMap(\.engine.nextDeadline)).min(), next <= end {
      now = max(now, next)
      if let first = queue.indices.min(by: { (queue[$0].at, queue[$0].order) < (queue[$1].at, queue[$1].order) }), queue[first].at <= now {
        let item = queue.remove(at: first)
        let event = DatagramPort.Event.receivedLink(InterfaceID(1), protocolType: 0x2000, nbmaSource: item.nbma, bytes: item.bytes)
        deliver(from: item.node, nodes[item.node].turn(.port(event), at: now))
      } else if let due = nodes.firstIndex(where: { $0.engine.nextDeadline.map { $0 <= now } ?? false }) {
        deliver(from: due, nodes[due].turn(nil, at: now))
      }
    }
    now = end
  }

  private func deliver(from: Int, _ packets: [[UInt8]]) {
    for bytes in packets {
      for to in nodes.indices where to != from && (nodes[from].name.hasPrefix("hub") || nodes[to].name.hasPrefix("hub")) {
        guard !isLost(nodes[from].name, nodes[to].name) else { continue }
        order += 1
        queue.append((now + Self.latency, order, to, bytes, nodes[from].nbma))
      }
    }
  }
}
