// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// What becomes of a line of a feature that this node does not act on.
enum KeptShape: Sendable, Equatable {
  /// One line.
  case line
  /// The lines below belong to it.
  case section
  /// A section whose prompt is `(config-router)#`.
  case router
}

/// The first words of other features' lines. They stand in the same grammar as our own, so that abbreviation, `?` and
/// error texts know them. A word too many here hides a misspelling; a word too few refuses somebody's file.
enum KeptLines {
  /// Patterns of one line, per mode.
  static let lines: [(mode: CommandMode, patterns: [String])] =
    [
      (.global, global), (.global, globalIP), (.global, cryptoGlobal), (.interface, interface), (.interface, interfaceIP),
      (.interface, interfaceNHRP),
    ] + cryptoModes + routingModes
}

extension KeptLines {
  /// The whole table as members of the console's grammar.
  static var specs: [CommandSpec<LineAction>] {
    let single = lines.flatMap { mode, patterns in patterns.map { spec($0, mode, .line) } }
    return (sections + cryptoSections).map { spec($0, .global, .section) } + routers.map { spec($0, .global, .router) } + single
  }

  private static func spec(_ pattern: String, _ mode: CommandMode, _ shape: KeptShape) -> CommandSpec<LineAction> {
    CommandSpec(pattern, modes: [mode], help: help(pattern, mode), no: .prefix, action: .kept(shape))
  }

  /// The last keyword before the first value says it for all.
  private static func help(_ pattern: String, _ mode: CommandMode) -> [String: String] {
    let words = pattern.split { " \n[]{}|".contains($0) }.map(String.init)
    var texts = ["rest": "As on IOS"]
    // Our own lines come first in the grammar: where they have the word too, it is their text that is shown.
    let isCrypto = words.first == "crypto" || cryptoModes.contains { $0.mode == mode }
    for word in words where !word.hasPrefix("<") && (isCrypto || !shared.contains(word)) { texts[word] = "Kept, not acted on" }
    for (word, text) in sharedHelp where words.contains(word) { texts[word] = text }
    return texts
  }

  private static let shared: Set<String> = ["ip", "tunnel", "interface", "address", "map", "route", "nhrp", "platform"]
  private static let sharedHelp = [
    ("ip", "IP configuration"), ("tunnel", "Protocol-over-protocol tunneling"), ("nhrp", "NHRP interface subcommands"),
  ]
}
