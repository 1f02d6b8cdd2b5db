// SPDX-License-Identifier: GPL-3.0-or-later

/// The settings of one section: a keyring, a profile, a policy.
public protocol SectionSettings: Sendable, Equatable {
  /// A section with nothing in it.
  init(name: String)
  /// What tells it from others of its kind.
  var name: String { get }
  /// Its lines that nobody acts on, as they are written back.
  var kept: [String] { get set }
}

/// Where a line of a section is typed.
public struct SectionPlace: Hashable, Sendable {
  /// The mode of the innermost section.
  public var mode: CommandMode
  /// The names of the sections around the line, the outermost first.
  public var path: [String]

  /// A place in a section of `mode`.
  public init(_ mode: CommandMode, _ path: [String]) { (self.mode, self.path) = (mode, path) }
}

/// A line of a section, for settings that hold the section somewhere.
public struct SectionCommand<Root: Sendable>: Sendable {
  let compiled: CompiledCommand
  /// Changes the section at a path, or refuses.
  public let apply: @Sendable (inout Root, [String], CommandInput) throws(CommandRefusal) -> Void

  /// This line as a member of a `CommandSet`.
  public func spec<Action: Sendable>(for action: Action) -> CommandSpec<Action> { CommandSpec(compiled, action: action) }
}

/// One kind of section: the line that begins it, its mode, its lines, the sections inside it, and how all of it is written back.
///
/// ```
///   crypto ikev2 keyring KR          head, typed in the mode around; makes the section or enters it again; its `no` removes it
///    description of the branches     a line of the section's own mode
///    peer ANY                        head of a part: a section inside
///     address 0.0.0.0 0.0.0.0
/// ```
public struct CommandSection<Root: Sendable>: Sendable {
  /// The mode of its lines.
  public let mode: CommandMode
  /// The mode in which its head is typed.
  public let outerMode: CommandMode
  let head: CompiledCommand
  /// The line that ends it, written at the indent of its head (`exit-address-family`); nil where nothing is written.
  public var closing: String?
  /// Whether what stands in it does anything; else head and lines are kept and written back.
  public var isActedOn = true
  /// Makes or finds a section below a path and returns its name; nil where `no` removed it.
  public let enter: @Sendable (inout Root, [String], CommandInput) throws(CommandRefusal) -> String?
  /// Its own lines.
  public let lines: [SectionCommand<Root>]
  /// Sections inside it.
  public let parts: [CommandSection<Root>]
  /// Lends the kept lines of the section at a path; does nothing where there is no such section.
  public let keep: @Sendable (inout Root, [String], (inout [String]) -> Void) -> Void
  /// Whether there is a section at a path.
  public let exists: @Sendable (Root, [String]) -> Bool
  /// All sections of this kind below a path as text: the head, its lines with one space of indent.
  public let write: @Sendable (Root, [String]) -> [[String]]

  /// The head as a member of a `CommandSet`.
  public func spec<Action: Sendable>(for action: Action) -> CommandSpec<Action> { CommandSpec(head, action: action) }

  /// This kind of section, then the kinds inside it.
  public var family: [CommandSection<Root>] { [self] + parts.flatMap(\.family) }
}

/// What a section is made of, before it is known where its settings are.
public struct SectionShape<Element: SectionSettings>: Sendable {
  /// The section's name in its head: by default the value called `name`, as typed.
  public var name: @Sendable (Arguments) -> String? = { $0[text: "name"] }
  /// Takes what else the head says.
  public var applyHead: @Sendable (inout Element, CommandInput) throws(CommandRefusal) -> Void = { _, _ throws(CommandRefusal) in }
  /// The head as it is written back.
  public var headLine: @Sendable (Element) -> String
  /// Its own lines, in the order in which they are written.
  public var lines: [Command<Element>]
  /// Sections inside it.
  public var parts: [CommandSection<Element>] = []
  /// Which section a head means among those that are there, where its words alone do not say it: takes precedence over `name`.
  public var nameAmong: (@Sendable (Arguments, [Element]) throws(CommandRefusal) -> String?)?
  /// Which sections the head's `no` removes; nil: the one of that name.
  public var isRemoved: (@Sendable (Element, Arguments) -> Bool)?
  /// The line that ends it, written at the indent of its head.
  public var closing: String?
  /// Whether what stands in it does anything.
  public var isActedOn = true
  /// The order among sections of this kind; nil keeps them as they came.
  public var precedes: (@Sendable (Element, Element) -> Bool)?

