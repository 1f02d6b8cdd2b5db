// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

extension HostFacts {
  /// What one of the host's packet filters does with packets to the host.
  public struct FirewallRow: Sendable, Hashable {
    /// `iptables` or `nft`.
    public var program: String
    /// Whether it is installed.
    public var isInstalled: Bool
    /// Whether its rules could be read (it takes root).
    public var isReadable: Bool
    /// Whether packets that no rule names are dropped on input.
    public var dropsInputByDefault: Bool
    /// Whether some input rule names GRE (protocol 47).
    public var mentionsGRE: Bool
  }

  /// Both packet filters, each asked for at most two seconds.
  public static func firewalls() -> [FirewallRow] {
    [
      firewall("iptables", reader: "iptables-save", []) { iptablesDropsInput($0) },
      firewall("nft", reader: "nft", ["list", "ruleset"]) { nftDropsInput($0) },
    ]
  }

  private static func firewall(
    _ program: String, reader: String, _ arguments: [String], _ drops: (String) -> Bool
  ) -> FirewallRow {
    var row = FirewallRow(program: program, isInstalled: false, isReadable: false, dropsInputByDefault: false, mentionsGRE: false)
    guard let path = Files.systemProgram(reader) else { return row }
    row.isInstalled = true
    guard let answer = try? ChildProcess.capture(path, arguments), answer.exitCode == 0 else { return row }
    row.isReadable = true
    row.dropsInputByDefault = drops(answer.output)
    row.mentionsGRE = mentionsGRE(answer.output)
    return row
  }

  /// `:INPUT DROP [0:0]` in the table `*filter`.
  static func iptablesDropsInput(_ rules: String) -> Bool {
    var isFilter = false
    for line in rules.split(separator: "\n") {
      if line.hasPrefix("*") { isFilter = line == "*filter" }
      if isFilter, line.hasPrefix(":INPUT DROP") { return true }
    }
    return false
  }

  /// `type filter hook input priority filter; policy drop;`
  static func nftDropsInput(_ rules: String) -> Bool {
    rules.split(separator: "\n").contains { line in
      let words = line.split { " ;\t".contains($0) }
      return words.contains("hook") && words.contains("input") && words.last == "drop" && words.dropLast().last == "policy"
    }
  }

  private static func mentionsGRE(_ rules: String) -> Bool {
    rules.split(separator: "\n").contains { line in
      let words = line.split { " ,{};\t".contains($0) }
      return words.contains("gre") || zip(words, words.dropFirst()).contains { ($0 == "-p" || $0 == "protocol") && $1 == "47" }
    }
  }
}
