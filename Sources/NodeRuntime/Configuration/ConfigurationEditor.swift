// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Interfaces
import Wire

/// What a line did to the settings.
public enum EditOutcome: Sendable, Equatable {
  /// It is in. The mode afterwards, what it newly makes questionable, and whether it is only kept and written back.
  case applied(ConfigurationEditor.Context, warnings: [String], notActedOn: Bool)
  /// `exit` in global mode.
  case exit
  /// `end`
  case end
  /// Not a line of this mode, nor of global mode.
  case failure(CommandFailure)
  /// A line that cannot be applied, and why; the settings are as they were.
  case refused(String)
  /// Blank, or a comment.
  case empty
}

/// Applies lines to settings one at a time, as they are typed: the settings change whole or not at all.
public struct ConfigurationEditor: Sendable {
  /// Where a line is typed.
  public enum Context: Sendable, Equatable {
    /// `(config)#`
    case global
    /// `(config-if)#` of the interface with this name.
    case interface(String)
    /// A section with settings of its own.
    case section(SectionPlace)
    /// `(config-router)#`: a kept section of a routing protocol, by its place in `NodeSettings.kept`.
    case router(Int)
    /// A kept section of another feature, by its place in `NodeSettings.kept`.
    case kept(Int)

    /// The mode, for the prompt.
    public var mode: CommandMode {
      switch self {
      case .global: .global
      case .interface: .interface
      case .section(let place): place.mode
      case .router: .router
      case .kept: .kept
      }
    }

    /// Where `exit` leads.
    var outer: Context {
      guard case .section(let place) = self, place.path.count > 1, let kind = Assembly.sections[place.mode] else { return .global }
      return .section(SectionPlace(kind.outerMode, place.path.dropLast()))
    }

    /// The place of a kept section in `NodeSettings.kept`.
    var keptIndex: Int? {
      switch self {
      case .global, .interface, .section: nil
      case .router(let index), .kept(let index): index
      }
    }
  }

  /// Applies one line, which may be abbreviated and carry a pasted prompt. `do` is the caller's.
  ///
  /// As on IOS, a line that the sub-mode does not know is tried as a global one, which leaves the sub-mode.
  public static func apply(_ line: String, in context: Context, to settings: inout NodeSettings) -> EditOutcome {
    guard let source = PasteStripper.strip(line).first else { return .empty }
    var next = settings
    var outcome = applyStripped(source.text, in: context, to: &next)
    if case .failure(var failure) = outcome {
      failure.column += source.column
      outcome = .failure(failure)
    }
    guard case .applied(let place, _, let notActedOn) = outcome else { return outcome }
    let before = ConfigurationValidator.check(settings).map(\.text)
    let warnings = ConfigurationValidator.check(next).map(\.text).filter { !before.contains($0) }
    settings = next
    return .applied(place, warnings: warnings, notActedOn: notActedOn)
  }

  /// What `?` lists behind `line`.
  public static func help(_ line: String, in context: Context) -> [HelpEntry] { Assembly.grammar.help(line, mode: context.mode) }

  /// For Tab: what the last word of `line` may become.
  public static func completions(_ line: String, in context: Context) -> [String] { Assembly.grammar.completions(line, mode: context.mode) }
}

extension ConfigurationEditor {
  /// A line without prompt; no validation of the whole. The settings may be half changed unless the outcome is `applied`.
  static func applyStripped(_ line: String, in context: Context, to settings: inout NodeSettings) -> EditOutcome {
    var edit = LineEdit(settings: settings)
    let outcome = edit.apply(line, in: context)
    if case .applied = outcome { settings = edit.settings }
    return outcome
  }
}

/// One line on its way into the settings.
struct LineEdit {
  typealias Context = ConfigurationEditor.Context

  var settings: NodeSettings
  /// The line with keywords spelled out and `no` in front, once it is known.
  var canonical = ""

  init(settings: NodeSettings) { self.settings = settings }

  mutating func apply(_ line: String, in context: Context) -> EditOutcome {
    if line.hasPrefix("!") || line.hasPrefix("#") { return .empty }
    if let failure = LineText.failure(in: line) { return .failure(failure) }
    if let refusal = KeyLine.refusal(line) { return .refused(refusal) }
    switch context {
    case .global: return apply(Assembly.grammar.parse(line, mode: .global), in: .global)
    case .interface, .section: return applyInside(line, context)
    case .router, .kept: return applyInKept(line, context)
    }
  }