  /// A section of these lines.
  public init(headLine: @escaping @Sendable (Element) -> String, lines: [Command<Element>]) {
    (self.headLine, self.lines) = (headLine, lines)
  }
}

extension CommandSection {
  /// Sections of `shape` whose settings are in the list at `list`.
  public init<Element: SectionSettings>(
    _ pattern: String, in outerMode: CommandMode, mode: CommandMode, help: [String: String],
    at list: WritableKeyPath<Root, [Element]> & Sendable,
    shape: SectionShape<Element>
  ) {
    (self.mode, self.outerMode, closing, isActedOn) = (mode, outerMode, shape.closing, shape.isActedOn)
    head = CompiledCommand(graph: CommandPattern(pattern).graph, modes: [outerMode], help: help, no: .prefix)
    enter = { (root: inout Root, _: [String], input: CommandInput) throws(CommandRefusal) in
      try SectionList.enter(&root[keyPath: list], input, shape)
    }
    lines = shape.lines.map { line in
      SectionCommand(compiled: line.compiled) { (root: inout Root, path: [String], input: CommandInput) throws(CommandRefusal) in
        try SectionList.change(&root[keyPath: list], path) { (element: inout Element) throws(CommandRefusal) in
          try line.apply(&element, input)
        }
      }
    }
    parts = shape.parts.map { $0.inside(list) }
    keep = { root, path, body in
      SectionList.index(path, root[keyPath: list]).map { body(&root[keyPath: list][$0].kept) }
    }
    exists = { root, path in SectionList.index(path, root[keyPath: list]) != nil }
    write = { root, _ in root[keyPath: list].map { SectionList.lines($0, shape) } }
  }

  /// The same sections where each element of a list has some.
  func inside<Outer: Sendable>(_ list: WritableKeyPath<Outer, [Root]> & Sendable) -> CommandSection<Outer> where Root: SectionSettings {
    let inner = self
    return CommandSection<Outer>(
      mode: mode, outerMode: outerMode, head: head, closing: closing, isActedOn: isActedOn,
      enter: { (outer: inout Outer, path: [String], input: CommandInput) throws(CommandRefusal) in
        var name: String?
        try SectionList.change(&outer[keyPath: list], path) { (root: inout Root) throws(CommandRefusal) in
          name = try inner.enter(&root, Array(path.dropFirst()), input)
        }
        return name
      },
      lines: lines.map { line in
        SectionCommand(compiled: line.compiled) { (outer: inout Outer, path: [String], input: CommandInput) throws(CommandRefusal) in
          try SectionList.change(&outer[keyPath: list], path) { (root: inout Root) throws(CommandRefusal) in
            try line.apply(&root, Array(path.dropFirst()), input)
          }
        }
      },
      parts: parts.map { $0.inside(list) },
      keep: { outer, path, body in
        SectionList.index(path, outer[keyPath: list]).map { inner.keep(&outer[keyPath: list][$0], Array(path.dropFirst()), body) }
      },
      exists: { outer, path in
        SectionList.index(path, outer[keyPath: list]).map { inner.exists(outer[keyPath: list][$0], Array(path.dropFirst())) } ?? false
      },
      write: { outer, path in
        SectionList.index(path, outer[keyPath: list]).map { inner.write(outer[keyPath: list][$0], Array(path.dropFirst())) } ?? []
      })
  }

