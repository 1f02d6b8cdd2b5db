// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// A node with its console in front of it, and apart from it. The hub of a phase 1 cloud carries every packet between the
  /// spokes, so a ping between their LANs tells whether it forwards.
  @Suite("Processes", .requires(.root, .tun, .tmux, .executable))
  struct ProcessTests {
    @Test("run on a terminal: a node in a session of its own, the console in front; attach, exec, leaving, coming back")
    func runAndAttach() async throws {
      try await Bench.with { bench in
        let cloud = try await Cloud.make(bench)
        let node = try #require(cloud.hub.processes(isHeadless: true).first)
        #expect(
          try await Shell.run("ps -o sid=,tty= -p \(node)").split(separator: " ").map { $0.trimmingCharacters(in: .newlines) } == [
            "\(node)", "?",
          ])
        let other = try await bench.terminal(cloud.attach)
        try await other.shows(" hub Tu0 10.0.0.1", "hub#")
        try await other.enter("show users")
        try await other.shows("the second console is listed") { $0.contains("show users") && $0.contains("*") }
        try await cloud.execs()
        try await LabSuite.leaves(cloud.terminal) { try await cloud.terminal.enter("exit") }
        try await other.enter("show clock")
        try await other.shows("▶ hub# show clock", "UTC")
        try await LabSuite.leaves(other) { try await other.enter("exit") }
        #expect(cloud.hub.processes(isHeadless: true) == [node])
        let again = try await bench.terminal(cloud.attach)
        try await again.shows(" hub Tu0 10.0.0.1 peers 2/2", "hub#")
      }
    }

    @Test("the terminal goes (SIGHUP, closed), the console dies (SIGSEGV): no ping between the spokes is lost, attach shows the node")
    func consoleDies() async throws {
      try await Bench.with { bench in
        let cloud = try await Cloud.make(bench)
        let node = cloud.hub.processes(isHeadless: true)
        #expect(node.count == 1)
        async let ping = cloud.spoke1.host.ping(Site.spoke(2).host, count: 500, intervalMilliseconds: 20)
        try await eventually("the ping runs") { try await cloud.hub.exec("show interface Tunnel0").contains(" packets input") }
        try await cloud.terminal.hangUp()
        try await cloud.consolesEnd()
        let crashing = try await bench.terminal(cloud.attach)
        try await crashing.shows("hub#")
        let console = try #require(cloud.hub.processes(isHeadless: false).first)
        kill(console, SIGSEGV)
        try await cloud.consolesEnd()
        let orphan = try PseudoTerminal(
          [cloud.hub.program, "attach", "--socket", cloud.hub.socket], environment: ["TERM": "xterm-256color"], isControlling: false)
        await bench.undo { await orphan.stop() }
        try await eventually("the console draws") { orphan.read().count > 1000 }
        orphan.hangUp()
        #expect(await orphan.process.wait(timeout: .seconds(1)) == 129)
        let result = try await ping
        #expect(result.sent == 500 && result.lost == 0, "\(result.output.suffix(300))")
        #expect(cloud.hub.processes(isHeadless: true) == node)
        let again = try await bench.terminal(cloud.attach)
        try await again.shows(" hub Tu0 10.0.0.1 peers 2/2", "hub#")
      }
    }

    @Test("--one-process: node and console end together, and nothing stays in the kernel")
    func oneProcess() async throws {
      try await Bench.with { bench in
        let cloud = try await Cloud.make(bench, options: "--one-process")
        #expect(cloud.hub.processes(isHeadless: true).isEmpty)
        let ping = try await cloud.spoke1.host.ping(Site.spoke(2).host, count: 50, intervalMilliseconds: 20)
        #expect(ping.lost == 0)
        try await LabSuite.leaves(cloud.terminal) { try await cloud.terminal.enter("exit") }
        #expect(try await cloud.hub.attempt("show clock").status != 0)
        #expect(try await !cloud.router.run("ip -o link").contains("Tunnel0"))
      }
    }

    @Test("a second node on the same socket is refused and told so, the first one runs on")
    func secondNode() async throws {
      try await Bench.with { bench in
        let cloud = try await Cloud.make(bench)
        let node = cloud.hub.processes(isHeadless: true)
        #expect(node.count == 1)
        for options in ["--headless", ""] {
          let terminal = try await bench.terminal(cloud.run + " " + options)
          #expect(try await terminal.status() != 0)
          try await terminal.shows("another dmvpn is running on")
        }
        #expect(cloud.hub.processes(isHeadless: true) == node)
        #expect(try await cloud.hub.exec("show dmvpn").contains("10.0.0.12"))
      }
    }

    @Test("check: 0 for every file in config/, 1 with file, line and column for a bad one; a bad line changes nothing in a running node")
    func badLines() async throws {
      try await Bench.with { bench in
        let program = Shell.quote(try Program.required())
        try await Shell.run("\(program) check \(Program.root.path)/config/*.conf")
        let bad = await bench.directory.appending(path: "bad.conf")
        try Data("hostname x\ninterface Tunnel0\n ip nhrp holdtime many\n".utf8).write(to: bad)
        let check = try await Shell.attempt("\(program) check \(bad.path)")
        #expect(check.status == 1)
        #expect(check.output.contains("\(bad.path):3:19:"), "\(check.output)")
        let start = try await Shell.attempt("\(program) run \(bad.path) --headless --socket \(bad.path).sock")
        #expect(start.status == 1)
        #expect(start.output.contains("\(bad.path):3:19:"), "\(start.output)")
        try await badLinesInARunningNode(bench)
      }
    }

    private func badLinesInARunningNode(_ bench: Bench) async throws {
      let underlay = try await bench.underlay()
      let hub = try await bench.nodeSite(.hub, on: underlay, configuration: try Site.hub.configuration(phase: 3))
      let before = try await hub.node.exec("show running-config")
      let result = try await hub.node.attempt("configure terminal ; interface Tunnel0 ; ip nhrp holdtime many ; end")
      #expect(result.status == 1)
      #expect(result.output.contains("% Invalid input detected at '^' marker."), "\(result.output)")
      #expect(try await hub.node.exec("show running-config") == before)
    }
  }
}