  /// The innermost section's own lines first, then those around it, then global ones; of failures the one that came furthest explains
  /// most.
  private mutating func applyInside(_ line: String, _ context: Context) -> EditOutcome {
    var worst: CommandFailure?
    var place = exists(context) ? context : .global
    while true {
      let parsed = Assembly.grammar.parse(line, mode: place.mode)
      guard case .failure(let failure) = parsed else {
        if let worst, isForeign(parsed, below: context) || isGuess(parsed, line, at: place) { return .failure(worst) }
        return apply(parsed, in: place)
      }
      if failure.column > worst?.column ?? -1 { worst = failure }
      guard place != .global else { return .failure(worst ?? failure) }
      place = place.outer
    }
  }

  /// A line of the section around a part that is only kept: what the part says is not said of the whole.
  private func isForeign(_ parsed: ParseOutcome<LineAction>, below context: Context) -> Bool {
    guard case .section(let place) = context, Assembly.sections[place.mode]?.isActedOn == false else { return false }
    if case .match(.section, _, _, _, _) = parsed { return true }
    return false
  }

  /// A misspelled line of a section that looks like the beginning of somebody else's global word: `set metrik` is no `setup`.
  private func isGuess(_ parsed: ParseOutcome<LineAction>, _ line: String, at place: Context) -> Bool {
    guard place == .global, case .match(.kept, _, let isNegated, _, let canonical) = parsed else { return false }
    let typed = line.split(separator: " ").dropFirst(isNegated ? 1 : 0).first?.lowercased()
    return canonical.split(separator: " ").first?.lowercased() != typed
  }

  /// Another session may have removed the section.
  private func exists(_ context: Context) -> Bool {
    guard case .section(let place) = context else { return true }
    return Assembly.sections[place.mode]?.exists(settings, place.path) ?? false
  }

  /// Everything is a line of the section, but for what is clearly a line of global mode.
  private mutating func applyInKept(_ line: String, _ context: Context) -> EditOutcome {
    guard let index = context.keptIndex, settings.kept.indices.contains(index) else { return apply(line, in: .global) }
    let words = line.lowercased().split(separator: " ").map(String.init)
    if ["exit", "exi", "ex"].contains(words.first ?? ""), words.count == 1 { return .applied(.global, warnings: [], notActedOn: false) }
    if words == ["end"] { return .end }
    switch SectionLine.kind(of: words, line, in: settings.kept[index].text) {
    case .global(let outcome): return apply(outcome, in: .global)
    case .child:
      KeptStore.add(line, to: &settings.kept[index])
      canonical = line
      return .applied(context, warnings: [], notActedOn: true)
    }
  }

  private mutating func apply(_ parsed: ParseOutcome<LineAction>, in context: Context) -> EditOutcome {
    switch parsed {
    case .empty: return .empty
    case .failure(let failure): return .failure(failure)
    case .match(let action, let arguments, let negated, let isDefault, let text):
      canonical = (negated ? "no " : "") + text
      let input = CommandInput(arguments: arguments, negated: negated, isDefault: isDefault)
      do throws(CommandRefusal) { return try apply(action, input, text, in: context) } catch { return .refused(error.message) }
    }
  }

  private mutating func apply(
    _ action: LineAction, _ input: CommandInput, _ text: String, in context: Context
  ) throws(CommandRefusal) -> EditOutcome {
    switch action {
    case .global(let command): return try applyGlobal(command, input, text)
    case .interface(let command, let isForTunnels, let isActedOn):
      return try applyOwn(command, input, text, isForTunnels: isForTunnels, isActedOn: isActedOn, in: context)
    case .enterInterface: return try enterInterface(input, text)
    case .enterSection(let kind): return try enterSection(kind, input, in: context)
    case .section(let command): return try applyInSection(command, input, text, in: context)
    case .kept(let shape): return keep(shape, input, text, in: context)
    case .closed: return .applied(context, warnings: [], notActedOn: false)
    case .exit: return context == .global ? .exit : .applied(context.outer, warnings: [], notActedOn: false)
    case .end: return .end
    }
  }

  private mutating func applyGlobal(
    _ command: Command<NodeSettings>, _ input: CommandInput, _ text: String
  ) throws(CommandRefusal) -> EditOutcome {
    let isKept = input.negated && settings.kept.contains { $0.text == text || $0.text.hasPrefix(text + " ") }
    if isKept {
      // `no ip route …` may mean a route that is kept because it is tracked; the table need not have it too.
      KeptStore.remove(text, from: &settings.kept)
      var other = settings
      if (try? command.apply(&other, input)) != nil { settings = other }
    } else {
      try command.apply(&settings, input)
    }
    return .applied(.global, warnings: [], notActedOn: false)
  }

