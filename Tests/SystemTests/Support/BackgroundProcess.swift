// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Synchronization

/// A running program whose output goes into a file: a pipe would stay open in daemons that it leaves behind.
///
/// Spawned here and not by Foundation's `Process`, because that hands on the signal mask of the calling thread, and the
/// threads that run tests block every signal: the child would not hear SIGTERM.
final class BackgroundProcess: Sendable {
  let identifier: Int32
  private let log: URL
  /// Its wait status, once it has been collected.
  private let ended = Mutex<Int32?>(nil)

  /// What stands on its standard input and output.
  enum Surface {
    /// Nothing, and a log.
    case log
    /// A terminal by path; with `controlling` it leads a session of its own on it.
    case controlling(String), plain(String)
  }

  init(_ arguments: [String], environment: [String: String] = [:], terminal: Surface = .log) throws {
    log = FileManager.default.temporaryDirectory.appending(path: "dmvpn-\(UUID().uuidString).log")
    identifier = try Self.spawn(
      arguments, environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }, log: log.path, terminal)
  }

  /// POSIX_SPAWN_SETSID, which <spawn.h> shows to GNU sources only.
  private static let newSession: Int16 = 0x80

  /// In a process group of its own, with no signal blocked or ignored.
  private static func spawn(_ arguments: [String], environment: [String: String], log: String, _ surface: Surface) throws -> Int32 {
    var actions = posix_spawn_file_actions_t(), attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    var group = Int16(POSIX_SPAWN_SETPGROUP)
    switch surface {
    case .log:
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    case .controlling(let path):
      group = Self.newSession
      posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
      posix_spawn_file_actions_adddup2(&actions, 0, 1)
    case .plain(let path):
      posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR | O_NOCTTY, 0)
      posix_spawn_file_actions_adddup2(&actions, 0, 1)
    }
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var none = sigset_t(), all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | group)
    var identifier: pid_t = 0
    let error = withCStrings(arguments) { argv in
      withCStrings(environment.map { "\($0)=\($1)" }) { posix_spawnp(&identifier, arguments[0], &actions, &attributes, argv, $0) }
    }
    guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EINVAL) }
    return identifier
  }

  private static func withCStrings<Result>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
    let pointers = strings.map { strdup($0) }
    defer { pointers.forEach { free($0) } }
    return body(pointers + [nil])
  }

  /// Its wait status when it has ended; collects it the first time.
  private func collect() -> Int32? {
    ended.withLock { ended in
      if let known = ended { return known }
      var status: Int32 = 0
      guard waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
      ended = status
      return status
    }
  }

  var isRunning: Bool { collect() == nil }

  /// What it has printed so far.
  func output() -> String { (try? Data(contentsOf: log)).map { String(decoding: $0, as: UTF8.self) } ?? "" }

  /// Sends it a signal, as long as its number is its own.
  func signal(_ number: Int32) {
    if isRunning { Foundation.kill(identifier, number) }
  }

  /// Its status when it ends within `timeout` (128 + n for signal n), nil when it runs on.
  func wait(timeout: Duration) async -> Int32? {
    let clock = ContinuousClock(), deadline = clock.now + timeout
    while true {
      if let status = collect() { return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f) }
      if clock.now >= deadline { return nil }
      try? await Task.sleep(for: .milliseconds(3))
    }
  }

  /// Asks it to end, and makes it end when it does not listen.
  @discardableResult
  func stop(grace: Duration = .seconds(5)) async -> Int32 {
    signal(SIGTERM)
    if let status = await wait(timeout: grace) { return status }
    return await kill()
  }

  /// Ends it and whatever of its process group is left.
  @discardableResult
  func kill() async -> Int32 {
    if isRunning { Foundation.kill(-identifier, SIGKILL) }
    return await wait(timeout: .seconds(5)) ?? 128 + SIGKILL
  }

  func removeLog() { try? FileManager.default.removeItem(at: log) }
}
