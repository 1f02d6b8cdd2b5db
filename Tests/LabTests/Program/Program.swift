// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// The program under test, and what else a test may find on the machine.
enum Program {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Where it is; nil when there is none.
  static let path: String? = {
    let built: [String] = ["release", "debug"].map { root.appending(path: ".build/\($0)/dmvpn").path }
    let named = ProcessInfo.processInfo.environment["DMVPN_EXECUTABLE"].map { [$0] } ?? []
    return (named + built).first { access($0, X_OK) == 0 }
  }()

  static let tshark: String? = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map { "\($0)/tshark" }.first { access($0, X_OK) == 0 }
  }()

  /// What a process said and how it ended.
  struct Ending {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Runs a program to its end. What it says goes through files, so that it never waits for a reader.
  static func run(_ program: String, _ arguments: [String]) throws -> Ending {
    let scratch = try Scratch()
    let (output, errors) = (scratch.path("output"), scratch.path("errors"))
    for file in [output, errors] { FileManager.default.createFile(atPath: file, contents: nil) }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    process.waitUntilExit()
    return Ending(status: process.terminationStatus, output: try text(output), errors: try text(errors))
  }

  /// Runs the program under test; its status must be 0.
  static func lab(_ arguments: String...) throws -> String {
    let ending = try run(try #require(path), arguments)
    try #require(ending.status == 0, "\(arguments): \(ending.errors)")
    return ending.output
  }

  private static func text(_ file: String) throws -> String { String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self) }
}

/// A directory that goes away with its owner.
final class Scratch {
  private let directory: URL

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "dmvpn-labtests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  func path(_ name: String) -> String { directory.appending(path: name).path }
}

/// A missing need where all tests are demanded (`DMVPN_TEST_ALL=1`).
struct MissingNeed: Error, CustomStringConvertible {
  let what: String
  var description: String { "missing: \(what)" }
}

extension Trait where Self == ConditionTrait {
  /// The test runs where the built program is. Elsewhere it says so and is skipped, or fails when `DMVPN_TEST_ALL=1`.
  static var needsProgram: Self { needs("the built program (DMVPN_EXECUTABLE, or .build/release/dmvpn)") { Program.path != nil } }
  static var needsTshark: Self { needs("tshark") { Program.tshark != nil } }

  private static func needs(_ what: String, _ isThere: @escaping @Sendable () -> Bool) -> Self {
    .enabled("needs \(what)") {
      if isThere() { return true }
      if ProcessInfo.processInfo.environment["DMVPN_TEST_ALL"] == "1" { throw MissingNeed(what: what) }
      print("skipped, because \(what) is missing")
      return false
    }
  }
}
