// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Our program as a node without a terminal, in a namespace.
final class NodeProcess: Sendable {
  let namespace: Namespace
  let socket: String
  private let program: String
  private let process: BackgroundProcess

  /// Starts it with this configuration; `ready` waits for it.
  init(in namespace: Namespace, configuration: String, directory: URL, name: String, options: [String] = []) throws {
    self.namespace = namespace
    program = try Program.required()
    socket = directory.appending(path: "\(name).sock").path
    let file = directory.appending(path: "\(name).conf")
    try Data(configuration.utf8).write(to: file)
    process = try namespace.start([program, "run", file.path, "--headless", "--socket", socket] + options)
  }

  var identifier: Int32 { process.identifier }
  var isRunning: Bool { process.isRunning }
  /// What it has printed.
  var output: String { process.output() }

  /// Waits until it answers on its socket.
  func ready(timeout: Duration = .seconds(15)) async throws {
    try await eventually("the node answers on \(socket)", timeout: timeout, lastSeen: { self.output }) {
      try await self.attempt("show clock").status == 0
    }
  }

  /// A command of the node's, or several separated by ` ; `; how it ended.
  func attempt(_ command: String, timeout: Duration = .seconds(10)) async throws -> ShellResult {
    try await Shell.attempt("\(Shell.quote(program)) exec \(Shell.quote(command)) --socket \(Shell.quote(socket))", timeout: timeout)
  }

  /// The output of a command that succeeds.
  @discardableResult
  func exec(_ command: String, timeout: Duration = .seconds(10)) async throws -> String {
    let result = try await attempt(command, timeout: timeout)
    guard result.status == 0 else { throw ShellFailure(command: command, result: result) }
    return result.output
  }

  func signal(_ number: Int32) { process.signal(number) }

  /// Asks it to end; its exit status.
  @discardableResult
  func stop() async -> Int32 { await process.stop(grace: .seconds(10)) }

  /// Ends it without asking.
  func kill() async { await process.kill() }

  func removeLog() { process.removeLog() }
}
