// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

/// A configuration line (or a few that belong together), what is looked at, and what is seen there without and with it.
struct ActedOnLine: Sendable, CustomTestStringConvertible {
  var lines: [String]
  var node = 1
  /// Lines both clouds get first, by node.
  var setup: [(node: Int, lines: [String])] = []
  var topology = LabTopology.cloud(phase: .three, spokes: 2)
  /// What happens to both clouds before one looks.
  var play: @Sendable (Cloud) -> Void = { cloud in
    cloud.talk(1, 2, from: 3, packets: 10)
    cloud.run(to: 8)
  }
  var look: @Sendable (Cloud, UnderlayTrace) -> String
  var without: String
  var with: String

  var testDescription: String { lines.joined(separator: " / ") }

  /// What is seen after `lines` were configured, or not.
  func seen(isConfigured: Bool) throws -> String {
    let cloud = Cloud(topology, seed: 5)
    cloud.run(to: 2)
    for part in setup { try configure(cloud, part.node, part.lines) }
    if isConfigured { try configure(cloud, node, lines) }
    cloud.run(to: 2.9)
    let trace = UnderlayTrace(cloud)
    play(cloud)
    return look(cloud, trace)
  }

  private func configure(_ cloud: Cloud, _ node: Int, _ lines: [String]) throws {
    let said = cloud.console(node, (["configure terminal"] + lines + ["end"]).joined(separator: " ; "))
    let complaints = said.split(separator: "\n").filter { $0.hasPrefix("%") && !$0.hasPrefix("% Warning") && !$0.hasPrefix("% Note") }
    try #require(complaints.isEmpty, "\(lines): \(said)")
  }
}

/// What tests look at.
enum Look {
  /// What the first flow came to.
  static let flow: @Sendable (Cloud, UnderlayTrace) -> String = { cloud, _ in
    let report = cloud.ledger.reports(at: cloud.now).first
    return "\(report?.answered ?? 0) answered\((report?.errors ?? 0) > 0 ? ", errors" : "")"
  }

  /// A byte of the outer packets of node 1, masked: 0 is the first of the outer IPv4 header, 20 of GRE.
  static func outer(_ at: Int, mask: UInt8 = 0xff) -> @Sendable (Cloud, UnderlayTrace) -> String {
    { _, trace in Set(trace.from(1).map { $0.bytes[at] & mask }).sorted().map(String.init).joined(separator: " ") }
  }

  /// The outer addresses from which node 1 sends.
  static let sources: @Sendable (Cloud, UnderlayTrace) -> String = { _, trace in
    Set(trace.from(1).compactMap { IPAddress(bytes: $0.bytes[12..<16]) }).sorted().map(\.description).joined(separator: " ")
  }

  /// The outer addresses to which node `i` sends packets with this inner destination.
  static func copies(of inner: IPAddress, from i: Int) -> @Sendable (Cloud, UnderlayTrace) -> String {
    { _, trace in
      trace.from(i).filter { $0.payload.count >= 20 && IPAddress(bytes: $0.payload.dropFirst(16).prefix(4)) == inner }.map(
        \.destination.description
      )
      .joined(separator: " ")
    }
  }

  /// Whether node `i` sends NHRP packets of this type.
  static func nhrp(_ type: UInt8, from i: Int) -> @Sendable (Cloud, UnderlayTrace) -> String {
    { _, trace in trace.from(i).contains { $0.nhrpType == type } ? "sent" : "none" }
  }

  static func console(_ node: Int, _ line: String, has text: String) -> @Sendable (Cloud, UnderlayTrace) -> String {
    { cloud, _ in cloud.console(node, line).contains(text) ? "there" : "not there" }
  }

  /// A route of node 1.
  static func route(_ prefix: String) -> @Sendable (Cloud, UnderlayTrace) -> String {
    { cloud, _ in
      cloud.picture(1).routes.first { $0.prefix.description == prefix }.map {
        "\($0.code) [\($0.distance)] \($0.nextHop?.description ?? $0.interface)"
      } ?? "none"
    }
  }

  /// Which of the first spoke's servers are up, in a cloud with two hubs.
  static let servers: @Sendable (Cloud, UnderlayTrace) -> String = { cloud, _ in
    cloud.picture(2).peers.filter { $0.isServer && $0.state == .up }.map(\.address.description).joined(separator: " ")
  }
}

extension ActedOnLine {
  static let tunnel = "interface Tunnel0"
  private static let multicast = IPAddress(224, 0, 0, 5)

  /// The host behind a node sends a multicast packet.
  private static func multicasting(_ node: Int) -> @Sendable (Cloud) -> Void {
    { cloud in
      let packet = LabPacket.ipv4(
        from: cloud.topology.nodes[node].tunnelAddress, to: multicast, protocol: 89, payload: [UInt8](repeating: 0, count: 24))
      cloud.input(node, .inner(packet))
      cloud.run(to: 8)
    }
  }

