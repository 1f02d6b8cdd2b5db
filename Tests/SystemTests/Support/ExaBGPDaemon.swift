// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// ExaBGP, AS 65002, in a namespace: it says what the file `say` says, and writes what it hears to `heard`.
struct ExaBGPDaemon: OtherRouter {
  let daemon: RoutingDaemon
  var hasKernel: Bool { false }

  init(_ bench: Bench, in namespace: Namespace) async throws {
    let environment = [
      "exabgp.daemon.user": "root", "exabgp.daemon.drop": "false", "exabgp.log.destination": "stdout", "exabgp.api.cli": "false",
    ]
    daemon = try await RoutingDaemon(bench, "exabgp", in: namespace, environment: environment) { [["exabgp", "\($0)/exabgp.conf"]] }
    let directory = daemon.directory.path, f = RoutingLAN.v4
    try daemon.write("say", Self.words(f.theirLAN, true) + Self.words(f.theirExtra, true))
    try daemon.write(
      "speak",
      """
      #!/bin/bash
      tail --pid=$$ -s 0.05 -n +1 -f \(directory)/say &
      exec cat >\(directory)/heard

      """)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(directory)/speak")
    try daemon.write(
      "exabgp.conf",
      """
      process speaker { run \(directory)/speak; encoder json; }
      neighbor \(f.ours) {
        router-id 192.0.2.2; local-address \(f.theirs); local-as 65002; peer-as 65001; hold-time 9;
        family { ipv4 unicast; }
        api { processes [ speaker ]; receive { parsed; update; } neighbor-changes; }
      }

      """)
    try await daemon.start()
  }

  private static func words(_ network: String, _ isAnnounced: Bool) -> String {
    "\(isAnnounced ? "announce" : "withdraw") route \(network) next-hop self\n"
  }

  func routes() async throws -> String {
    var all: Set<String> = []
    let heard = (try? String(contentsOf: daemon.directory.appending(path: "heard"), encoding: .utf8)) ?? ""
    for line in heard.split(separator: "\n") {
      if line.contains("\"state\": \"down\"") { all = [] }
      let parts = line.components(separatedBy: "\"announce\":")
      for match in parts[0].matches(of: /"nlri": "([^"]+)"/) { all.remove(String(match.1)) }
      for match in parts.dropFirst().joined().matches(of: /"nlri": "([^"]+)"/) { all.insert(String(match.1)) }
    }
    return all.sorted().joined(separator: "\n")
  }

  func setExtra(_ isAnnounced: Bool) async throws {
    let file = try FileHandle(forWritingTo: daemon.directory.appending(path: "say"))
    try file.seekToEnd()
    try file.write(contentsOf: Data(Self.words(RoutingLAN.v4.theirExtra, isAnnounced).utf8))
    try file.close()
  }
}
