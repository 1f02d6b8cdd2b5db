// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// The documents promise only what is there.
@Suite("Documents name what exists")
struct PromiseTests {
  /// A piece of a document that shows something to type: a span between backticks, or a line of a fenced block.
  struct Snippet {
    let path: String
    let line: Int
    let text: String
  }

  static func documents() -> [String] {
    ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] + Repository.files(in: "docs", endings: ["md"])
  }

  static func snippets() throws -> [Snippet] {
    var found: [Snippet] = []
    for path in documents() {
      var isFenced = false
      for (index, line) in try Repository.text(path).components(separatedBy: "\n").enumerated() {
        if line.trimmingCharacters(in: .whitespaces).hasPrefix("```") {
          isFenced.toggle()
          continue
        }
        let texts = isFenced ? [line] : line.matches(of: /`([^`]+)`/).map { String($0.1) }
        found += texts.map { Snippet(path: path, line: index + 1, text: $0.trimmingCharacters(in: .whitespaces)) }
      }
    }
    return found
  }

  @Test("every make target that a document names is in the Makefile")
  func makeTargets() throws {
    let targets = Set(try Repository.text("Makefile").matches(of: /(?m)^([a-z][a-z-]*):/).map { String($0.1) })
    for snippet in try Self.snippets() {
      for match in snippet.text.matches(of: /\bmake ([a-z][a-z-]*)/) where !targets.contains(String(match.1)) {
        Issue.record("\(snippet.path):\(snippet.line): `make \(match.1)` is no target of the Makefile")
      }
    }
  }

  @Test("every subcommand that a document names is in the program")
  func subcommands() throws {
    let commands = try Self.subcommandsOfTheProgram()
    for snippet in try Self.snippets() {
      guard let match = snippet.text.firstMatch(of: /^(?:\$ |# |sudo )*(?:[\w.\/]*\/)?dmvpn ([a-z][a-z-]*)/),
        !commands.contains(String(match.1))
      else { continue }
      Issue.record("\(snippet.path):\(snippet.line): `dmvpn \(match.1)` is no subcommand")
    }
  }

  /// Subcommands by their `commandName`, or by the name of a type that conforms to the parser's protocol.
  static func subcommandsOfTheProgram() throws -> Set<String> {
    var commands: Set<String> = ["help"]
    for file in try Repository.swiftFiles(in: "Sources/dmvpn") {
      let text = file.lines.joined(separator: "\n")
      commands.formUnion(text.matches(of: /commandName:\s*"([\w-]+)"/).map { String($0.1) })
      commands.formUnion(text.matches(of: /struct\s+(\w+?)(?:Command)?\s*:[^{]*ParsableCommand/).map { $0.1.lowercased() })
    }
    return commands
  }

  @Test("every file that README links to is there")
  func links() throws {
    for path in Self.documents() {
      let directory = URL(filePath: path, relativeTo: Repository.root).deletingLastPathComponent()
      for match in try Repository.text(path).matches(of: /\]\(([^)#:\s]+)(?:#[^)]*)?\)/) {
        let target = directory.appending(path: String(match.1))
        if !FileManager.default.fileExists(atPath: target.path) { Issue.record("\(path): links to \(match.1), which is not there") }
      }
    }
  }

  @Test("every script that the Makefile calls is there and can be run")
  func scripts() throws {
    for match in try Repository.text("Makefile").matches(of: /\bscripts\/([\w-]+)/) {
      let path = Repository.root.appending(path: "scripts/\(match.1)").path
      if !FileManager.default.isExecutableFile(atPath: path) { Issue.record("Makefile: scripts/\(match.1) is not there or not executable") }
    }
  }
}