  private static let bigPings: @Sendable (Cloud) -> Void = { cloud in
    cloud.talk(node: 1, 2, from: 3, packets: 10, bytes: 1_200)
    cloud.run(to: 8)
  }

  /// A TCP SYN (RFC 9293 §3.1) whose one option offers segments of 1,460 bytes.
  private static let syn: @Sendable (Cloud) -> Void = { cloud in
    let segment: [UInt8] = [0xc0, 0, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x60, 2, 0xff, 0xff, 0, 0, 0, 0, 2, 4, 0x05, 0xb4]
    cloud.input(
      1, .inner(LabPacket.ipv4(from: cloud.topology.nodes[1].host, to: cloud.topology.nodes[2].host, protocol: 6, payload: segment)))
    cloud.run(to: 8)
  }

  private static let offeredSegment: @Sendable (Cloud, UnderlayTrace) -> String = { _, trace in
    let syn = trace.from(1).first { $0.payload.count >= 44 && $0.payload.dropFirst(9).first == 6 }
    return syn.map { p in "\(Int(p.payload.dropFirst(42).first ?? 0) << 8 | Int(p.payload.dropFirst(43).first ?? 0))" } ?? "no SYN"
  }

  /// The first spoke itself, by its tunnel address, sends to a host behind the second, which lies behind the hub.
  private static let fromTheTunnelAddress: @Sendable (Cloud) -> Void = { cloud in
    let (spoke, other) = (cloud.topology.nodes[1], cloud.topology.nodes[2])
    let packet = LabPacket.ipv4(from: spoke.tunnelAddress, to: other.host, protocol: 17, payload: [UInt8](repeating: 0, count: 8))
    cloud.input(1, .inner(packet))
    cloud.run(to: 8)
  }

  /// Type, code and gateway of the ICMP Redirects (RFC 792) the hub sends.
  private static let redirects: @Sendable (Cloud, UnderlayTrace) -> String = { _, trace in
    trace.from(0).map { Array($0.payload) }.filter { $0.count >= 28 && $0[9] == 1 && $0[20] == 5 }
      .map { "\($0[20])/\($0[21]) \(IPAddress(bytes: $0[24..<28])?.description ?? "-")" }.joined(separator: " ")
  }