  /// The same sections for settings that hold this feature's.
  public func mounted<Outer: Sendable>(at path: WritableKeyPath<Outer, Root> & Sendable) -> CommandSection<Outer> {
    let inner = self
    return CommandSection<Outer>(
      mode: mode, outerMode: outerMode, head: head, closing: closing, isActedOn: isActedOn,
      enter: { (outer: inout Outer, names: [String], input: CommandInput) throws(CommandRefusal) in
        try inner.enter(&outer[keyPath: path], names, input)
      },
      lines: lines.map { line in
        SectionCommand(compiled: line.compiled) { (outer: inout Outer, names: [String], input: CommandInput) throws(CommandRefusal) in
          try line.apply(&outer[keyPath: path], names, input)
        }
      },
      parts: parts.map { $0.mounted(at: path) },
      keep: { outer, names, body in inner.keep(&outer[keyPath: path], names, body) },
      exists: { outer, names in inner.exists(outer[keyPath: path], names) },
      write: { outer, names in inner.write(outer[keyPath: path], names) })
  }
}

/// What sections of one kind have in common, on the list of their settings.
private enum SectionList {
  static func index<Element: SectionSettings>(_ path: [String], _ list: [Element]) -> Int? {
    path.first.flatMap { name in list.firstIndex { $0.name == name } }
  }

  static func enter<Element: SectionSettings>(
    _ list: inout [Element], _ input: CommandInput, _ shape: SectionShape<Element>
  ) throws(CommandRefusal) -> String? {
    if input.negated, let isRemoved = shape.isRemoved {
      let left = list.filter { !isRemoved($0, input.arguments) }
      guard left.count < list.count else { throw CommandRefusal("there is nothing of that name to remove") }
      list = left
      return nil
    }
    let asked = try shape.nameAmong.map { ask throws(CommandRefusal) in try ask(input.arguments, list) } ?? shape.name(input.arguments)
    guard let name = asked else { throw CommandRefusal("'no' needs the name of what it shall remove") }
    let index = list.firstIndex { $0.name == name }
    if input.negated {
      guard let index else { throw CommandRefusal("there is no '\(name)' to remove") }
      list.remove(at: index)
      return nil
    }
    var element = index.map { list[$0] } ?? Element(name: name)
    try shape.applyHead(&element, input)
    if let index { list[index] = element } else { list.insert(element, at: place(of: element, in: list, shape)) }
    return name
  }

  private static func place<Element: SectionSettings>(of new: Element, in list: [Element], _ shape: SectionShape<Element>) -> Int {
    guard let precedes = shape.precedes else { return list.count }
    return list.firstIndex { precedes(new, $0) } ?? list.count
  }

  static func change<Element: SectionSettings>(
    _ list: inout [Element], _ path: [String], _ body: (inout Element) throws(CommandRefusal) -> Void
  ) throws(CommandRefusal) {
    guard let index = index(path, list) else { throw CommandRefusal("the section this line belongs to is no longer there") }
    try body(&list[index])
  }

  /// Kept lines stand before the parts: behind a part's head they would be read as its own. `!` stands behind a part, but before one
  /// that has a closing line: both as on IOS.
  static func lines<Element: SectionSettings>(_ element: Element, _ shape: SectionShape<Element>) -> [String] {
    let own = shape.lines.flatMap { $0.write(element) } + element.kept
    let parts = shape.parts.flatMap { part in
      part.write(element, []).flatMap { lines in part.closing.map { ["!"] + lines + [$0] } ?? lines + ["!"] }
    }
    return [shape.headLine(element)] + (own + parts).map { " " + $0 }
  }
}

/// A line of global mode, or a kind of section that begins there.
public enum CommandPart<Root: Sendable>: Sendable {
  /// One line.
  case line(Command<Root>)
  /// A section and all in it.
  case section(CommandSection<Root>)

  /// The same for settings that hold this feature's.
  public func mounted<Outer: Sendable>(at path: WritableKeyPath<Outer, Root> & Sendable) -> CommandPart<Outer> {
    switch self {
    case .line(let command): .line(command.mounted(at: path))
    case .section(let section): .section(section.mounted(at: path))
    }
  }

  /// The blocks of text that make this part of the settings again.
  public func write(_ root: Root) -> [[String]] {
    switch self {
    case .line(let command): [command.write(root)].filter { !$0.isEmpty }
    case .section(let section): section.write(root, [])
    }
  }
}
