// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// Holds the table of RFC 2332's MUSTs against the tests there are.
struct RFC2332MustTests {
  /// All tests of this target, `Suite.function`, read from its sources.
  private static let existing: Set<String> = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    var found = Set<String>()
    for folder in ["Engine", "Messages"] {
      let files = (try? FileManager.default.contentsOfDirectory(at: root.appending(path: folder), includingPropertiesForKeys: nil)) ?? []
      for file in files where file.pathExtension == "swift" { found.formUnion(tests(in: (try? String(contentsOf: file, encoding: .utf8)) ?? "")) }
    }
    return found
  }()

  /// The functions that follow a `@Test` in the suite above them.
  private static func tests(in source: String) -> [String] {
    var (suite, isTest, found) = ("", false, [String]())
    for line in source.split(separator: "\n").map(String.init) {
      if line.hasPrefix("struct ") { suite = name(in: line, after: "struct ") }
      if line.hasPrefix("  @Test") { isTest = true }
      if isTest, let function = line.range(of: "  func ").map({ _ in name(in: line, after: "func ") }) {
        found.append("\(suite).\(function)")
        isTest = false
      }
    }
    return found
  }

  private static func name(in line: String, after word: String) -> String {
    guard let start = line.range(of: word)?.upperBound else { return "" }
    return String(line[start...].prefix { $0.isLetter || $0.isNumber })
  }

  @Test("every row names a test that exists, or says why it has none")
  func rowsAreShown() {
    for row in Must.all {
      switch row.outcome {
      case .shown(let test): #expect(Self.existing.contains(test), "§\(row.section) \(row.sentence): \(test)")
      case .notApplicable(let reason), .deviates(let reason): #expect(reason.count > 10, "§\(row.section) \(row.sentence)")
      }
    }
  }

  @Test("no row stands twice, and every chapter that has MUSTs is there")
  func rowsAreWhole() {
    #expect(Set(Must.all.map { $0.section + $0.sentence }).count == Must.all.count)
    let sections = Set(Must.all.map(\.section))
    #expect(sections.isSuperset(of: ["5.1", "5.2.0.1", "5.2.1", "5.2.2", "5.2.3", "5.2.4", "5.2.5", "5.2.6", "5.2.7", "5.3", "5.3.1", "5.3.2", "5.3.3", "5.3.4", "6.2", "6.3"]))
    #expect(Must.all.count >= 100)
  }
}