  /// Lines of a node and of its interfaces.
  static let ofInterfaces: [ActedOnLine] = [
    .init(lines: ["hostname atlanta"], look: { cloud, _ in cloud.picture(1).hostname }, without: "spoke1", with: "atlanta"),
    .init(
      lines: ["ip host alpha 10.0.0.11"], node: 0, look: Look.console(0, "show ip nhrp alpha", has: "10.0.0.11"), without: "not there",
      with: "there"),
    .init(lines: ["ip route 172.20.0.0 255.255.0.0 10.0.0.1"], look: Look.route("172.20.0.0/16"), without: "none", with: "S [1] 10.0.0.1"),
    .init(
      lines: ["ip route 172.20.0.0 255.255.0.0 10.0.0.1 200"], look: Look.route("172.20.0.0/16"), without: "none", with: "S [200] 10.0.0.1"),
    .init(lines: ["ip route 192.168.2.0 255.255.255.0 Null0"], look: Look.flow, without: "10 answered", with: "0 answered"),
    .init(lines: ["no ip route 192.168.0.0 255.255.0.0 10.0.0.1"], look: Look.flow, without: "10 answered", with: "0 answered"),
    .init(lines: ["platform interface GigabitEthernet1 eth1"], look: Look.sources, without: "203.0.113.1", with: "192.168.1.1"),
    .init(
      lines: [tunnel, "description to the hub"], look: Look.console(1, "show interfaces Tunnel0", has: "to the hub"), without: "not there",
      with: "there"),
    .init(
      lines: [tunnel, "ip address 10.0.0.99 255.255.0.0"], look: Look.console(0, "show ip nhrp brief", has: "10.0.0.99"),
      without: "not there", with: "there"),
    .init(lines: [tunnel, "ip redirects"], node: 0, play: fromTheTunnelAddress, look: redirects, without: "", with: "5/1 10.0.0.12"),
    .init(
      lines: [tunnel, "no ip redirects"], node: 0, setup: [(0, [tunnel, "default ip redirects"])], play: fromTheTunnelAddress,
      look: redirects, without: "5/1 10.0.0.12", with: ""),
    .init(lines: [tunnel, "ip mtu 1000"], play: bigPings, look: Look.flow, without: "10 answered", with: "0 answered, errors"),
    .init(lines: [tunnel, "ip tcp adjust-mss 1200"], play: syn, look: offeredSegment, without: "1360", with: "1200"),
    .init(lines: [tunnel, "no ip tcp adjust-mss"], play: syn, look: offeredSegment, without: "1360", with: "1460"),
    .init(lines: [tunnel, "shutdown"], look: Look.sources, without: "203.0.113.1", with: ""),
    .init(
      lines: [tunnel, "keepalive 2"], topology: .cloud(phase: .one, spokes: 2),
      look: { _, trace in trace.from(1).contains { $0.protocolType == 0x0800 && $0.payload.dropFirst(9).first == 47 } ? "sent" : "none" },
      without: "none", with: "sent"),
    .init(lines: [tunnel, "tunnel key 43"], look: Look.outer(27), without: "42", with: "43"),
    .init(lines: [tunnel, "no tunnel key"], look: Look.outer(20, mask: 0x20), without: "32", with: "0"),
    .init(lines: [tunnel, "tunnel checksum"], look: Look.outer(20, mask: 0x80), without: "0", with: "128"),
    .init(lines: [tunnel, "tunnel sequence-datagrams"], look: Look.outer(20, mask: 0x10), without: "0", with: "16"),
    .init(lines: [tunnel, "tunnel ttl 64"], look: Look.outer(8), without: "255", with: "64"),
    .init(lines: [tunnel, "tunnel tos 184"], look: Look.outer(1), without: "0 192", with: "184"),
    .init(lines: [tunnel, "tunnel path-mtu-discovery"], look: Look.outer(6, mask: 0x40), without: "0", with: "64"),
    .init(lines: [tunnel, "tunnel source GigabitEthernet2"], look: Look.sources, without: "203.0.113.1", with: "192.168.1.1"),
    .init(lines: [tunnel, "tunnel source 192.168.1.1"], look: Look.sources, without: "203.0.113.1", with: "192.168.1.1"),
    .init(
      lines: [tunnel, "tunnel destination 198.51.100.9"], topology: .cloud(phase: .one, spokes: 2),
      look: { _, trace in Set(trace.from(1).filter { !$0.isNHRP }.map(\.destination)).map(\.description).joined(separator: " ") },
      without: "198.51.100.1", with: "198.51.100.9"),
    .init(
      lines: [tunnel, "tunnel mode gre ip"], setup: [(1, [tunnel, "tunnel destination 198.51.100.1"])],
      look: { cloud, _ in "phase \(cloud.picture(1).tunnels.first?.phase ?? 0)" }, without: "phase 3", with: "phase 1"),
    .init(lines: [tunnel, "tunnel mode ipip"], look: Look.sources, without: "203.0.113.1", with: ""),
    .init(lines: [tunnel, "tunnel protection ipsec profile P"], look: Look.sources, without: "203.0.113.1", with: ""),
    .init(
      lines: [tunnel, "tunnel route-via GigabitEthernet1 mandatory"], setup: [(1, ["ip route 198.51.100.0 255.255.255.128 10.0.0.1"])],
      look: Look.route("198.51.100.0/25"), without: "none", with: "S [1] 10.0.0.1"),
  ]

