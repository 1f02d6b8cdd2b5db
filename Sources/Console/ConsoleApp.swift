// SPDX-License-Identifier: GPL-3.0-or-later
import CTermShim
import Glibc
import NodeRuntime
import Screens

/// The console: a terminal in front of a node.
///
/// One thread, one loop. Each turn waits for keys, signals, the node or the terminal; acts; and draws at most one frame, which the
/// terminal must have acknowledged (`ESC[5n` → `ESC[0n`) before the next one is sent. So a slow line never has more than one frame queued
/// and a key is answered after one frame, not after a backlog. ncurses writes into a pipe and never blocks; readline edits without a
/// terminal. The node is reached by `NodeConnection` only: losing the console costs it nothing.
public enum ConsoleApp {
  /// Blocks the console's signals. Call it before the process starts threads, so that no other thread is ended by a signal meant for us.
  public static func blockSignals() { cx_block_signals() }

  /// Runs the console until the user leaves or the terminal goes. Returns the exit code: 0, or 129 when the terminal went away.
  public static func run(connection: any NodeConnection, options: ConsoleOptions) -> Int32 {
    guard Environment.hasTerminal else { return runPlain(connection: connection, options: options) }
    cx_block_signals()
    let (theme, complaint) = Environment.theme(options.theme, options.themeDirectories)
    guard let terminal = Terminal(theme: theme, color: options.color) else {
      return runPlain(connection: connection, options: options)
    }
    let session = ConsoleSession(connection: connection, options: options, terminal: terminal)
    if let complaint { session.say(complaint) }
    let code = session.run()
    terminal.close()
    if let farewell = session.farewell { writeLine(farewell) }
    return code
  }

  /// Runs in lines, without cursor movement: for `TERM=dumb`, pipes, screen readers and scripts.
  public static func runPlain(connection: any NodeConnection, options: ConsoleOptions) -> Int32 {
    cx_block_signals()
    return PlainConsole(connection: connection, options: options).run()
  }

  /// Writes a line to standard output, without anything a terminal would obey.
  static func writeLine(_ text: String) { write(DisplayText.clean(text) + "\n") }

  /// Writes clean text to standard output. False when nobody reads it any more.
  @discardableResult
  static func write(_ text: String) -> Bool {
    var bytes = text
    return bytes.withUTF8 { raw in
      raw.withMemoryRebound(to: CChar.self) { chars in
        guard let base = chars.baseAddress else { return true }
        return cx_write(1, base, Int32(chars.count)) >= 0
      }
    }
  }
}
