// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Programs that are a router of somebody else's, in a namespace. They end with the bench.
actor RoutingDaemon {
  /// Their files.
  nonisolated let directory: URL
  nonisolated let namespace: Namespace
  private let programs: [[String]]
  private let environment: [String: String]
  private var running: [BackgroundProcess] = []

  /// Programs that each start within a quarter of a second of the one before it, in this order; nothing runs yet.
  init(_ bench: Bench, _ name: String, in namespace: Namespace, environment: [String: String] = [:], _ programs: (String) -> [[String]])
    async throws
  {
    directory = bench.directory.appending(path: name)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    (self.namespace, self.environment, self.programs) = (namespace, environment, programs(directory.path))
    await bench.undo { await self.end() }
  }

  /// Writes one of their files.
  nonisolated func write(_ file: String, _ text: String) throws {
    try Data(text.utf8).write(to: directory.appending(path: file))
  }

  func start() async throws {
    for program in programs {
      if !running.isEmpty { try await Task.sleep(for: .milliseconds(250)) }
      running.append(try namespace.start(program, environment: environment))
    }
  }

  /// Asks them to end.
  func stop() async {
    for process in running.reversed() { await process.stop() }
    forget()
  }

  /// Ends them without asking.
  func kill() async {
    for process in running.reversed() { await process.kill() }
    forget()
  }

  /// What they have printed.
  var output: String { running.map { $0.output() }.joined() }

  private func end() async { await stop() }

  private func forget() {
    running.forEach { $0.removeLog() }
    running = []
  }
}

/// A router that speaks a protocol with ours.
protocol OtherRouter: Sendable {
  var daemon: RoutingDaemon { get }
  /// The networks that it learned, among other text.
  func routes() async throws -> String
  /// Announces its extra network, or withdraws it.
  func setExtra(_ isAnnounced: Bool) async throws
  /// Whether what it learned is in its kernel's table.
  var hasKernel: Bool { get }
  /// Says its networks, where its file cannot.
  func announce() async throws
}

extension OtherRouter {
  var hasKernel: Bool { true }
  func announce() async throws {}
}

/// How a BGP session is had.
struct BGPSession: Sendable {
  var password: String?
  /// Both ends refuse what has passed a router (RFC 5082).
  var checksTTL = false
  var isV6 = false

  var family: RoutingLAN.Family { isV6 ? RoutingLAN.v6 : RoutingLAN.v4 }

  /// Our end: AS 65001.
  var configuration: String {
    let f = family, peer = "neighbor \(f.theirs)"
    var lines = [
      "router bgp 65001", " bgp router-id 192.0.2.1", " timers bgp 3 9", " \(peer) remote-as 65002", " \(peer) timers connect 1",
    ]
    if let password { lines.append(" \(peer) password \(password)") }
    if checksTTL { lines.append(" \(peer) ttl-security hops 1") }
    if isV6 {
      lines += [" address-family ipv6", "  \(peer) activate", "  network \(f.ourLAN)", "  network \(f.ourExtra)", " exit-address-family"]
      return RoutingLAN.head + (lines + ["!", "ipv6 route \(f.ourExtra) Null0", "!", "end", ""]).joined(separator: "\n")
    }
    lines += [" network 192.168.1.0", " network 198.51.100.0", "!", "ip route 198.51.100.0 255.255.255.0 Null0", "!", "end", ""]
    return RoutingLAN.head + lines.joined(separator: "\n")
  }

  /// The lines that withdraw our extra network, or announce it again.
  func setOurExtra(_ isAnnounced: Bool) -> String {
    let no = isAnnounced ? "" : "no "
    return "configure terminal ; router bgp 65001 ; "
      + (isV6 ? "address-family ipv6 ; \(no)network \(family.ourExtra) ; end" : "\(no)network 198.51.100.0 ; end")
  }
}