  /// `ip nhrp …`
  static let ofNHRP: [ActedOnLine] = [
    .init(
      lines: [tunnel, "no ip nhrp network-id"], look: { _, trace in trace.from(1).contains(where: \.isNHRP) ? "NHRP" : "none" },
      without: "NHRP", with: "none"),
    .init(
      lines: [tunnel, "ip nhrp authentication other"],
      look: { cloud, _ in cloud.records(0, .authenticationFailed).isEmpty ? "taken" : "refused" }, without: "taken", with: "refused"),
    .init(lines: [tunnel, "ip nhrp holdtime 100"], look: registeredFor, without: "over 500 s", with: "under 100 s"),
    .init(
      lines: [tunnel, "ip nhrp registration no-unique"],
      look: { cloud, _ in flags(of: 1, at: 0, in: cloud).contains("unique") ? "unique" : "not" }, without: "unique", with: "not"),
    .init(lines: [tunnel, "ip nhrp registration timeout 1"], look: Look.nhrp(3, from: 1), without: "none", with: "sent"),
    .init(
      lines: [tunnel, "ip nhrp max-send 1 every 60"], node: 0,
      look: { _, trace in trace.from(0).count(where: \.isNHRP) > 1 ? "several" : "one or none" },
      without: "several", with: "one or none"),
    .init(lines: [tunnel, "ip nhrp server-only"], look: Look.nhrp(1, from: 1), without: "sent", with: "none"),
    .init(lines: [tunnel, "no ip nhrp shortcut"], look: Look.nhrp(1, from: 1), without: "sent", with: "none"),
    .init(lines: [tunnel, "no ip nhrp redirect"], node: 0, look: Look.nhrp(8, from: 0), without: "sent", with: "none"),
    .init(
      lines: [tunnel, "ip nhrp redirect timeout 2"], node: 0,
      setup: [(1, [tunnel, "no ip nhrp shortcut"]), (2, [tunnel, "no ip nhrp shortcut"])],
      play: { cloud in
        cloud.talk(1, 2, from: 3, packets: 160)
        cloud.run(to: 20)
      }, look: { _, trace in trace.from(0).count { $0.nhrpType == 8 } > 5 ? "often" : "seldom" }, without: "seldom", with: "often"),
    .init(
      lines: [tunnel, "ip nhrp map 10.0.0.77 198.51.100.77"],
      look: { cloud, _ in
        cloud.picture(1).cache.first { $0.via == IPAddress(10, 0, 0, 77) }.map { "\($0.kind) \($0.nbma?.description ?? "")" } ?? "none"
      },
      without: "none", with: "static 198.51.100.77"),
    .init(
      lines: [tunnel, "ip nhrp map multicast 192.0.2.77"], node: 0, setup: [(0, [tunnel, "no ip nhrp map multicast dynamic"])],
      play: multicasting(0),
      look: Look.copies(of: multicast, from: 0), without: "", with: "192.0.2.77"),
    .init(
      lines: [tunnel, "no ip nhrp map multicast dynamic"], node: 0, play: multicasting(0), look: Look.copies(of: multicast, from: 0),
      without: "203.0.113.1 203.0.113.2", with: ""),
    .init(
      lines: [tunnel, "ip nhrp nhs 10.0.0.7 nbma 198.51.100.7"],
      look: { _, trace in trace.from(1).contains { $0.nhrpType == 3 && $0.destination == IPAddress(198, 51, 100, 7) } ? "asked" : "not" },
      without: "not", with: "asked"),
    .init(
      lines: [tunnel, "no ip nhrp nhs 10.0.0.1", "ip nhrp nhs 10.0.0.1 nbma 198.51.100.1"], play: multicasting(1),
      look: Look.copies(of: multicast, from: 1),
      without: "198.51.100.1", with: ""),
    .init(
      lines: [tunnel, "ip nhrp nhs cluster 0 max-connections 1"], node: 2, topology: twoHubs, look: Look.servers,
      without: "10.0.0.1 10.0.0.2", with: "10.0.0.1"),
    .init(
      lines: [tunnel, "no ip nhrp nhs 10.0.0.1", "ip nhrp nhs 10.0.0.1 nbma 198.51.100.1 multicast priority 9"], node: 2,
      setup: [(2, [tunnel, "ip nhrp nhs cluster 0 max-connections 1"])], topology: twoHubs, play: { $0.run(to: 100) }, look: Look.servers,
      without: "10.0.0.1", with: "10.0.0.2"),
    .init(
      lines: [tunnel, "no ip nhrp nhs 10.0.0.2", "ip nhrp nhs 10.0.0.2 nbma 198.51.100.2 multicast cluster 3"], node: 2,
      setup: [(2, [tunnel, "ip nhrp nhs cluster 0 max-connections 1"])], topology: twoHubs, play: { $0.run(to: 100) }, look: Look.servers,
      without: "10.0.0.1", with: "10.0.0.1 10.0.0.2"),
    .init(
      lines: [tunnel, "ip nhrp nhs fallback 60"], node: 2, setup: [(2, [tunnel, "ip nhrp nhs cluster 0 max-connections 1"])],
      topology: twoHubs,
      play: { cloud in
        cloud.kill(0)
        cloud.run(to: 60)
        cloud.revive(0)
        cloud.run(to: 110)
      }, look: Look.servers, without: "10.0.0.1", with: "10.0.0.1 10.0.0.2"),
  ]

  private static let twoHubs = LabTopology.cloud(phase: .three, spokes: 2, hubs: 2, holdTimeSeconds: 30)

  private static func flags(of node: Int, at hub: Int, in cloud: Cloud) -> String {
    cloud.picture(hub).cache.first { $0.via == cloud.topology.nodes[node].tunnelAddress }?.flags ?? ""
  }

  /// How long the hub will believe node 1's registration.
  private static let registeredFor: @Sendable (Cloud, UnderlayTrace) -> String = { cloud, _ in
    let row = cloud.picture(0).cache.first { $0.via == cloud.topology.nodes[1].tunnelAddress }
    guard let left = row?.expires.map({ $0 - cloud.now }) else { return "not" }
    return left > .seconds(500) ? "over 500 s" : left <= .seconds(100) ? "under 100 s" : "\(left)"
  }
}
