// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// The repository as the tests see it: the directory that holds this file's `Tests`.
enum Repository {
  static let root: URL = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// Every file below `directory` with one of the endings, as paths from the root, sorted.
  static func files(in directory: String, endings: Set<String>) -> [String] {
    let base = root.appending(path: directory).path
    guard let all = FileManager.default.enumerator(atPath: base) else { return [] }
    var found: [String] = []
    for case let path as String in all where endings.contains(URL(filePath: path).pathExtension) { found.append("\(directory)/\(path)") }
    return found.sorted()
  }

  static func swiftFiles(in directory: String) throws -> [SwiftFile] {
    try files(in: directory, endings: ["swift"]).map { SwiftFile(path: $0, text: try text($0)) }
  }

  /// The directories directly under `Sources`: one per target.
  static func targets() throws -> [String] {
    let sources = root.appending(path: "Sources")
    return try FileManager.default.contentsOfDirectory(atPath: sources.path)
      .filter { (try? sources.appending(path: $0).resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true }
      .sorted()
  }
}

/// A Swift file twice: as written, and with comments and the inside of strings blanked out, line by line the same.
struct SwiftFile {
  let path: String
  let lines: [String]
  let codeLines: [String]
  /// `codeLines` joined by newlines, as bytes: what the scanners walk over.
  let code: [UInt8]

  init(path: String, text: String) {
    self.path = path
    lines = text.components(separatedBy: "\n")
    code = Blanking.blank(Array(text.utf8))
    codeLines = String(decoding: code, as: UTF8.self).components(separatedBy: "\n")
  }

  /// The target a source file belongs to: the second component of its path.
  var target: String { String(path.split(separator: "/").dropFirst().first ?? "") }

  func line(at offset: Int) -> Int { code[..<offset].reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) } }
}

/// Replaces comments and string contents by spaces; newlines stay, so offsets and lines keep their meaning.
enum Blanking {
  static func blank(_ source: [UInt8]) -> [UInt8] {
    var walker = BlankingWalker(source)
    while walker.position < source.count { walker.step() }
    return walker.output
  }
}

struct BlankingWalker {
  let source: [UInt8]
  var output: [UInt8]
  var position = 0
  /// One entry per interpolation being read: how many parentheses are open in it, and the string it returns to.
  private var interpolations: [(depth: Int, pounds: Int, isMultiline: Bool)] = []

  init(_ source: [UInt8]) {
    self.source = source
    output = source
  }

  mutating func step() {
    if starts(with: "//") {
      skipLineComment()
    } else if starts(with: "/*") {
      skipBlockComment()
    } else if let opening = stringOpening() {
      openString(opening)
    } else {
      readCode()
    }
  }

  private func starts(with text: StaticString, at offset: Int? = nil) -> Bool {
    let from = offset ?? position
    guard from + text.utf8CodeUnitCount <= source.count else { return false }
    return (0..<text.utf8CodeUnitCount).allSatisfy { source[from + $0] == text.utf8Start[$0] }
  }

  private mutating func blankOne() {
    if source[position] != UInt8(ascii: "\n") { output[position] = UInt8(ascii: " ") }
    position += 1
  }

  private mutating func skipLineComment() {
    while position < source.count, source[position] != UInt8(ascii: "\n") { blankOne() }
  }

  private mutating func skipBlockComment() {
    var depth = 0
    while position < source.count {
      if starts(with: "/*") {
        depth += 1
        blankOne()
        blankOne()
      } else if starts(with: "*/") {
        depth -= 1
        blankOne()
        blankOne()
        if depth == 0 { return }
      } else {
        blankOne()
      }
    }
  }

  /// The string that opens here, if one does: its pound signs, and whether it has three quotes.
  private func stringOpening() -> (pounds: Int, isMultiline: Bool)? {
    var at = position
    while at < source.count, source[at] == UInt8(ascii: "#") { at += 1 }
    guard at < source.count, source[at] == UInt8(ascii: "\"") else { return nil }
    return (at - position, starts(with: "\"\"\"", at: at))
  }

  private mutating func openString(_ string: (pounds: Int, isMultiline: Bool)) {
    position += string.pounds + (string.isMultiline ? 3 : 1)
    readString(pounds: string.pounds, isMultiline: string.isMultiline)
  }

  private mutating func readString(pounds: Int, isMultiline: Bool) {
    while position < source.count {
      if source[position] == UInt8(ascii: "\\"), hasPounds(pounds, at: position + 1) {
        let next = position + 1 + pounds
        if next < source.count, source[next] == UInt8(ascii: "(") {
          for _ in 0..<(2 + pounds) { blankOne() }
          interpolations.append((1, pounds, isMultiline))
          return
        }
        for _ in 0..<min(2 + pounds, source.count - position) { blankOne() }
      } else if source[position] == UInt8(ascii: "\""), !isMultiline || starts(with: "\"\"\""),
        hasPounds(pounds, at: position + (isMultiline ? 3 : 1))
      {
        position += (isMultiline ? 3 : 1) + pounds
        return
      } else {
        blankOne()
      }
    }
  }

  private func hasPounds(_ count: Int, at offset: Int) -> Bool {
    (0..<count).allSatisfy { offset + $0 < source.count && source[offset + $0] == UInt8(ascii: "#") }
  }

  /// One byte of code; inside an interpolation it also watches for the parenthesis that ends it.
  private mutating func readCode() {
    let byte = source[position]
    guard let current = interpolations.last else {
      position += 1
      return
    }
    if byte == UInt8(ascii: "(") { interpolations[interpolations.count - 1].depth += 1 }
    if byte == UInt8(ascii: ")") {
      interpolations[interpolations.count - 1].depth -= 1
      if current.depth == 1 {
        interpolations.removeLast()
        blankOne()
        readString(pounds: current.pounds, isMultiline: current.isMultiline)
        return
      }
    }
    position += 1
  }
}
