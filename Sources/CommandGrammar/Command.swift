// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a well-formed command cannot be applied, in the words that the operator sees: `% NHRP: network-id must be set first`.
public struct CommandRefusal: Error, Sendable, Equatable {
  /// What the operator reads.
  public var message: String

  /// Makes a refusal.
  public init(_ message: String) { self.message = message }
}

/// The line that a command is applied with.
public struct CommandInput: Sendable {
  /// Its literals and values.
  public let arguments: Arguments
  /// Whether `no` or `default` stood before it.
  public let negated: Bool
  /// Whether `default` stood before it. It counts as negated too: our defaults are what `no` goes back to.
  public let isDefault: Bool

  /// Makes an input.
  public init(arguments: Arguments, negated: Bool = false, isDefault: Bool = false) {
    self.arguments = arguments
    self.negated = negated || isDefault
    self.isDefault = isDefault
  }
}

/// A configuration line of one feature: its words, help per word, how it changes settings, how they are written back.
public struct Command<Settings: Sendable>: Sendable {
  /// Changes the settings, or refuses and leaves them to be thrown away.
  public let apply: @Sendable (inout Settings, CommandInput) throws(CommandRefusal) -> Void
  /// The lines that make these settings again, defaults left out.
  public let write: @Sendable (Settings) -> [String]
  let compiled: CompiledCommand

  /// Makes a command; see `CommandPattern` for the pattern and `CommandSpec` for the keys of `help`.
  public init(
    _ pattern: String, modes: Set<CommandMode>, help: [String: String], no: NoForm = .prefix,
    apply: @escaping @Sendable (inout Settings, CommandInput) throws(CommandRefusal) -> Void,
    write: @escaping @Sendable (Settings) -> [String] = { _ in [] }
  ) {
    self.init(
      CompiledCommand(graph: CommandPattern(pattern).graph, modes: modes, help: help, no: no), apply: apply, write: write)
  }

  private init(
    _ compiled: CompiledCommand,
    apply: @escaping @Sendable (inout Settings, CommandInput) throws(CommandRefusal) -> Void,
    write: @escaping @Sendable (Settings) -> [String]
  ) {
    (self.compiled, self.apply, self.write) = (compiled, apply, write)
  }

  /// This command as a member of a `CommandSet`, standing for itself.
  public var spec: CommandSpec<Command<Settings>> { CommandSpec(compiled, action: self) }

  /// This command as a member of a `CommandSet`, standing for `action` (its index, for instance).
  public func spec<Action: Sendable>(for action: Action) -> CommandSpec<Action> { CommandSpec(compiled, action: action) }

  /// The same command for settings that hold this feature's.
  public func mounted<Root: Sendable>(at path: WritableKeyPath<Root, Settings> & Sendable) -> Command<Root> {
    let (apply, write) = (apply, write)
    return Command<Root>(
      compiled,
      apply: { (root: inout Root, input: CommandInput) throws(CommandRefusal) in try apply(&root[keyPath: path], input) },
      write: { write($0[keyPath: path]) })
  }

  /// The same command where a key path is not enough: settings in a dictionary, or ones that may be absent.
  ///
  /// `through` finds or makes the settings, calls its second argument with them, and puts them back.
  public func mounted<Root: Sendable>(
    through: @escaping @Sendable (inout Root, (inout Settings) throws(CommandRefusal) -> Void) throws(CommandRefusal) -> Void,
    read: @escaping @Sendable (Root) -> Settings?
  ) -> Command<Root> {
    let (apply, write) = (apply, write)
    return Command<Root>(
      compiled,
      apply: { (root: inout Root, input: CommandInput) throws(CommandRefusal) in
        try through(&root) { (settings: inout Settings) throws(CommandRefusal) in try apply(&settings, input) }
      },
      write: { read($0).map(write) ?? [] })
  }
}
