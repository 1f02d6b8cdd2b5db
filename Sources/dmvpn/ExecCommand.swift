// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Foundation
import LinuxHost
import NodeRuntime

/// `dmvpn exec 'show dmvpn'`: one command, or several separated by ` ; `, on a running node.
struct ExecCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec", abstract: "Run commands on a running node and print what they say.")

  @Argument(help: "The command; several are separated by ' ; '.") var command: String
  @OptionGroup var socket: SocketOptions
  @Option(help: "Give up after this much time without a word.") var timeout: DurationArgument = DurationArgument(.seconds(60))

  func run() throws {
    let connection = try SocketConnection.connect(path: socket.path)
    connection.send(.hello(user: NSUserName(), terminal: "exec", isOperator: true))
    connection.send(.execute(id: 1, line: command))
    throw ExitCode(try wait(on: connection))
  }

  private func wait(on connection: SocketConnection) throws -> Int32 {
    let patience = timeout.duration.components.seconds * 1_000 + timeout.duration.components.attoseconds / 1_000_000_000_000_000
    while connection.isOpen {
      let replies = connection.wait(milliseconds: patience)
      if replies.isEmpty, connection.isOpen { throw ValidationError("the node does not answer") }
      for reply in replies { if let status = take(reply) { return status } }
    }
    throw ValidationError("the node closed the connection" + (connection.failure.map { ": \($0)" } ?? ""))
  }

  /// Prints a reply; the exit status once the command has ended.
  private func take(_ reply: ConsoleReply) -> Int32? {
    switch reply {
    case .output(let id, let text, _, let isLast, let failed, _) where id == 1:
      if !text.isEmpty { print(text) }
      return isLast ? (failed ? 1 : 0) : nil
    case .goodbye: return 1
    default: return nil
    }
  }
}
