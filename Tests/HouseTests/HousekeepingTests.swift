// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// What must not be found in the house.
@Suite("The house is clean")
struct HousekeepingTests {
  static let proseAndScripts = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", ".ci/run", "Package.swift"]

  /// Everything written by hand.
  static func everything() -> [String] {
    let trees = ["Sources", "Tests", "docs", "config", "dist", "themes", "Benchmarks", "Fuzz"]
      .flatMap { Repository.files(in: $0, endings: ["swift", "c", "h", "md", "conf", "service", "yaml", "bash"]) }
    return trees + scripts() + proseAndScripts
  }

  static func scripts() -> [String] {
    ["scripts", "Tests/Guest"].flatMap { directory in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: Repository.root.appending(path: directory).path)) ?? []
      return names.filter { !$0.hasSuffix(".bash") && !$0.hasPrefix(".") }.sorted().map { "\(directory)/\($0)" }
    }
  }

  @Test("no leftover marks")
  func marks() throws {
    // Written in two pieces, so that this file does not find itself.
    let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "un" + "implemented"]
    let pattern = try Regex(#"\b(?:"# + marks.joined(separator: "|") + #")\b"#)
    try report(pattern, in: Self.everything()) { "leftover mark `\($0)`" }
  }

  @Test("no paths of anybody's machine")
  func machinePaths() throws {
    let roots = ["wo" + "rk", "ho" + "me", "Us" + "ers"]
    try report(Regex(#"(?:^|[^\w.\-*/}])/(?:"# + roots.joined(separator: "|") + #")/"#), in: Self.everything()) {
      "path `\($0)` is of one machine"
    }
    let temporary = try Regex(#"(?:^|[^\w.\-*/}])/"# + "tmp/")
    try report(temporary, in: Self.everything().filter { !$0.hasPrefix("Tests/") }) {
      "path `\($0)`: a program asks for its temporary directory"
    }
  }

  private func report(_ pattern: Regex<AnyRegexOutput>, in paths: [String], _ reason: (Substring) -> String) throws {
    for path in paths {
      for (index, line) in try Repository.text(path).components(separatedBy: "\n").enumerated() {
        guard let match = line.firstMatch(of: pattern) else { continue }
        Issue.record("\(path):\(index + 1): \(reason(line[match.range]))")
      }
    }
  }

  @Test("no type's name ends in a word that says nothing")
  func typeNames() throws {
    let pattern =
      /\b(?:struct|class|enum|protocol|actor|typealias)\s+(\w*(?:Manager|Helper|Helpers|Util|Utils|Common|Base|Impl|Handler2))\b/
    for file in try Repository.swiftFiles(in: "Sources") + Repository.swiftFiles(in: "Tests") {
      for (index, line) in file.codeLines.enumerated() {
        guard let match = line.firstMatch(of: pattern) else { continue }
        Issue.record("\(file.path):\(index + 1): `\(match.1)`: name what it is")
      }
    }
  }

  @Test("no type has the name of its module")
  func moduleNames() throws {
    for file in try Repository.swiftFiles(in: "Sources") {
      for (index, line) in file.codeLines.enumerated() {
        guard let match = line.firstMatch(of: /\b(?:struct|class|enum|protocol|actor)\s+(\w+)/), String(match.1) == file.target else {
          continue
        }
        Issue.record("\(file.path):\(index + 1): `\(match.1)` is the module's name too; qualified names break")
      }
    }
  }

  @Test("every source file and script names its licence at the top")
  func licences() throws {
    let sources = ["Sources", "Tests"].flatMap { Repository.files(in: $0, endings: ["swift", "c", "h", "bash"]) }
    for path in sources + Self.scripts() + ["Package.swift", "Makefile", ".ci/run"] {
      let head = try Repository.text(path).components(separatedBy: "\n").prefix(3).joined(separator: "\n")
      if !head.contains("SPDX-License-Identifier: GPL-3.0-or-later") {
        Issue.record("\(path):1: no `SPDX-License-Identifier: GPL-3.0-or-later` in the first three lines")
      }
    }
  }

  @Test("no test reaches into a module's internals")
  func testableImports() throws {
    let attribute = "@" + "testable"
    for file in try Repository.swiftFiles(in: "Tests") {
      for (index, line) in file.codeLines.enumerated() where line.contains(attribute + " import") {
        Issue.record("\(file.path):\(index + 1): \(attribute) would compile every module twice; test what is public or package")
      }
    }
  }
}
