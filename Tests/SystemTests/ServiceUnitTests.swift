// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// What a node may do to the host, and what the host may learn of a node.
  @Suite("The service", .requires(.root, .tun, .executable))
  struct ServiceUnitTests {
    @Test("a node leaves no core file, and nothing that it starts gains privileges")
    func hardened() async throws {
      try await Bench.with { bench in
        let router = try await bench.namespace("alone")
        // As high as it may be, so that what is seen is the node's own doing.
        let raised = ["bash", "-c", "ulimit -Sc \"$(ulimit -Hc)\"; exec \"$0\" \"$@\""]
        let node = try await bench.node("alone", in: router, configuration: "hostname alone\n", under: raised)
        let core = try Self.line("Max core file size", of: node, in: "limits")
        #expect(core.split(whereSeparator: \.isWhitespace).suffix(3).prefix(2) == ["0", "0"], "\(core)")
        #expect(try Self.line("NoNewPrivs:", of: node, in: "status").hasSuffix("1"))
      }
    }

    @Test(
      "with the unit's capabilities and another user's rights a hub has its ports and carries a protected cloud; its memory is closed to that user",
      .requires(.otherUsers))
    func unit() async throws {
      try await Bench.with { bench in
        let unit = try ServiceUnit()
        let underlay = try await bench.underlay()
        let (router, _) = try await bench.surroundings(of: .hub, on: underlay)
        let hub = try await bench.node(
          "hub", in: router, configuration: try Self.hubConfiguration(), under: unit.wrapper(owning: bench.directory))
        try await eventually("the ports of IKE, BGP and RIP are bound", contains: [":500 ", ":4500 ", ":179 ", ":520 "]) {
          try await router.run("ss -Hlntu") + hub.output
        }
        let spoke = try await bench.nodeSite(
          .spoke(1), on: underlay, configuration: Site.spoke(1).configuration(protectedBy: .ikev2GCM, holdTimeSeconds: 30))
        try await eventually("the spoke is registered", contains: ["10.0.0.11", "UP"]) { try await hub.exec("show dmvpn") }
        #expect(try await spoke.host.ping(Site.hub.host, count: 5).lost == 0)
        #expect(try await router.run("ip route").contains("192.168.11.0/24 dev Tunnel0"))
        #expect(!hub.output.contains("Permission denied") && !hub.output.contains("not permitted"), "\(hub.output)")
        try await Self.isClosed(hub, unit)
      }
    }
  }
}

extension SystemSuite.ServiceUnitTests {
  /// A hub that needs every low port there is.
  private static func hubConfiguration() throws -> String {
    let routers = "router rip\n version 2\n network 192.168.1.0\n!\nrouter bgp 65000\n neighbor 192.168.1.9 remote-as 65001\n!\n"
    let text = try Site.hub.configuration(protectedBy: .ikev2GCM, holdTimeSeconds: 30)
    return text.replacing("\nend", with: "\n" + routers + "end")
  }

  /// The line of a file of the node's in /proc that begins so.
  private static func line(_ start: String, of node: NodeProcess, in file: String) throws -> String {
    let text = try String(contentsOfFile: "/proc/\(node.identifier)/\(file)", encoding: .utf8)
    return try #require(text.components(separatedBy: "\n").first { $0.hasPrefix(start) })
  }

  /// The node is the user's, what is told of it in /proc is root's, and the user may not look into it.
  private static func isClosed(_ node: NodeProcess, _ unit: ServiceUnit) async throws {
    #expect(try line("Uid:", of: node, in: "status").split(separator: "\t").dropFirst().allSatisfy { $0 == "\(ServiceUnit.user)" })
    let held = try line("CapEff:", of: node, in: "status").split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
    #expect(held?.nonzeroBitCount == unit.ambient.count)
    #expect(try await Shell.run("stat -c %u /proc/\(node.identifier)/status") == "0\n")
    let look = try await Shell.attempt("\(ServiceUnit.asUser.joined(separator: " ")) cat /proc/\(node.identifier)/maps")
    #expect(look.status != 0 && look.output.contains("Permission denied"), "\(look.output)")
  }
}

/// What `dist/dmvpn.service` gives a node.
private struct ServiceUnit {
  /// A user of the range that systemd takes for `DynamicUser`.
  static let user = 61_184
  static let asUser = ["setpriv", "--reuid", "\(user)", "--regid", "\(user)", "--clear-groups"]

  let bounding: [String]
  let ambient: [String]

  init() throws {
    let text = try String(contentsOf: Program.root.appending(path: "dist/dmvpn.service"), encoding: .utf8)
    let lines = text.components(separatedBy: "\n")
    func words(_ key: String) throws -> [String] {
      let line = try #require(lines.first { $0.hasPrefix(key + "=") }, "the unit has no \(key)")
      return line.dropFirst(key.count + 1).split(separator: " ").map(String.init)
    }
    (bounding, ambient) = (try words("CapabilityBoundingSet"), try words("AmbientCapabilities"))
    for line in ["NoNewPrivileges=yes", "LimitCORE=0"] { #expect(lines.contains(line)) }
  }

  /// `-all,+net_admin,…`
  private static func set(_ names: [String]) -> String {
    (["-all"] + names.map { "+" + $0.lowercased().replacing(/^cap_/, with: "") }).joined(separator: ",")
  }

  /// The command that starts a node as the unit does: as another user, with these capabilities, in a directory of its own.
  ///
  /// That user may have no way to the program, to the bench or into /dev/net/tun: all three are mounted where it has one.
  func wrapper(owning directory: URL) -> [String] {
    let capabilities = [
      "--no-new-privs", "--bounding-set=\(Self.set(bounding))", "--inh-caps=\(Self.set(ambient))", "--ambient-caps=\(Self.set(ambient))",
    ]
    let script = """
      set -e
      chown \(Self.user):\(Self.user) \(Shell.quote(directory.path)) "$2"
      mount -t tmpfs none /dev/net
      mknod -m 666 /dev/net/tun c 10 200
      mkdir /dev/net/bench && mount --bind \(Shell.quote(directory.path)) /dev/net/bench
      touch /dev/net/dmvpn && mount --bind "$0" /dev/net/dmvpn
      exec \((Self.asUser + capabilities).joined(separator: " ")) /dev/net/dmvpn run "/dev/net/bench/${2##*/}" --headless --socket "/dev/net/bench/${5##*/}"
      """
    return ["unshare", "-m", "bash", "-c", script]
  }
}
