// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// How long things are. The figures are what well-kept Swift packages measure.
@Suite("The code keeps its shape")
struct ShapeTests {
  static let fileLineLimit = 600
  /// Files that may be longer, and why. A file that has become short again must leave the list.
  static let longFiles: [String: String] = [:]

  @Test("half of the functions have at most 8 lines, nine of ten at most 35, and at most 3 of a hundred more than 70")
  func functions() throws {
    let all = try Repository.swiftFiles(in: "Sources").flatMap { FunctionScanner($0).functions() }
    guard !all.isEmpty else { return }
    let longest = all.sorted { ($1.lineCount, $0.path, $0.line) < ($0.lineCount, $1.path, $1.line) }
      .prefix(25).map { "\($0.path):\($0.line): \($0.name) has \($0.lineCount) lines" }.joined(separator: "\n")
    let short = all.count { $0.lineCount <= 8 }, medium = all.count { $0.lineCount <= 35 }, long = all.count { $0.lineCount > 70 }
    #expect(short * 2 >= all.count, "only \(short) of \(all.count) functions have at most 8 lines; the longest:\n\(longest)")
    #expect(medium * 10 >= all.count * 9, "only \(medium) of \(all.count) functions have at most 35 lines; the longest:\n\(longest)")
    #expect(long * 100 <= all.count * 3, "\(long) of \(all.count) functions have more than 70 lines:\n\(longest)")
  }

  @Test("no file has more than 600 lines, but for the reasoned exceptions")
  func files() throws {
    for file in try Repository.swiftFiles(in: "Sources") + Repository.swiftFiles(in: "Tests") {
      let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
      if count > Self.fileLineLimit, Self.longFiles[file.path] == nil {
        Issue.record(
          "\(file.path):\(Self.fileLineLimit + 1): \(count) lines; look for the second noun in it, or give a reason in ShapeTests.longFiles"
        )
      }
      if count <= Self.fileLineLimit, Self.longFiles[file.path] != nil {
        Issue.record("\(file.path): \(count) lines; take it out of ShapeTests.longFiles")
      }
    }
    for path in Self.longFiles.keys where !FileManager.default.fileExists(atPath: Repository.root.appending(path: path).path) {
      Issue.record("ShapeTests.longFiles names \(path), which is not there")
    }
  }

  @Test("the scanner itself: nested functions, requirements, strings and comments")
  func scanner() {
    let text = """
      protocol P { func a() -> Int
        init?(b: Int)
      }
      struct S {
        init() { self.init(x: 1) } // func no() {
        func c(
          _ f: () -> Void = { }
        ) -> String
        where A == B {
          func inner() { }
          return "func no() { \\("}" + d()) {"
        }
        var e: Int { 1 }
      }
      """
    let found = FunctionScanner(SwiftFile(path: "S.swift", text: text)).functions()
    #expect(found.map(\.name) == ["init", "c", "inner"])
    #expect(found.map(\.lineCount) == [1, 7, 1])
    #expect(found.map(\.line) == [5, 6, 10])
  }
}
