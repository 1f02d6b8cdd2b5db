// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// A user-mode-linux guest (`Tests/Guest/guest`), spoken to through files in its control directory.
final class Guest: Sendable {
  let name: String
  private let control: URL
  private let process: BackgroundProcess

  /// Where the guest's scripts are: the guest sees them under the same path.
  static let scripts = Program.root.appending(path: "Tests/Guest")

  /// How long a guest may take to boot, and to start its daemons: seconds each, but a minute and more on a machine with ten times the work
  /// that it has processors for.
  static let bootLimit = Duration.seconds(180)

  /// Starts booting it; its `eth0` is the TAP `tap` of `namespace`.
  init(name: String, control: URL, namespace: Namespace, tap: String) throws {
    self.name = name
    self.control = control
    try FileManager.default.createDirectory(at: control, withIntermediateDirectories: true)
    process = try BackgroundProcess([
      "bash", Self.scripts.appending(path: "guest").path, "--name", name, "--tap", "\(namespace.name)/\(tap)", "--control", control.path,
      "--timeout", "900",
    ])
  }

  /// Waits until it takes commands.
  func ready(timeout: Duration = bootLimit) async throws {
    let file = control.appending(path: "ready").path
    try await eventually("guest \(name) is up", timeout: timeout, lastSeen: { self.process.output() }) {
      guard self.process.isRunning else { return false }
      return FileManager.default.fileExists(atPath: file)
    }
  }

  /// Runs a command as root in it, however it ends; other commands may run at the same time.
  func attempt(_ command: String, timeout: Duration = .seconds(30)) async throws -> ShellResult {
    let stem = control.appending(path: UUID().uuidString).path
    try Data((command + "\n").utf8).write(to: URL(filePath: stem + ".new"))
    try FileManager.default.moveItem(atPath: stem + ".new", toPath: stem + ".cmd")
    let output = { (try? Data(contentsOf: URL(filePath: stem + ".out"))).map { String(decoding: $0, as: UTF8.self) } ?? "" }
    do {
      try await eventually("`\(command)` ends in guest \(name)", timeout: timeout, every: .milliseconds(10), lastSeen: output) {
        FileManager.default.fileExists(atPath: stem + ".rc")
      }
    } catch is TimedOut {
      return ShellResult(status: Shell.timedOutStatus, output: output())
    }
    let status = try String(contentsOfFile: stem + ".rc", encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    return ShellResult(status: Int32(status) ?? -1, output: output())
  }

  /// The same, but a status other than 0 is an error.
  @discardableResult
  func run(_ command: String, timeout: Duration = .seconds(30)) async throws -> String {
    let result = try await attempt(command, timeout: timeout)
    guard result.status == 0 else { throw ShellFailure(command: "\(name): \(command)", result: result) }
    return result.output
  }

  /// Commands of FRR's shell; their output.
  func vtysh(_ commands: String...) async throws -> String { try await vtysh(commands) }

  func vtysh(_ commands: [String]) async throws -> String {
    try await run("vtysh " + commands.map { "-c \(Shell.quote($0))" }.joined(separator: " ") + " 2>/dev/null")
  }

  /// Ends it, however busy it is.
  func stop() async {
    try? Data().write(to: control.appending(path: "stop"))
    if await process.wait(timeout: .seconds(3)) == nil { await process.stop() }
    process.removeLog()
  }
}
