// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Our program as a node without a terminal, in a namespace.
final class NodeProcess: Sendable {
  let namespace: Namespace
  let socket: String
  private let client: NodeClient
  private let process: BackgroundProcess

  /// Starts it with this configuration, as the last words of the command `wrapper`; `ready` waits for it.
  init(
    in namespace: Namespace, configuration: String, directory: URL, name: String, options: [String] = [], under wrapper: [String] = []
  ) throws {
    self.namespace = namespace
    let program = try Program.required()
    socket = directory.appending(path: "\(name).sock").path
    client = NodeClient(program: program, socket: socket)
    let file = directory.appending(path: "\(name).conf")
    try Data(configuration.utf8).write(to: file)
    // It may hold a key, and then nobody else may read it.
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    process = try namespace.start(wrapper + [program, "run", file.path, "--headless", "--socket", socket] + options)
  }

  var identifier: Int32 { process.identifier }
  var isRunning: Bool { process.isRunning }
  /// What it has printed.
  var output: String { process.output() }

  /// Waits until it answers on its socket.
  func ready(timeout: Duration = .seconds(15)) async throws {
    try await client.ready(timeout: timeout) { self.output }
  }

  /// A command of the node's, or several separated by ` ; `; how it ended.
  func attempt(_ command: String, timeout: Duration = .seconds(10)) async throws -> ShellResult {
    try await client.attempt(command, timeout: timeout)
  }

  /// The output of a command that succeeds.
  @discardableResult
  func exec(_ command: String, timeout: Duration = .seconds(10)) async throws -> String {
    try await client.exec(command, timeout: timeout)
  }

  func signal(_ number: Int32) { process.signal(number) }

  /// Asks it to end; its exit status.
  @discardableResult
  func stop() async -> Int32 { await process.stop(grace: .seconds(10)) }

  /// Ends it without asking.
  func kill() async { await process.kill() }

  func removeLog() { process.removeLog() }
}

/// A running node as its socket shows it, whoever started it.
struct NodeClient: Sendable {
  let program: String
  let socket: String

  /// A command, or several separated by ` ; `; how it ended.
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

  /// Waits until it answers.
  func ready(timeout: Duration = .seconds(15), lastSeen: () async -> String = { "" }) async throws {
    try await eventually("the node answers on \(socket)", timeout: timeout, lastSeen: lastSeen) {
      try await attempt("show clock").status == 0
    }
  }

  /// The processes that were given this socket on their command line: the node when `isHeadless`, else consoles.
  func processes(isHeadless: Bool) -> [Int32] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let executable = URL(filePath: program).resolvingSymlinksInPath().path
    return all.compactMap { Int32($0) }.filter { identifier in
      let line = (try? Data(contentsOf: URL(filePath: "/proc/\(identifier)/cmdline"))) ?? Data()
      let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      let runs = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(identifier)/exe")
      return runs == executable && words.contains(socket) && words.contains("--headless") == isHeadless
    }.sorted()
  }

  /// Ends the node and waits until it is gone.
  func stop() async {
    for identifier in processes(isHeadless: true) { Foundation.kill(identifier, SIGTERM) }
    try? await eventually("the node ends") { processes(isHeadless: true).isEmpty }
    for identifier in processes(isHeadless: true) { Foundation.kill(identifier, SIGKILL) }
  }
}
