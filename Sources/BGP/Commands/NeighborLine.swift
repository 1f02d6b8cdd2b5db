// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// One `neighbor X …` line: what it changes in the settings of X, and the words behind `neighbor X` that make it again.
struct NeighborLine<Element: Sendable>: Sendable {
  var words: String
  var help: [String: String]
  var no = NoForm.words(3)
  var apply: @Sendable (inout Element, CommandInput) throws(CommandRefusal) -> Void
  /// Words; one that begins with `no ` is written in front of `neighbor`.
  var write: @Sendable (Element) -> [String]

  /// A value that is there or not.
  static func value<Value: Equatable & Sendable>(
    _ words: String, _ help: [String: String], _ path: WritableKeyPath<Element, Value?> & Sendable, no: NoForm = .words(3),
    read: @escaping @Sendable (Arguments) throws(CommandRefusal) -> Value?, text: @escaping @Sendable (Value) -> String
  ) -> NeighborLine {
    NeighborLine(
      words: words, help: help, no: no,
      apply: { (element: inout Element, input: CommandInput) throws(CommandRefusal) in
        element[keyPath: path] = input.negated ? nil : try read(input.arguments)
      },
      write: { $0[keyPath: path].map { [text($0)] } ?? [] })
  }

  /// A name of a list or a route-map.
  static func name(
    _ words: String, _ suffix: String, _ help: [String: String], _ path: WritableKeyPath<Element, String?> & Sendable
  ) -> NeighborLine {
    value(words + " <name:word>" + suffix, help, path, no: .whole, read: { $0[text: "name"] }, text: { "\(words) \($0)\(suffix)" })
  }

  /// On, or not said.
  static func flag(_ words: String, _ help: [String: String], _ path: WritableKeyPath<Element, Bool?> & Sendable) -> NeighborLine {
    NeighborLine(
      words: words, help: help, no: .whole, apply: { element, input in element[keyPath: path] = input.negated ? nil : true },
      write: { $0[keyPath: path] == true ? [words] : [] })
  }

  /// The lines of `element`, called `name`.
  func lines(_ element: Element, _ name: String) -> [String] {
    write(element).map { text in
      text.hasPrefix("no ") ? "no neighbor \(name) " + text.dropFirst(3) : "neighbor \(name) \(text)"
    }
  }
}

/// Texts that name a neighbour or a group.
enum NeighborName {
  /// Addresses in their one spelling, names as typed.
  static func read(_ arguments: Arguments) -> String? {
    arguments[text: "peer"].map { text in IPAddress(text).map { "\($0)" } ?? text }
  }

  static let help = ["neighbor": "Specify a neighbor router", "peer": "Address, or name of a peer-group"]
}
