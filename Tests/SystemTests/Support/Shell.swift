// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// How a command ended.
struct ShellResult: Sendable {
  let status: Int32
  /// Standard output and standard error, as they came.
  let output: String
}

/// A command that failed where it had to succeed.
struct ShellFailure: Error, CustomStringConvertible {
  let command: String
  let result: ShellResult
  var description: String { "`\(command)` ended with status \(result.status): \(result.output)" }
}

/// Runs commands of the machine.
enum Shell {
  static let timedOutStatus: Int32 = 124

  /// Runs `command` in bash; after `timeout` it is killed, with status 124.
  static func attempt(_ command: String, timeout: Duration = .seconds(30)) async throws -> ShellResult {
    let process = try BackgroundProcess(["bash", "-c", command])
    let status = await process.wait(timeout: timeout)
    if status == nil { await process.kill() }
    let output = process.output()
    process.removeLog()
    return ShellResult(status: status ?? timedOutStatus, output: output)
  }

  /// The same, but a status other than 0 is an error. Returns the output.
  @discardableResult
  static func run(_ command: String, timeout: Duration = .seconds(30)) async throws -> String {
    let result = try await attempt(command, timeout: timeout)
    guard result.status == 0 else { throw ShellFailure(command: command, result: result) }
    return result.output
  }

  /// `text` as one word of a shell command.
  static func quote(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}

/// A running program whose output goes into a file: a pipe would stay open in daemons that it leaves behind.
final class BackgroundProcess: Sendable {
  private let process = Process()
  private let log: URL

  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    log = FileManager.default.temporaryDirectory.appending(path: "dmvpn-\(UUID().uuidString).log")
    try Data().write(to: log)
    let handle = try FileHandle(forWritingTo: log)
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    try? handle.close()
  }

  var identifier: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }

  /// What it has printed so far.
  func output() -> String { (try? Data(contentsOf: log)).map { String(decoding: $0, as: UTF8.self) } ?? "" }

  func signal(_ number: Int32) { if isRunning { Foundation.kill(identifier, number) } }

  /// Its status when it ends within `timeout` (128 + n for signal n), nil when it runs on.
  func wait(timeout: Duration) async -> Int32? {
    let clock = ContinuousClock(), deadline = clock.now + timeout
    while process.isRunning {
      if clock.now >= deadline { return nil }
      try? await Task.sleep(for: .milliseconds(3))
    }
    return process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
  }

  /// Asks it to end, and makes it end when it does not listen.
  @discardableResult
  func stop(grace: Duration = .seconds(5)) async -> Int32 {
    signal(SIGTERM)
    if let status = await wait(timeout: grace) { return status }
    return await kill()
  }

  @discardableResult
  func kill() async -> Int32 {
    signal(SIGKILL)
    return await wait(timeout: .seconds(5)) ?? 128 + SIGKILL
  }

  func removeLog() { try? FileManager.default.removeItem(at: log) }
}
