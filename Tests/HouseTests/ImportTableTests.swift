// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// The floors of the house: who may import whom, as `docs/architecture.md` draws it.
@Suite("Imports follow the plan")
struct ImportTableTests {
  /// No operating system below NodeRuntime: that is what lets a thousand nodes run in one process on a virtual clock.
  static let pureTargets: Set<String> = ["Wire", "ProtocolKit", "CommandGrammar", "Interfaces", "Policy", "Routing", "DataPlane", "NHRP"]
  static let systemModules: Set<String> = ["Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Synchronization", "Swift"]
  static let systemModulesOfPureTargets: Set<String> = ["Synchronization", "Swift"]

  @Test("every directory under Sources has a row in the table, and every row a directory")
  func rowsAndDirectories() throws {
    let table = try ImportTable()
    let targets = Set(try Repository.targets())
    for target in targets.subtracting(table.rows.keys).sorted() {
      Issue.record("docs/architecture.md: Sources/\(target) has no row in the table of imports")
    }
    for row in Set(table.rows.keys).subtracting(targets).sorted() {
      Issue.record(
        "docs/architecture.md:\(table.lines[row] ?? 0): \(row) is in the table, but there is no Sources/\(row); a target exists when something is in it"
      )
    }
  }

  @Test("Package.swift depends on what the table says, no more and no less")
  func manifest() throws {
    let table = try ImportTable(), manifest = try PackageManifest()
    #expect(!manifest.dependencies.isEmpty)
    for (target, allowed) in table.rows.sorted(by: { $0.key < $1.key }) {
      guard let actual = manifest.dependencies[target] else {
        Issue.record("Package.swift: no target \(target), which docs/architecture.md:\(table.lines[target] ?? 0) has")
        continue
      }
      let extra = actual.subtracting(allowed).sorted(), lacking = allowed.subtracting(actual).sorted()
      if !extra.isEmpty {
        Issue.record("Package.swift: \(target) depends on \(extra.joined(separator: ", ")), which its row does not allow")
      }
      if !lacking.isEmpty {
        Issue.record(
          "docs/architecture.md:\(table.lines[target] ?? 0): \(target) may import \(lacking.joined(separator: ", ")), which Package.swift does not give it"
        )
      }
    }
    for target in Set(manifest.dependencies.keys).subtracting(table.rows.keys).sorted() {
      Issue.record("Package.swift: \(target) has no row in docs/architecture.md")
    }
  }

  @Test("every import line is allowed by its target's row")
  func imports() throws {
    let table = try ImportTable()
    let importLine =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
    for file in try Repository.swiftFiles(in: "Sources") {
      let system = Self.pureTargets.contains(file.target) ? Self.systemModulesOfPureTargets : Self.systemModules
      let allowed = (table.rows[file.target] ?? []).union(system)
      for (index, line) in file.codeLines.enumerated() {
        guard let match = line.firstMatch(of: importLine), !allowed.contains(String(match.1)) else { continue }
        Issue.record(
          "\(file.path):\(index + 1): \(file.target) may not import \(match.1) (table in docs/architecture.md; system modules in ImportTableTests)"
        )
      }
    }
  }

  @Test("no clock, task, printing or unseeded randomness where time and randomness are arguments")
  func determinism() throws {
    let banned: [(Regex<Substring>, String)] = [
      (/\b(?:ContinuousClock|SuspendingClock)\b/, "time is an argument (`Instant`)"),
      (/\bDate\s*\(/, "time is an argument (`Instant`)"),
      (/\bTask\s*(?:[{.<(]|\.detached)/, "a node has no thread and no loop of its own"),
      (/(?:^|[^.\w])print\s*\(/, "output is an effect or a journal record"),
      (
        /\.random\s*\(|\.randomElement\s*\(|\.shuffled?\s*\(|\bSystemRandomNumberGenerator\b/,
        "randomness comes from the turn's `RandomSource`"
      ),
    ]
    for file in try Repository.swiftFiles(in: "Sources") where Self.pureTargets.contains(file.target) || file.target == "NodeRuntime" {
      for (index, line) in file.codeLines.enumerated() {
        for (pattern, reason) in banned {
          guard let match = line.firstMatch(of: pattern), !isInnocent(line) else { continue }
          Issue.record("\(file.path):\(index + 1): `\(match.0.trimmingCharacters(in: .whitespaces))`: \(reason)")
        }
      }
    }
  }

  /// `using:` hands in a generator, which here can only be a seeded one; and a function may be called like what is banned.
  private func isInnocent(_ line: String) -> Bool { line.contains("using:") || line.contains("func ") }
}
