// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Console
import LinuxHost
import NodeRuntime

/// `dmvpn attach`: a console on a node that runs already.
struct AttachCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "attach", abstract: "Open a console on a running node.")

  @OptionGroup var socket: SocketOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let connection = try SocketConnection.connect(path: socket.path)
    throw ExitCode(ConsoleDoor.open(connection, terminal, socketPath: socket.path))
  }
}

/// The way from a connection to a console.
enum ConsoleDoor {
  /// Runs the console until the user leaves; with a socket it tries again when the node goes away and comes back.
  static func open(_ connection: any NodeConnection, _ terminal: TerminalOptions, socketPath: String?) -> Int32 {
    // The console stays on this thread, the main one.
    nonisolated(unsafe) let connection = connection
    return MainActor.assumeIsolated {
      var options = terminal.options
      if let socketPath { options.reconnect = { try? SocketConnection.connect(path: socketPath) } }
      return ConsoleApp.run(connection: connection, options: options)
    }
  }
}
