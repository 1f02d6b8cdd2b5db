// SPDX-License-Identifier: GPL-3.0-or-later

/// The words of a command: literals, `[ optional ]`, `{ one | of }`, `{ one | or | more }...` and values `<name:kind>`. A literal behind
/// `=` is never abbreviated: a shorter word there means another command, of the mode around.
///
/// Kinds: `ipv4 ipv6 address prefix mask int(min-max) word name line host interface`. A pattern is compiled once into
/// Glushkov's automaton (one state per literal or value, no empty moves), which the matcher walks for all commands at once.
public struct CommandPattern: Sendable {
  /// The pattern as written.
  public let text: String
  let graph: PatternGraph

  /// Compiles `text`; a malformed pattern is a programmer's error and stops the program.
  public init(_ text: String) {
    var reader = PatternReader(text)
    self.text = text
    graph = PatternGraph(reader.readAll())
  }
}

/// One literal or value of a pattern.
enum PatternToken: Equatable, Sendable {
  case keyword(String, lowered: String, isWhole: Bool)
  case value(name: String, kind: ValueKind)

  var isValue: Bool { if case .value = self { true } else { false } }

  /// How `?` shows it.
  var shown: [String] {
    switch self {
    case .keyword(let word, _, _): [word]
    case .value(_, let kind): kind.shown
    }
  }
}

/// A pattern as a tree, before it becomes a graph.
indirect enum PatternNode {
  case token(PatternToken)
  case sequence([PatternNode])
  case alternatives([PatternNode])
  case optional(PatternNode)
  case repeated(PatternNode)
}

/// Which tokens may come first, which may follow which, and where a line may end.
struct PatternGraph: Sendable {
  private(set) var tokens: [PatternToken] = []
  private(set) var first: [Int] = []
  private(set) var follow: [[Int]] = []
  private(set) var isFinal: [Bool] = []

  init(_ tree: PatternNode) {
    let whole = add(tree)
    precondition(!whole.isNullable, "a pattern needs at least one word")
    first = whole.first
    for position in whole.last { isFinal[position] = true }
    for (position, token) in tokens.enumerated() {
      if case .value(_, .line) = token { precondition(follow[position].isEmpty, "nothing can follow a line value") }
    }
  }

  /// What may come after `position`; -1 is the beginning.
  func next(after position: Int) -> [Int] { position < 0 ? first : follow[position] }

  /// Whether the pattern has `word` as a literal.
  func hasKeyword(_ word: String) -> Bool {
    tokens.contains { if case .keyword(_, word, _) = $0 { true } else { false } }
  }

  private typealias Part = (isNullable: Bool, first: [Int], last: [Int])

  private mutating func add(_ node: PatternNode) -> Part {
    switch node {
    case .token(let token):
      tokens.append(token)
      follow.append([])
      isFinal.append(false)
      return (false, [tokens.count - 1], [tokens.count - 1])
    case .sequence(let nodes):
      return nodes.reduce((true, [], [])) { join($0, add($1)) }
    case .alternatives(let nodes):
      return nodes.map { add($0) }.reduce((false, [], [])) { ($0.0 || $1.isNullable, $0.1 + $1.first, $0.2 + $1.last) }
    case .optional(let inner):
      let part = add(inner)
      return (true, part.first, part.last)
    case .repeated(let inner):
      let part = add(inner)
      connect(part.last, to: part.first)
      return part
    }
  }

  private mutating func connect(_ from: [Int], to next: [Int]) {
    for position in from { follow[position] += next.filter { !follow[position].contains($0) } }
  }

  private mutating func join(_ a: Part, _ b: Part) -> Part {
    connect(a.last, to: b.first)
    return (
      a.isNullable && b.isNullable, a.isNullable ? a.first + b.first : a.first,
      b.isNullable ? a.last + b.last : b.last
    )
  }
}

/// Reads the text of a pattern.
struct PatternReader {
  private let text: [Character]
  private var position = 0

  init(_ text: String) { self.text = Array(text) }

  /// The whole pattern as one tree.
  mutating func readAll() -> PatternNode {
    let tree = readSequence()
    precondition(position == text.count, "stray '\(position < text.count ? text[position] : " ")' in pattern '\(String(text))'")
    return tree
  }

  private mutating func readAlternatives(until close: Character) -> PatternNode {
    var all = [readSequence()]
    while position < text.count, text[position] == "|" {
      position += 1
      all.append(readSequence())
    }
    precondition(position < text.count && text[position] == close, "missing '\(close)' in pattern '\(String(text))'")
    position += 1
    return .alternatives(all)
  }

  private mutating func readSequence() -> PatternNode {
    var nodes: [PatternNode] = []
    while position < text.count {
      switch text[position] {
      case "]", "}", "|": return .sequence(nodes)
      case " ", "\t", "\n": position += 1
      case "[":
        position += 1
        nodes.append(.optional(readAlternatives(until: "]")))
      case "{":
        position += 1
        nodes.append(readAlternatives(until: "}"))
      case "<": nodes.append(.token(readValue()))
      case "." where text[position...].starts(with: "..."):
        guard let last = nodes.popLast() else { preconditionFailure("nothing to repeat in pattern '\(String(text))'") }
        position += 3
        nodes.append(.repeated(last))
      default: nodes.append(.token(readKeyword()))
      }
    }
    return .sequence(nodes)
  }

  private mutating func readKeyword() -> PatternToken {
    let rest = text[position...].prefix { !" \t\n[]{}|<".contains($0) }
    position += rest.count
    let isWhole = rest.first == "=", word = String(isWhole ? rest.dropFirst() : rest)
    return .keyword(word, lowered: word.lowercased(), isWhole: isWhole)
  }

  private mutating func readValue() -> PatternToken {
    let inside = String(text[(position + 1)...].prefix { $0 != ">" })
    position += inside.count + 2
    let parts = inside.split(separator: ":", maxSplits: 1)
    guard position <= text.count, parts.count == 2, let kind = ValueKind(parts[1]) else {
      preconditionFailure("bad value '<\(inside)>' in pattern '\(String(text))'")
    }
    return .value(name: String(parts[0]), kind: kind)
  }
}
