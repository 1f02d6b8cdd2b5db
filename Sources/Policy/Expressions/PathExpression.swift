// SPDX-License-Identifier: GPL-3.0-or-later

/// An expression of IOS over AS paths and communities: `^65001(_[0-9]+)*$`.
///
/// `.` any character, `[a-z]` and `[^a-z]`, `*`, `+`, `?`, `|`, `( )`, `^` and `$` for the ends, `_` for an end, a space, a comma, a brace,
/// a bracket or a parenthesis; `\` takes the meaning from the next one. References back (`\1`) are refused: they cannot be matched in
/// linear time.
///
/// It is compiled to steps which are run over the text all at once, so a match costs at most the product of the two lengths, whatever the
/// expression; and those to a table, where it is not too large.
public struct PathExpression: Sendable, Hashable {
  /// The expression as typed.
  public let text: String
  let steps: [Step]
  let table: ExpressionTable?

  /// What the machine does next.
  enum Step: Sendable, Hashable {
    /// Takes one character of the set.
    case take(CharacterSet128)
    /// Goes on only at the beginning of the text.
    case begin
    /// Goes on only at the end.
    case end
    /// Goes on at both places.
    case split(Int32, Int32)
    /// Goes on there.
    case jump(Int32)
    /// The text matches.
    case match
  }

  /// Why an expression is refused.
  public enum Failure: Error, Sendable, Equatable {
    /// It ends inside parentheses, brackets or behind `\`, or they do not match.
    case unbalanced
    /// `*`, `+` or `?` with nothing in front.
    case nothingToRepeat
    /// A reference back.
    case reference
    /// Longer or deeper than our limits, or not ASCII.
    case limit
  }

  /// Compiles `text`.
  public init(_ text: String) throws(Failure) {
    guard text.utf8.count <= Limits.expressionBytes, text.utf8.allSatisfy({ $0 < 128 }) else { throw .limit }
    var reader = ExpressionReader(Array(text.utf8))
    let tree = try reader.readAll()
    var writer = ExpressionWriter()
    try writer.write(tree)
    try writer.append(.match)
    (self.text, self.steps, table) = (text, writer.steps, ExpressionTable(writer.steps))
  }

  public static func == (a: PathExpression, b: PathExpression) -> Bool { a.text == b.text }
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// A set of ASCII characters.
struct CharacterSet128: Sendable, Hashable {
  private(set) var low: UInt64 = 0
  private(set) var high: UInt64 = 0

  init() {}
  init(_ characters: some Sequence<UInt8>) { for one in characters { insert(one) } }

  /// All of them.
  static let all = CharacterSet128().inverted
  /// What `_` stands for beside the ends.
  static let delimiters = CharacterSet128(" ,{}()[]".utf8)

  var inverted: CharacterSet128 {
    var out = self
    (out.low, out.high) = (~low, ~high)
    return out
  }

  mutating func insert(_ character: UInt8) {
    if character < 64 { low |= 1 << UInt64(character) } else if character < 128 { high |= 1 << UInt64(character - 64) }
  }

  func contains(_ character: UInt8) -> Bool {
    character < 64 ? low >> UInt64(character) & 1 == 1 : character < 128 && high >> UInt64(character - 64) & 1 == 1
  }
}

/// An expression as a tree.
indirect enum ExpressionTree {
  case characters(CharacterSet128)
  case begin
  case end
  /// `_`
  case boundary
  case sequence([ExpressionTree])
  case either([ExpressionTree])
  case repeated(ExpressionTree, atLeastOnce: Bool, atMostOnce: Bool)
}

/// Reads an expression.
struct ExpressionReader {
  private let text: [UInt8]
  private var position = 0
  private var depth = 0

  init(_ text: [UInt8]) { self.text = text }

  mutating func readAll() throws(PathExpression.Failure) -> ExpressionTree {
    let tree = try readEither()
    guard position == text.count else { throw .unbalanced }
    return tree
  }

  private mutating func readEither() throws(PathExpression.Failure) -> ExpressionTree {
    var all = [try readSequence()]
    while peek == UInt8(ascii: "|") {
      position += 1
      all.append(try readSequence())
    }
    return all.count == 1 ? all[0] : .either(all)
  }

  private mutating func readSequence() throws(PathExpression.Failure) -> ExpressionTree {
    var all: [ExpressionTree] = []
    while let next = peek, next != UInt8(ascii: "|"), next != UInt8(ascii: ")") {
      var one = try readOne()
      while let repeated = readRepetition(of: one) { one = repeated }
      all.append(one)
    }
    return .sequence(all)
  }

  private var peek: UInt8? { position < text.count ? text[position] : nil }

