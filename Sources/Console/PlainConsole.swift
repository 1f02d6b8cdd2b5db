// SPDX-License-Identifier: GPL-3.0-or-later
import CTermShim
import Glibc
import NodeRuntime
import Screens

/// The console in lines: reads commands from standard input, prints what they say.
final class PlainConsole {
  private let connection: any NodeConnection
  private let options: ConsoleOptions
  private let isInteractive = isatty(0) == 1
  private let signals = cx_signal_fd()
  private var input: [UInt8] = []
  private var hasEnded = false
  private var running: UInt32?
  private var next: UInt32 = 0
  private var prompt = ""
  private var isWelcome = false
  private var exitCode: Int32?

  init(connection: any NodeConnection, options: ConsoleOptions) {
    (self.connection, self.options) = (connection, options)
  }

  func run() -> Int32 {
    connection.send(.hello(user: options.user, terminal: "dumb", isOperator: options.isOperator))
    while exitCode == nil {
      options.tick?()
      for reply in connection.receive() { take(reply) }
      runLines()
      if exitCode == nil, !connection.isOpen { end("% the node is gone", 1) }
      if exitCode == nil { wait() }
    }
    if signals >= 0 { Glibc.close(signals) }
    return exitCode ?? 0
  }

  private func end(_ text: String, _ code: Int32) {
    if !text.isEmpty { ConsoleApp.writeLine(text) }
    exitCode = code
  }

  private func wait() {
    let wantsInput = !hasEnded && running == nil && isWelcome
    let fds: [Int32] = [wantsInput ? 0 : -1, signals, connection.readableDescriptor ?? -1]
    var ready = [UInt8](repeating: 0, count: 3)
    let limit = connection.readableDescriptor == nil ? min(20, options.maxWaitMilliseconds) : options.maxWaitMilliseconds
    _ = cx_poll(fds, [UInt8](repeating: UInt8(CX_READ), count: 3), &ready, 3, Int32(max(0, limit)))
    takeSignals()
    if ready[0] != 0 { readInput() }
  }

  private func takeSignals() {
    while signals >= 0 {
      switch cx_signal_next(signals) {
      case 0: return
      case SIGHUP: exitCode = 129
      case SIGTERM, SIGQUIT: exitCode = 0
      case SIGINT: if running != nil { connection.send(.interrupt) } else { exitCode = 130 }
      default: break
      }
    }
  }

  private func readInput() {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = Int(cx_read(0, &buffer, 4096))
    if count <= 0 { hasEnded = true } else { input += buffer.prefix(count).map { UInt8(bitPattern: $0) } }
    if input.count > 1 << 20 { end("% a line is too long", 1) }
  }

  /// Runs the next line when none runs; leaves at the end of input.
  private func runLines() {
    while running == nil, isWelcome, exitCode == nil {
      guard let newline = input.firstIndex(of: 10) else { break }
      let line = String(decoding: input[..<newline], as: UTF8.self)
      input.removeSubrange(...newline)
      send(line.last == "\r" ? String(line.dropLast()) : line)
    }
    if hasEnded, running == nil, exitCode == nil {
      if input.isEmpty { exitCode = 0 } else { input.append(10) }
    }
  }

  private func send(_ line: String) {
    next &+= 1
    if line.allSatisfy({ $0 == " " }) { return showPrompt() }
    running = next
    if line.hasSuffix("?") {
      connection.send(.help(id: next, line: String(line.dropLast())))
    } else {
      connection.send(.execute(id: next, line: line))
    }
  }

  private func take(_ reply: ConsoleReply) {
    switch reply {
    case .welcome(let text, _):
      (prompt, isWelcome) = (text, true)
      showPrompt()
    case .output(let id, let text, let newPrompt, let isLast, _, let exits):
      if !ConsoleApp.write(DisplayText.clean(text.replacing("\r\n", with: "\n"))) { exitCode = 129 }
      // A part of a longer answer ends with a whole line, too.
      if !text.isEmpty, !text.hasSuffix("\n") { ConsoleApp.write("\n") }
      guard isLast else { return }
      prompt = newPrompt
      if exits { exitCode = 0 } else if running == id { finish() }
    case .help(let id, let rows):
      for row in rows { ConsoleApp.writeLine("  \(row.word)  \(row.text)") }
      if running == id { finish() }
    case .log(let line): ConsoleApp.writeLine(line)
    case .goodbye(let reason): end(reason, 0)
    case .completions, .snapshot: break
    }
  }

  private func finish() {
    running = nil
    showPrompt()
  }

  private func showPrompt() {
    if isInteractive, exitCode == nil { ConsoleApp.write(DisplayText.clean(prompt) + " ") }
  }
}
