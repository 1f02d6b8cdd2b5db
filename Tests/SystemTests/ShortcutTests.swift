// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// Shortcuts between spokes on Linux. How fast they form is measured by the same script with 20 trials (docs/measurements.md);
  /// here only that they form.
  @Suite("Shortcuts on Linux", .requires(.root, .tun, .tcpdump, .tshark, .executable))
  struct ShortcutTests {
    @Test("three times: pings every 2 ms begin through the hub, both directions become direct, none is lost")
    func forms() async throws {
      let script = Program.root.appending(path: "scripts/measure-shortcut").path
      let program = Shell.quote(try Program.required())
      let result = try await Shell.attempt("DMVPN_EXECUTABLE=\(program) \(Shell.quote(script)) 3", timeout: .seconds(120))
      #expect(result.status == 0, "\(result.output)")
      #expect(result.output.matches(of: /trial \d: [0-9.]+ ms .*, 0 pings lost/).count == 3, "\(result.output)")
    }

    @Test(
      "a spoke the hub's file never names joins under traffic: reached by all in five seconds, nobody loses a ping, the file stands"
    )
    func newSpoke() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let hub = try await bench.nodeSite(.hub, on: underlay, configuration: try Self.routed(.hub))
        let spokes = try await (
          bench.nodeSite(.spoke(1), on: underlay, configuration: try Self.routed(.spoke(1))),
          bench.nodeSite(.spoke(2), on: underlay, configuration: try Self.routed(.spoke(2)))
        )
        try await eventually("both are registered", contains: ["10.0.0.11", "10.0.0.12"]) { try await hub.node.exec("show dmvpn") }
        let before = try await hub.node.exec("show running-config")
        async let traffic = spokes.0.host.ping(Site.spoke(2).host, count: 400, intervalMilliseconds: 20)
        let began = ContinuousClock.now
        let third = try await bench.nodeSite(.spoke(3), on: underlay, configuration: try Self.third())
        for host in [hub.host, spokes.0.host, spokes.1.host] {
          try await eventually("the new spoke is reached", timeout: .seconds(5) - (ContinuousClock.now - began)) {
            try await host.ping(Site.spoke(3).tunnel, count: 1).lost == 0
          }
        }
        let result = try await traffic
        #expect(result.sent == 400 && result.lost == 0, "\(result.output.suffix(300))")
        #expect(try await hub.node.exec("show running-config") == before)
        #expect(third.node.isRunning)
      }
    }

    /// The file of phase 3.
    static func routed(_ site: Site) throws -> String { try site.configuration(phase: 3) }

    /// Spoke 1's file with a third spoke's addresses.
    static func third() throws -> String {
      try Site.spoke(1).configuration(phase: 3).replacing("spoke1", with: "spoke3").replacing("10.0.0.11", with: Site.spoke(3).tunnel)
        .replacing("198.51.100.11", with: Site.spoke(3).nbma).replacing("192.168.11.", with: "192.168.13.")
    }
  }

  /// A spoke that reaches its hub's NBMA address over a default route, and has no other default than through the tunnel.
  @Suite("A default route through the tunnel", .requires(.root, .tun, .executable))
  struct RecursionTests {
    @Test("with `tunnel route-via GigabitEthernet1 mandatory` the spoke works, and all traffic of its LAN goes through the tunnel")
    func routeVia() async throws {
      try await Bench.with { bench in
        let (hub, spoke) = try await Self.sites(bench, routeVia: true)
        try await eventually("the spoke is registered", contains: ["10.0.0.11", "UP"]) { try await hub.node.exec("show dmvpn") }
        #expect(try await spoke.router.run("ip route").contains("default dev Tunnel0"))
        #expect(try await spoke.host.ping(Site.hub.host, count: 20, intervalMilliseconds: 50).lost == 0)
        #expect(try await spoke.node.exec("show ip route").contains("0.0.0.0/0"))
      }
    }

    @Test("without it the route is refused, the log names it, and the spoke keeps its registration")
    func refused() async throws {
      try await Bench.with { bench in
        let (hub, spoke) = try await Self.sites(bench, routeVia: false)
        let log = try await eventually("the log names the recursion", contains: ["%TUN-5-RECURDOWN"]) {
          try await spoke.node.exec("show logging")
        }
        #expect(log.contains("Tunnel0") && log.contains("203.0.113.1"), "\(log)")
        try await eventually("the spoke is registered", contains: ["10.0.0.11", "UP"]) { try await hub.node.exec("show dmvpn") }
        #expect(try await !spoke.router.run("ip route").contains("default dev Tunnel0"))
      }
    }

    /// Hub and spoke in different networks with a router, the bridge's namespace, between them.
    private static func sites(_ bench: Bench, routeVia: Bool) async throws -> (hub: NodeSite, spoke: NodeSite) {
      let underlay = try await bench.underlay()
      try await underlay.address("br0", "203.0.113.254/24")
      try await underlay.run("sysctl -qw net.ipv4.ip_forward=1")
      let (hubRouter, hubHost) = try await bench.surroundings(of: .hub, on: underlay)
      try await hubRouter.run(
        "ip addr flush dev eth0 && ip addr add 203.0.113.1/24 dev eth0 && ip route add default via 203.0.113.254 metric 100")
      let (router, host) = try await bench.surroundings(of: .spoke(1), on: underlay)
      try await router.run("ip route add default via 198.51.100.254 metric 100")
      let hubFile = try Site.hub.configuration(phase: 3).replacing("198.51.100.1 ", with: "203.0.113.1 ")
      let hub = try await bench.node("hub", in: hubRouter, configuration: hubFile)
      let changes: [String: String?] = [
        "ip route 192.168.0.0": "ip route 0.0.0.0 0.0.0.0 10.0.0.1",
        "tunnel key": routeVia ? "tunnel key 42\n tunnel route-via GigabitEthernet1 mandatory" : "tunnel key 42",
      ]
      let file = try Site.spoke(1).configuration(phase: 3, replacing: changes).replacing("nbma 198.51.100.1 ", with: "nbma 203.0.113.1 ")
      let node = try await bench.node("spoke1", in: router, configuration: file)
      return (
        NodeSite(site: .hub, router: hubRouter, host: hubHost, node: hub), NodeSite(site: .spoke(1), router: router, host: host, node: node)
      )
    }
  }
}
