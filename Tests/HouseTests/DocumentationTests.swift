// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// Every public name says what it is.
@Suite("Public declarations are documented")
struct DocumentationTests {
  /// Members that a protocol explains already: one of the language, or (the last line) `Engine`.
  static let witnesses: Set<String> = [
    "description", "debugDescription", "hash", "encode", "rawValue", "id", "makeIterator", "startIndex", "endIndex", "allCases", "body",
    "errorDescription", "hashValue", "stringValue", "intValue", "customMirror",
    "nextDeadline", "handle", "expire",
  ]

  @Test("a doc comment stands above every public type, function and property")
  func documentation() throws {
    let pattern = try PublicDeclaration.pattern()
    for file in try Repository.swiftFiles(in: "Sources") {
      for (index, line) in file.codeLines.enumerated() where line.contains("public") || line.contains("open") {
        guard let declaration = PublicDeclaration(line, pattern), !declaration.explainsItself, !hasDocumentation(above: index, in: file)
        else { continue }
        Issue.record("\(file.path):\(index + 1): public \(declaration.kind) `\(declaration.name)` has no `///` comment")
      }
    }
  }

  /// Attributes may stand between the comment and the declaration, each on a line of its own.
  private func hasDocumentation(above index: Int, in file: SwiftFile) -> Bool {
    var above = index - 1
    while above >= 0 {
      let line = file.lines[above].trimmingCharacters(in: .whitespaces)
      if line.hasPrefix("///") || line.hasSuffix("*/") { return true }
      guard line.hasPrefix("@") || line.hasPrefix("#if") || line.hasPrefix("// swift-format-ignore") else { return false }
      above -= 1
    }
    return false
  }
}

/// A line that declares something public.
struct PublicDeclaration {
  let kind: String
  let name: String

  typealias Pattern = Regex<(Substring, Substring, Substring)>

  static func pattern() throws -> Pattern {
    let modifiers = [
      #"@\w+(?:\([^)]*\))?\s+"#,
      #"(?:final|static|class|mutating|nonmutating|consuming|borrowing|nonisolated|indirect|override|lazy|weak|unowned|required)(?:\(\w+\))?\s+"#,
      #"(?:private|internal|fileprivate|package)\(set\)\s+"#,
    ].joined(separator: "|")
    let kinds = "struct|class|enum|protocol|actor|func|var|let|typealias|subscript|macro"
    return try Regex(#"^\s*(?:\#(modifiers))*(?:public|open)\s+(?:\#(modifiers))*(\#(kinds))\b\s*([^\s(:{]*)"#)
  }

  init?(_ line: String, _ pattern: Pattern) {
    guard let match = line.firstMatch(of: pattern) else { return nil }
    kind = String(match.1)
    // An operator's name may hold what ends any other name.
    name = match.2.first?.isLetter == true ? String(match.2.prefix { !"<=".contains($0) }) : String(match.2)
  }

  /// An operator, or a witness that a protocol of the language explains.
  var explainsItself: Bool {
    if kind == "func", let first = name.unicodeScalars.first, !(first.properties.isAlphabetic || first == "_" || first == "`") {
      return true
    }
    return DocumentationTests.witnesses.contains(name)
  }
}

extension DocumentationTests {
  @Test(
    "the scanner itself",
    arguments: [
      ("public struct A<B> {", "A"), ("  @inlinable public static func < (a: A, b: A) -> Bool {", "<"),
      ("  public static func ==(a: A) -> Bool", "=="),
      ("  public private(set) var count: Int", "count"), ("public final class C: D {", "C"), ("  public init() {}", nil),
      ("  var x = publicName", nil),
      ("public enum E: Int { case a }", "E"), ("  nonisolated public func f<T>(_ t: T)", "f"), ("public extension A {", nil),
    ])
  func scanner(line: String, name: String?) throws {
    #expect(try PublicDeclaration(line, PublicDeclaration.pattern())?.name == name)
  }
}
