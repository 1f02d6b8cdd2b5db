// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import LinuxNet
import NodeRuntime

/// Starts a node that outlives its terminal.
public enum Detach {
  /// Why a detached node did not come up: its own last words.
  public struct Failure: Error, CustomStringConvertible {
    /// For the operator.
    public let description: String
  }

  private static let patienceMilliseconds: Int64 = 5_000

  /// Starts `executable arguments…` (`run FILE --headless --socket PATH`) in a session of its own, its output behind what is
  /// in `log`, waits until the node at `socketPath` answers, and connects to it.
  public static func spawnNode(
    executable: String, arguments: [String], socketPath: String, log: String
  ) throws -> SocketConnection {
    if answers(socketPath) {
      throw Failure(
        description: "another dmvpn is running on \(socketPath): `dmvpn attach` shows it, `--socket` starts a second one elsewhere")
    }
    let logStart = size(of: log)
    let child = try ChildProcess.spawnDetached(executable, arguments, output: .append(path: log))
    let end = MonotonicClock.now() + patienceMilliseconds * 1_000_000
    while MonotonicClock.now() < end {
      var status: Int32 = 0
      if waitpid(child, &status, WNOHANG) == child {
        throw Failure(description: lastWords(log, from: logStart, "the node ended at its start"))
      }
      if answers(socketPath) { return try SocketConnection.connect(path: socketPath) }
      usleep(10_000)
    }
    kill(child, SIGTERM)
    throw Failure(description: lastWords(log, from: logStart, "the node did not answer within five seconds"))
  }

  /// Whether a node says welcome there.
  private static func answers(_ path: String) -> Bool {
    guard let connection = try? SocketConnection.connect(path: path) else { return false }
    connection.send(.hello(user: "", terminal: "start", isOperator: false))
    return connection.wait(milliseconds: 1_000).contains { if case .welcome = $0 { true } else { false } }
  }

  private static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  private static func lastWords(_ log: String, from start: Int, _ summary: String) -> String {
    guard let text = try? ConfigurationFile.read(log) else { return summary }
    let said = String(decoding: Array(text.utf8).dropFirst(start), as: UTF8.self)
    return said.isEmpty ? summary : "\(summary):\n\(said)"
  }
}
