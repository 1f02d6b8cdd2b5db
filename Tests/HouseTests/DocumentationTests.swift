// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// Every public name says what it is.
@Suite("Public declarations are documented")
struct DocumentationTests {
  /// Members that a protocol of the language explains already.
  static let witnesses: Set<String> = [
    "description", "debugDescription", "hash", "encode", "rawValue", "id", "makeIterator", "startIndex", "endIndex", "allCases", "body",
    "errorDescription", "hashValue", "stringValue", "intValue", "customMirror",
  ]

  @Test("a doc comment stands above every public type, function and property")
  func documentation() throws {
    for file in try Repository.swiftFiles(in: "Sources") {
      for (index, line) in file.codeLines.enumerated() {
        guard let declaration = PublicDeclaration(line), !declaration.explainsItself, !hasDocumentation(above: index, in: file) else { continue }
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

  init?(_ line: String) {
    let modifiers = #"(?:@\w+(?:\([^)]*\))?\s+|(?:final|static|class|mutating|nonmutating|consuming|borrowing|nonisolated|indirect|override|lazy|weak|unowned|convenience|required|isolated|distributed)(?:\(\w+\))?\s+|(?:private|internal|fileprivate|package)\(set\)\s+)*"#
    let pattern = #"^\s*"# + modifiers + #"(?:public|open)\s+"# + modifiers
      + #"(struct|class|enum|protocol|actor|func|var|let|typealias|subscript|macro|associatedtype)\b\s*([^\s(<:={]*)"#
    guard let regex = try? Regex(pattern, as: (Substring, Substring, Substring).self), let match = line.firstMatch(of: regex) else { return nil }
    (kind, name) = (String(match.1), String(match.2))
  }

  /// An operator, or a witness that a protocol of the language explains.
  var explainsItself: Bool {
    if kind == "func", let first = name.unicodeScalars.first, !(first.properties.isAlphabetic || first == "_" || first == "`") { return true }
    return DocumentationTests.witnesses.contains(name)
  }
}
