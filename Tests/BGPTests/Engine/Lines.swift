// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import Policy

/// Settings from the lines that an operator types, read as the node reads them.
enum Lines {
  /// `router bgp …` and what follows.
  static func bgp(_ text: String) throws -> BGPSettings? {
    var root = BGPConfiguration()
    try read(text, &root, BGPCommands.all)
    return root.settings
  }

  /// Lists and route-maps.
  static func policy(_ text: String) throws -> PolicySettings {
    var root = PolicySettings()
    try read(text, &root, PolicyCommands.all)
    return root
  }

  /// The text that makes a configuration again.
  static func write(_ root: BGPConfiguration) -> [String] { BGPCommands.all.flatMap { $0.write(root) }.flatMap { $0 } }

  private enum Action<Root: Sendable>: Sendable {
    case line(Command<Root>)
    case enter(CommandSection<Root>)
    case inside(SectionCommand<Root>)
  }

  static func read<Root: Sendable>(_ text: String, _ root: inout Root, _ parts: [CommandPart<Root>]) throws {
    var specs: [CommandSpec<Action<Root>>] = []
    var outer: [CommandMode: CommandMode] = [:]
    for part in parts {
      switch part {
      case .line(let command): specs.append(command.spec(for: .line(command)))
      case .section(let section):
        for kind in section.family {
          outer[kind.mode] = kind.outerMode
          specs.append(kind.spec(for: .enter(kind)))
          specs += kind.lines.map { $0.spec(for: .inside($0)) }
        }
      }
    }
    let set = CommandSet(specs)
    var mode = CommandMode.global, path: [String] = []
    for raw in text.split(separator: "\n") {
      let line = raw.trimmed
      if line.isEmpty || line == "!" { continue }
      if line == "exit-address-family" || line == "exit" {
        (mode, path) = (outer[mode] ?? .global, Array(path.dropLast()))
        continue
      }
      try apply(String(line), set, &root, &mode, &path, outer)
    }
  }

  /// A line that the innermost section does not know is the one's around it.
  private static func apply<Root: Sendable>(
    _ line: String, _ set: CommandSet<Action<Root>>, _ root: inout Root, _ mode: inout CommandMode, _ path: inout [String],
    _ outer: [CommandMode: CommandMode]
  ) throws {
    switch set.parse(line, mode: mode) {
    case .empty: return
    case .failure(let failure):
      guard let around = outer[mode] else { throw TestFailure(failure.located(file: "lines", line: 0) + " in " + line) }
      (mode, path) = (around, Array(path.dropLast()))
      try apply(line, set, &root, &mode, &path, outer)
    case .match(let action, let arguments, let negated, let isDefault, _):
      let input = CommandInput(arguments: arguments, negated: negated, isDefault: isDefault)
      switch action {
      case .line(let command): try command.apply(&root, input)
      case .inside(let command): try command.apply(&root, path, input)
      case .enter(let section):
        if let name = try section.enter(&root, path, input) { (mode, path) = (section.mode, path + [name]) }
      }
    }
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var s = drop { $0 == " " }
    while s.last == " " { s = s.dropLast() }
    return s
  }
}
