// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy
import RIP
import Wire

func ip(_ text: String) -> IPAddress { IPAddress(text) ?? .anyV6 }
func net(_ text: String) -> IPPrefix { IPPrefix(text) ?? IPPrefix(host: .anyV6) }

/// The bytes of a hex string.
func hex(_ text: some StringProtocol) -> [UInt8] {
  let digits = Array(text.utf8).map { UInt8(String(UnicodeScalar($0)), radix: 16) ?? 0 }
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// The hex string of bytes, for reading failures.
func hexText(_ bytes: some Sequence<UInt8>) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

/// Types lines of RIP and of policy, as the node does: a line that the section does not know is tried as a global one.
struct RIPEditor {
  struct Root: Sendable {
    var policy = PolicySettings()
    var rip = RIPConfiguration()
    var interfaces: [String: RIPInterfaceSettings] = [:]
    var current = RIPInterfaceSettings()
  }

  enum Action: Sendable {
    case line(Command<Root>)
    case enter(CommandSection<Root>)
    case inside(SectionCommand<Root>)
  }

  var root = Root()
  private(set) var refusals: [String] = []
  private var place: SectionPlace?
  private var interface: String?

  static let parts = PolicyCommands.all.map { $0.mounted(at: \Root.policy) } + RIPCommands.all.map { $0.mounted(at: \Root.rip) }
  static let grammar = CommandSet<Action>(
    parts.flatMap { part -> [CommandSpec<Action>] in
      switch part {
      case .line(let command): [command.spec(for: .line(command))]
      case .section(let section):
        section.family.flatMap { kind in [kind.spec(for: .enter(kind))] + kind.lines.map { $0.spec(for: .inside($0)) } }
      }
    }
      + RIPInterfaceCommands.all.map { command in
        let mounted = command.mounted(at: \Root.current)
        return mounted.spec(for: .line(mounted))
      })
  static let outer: [CommandMode: CommandMode] = {
    var out: [CommandMode: CommandMode] = [:]
    for case .section(let section) in parts { for kind in section.family { out[kind.mode] = kind.outerMode } }
    return out
  }()

  init(_ text: String = "") { for line in text.split(separator: "\n") { type(String(line)) } }

  mutating func type(_ line: String) {
    if line.hasPrefix("interface ") { return enterInterface(String(line.dropFirst(10))) }
    let start = place
    while true {
      let mode = interface != nil ? .interface : place?.mode ?? .global
      switch RIPEditor.grammar.parse(line, mode: mode) {
      case .match(let action, let arguments, let negated, let isDefault, _):
        do { try apply(action, CommandInput(arguments: arguments, negated: negated, isDefault: isDefault)) } catch {
          refusals.append((error as? CommandRefusal)?.message ?? "\(error)")
        }
        return
      case .empty: return
      default: break
      }
      if interface != nil {
        interface = nil
      } else if let here = place {
        let outer = RIPEditor.outer[here.mode] ?? .global
        place = outer == .global ? nil : SectionPlace(outer, here.path.dropLast())
      } else {
        break
      }
    }
    place = start
    refusals.append("not understood: \(line)")
  }

  private mutating func enterInterface(_ name: String) {
    interface = name
    root.current = root.interfaces[name] ?? RIPInterfaceSettings()
  }

  private mutating func apply(_ action: Action, _ input: CommandInput) throws {
    var next = root
    switch action {
    case .line(let command): try command.apply(&next, input)
    case .enter(let section):
      let path = section.outerMode == .global ? [] : place?.path ?? []
      place = try section.enter(&next, path, input).map { SectionPlace(section.mode, path + [$0]) }
    case .inside(let command): try command.apply(&next, place?.path ?? [], input)
    }
    if let interface { next.interfaces[interface] = next.current }
    root = next
  }

  /// RIP's own lines as they are written back.
  var text: [String] {
    RIPCommands.all.flatMap { $0.write(root.rip) }.flatMap { $0 }
      + root.interfaces.keys.sorted().flatMap { name in
        ["interface \(name)"]
          + RIPInterfaceCommands.all.flatMap { $0.write(root.interfaces[name] ?? RIPInterfaceSettings()) }.map { " " + $0 }
      }
  }

  var settings: RIPSettings { RIPSettings(router: root.rip.router, interfaces: root.interfaces, policy: root.policy) }
}
