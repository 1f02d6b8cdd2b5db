// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// What `Package.swift` says about the targets, read as text: running the package manager from a test would wait for its own lock.
struct PackageManifest {
  /// Target → what it depends on: our targets, and modules of products.
  private(set) var dependencies: [String: Set<String>] = [:]

  init() throws {
    let text = try Repository.text("Package.swift")
    for kind in [#"\bfloor"#, #"\.target"#, #"\.executableTarget"#, #"\.systemLibrary"#] {
      let opening = try Regex<Substring>(kind + #"\("#)
      for match in text.matches(of: opening) { read(argumentsFrom: match.range.upperBound, of: text) }
    }
  }

  /// Reads one target from the text after its opening parenthesis; the wrappers' own definitions, which name no target, are passed over.
  private mutating func read(argumentsFrom start: String.Index, of text: String) {
    let arguments = Self.balanced(text[start...])
    guard let name = arguments.prefixMatch(of: /\s*(?:name:\s*)?"(\w+)"/) else { return }
    let rest = arguments[name.range.upperBound...]
    guard let opening = rest.firstMatch(of: /^\s*,\s*(?:dependencies:\s*)?\[/) else {
      dependencies[String(name.1)] = []
      return
    }
    let list = String(Self.balanced(rest[opening.range.upperBound...]))
    let ours = list.replacing(/package:\s*"[^"]*"/, with: "")
    dependencies[String(name.1)] = Set(ours.matches(of: /"(\w+)"/).map { String($0.1) })
  }

  /// The text up to the parenthesis or bracket that closes what is open at its start.
  static func balanced(_ text: Substring) -> Substring {
    var depth = 1
    for index in text.indices {
      if "([".contains(text[index]) { depth += 1 }
      if ")]".contains(text[index]) { depth -= 1 }
      if depth == 0 { return text[..<index] }
    }
    return text
  }
}

/// The table of `docs/architecture.md` that begins with `| target | may import |`.
struct ImportTable {
  private(set) var rows: [String: Set<String>] = [:]
  private(set) var lines: [String: Int] = [:]

  init() throws {
    var isInside = false
    for (index, line) in try Repository.text("docs/architecture.md").components(separatedBy: "\n").enumerated() {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      if cells.first == "target", cells.dropFirst().first == "may import" {
        isInside = true
        continue
      }
      guard isInside else { continue }
      guard line.hasPrefix("|"), cells.count >= 2 else { return }
      if cells[0].hasPrefix("-") || cells[0].isEmpty { continue }
      rows[cells[0]] = Set(cells[1].matches(of: /\w+/).map { String($0.0) })
      lines[cells[0]] = index + 1
    }
  }
}
