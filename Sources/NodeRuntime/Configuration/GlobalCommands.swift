// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// The lines of the node itself, in the order in which `show running-config` prints them.
public enum GlobalCommands {
  /// All of them.
  public static let all = [hostname, platformInterface, host]

  /// `hostname NAME`
  public static let hostname = Command<NodeSettings>(
    "hostname <name:name>", modes: [.global], help: ["hostname": "Set system's network name", "name": "This system's network name"],
    apply: applyHostname, write: { ["hostname \($0.hostname)"] })

  /// `ip host NAME A.B.C.D`
  public static let host = Command<NodeSettings>(
    "ip host <name:name> <address:address>", modes: [.global],
    help: ["ip": ipHelp, "host": "Add an entry to the host name table", "name": "Name of the host", "address": "Its address"],
    apply: applyHost, write: { $0.hosts.map { "ip host \($0.name) \($0.address)" } })

  /// `platform interface IOSNAME LINUXNAME`
  public static let platformInterface = Command<NodeSettings>(
    "platform interface <interface:interface> <platform:word>", modes: [.global],
    help: [
      "platform": "What Linux calls things", "interface": "Name an interface", "<interface>": "Its name in this file",
      "<platform>": "Its name in Linux",
    ],
    apply: applyPlatform,
    write: { settings in
      settings.platformNames.keys.sorted { $0.isPrinted(before: $1) }.map { "platform interface \($0) \(settings.platformNames[$0] ?? $0)" }
    })

  private static let ipHelp = "Global IP configuration subcommands"

  private static func applyHostname(_ settings: inout NodeSettings, _ input: CommandInput) throws(CommandRefusal) {
    guard !input.negated, let name = input.arguments[text: "name"] else { return settings.hostname = NodeSettings().hostname }
    // The prompt is made of it, and pasted prompts are known by these letters.
    let isFit = name.utf8.count <= 63 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.+".contains($0)) }
    guard isFit, let first = name.first, first.isLetter || first.isNumber else {
      throw CommandRefusal("'\(name)' cannot be a host name: 1 to 63 letters, digits, '-', '_', '.', the first a letter or digit")
    }
    settings.hostname = name
  }

  private static func applyHost(_ settings: inout NodeSettings, _ input: CommandInput) throws(CommandRefusal) {
    guard let name = input.arguments[text: "name"] else { throw CommandRefusal("'no ip host' needs a name") }
    guard IPAddress(name) == nil else { throw CommandRefusal("'\(name)' is an address, expected a name") }
    let address = input.arguments.address("address")
    if input.negated { return settings.hosts.removeAll { $0.name == name && (address == nil || $0.address == address) } }
    guard let address else { return }
    let host = HostName(name: name, address: address)
    if let index = settings.hosts.firstIndex(where: { $0.name == name }) {
      settings.hosts[index] = host
    } else {
      settings.hosts.append(host)
    }
  }

  private static func applyPlatform(_ settings: inout NodeSettings, _ input: CommandInput) throws(CommandRefusal) {
    guard let interface = input.arguments[text: "interface"] else { throw CommandRefusal("'no platform interface' needs the interface") }
    guard !input.negated else { return settings.platformNames[interface] = nil }
    guard let name = input.arguments[text: "platform"], isLinuxName(name) else {
      throw CommandRefusal("Linux has no interface names such as '\(input.arguments[text: "platform"] ?? "")': 1 to 15 bytes without '/'")
    }
    settings.platformNames[interface] = name
  }

  private static func isLinuxName(_ name: String) -> Bool {
    (1...15).contains(name.utf8.count) && name != "." && name != ".." && !name.contains { $0 == "/" || $0.isWhitespace }
  }
}

extension String {
  /// The order of interface names in `show running-config`.
  func isPrinted(before other: String) -> Bool {
    let (a, b) = (interfaceSortKey, other.interfaceSortKey)
    return a != b ? a < b : self < other
  }
}
