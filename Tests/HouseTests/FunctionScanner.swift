// SPDX-License-Identifier: GPL-3.0-or-later

/// A function found in a source file.
struct FoundFunction {
  let path: String
  let line: Int
  let name: String
  /// From the line of the keyword to the line of the closing brace.
  let lineCount: Int
}

/// Finds functions by counting braces: enough for code that a formatter has laid out, and quick.
struct FunctionScanner {
  private let file: SwiftFile
  private let code: [UInt8]

  init(_ file: SwiftFile) {
    self.file = file
    code = file.code
  }

  func functions() -> [FoundFunction] {
    var found: [FoundFunction] = []
    var line = 1, position = 0
    while position < code.count {
      if code[position] == UInt8(ascii: "\n") { line += 1 }
      if let keyword = declaration(at: position), let body = bodyRange(from: position + keyword.count) {
        let newlines = code[position..<body.upperBound].count { $0 == UInt8(ascii: "\n") }
        found.append(FoundFunction(path: file.path, line: line, name: name(after: position, keyword), lineCount: newlines + 1))
      }
      position += 1
    }
    return found
  }

  /// The keyword of a function's declaration that stands at `position`. A call of an initializer has a dot before it.
  private func declaration(at position: Int) -> String? {
    guard isBoundary(position - 1), position == 0 || code[position - 1] != UInt8(ascii: ".") else { return nil }
    for keyword in ["func", "init", "deinit", "subscript"] where matches(keyword, at: position) {
      let next = position + keyword.utf8.count
      if keyword == "func", isBoundary(next) { return keyword }
      if keyword == "deinit", isBoundary(next) { return keyword }
      if keyword == "init" || keyword == "subscript", next < code.count, "(<?!".utf8.contains(code[next]) { return keyword }
    }
    return nil
  }

  private func matches(_ word: String, at position: Int) -> Bool {
    let bytes = Array(word.utf8)
    return position + bytes.count <= code.count && code[position..<position + bytes.count].elementsEqual(bytes)
  }

  private func isBoundary(_ position: Int) -> Bool {
    guard position >= 0, position < code.count else { return true }
    return !Self.isWord(code[position])
  }

  static func isWord(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A)
      || byte >= 0x80
  }

  /// Where the body stands; nil for a requirement of a protocol, which has none.
  private func bodyRange(from start: Int) -> Range<Int>? {
    var depth = 0, position = start
    while position < code.count {
      switch code[position] {
      case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "{") where depth == 0: return position..<end(ofBraceAt: position)
      case UInt8(ascii: "}") where depth == 0, UInt8(ascii: ";") where depth == 0: return nil
      case UInt8(ascii: "\n") where depth == 0 && !continues(after: position): return nil
      default: break
      }
      if depth < 0 { return nil }
      position += 1
    }
    return nil
  }

  /// Whether the next line goes on with the same signature.
  private func continues(after newline: Int) -> Bool {
    var position = newline
    while position < code.count, code[position] == UInt8(ascii: "\n") || code[position] == UInt8(ascii: " ") { position += 1 }
    return ["->", "where", "throws", "async", "{", "("].contains { matches($0, at: position) }
  }

  private func end(ofBraceAt opening: Int) -> Int {
    var depth = 0, position = opening
    while position < code.count {
      if code[position] == UInt8(ascii: "{") { depth += 1 }
      if code[position] == UInt8(ascii: "}") { depth -= 1 }
      position += 1
      if depth == 0 { return position }
    }
    return position
  }

  private func name(after position: Int, _ keyword: String) -> String {
    guard keyword == "func" else { return keyword }
    let rest = code[(position + 4)...].drop { $0 == UInt8(ascii: " ") }
    return String(decoding: rest.prefix { $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
