// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// What a node does when its surroundings lack something, change, or it goes itself.
  @Suite("The host", .requires(.root, .tun, .executable))
  struct HostTests {
    @Test("without /dev/net/tun the node runs, names what it waits for, and goes to work when it comes")
    func missingTUN() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let hub = try await bench.nodeSite(.hub, on: underlay, configuration: try Site.hub.configuration(phase: 3))
        let (router, _) = try await bench.surroundings(of: .spoke(1), on: underlay)
        let node = try await bench.node(
          "spoke1", in: router, configuration: try Site.spoke(1).configuration(phase: 3),
          under: ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /dev/net && exec \"$0\" \"$@\""])
        try await eventually("the tunnel names what it lacks", contains: ["/dev/net/tun"]) { try await node.exec("show interface Tunnel0") }
        #expect(node.isRunning)
        try await Shell.run("nsenter -t \(node.identifier) -m umount /dev/net")
        try await Self.isRegistered(hub)
      }
    }

    @Test(
      "a source interface that is missing, comes, is renamed, comes back, is deleted and made again: waiting with its reason, then work")
    func sourceInterface() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let hub = try await bench.nodeSite(.hub, on: underlay, configuration: try Site.hub.configuration(phase: 3))
        let router = try await bench.namespace("spoke1")
        let node = try await bench.node("spoke1", in: router, configuration: try Site.spoke(1).configuration(phase: 3))
        try await Self.waits(node)
        try await Self.makeUnderlay(of: router, on: underlay)
        try await Self.isRegistered(hub)
        try await router.run("ip link set eth0 down && ip link set eth0 name eth9 && ip link set eth9 up")
        try await Self.waits(node)
        try await router.run("ip link set eth9 down && ip link set eth9 name eth0 && ip link set eth0 up")
        try await Self.works(node, router)
        try await router.run("ip link del eth0")
        try await Self.waits(node)
        try await Self.makeUnderlay(of: router, on: underlay)
        try await Self.works(node, router)
        #expect(node.isRunning)
      }
    }

    @Test("`check --host` warns of a default route of the host that beats the one through the tunnel; the command it names mends that")
    func defaultRoute() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let (router, _) = try await bench.surroundings(of: .spoke(1), on: underlay)
        let throughTunnel = try Self.checkHost(bench, router, defaultRoute: "10.0.0.1")
        let besideIt = try Self.checkHost(bench, router, defaultRoute: "198.51.100.254")
        #expect(try await !throughTunnel().contains("default route"))
        try await router.run("ip route add default via 198.51.100.254")
        let warning = try await throughTunnel()
        let mend = "ip route add default via 198.51.100.254 dev eth0 metric 100; ip route delete default via 198.51.100.254 dev eth0 metric 0"
        #expect(
          warning.contains(
            "warning: the host's default route via 198.51.100.254 has metric 0 and beats the one through the tunnel (20); mend: \(mend)\n"),
          "\(warning)")
        #expect(try await !besideIt().contains("beats the one through the tunnel"))
        try await router.run(mend)
        #expect(try await router.run("ip route show default").contains("via 198.51.100.254 dev eth0 metric 100"))
        #expect(try await !throughTunnel().contains("default route"))
      }
    }

    @Test("SIGTERM: status 0, the kernel has neither routes nor device of ours; the hub forgets the spoke at once")
    func sigterm() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let hub = try await bench.nodeSite(.hub, on: underlay, configuration: try Site.hub.configuration(phase: 3))
        let spoke = try await bench.nodeSite(.spoke(1), on: underlay, configuration: try Site.spoke(1).configuration(phase: 3))
        try await Self.isRegistered(hub)
        try await eventually("the kernel has the route", contains: ["192.168.0.0/16 dev Tunnel0"]) {
          try await spoke.router.run("ip route")
        }
        #expect(await spoke.node.stop() == 0)
        let routes = try await spoke.router.run("ip route show table all; ip -o link")
        #expect(!routes.contains("Tunnel0") && !routes.contains("192.168.0.0/16"), "\(routes)")
        #expect(!FileManager.default.fileExists(atPath: spoke.node.socket))
        try await eventually("the hub has forgotten the spoke") { try await !hub.node.exec("show ip nhrp brief").contains("10.0.0.11") }
      }
    }

    @Test("kill -9 leaves nothing in the kernel, and the node starts again over what it left")
    func killAndRestart() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let hub = try await bench.nodeSite(.hub, on: underlay, configuration: try Site.hub.configuration(phase: 3))
        let configuration = try Site.spoke(1).configuration(phase: 3)
        let spoke = try await bench.nodeSite(.spoke(1), on: underlay, configuration: configuration)
        try await Self.isRegistered(hub)
        await spoke.node.kill()
        try await eventually("the device is gone") { try await !spoke.router.run("ip -o link; ip route").contains("Tunnel0") }
        #expect(FileManager.default.fileExists(atPath: spoke.node.socket))
        let again = try await bench.node("spoke1", in: spoke.router, configuration: configuration)
        try await Self.works(again, spoke.router)
        #expect(try await spoke.host.ping(Site.hub.host, count: 5).lost == 0)
      }
    }
  }
}

extension SystemSuite.HostTests {
  /// The spoke's underlay interface, as it was before.
  private static func makeUnderlay(of router: Namespace, on underlay: Namespace) async throws {
    try await router.link("eth0", to: underlay, "u1")
    try await Shell.run("ip -n \(underlay.name) link set u1 master br0")
    try await router.address("eth0", "\(Site.spoke(1).nbma)/24")
  }

  /// What `check --host` prints for spoke 1 with a default route by this next hop.
  private static func checkHost(_ bench: Bench, _ router: Namespace, defaultRoute hop: String) throws -> () async throws -> String {
    let file = bench.directory.appending(path: "default-by-\(hop).conf")
    let text = try Site.spoke(1).configuration(phase: 3, replacing: ["ip route 192.168.0.0": "ip route 0.0.0.0 0.0.0.0 \(hop)"])
    try text.write(to: file, atomically: true, encoding: .utf8)
    let program = try Program.required()
    return { try await router.attempt("\(Shell.quote(program)) check --host \(Shell.quote(file.path))").output }
  }

  private static func waits(_ node: NodeProcess) async throws {
    try await eventually("the node waits for eth0 and says so", contains: ["waiting for interface eth0"]) {
      try await node.exec("show interface Tunnel0")
    }
    #expect(try await node.exec("show logging").contains("Tunnel0"))
  }

  private static func works(_ node: NodeProcess, _ router: Namespace) async throws {
    try await eventually("the tunnel is up", contains: ["Tunnel0 is up"]) { try await node.exec("show interface Tunnel0") }
    try await eventually("packets reach the hub") { try await router.ping(Site.hub.tunnel, count: 1).lost == 0 }
  }

  private static func isRegistered(_ hub: NodeSite) async throws {
    try await eventually("the spoke is registered", contains: ["10.0.0.11", "UP"]) { try await hub.node.exec("show dmvpn") }
  }
}
