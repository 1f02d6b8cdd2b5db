// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import Screens

/// What the node says, and what it is asked.
extension ConsoleSession {
  /// Takes all replies that have arrived.
  func takeReplies() {
    for reply in connection.receive() { take(reply) }
  }

  private func take(_ reply: ConsoleReply) {
    switch reply {
    case .welcome(let text, _): setPrompt(text)
    case .snapshot(let snapshot): take(snapshot)
    case .log(let line): say(line)
    case .help(let id, let rows): takeHelp(id, rows)
    case .completions(let id, let words): takeCompletions(id, words)
    case .goodbye(let reason): leave(reason)
    case .output(let id, let text, let prompt, let isLast, _, let exits):
      if !text.isEmpty { show(text) }
      if isLast { finish(id, prompt, exits) }
    }
  }

  private func finish(_ id: UInt32, _ text: String, _ exits: Bool) {
    setPrompt(text)
    if exits { return leave("") }
    guard pending.running == id else { return }
    pending.running = nil
    while pending.running == nil, !pending.queued.isEmpty { run(pending.queued.removeFirst()) }
    changed()
  }

  private func leave(_ reason: String) {
    farewell = reason.isEmpty ? nil : reason
    exitCode = 0
  }

  private func setPrompt(_ text: String) {
    guard !text.isEmpty else { return }
    prompt = text
    editor.setPrompt(text.hasSuffix(" ") ? text : text + " ")
    changed()
  }

  /// Adds text to the output pane and opens it.
  func show(_ text: String) {
    // At once: a pane that is full lets go of its oldest lines each time.
    view.output.appendLine(text)
    view.output.isOpen = true
    changed()
  }

  /// Adds a line to the output pane and opens it.
  func say(_ line: String) {
    view.output.appendLine(line)
    view.output.isOpen = true
    changed()
  }

  /// A line was entered: runs it, or keeps it until the running command ends.
  func submit(_ line: String) {
    if pending.running != nil {
      if pending.queued.count < PendingRequests.queueLimit { pending.queued.append(line) }
    } else {
      run(line)
    }
  }

  /// Runs a line: its echo first, as on a router.
  private func run(_ line: String) {
    view.output.scrollToEnd()
    let isBlank = line.allSatisfy { $0 == " " }
    if isBlank, !view.output.isOpen { return }
    say("▶ \(prompt)\(prompt.hasSuffix(" ") ? "" : " ")\(line)")
    if isBlank { return }
    guard connection.isOpen else { return say("% the node is not connected") }
    let id = pending.number()
    pending.running = id
    connection.send(.execute(id: id, line: line))
  }

  /// Ctrl-C: stops the running command, else drops the line.
  func interrupt() {
    if pending.running != nil {
      pending.queued = []
      connection.send(.interrupt)
    } else {
      editor.abort()
    }
    changed()
  }
}

extension ConsoleSession {
  /// `?`: asks what may follow what stands before the cursor.
  func askHelp() {
    let line = editor.beforeCursor
    let id = pending.number()
    pending.help = (id, line)
    connection.send(.help(id: id, line: line))
  }

  private func takeHelp(_ id: UInt32, _ rows: [HelpRow]) {
    guard let asked = pending.help, asked.id == id else { return }
    pending.help = nil
    view.output.scrollToEnd()
    say("▶ \(prompt) \(asked.line)?")
    let widest = rows.map { DisplayText.width(of: $0.word, limit: 40) }.max() ?? 0
    for row in rows {
      let gap = String(repeating: " ", count: max(0, widest - DisplayText.width(of: row.word, limit: 40)) + 2)
      say("  \(row.word)\(gap)\(row.text)")
    }
    if rows.isEmpty { say("% Unrecognized command") }
  }

  /// Tab: asks how the word before the cursor may end.
  func askCompletion() {
    let line = editor.beforeCursor
    let id = pending.number()
    pending.completion = (id, line)
    connection.send(.complete(id: id, line: line))
  }

  private func takeCompletions(_ id: UInt32, _ words: [String]) {
    guard let asked = pending.completion, asked.id == id else { return }
    pending.completion = nil
    guard asked.line == editor.beforeCursor, let first = words.first else { return }
    let typed = asked.line.split(separator: " ", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    let common = words.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    if common.utf8.count > typed.utf8.count, common.lowercased().hasPrefix(typed.lowercased()) {
      let rest = String(common.dropFirst(typed.count))
      editor.insert(DisplayText.clean(rest) + (words.count == 1 ? " " : ""))
    } else if words.count == 1 {
      editor.insert(" ")
    } else {
      view.output.scrollToEnd()
      say("▶ \(prompt) \(asked.line)")
      for line in Self.inColumns(words, terminal.columns - 4) { say("  " + line) }
    }
    changed()
  }

  /// Words side by side, as a shell lists them.
  private static func inColumns(_ words: [String], _ width: Int) -> [String] {
    let widest = (words.map { DisplayText.width(of: $0, limit: 60) }.max() ?? 0) + 2
    let perLine = max(1, width / widest)
    return stride(from: 0, to: words.count, by: perLine).map { start in
      words[start..<min(words.count, start + perLine)].map { word in
        word + String(repeating: " ", count: max(0, widest - DisplayText.width(of: word, limit: 60)))
      }.joined()
    }
  }
}

extension String {
  /// The beginning that both have.
  fileprivate func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}
