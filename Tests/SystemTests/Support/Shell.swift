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