  private mutating func applyOwn(
    _ command: Command<InterfaceConfiguration>, _ input: CommandInput, _ text: String, isForTunnels: Bool, isActedOn: Bool,
    in context: Context
  ) throws(CommandRefusal) -> EditOutcome {
    guard case .interface(let name) = context else { return .empty }
    var configuration = settings.interfaces[name] ?? InterfaceConfiguration(name: name)
    if isForTunnels, !configuration.interface.isTunnel {
      KeptStore.apply(text, negated: input.negated, to: &configuration.kept)
      settings.interfaces[name] = configuration
      return .applied(context, warnings: [], notActedOn: true)
    }
    try command.apply(&configuration, input)
    if input.negated { KeptStore.remove(text, from: &configuration.kept) }
    if text.hasPrefix("ip address ") { configuration.kept.removeAll { AddressLine.isDynamic($0) } }
    settings.interfaces[name] = configuration
    return .applied(context, warnings: [], notActedOn: !isActedOn && !input.negated)
  }

  private mutating func enterInterface(_ input: CommandInput, _ text: String) throws(CommandRefusal) -> EditOutcome {
    guard let name = input.arguments[text: "name"] else { throw CommandRefusal("expected the name of an interface") }
    if input.negated {
      guard settings.interfaces[name] != nil else { throw CommandRefusal("there is no interface \(name)") }
      settings.interfaces[name] = input.isDefault ? InterfaceConfiguration(name: name) : nil
      return .applied(.global, warnings: [], notActedOn: false)
    }
    var configuration = settings.interfaces[name] ?? InterfaceConfiguration(name: name)
    let number = name.dropFirst("Tunnel".count)
    guard !configuration.interface.isTunnel || number.allSatisfy(\.isNumber) else {
      throw CommandRefusal("'\(name)' cannot be a tunnel: expected Tunnel and a number")
    }
    let suffix = text.split(separator: " ").dropFirst(2).joined(separator: " ")
    if !suffix.isEmpty { configuration.headSuffix = suffix }
    settings.interfaces[name] = configuration
    return .applied(.interface(name), warnings: [], notActedOn: false)
  }

  private mutating func enterSection(
    _ kind: CommandSection<NodeSettings>, _ input: CommandInput, in context: Context
  ) throws(CommandRefusal) -> EditOutcome {
    var path: [String] = []
    if case .section(let place) = context { path = place.path }
    guard let name = try kind.enter(&settings, path, input) else { return .applied(context, warnings: [], notActedOn: false) }
    return .applied(.section(SectionPlace(kind.mode, path + [name])), warnings: [], notActedOn: !kind.isActedOn)
  }

  private mutating func applyInSection(
    _ command: SectionCommand<NodeSettings>, _ input: CommandInput, _ text: String, in context: Context
  ) throws(CommandRefusal) -> EditOutcome {
    guard case .section(let place) = context else { return .empty }
    try command.apply(&settings, place.path, input)
    if input.negated { Assembly.sections[place.mode]?.keep(&settings, place.path) { KeptStore.remove(text, from: &$0) } }
    return .applied(context, warnings: [], notActedOn: false)
  }

  private mutating func keep(_ shape: KeptShape, _ input: CommandInput, _ text: String, in context: Context) -> EditOutcome {
    if case .interface(let name) = context {
      var configuration = settings.interfaces[name] ?? InterfaceConfiguration(name: name)
      KeptStore.apply(text, negated: input.negated, to: &configuration.kept)
      if AddressLine.isDynamic(text), !input.negated { configuration.interface.address = nil }
      settings.interfaces[name] = configuration
      return .applied(context, warnings: [], notActedOn: true)
    }
    if case .section(let place) = context {
      Assembly.sections[place.mode]?.keep(&settings, place.path) { KeptStore.apply(text, negated: input.negated, to: &$0) }
      return .applied(context, warnings: [], notActedOn: true)
    }
    let index = KeptStore.apply(text, negated: input.negated, to: &settings.kept)
    guard let index, !input.negated else { return .applied(.global, warnings: [], notActedOn: true) }
    switch shape {
    case .line: return .applied(.global, warnings: [], notActedOn: true)
    case .section: return .applied(.kept(index), warnings: [], notActedOn: true)
    case .router: return .applied(.router(index), warnings: [], notActedOn: true)
    }
  }
}

/// Lines that say where an interface's address comes from.
enum AddressLine {
  /// Whether the line gets the address from elsewhere, so that it cannot stand beside a configured one.
  static func isDynamic(_ line: String) -> Bool {
    ["ip address dhcp", "ip address negotiated", "ip address pool"].contains { line == $0 || line.hasPrefix($0 + " ") }
  }
}