  private mutating func readRepetition(of one: ExpressionTree) -> ExpressionTree? {
    switch peek {
    case UInt8(ascii: "*"):
      position += 1
      return .repeated(one, atLeastOnce: false, atMostOnce: false)
    case UInt8(ascii: "+"):
      position += 1
      return .repeated(one, atLeastOnce: true, atMostOnce: false)
    case UInt8(ascii: "?"):
      position += 1
      return .repeated(one, atLeastOnce: false, atMostOnce: true)
    default: return nil
    }
  }

  private mutating func readOne() throws(PathExpression.Failure) -> ExpressionTree {
    guard let character = peek else { throw .unbalanced }
    position += 1
    switch character {
    case UInt8(ascii: "^"): return .begin
    case UInt8(ascii: "$"): return .end
    case UInt8(ascii: "_"): return .boundary
    case UInt8(ascii: "."): return .characters(.all)
    case UInt8(ascii: "["): return .characters(try readSet())
    case UInt8(ascii: "("): return try readGroup()
    case UInt8(ascii: "\\"): return .characters(CharacterSet128([try readEscaped()]))
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): throw .nothingToRepeat
    default: return .characters(CharacterSet128([character]))
    }
  }

  private mutating func readGroup() throws(PathExpression.Failure) -> ExpressionTree {
    guard depth < Limits.expressionDepth else { throw .limit }
    depth += 1
    let inside = try readEither()
    depth -= 1
    guard peek == UInt8(ascii: ")") else { throw .unbalanced }
    position += 1
    return inside
  }

  private mutating func readEscaped() throws(PathExpression.Failure) -> UInt8 {
    guard let character = peek else { throw .unbalanced }
    guard !(UInt8(ascii: "1")...UInt8(ascii: "9")).contains(character) else { throw .reference }
    position += 1
    return character
  }

  /// Behind `[`: characters and ranges up to `]`; a `]` that comes first is one of them.
  private mutating func readSet() throws(PathExpression.Failure) -> CharacterSet128 {
    let isInverted = peek == UInt8(ascii: "^")
    if isInverted { position += 1 }
    var out = CharacterSet128()
    var isFirst = true
    while let character = peek, isFirst || character != UInt8(ascii: "]") {
      isFirst = false
      position += 1
      let low = character == UInt8(ascii: "\\") ? try readEscaped() : character
      guard peek == UInt8(ascii: "-"), position + 1 < text.count, text[position + 1] != UInt8(ascii: "]") else {
        out.insert(low)
        continue
      }
      let high = text[position + 1]
      position += 2
      guard low <= high else { throw .unbalanced }
      for one in low...high { out.insert(one) }
    }
    guard peek != nil else { throw .unbalanced }
    position += 1
    return isInverted ? out.inverted : out
  }
}

/// Writes the steps of a tree.
struct ExpressionWriter {
  private(set) var steps: [PathExpression.Step] = []

  private var here: Int32 { Int32(steps.count) }

  mutating func append(_ step: PathExpression.Step) throws(PathExpression.Failure) {
    guard steps.count < Limits.expressionSteps else { throw .limit }
    steps.append(step)
  }

  mutating func write(_ tree: ExpressionTree) throws(PathExpression.Failure) {
    switch tree {
    case .characters(let set): try append(.take(set))
    case .begin: try append(.begin)
    case .end: try append(.end)
    case .boundary: try write(.either([.characters(.delimiters), .begin, .end]))
    case .sequence(let all): for one in all { try write(one) }
    case .either(let all): try writeEither(all[...])
    case .repeated(let one, let atLeastOnce, let atMostOnce): try writeRepeated(one, atLeastOnce, atMostOnce)
    }
  }

  private mutating func writeEither(_ all: ArraySlice<ExpressionTree>) throws(PathExpression.Failure) {
    var exits: [Int] = []
    for (i, one) in zip(all.indices, all) {
      guard i < all.endIndex - 1 else {
        try write(one)
        break
      }
      let split = steps.count
      try append(.split(here + 1, 0))
      try write(one)
      exits.append(steps.count)
      try append(.jump(0))
      steps[split] = .split(Int32(split + 1), here)
    }
    for exit in exits { steps[exit] = .jump(here) }
  }

  private mutating func writeRepeated(
    _ one: ExpressionTree, _ atLeastOnce: Bool, _ atMostOnce: Bool
  ) throws(PathExpression.Failure) {
    let start = steps.count
    if atLeastOnce {
      try write(one)
      try append(.split(Int32(start), here + 1))
      return
    }
    try append(.split(here + 1, 0))
    try write(one)
    if !atMostOnce { try append(.jump(Int32(start))) }
    steps[start] = .split(Int32(start + 1), here)
  }
}
