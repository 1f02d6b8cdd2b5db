// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What a console says to a node. One codec for the in-process channel, the socket and recordings: 4-byte length, then JSON.
public enum ConsoleRequest: Sendable, Codable, Equatable {
  /// Opens a session: the user's name and terminal, for `show users` and the audit trail.
  case hello(user: String, terminal: String, isOperator: Bool)
  /// Runs one line in the session's mode. `id` comes back with the answer.
  case execute(id: UInt32, line: String)
  /// Asks what may follow `line` (`?`).
  case help(id: UInt32, line: String)
  /// Asks how `line`'s last word may end (Tab).
  case complete(id: UInt32, line: String)
  /// Asks for the next snapshot; the node sends one answer for each, so a stopped console costs one buffer.
  case wantSnapshot
  /// Stops a running `ping`, `traceroute` or capture of this session.
  case interrupt
}

/// What a node says to a console.
public enum ConsoleReply: Sendable, Codable, Equatable {
  /// Accepts a session.
  case welcome(prompt: String, version: String)
  /// Text of a running command; `isLast` ends it. `prompt` is what stands before the next line. `exitsConsole` after `exit` at top level.
  case output(id: UInt32, text: String, prompt: String, isLast: Bool, failed: Bool, exitsConsole: Bool)
  /// The answer to `help`: rows of word and explanation.
  case help(id: UInt32, rows: [HelpRow])
  /// The answer to `complete`: the possible full words.
  case completions(id: UInt32, words: [String])
  /// The answer to `wantSnapshot`.
  case snapshot(NodeSnapshot)
  /// A log line for a session with `terminal monitor`.
  case log(String)
  /// The session ends.
  case goodbye(reason: String)
}

/// One row of `?`.
public struct HelpRow: Sendable, Codable, Equatable {
  /// The word, `A.B.C.D`, or `<cr>`.
  public var word: String
  /// What it means.
  public var text: String

  public init(word: String, text: String) { (self.word, self.text) = (word, text) }
}

/// A node as a console sees it: over a socket, in the same process, or out of a recording.
public protocol NodeConnection: AnyObject {
  /// Queues a request; never blocks.
  func send(_ request: ConsoleRequest)
  /// The replies that have arrived, oldest first; empty when there are none.
  func receive() -> [ConsoleReply]
  /// A descriptor that becomes readable when `receive` has something, for the console's poll; nil when there is none.
  var readableDescriptor: Int32? { get }
  /// False once the node is gone.
  var isOpen: Bool { get }
}
