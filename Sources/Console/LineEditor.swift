// SPDX-License-Identifier: GPL-3.0-or-later
import CTermShim
import NodeRuntime
import Screens

/// The command line: readline without a terminal. There is one per process, because readline has one state.
final class LineEditor {
  /// What the keys led to, in order.
  enum Event {
    case line(String)
    case help, complete
  }

  private static var events: [Event] = []
  private let historyFile: String?

  /// Words after which a line is not kept, besides those that say a key follows.
  private static let secretWords: Set<String> = ["authentication"]

  init(historyFile: String?) {
    self.historyFile = historyFile
    var callbacks = rlx_callbacks()
    callbacks.line = { text in
      let line = text.map { String(cString: $0) }
      MainActor.assumeIsolated { if let line { LineEditor.events.append(.line(line)) } }
    }
    callbacks.help = { MainActor.assumeIsolated { LineEditor.events.append(.help) } }
    callbacks.complete = { MainActor.assumeIsolated { LineEditor.events.append(.complete) } }
    rlx_init("dmvpn", &callbacks)
    rlx_history_limit(2000)
    if let historyFile { _ = rlx_history_load(historyFile) }
  }

  /// Begins to take keys.
  func start(prompt: String) { rlx_start(prompt) }

  /// Ends and saves the history.
  func stop() {
    rlx_stop()
    guard let historyFile else { return }
    cx_make_parents(historyFile)
    _ = rlx_history_save(historyFile)
  }

  /// One whole key in the bytes that readline expects.
  func feed(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { raw in
      guard let base = raw.bindMemory(to: CChar.self).baseAddress else { return }
      rlx_feed(base, Int32(raw.count))
    }
  }

  /// What has happened since the last call.
  func takeEvents() -> [Event] {
    defer { Self.events = [] }
    return Self.events
  }

  /// Adds a line to the history unless it holds a secret.
  func remember(_ line: String) {
    let words = line.split(separator: " ")
    if words.isEmpty || words.contains(where: { Self.secretWords.contains(String($0)) }) || KeyLine.mayHoldKey(line) { return }
    rlx_history_add(line)
  }

  var line: String { String(cString: rlx_line()) }
  var prompt: String { String(cString: rlx_prompt()) }
  var isSearching: Bool { rlx_in_search() }
  var isEmpty: Bool { line.isEmpty && !isSearching }

  /// The line up to the cursor.
  var beforeCursor: String { String(decoding: line.utf8.prefix(Int(rlx_point())), as: UTF8.self) }

  func setPrompt(_ prompt: String) { rlx_set_prompt(prompt) }
  func replace(_ text: String) { rlx_replace(text) }
  func insert(_ text: String) { rlx_insert(text) }
  func abort() { rlx_abort_line() }

  /// The command line as the screen shows it.
  var shown: PromptLine {
    var result = PromptLine()
    (result.prompt, result.line, result.cursor) = (prompt, line, beforeCursor.unicodeScalars.count)
    return result
  }
}