/// A short name for what the lab's console tests lend.
private typealias LabSuite = SystemSuite.LabConsoleTests

/// A phase 1 cloud whose hub was started on a terminal.
private struct Cloud {
  let hub: NodeClient
  let router: Namespace
  let terminal: Terminal
  let spoke1: NodeSite
  let run: String
  var attach: String { "\(Shell.quote(hub.program)) attach --socket \(Shell.quote(hub.socket))" }

  static func make(_ bench: Bench, options: String = "") async throws -> Cloud {
    let underlay = try await bench.underlay()
    let (router, _) = try await bench.surroundings(of: .hub, on: underlay)
    let directory = await bench.directory
    let file = directory.appending(path: "hub.conf").path
    try Data(try Site.hub.configuration(phase: 1).utf8).write(to: URL(filePath: file))
    let hub = NodeClient(program: try Program.required(), socket: directory.appending(path: "hub.sock").path)
    let run = "ip netns exec \(router.name) \(Shell.quote(hub.program)) run \(file) --socket \(hub.socket)"
    await bench.undo { await hub.stop() }
    let terminal = try await bench.terminal("\(run) \(options)")
    try await terminal.shows(" hub Tu0 10.0.0.1", "hub#", "[1Over]", timeout: .seconds(20))
    let spoke1 = try await bench.nodeSite(.spoke(1), on: underlay, configuration: try Site.spoke(1).configuration(phase: 1))
    _ = try await bench.nodeSite(.spoke(2), on: underlay, configuration: try Site.spoke(2).configuration(phase: 1))
    try await terminal.shows("peers 2/2", timeout: .seconds(20))
    try await eventually("the spokes' LANs reach each other") { try await spoke1.host.ping(Site.spoke(2).host, count: 1).lost == 0 }
    return Cloud(hub: hub, router: router, terminal: terminal, spoke1: spoke1, run: run)
  }

  /// Several commands in one `exec`, of which one changes the configuration.
  func execs() async throws {
    let said = try await hub.exec("show clock ; show dmvpn ; configure terminal ; ip host far 10.0.0.77 ; end ; show running-config")
    for part in ["UTC", "10.0.0.11", "ip host far 10.0.0.77"] { #expect(said.contains(part), "\(part) is missing in:\n\(said)") }
  }

  /// Waits until no console is left.
  func consolesEnd() async throws {
    try await eventually("the console ends", timeout: .seconds(1), every: .milliseconds(20)) { hub.processes(isHeadless: false).isEmpty }
  }
}
