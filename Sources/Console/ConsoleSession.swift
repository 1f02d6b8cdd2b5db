// SPDX-License-Identifier: GPL-3.0-or-later
import CTermShim
import Glibc
import NodeRuntime
import ProtocolKit
import Screens

/// One run of the full-screen console: its state and its loop. Keys, replies and commands are in extensions.
final class ConsoleSession {
  /// Between two pictures, milliseconds: ten a second.
  static let frameInterval: Int64 = 100
  /// How long a terminal may take to acknowledge a frame before we go on without.
  static let acknowledgementLimit: Int64 = 2000

  var connection: any NodeConnection
  let options: ConsoleOptions
  let terminal: Terminal
  let editor: LineEditor
  let tier: GlyphTier
  var view = ViewState()
  /// The newest picture, and the one shown while paused.
  var newest = NodeSnapshot(hostname: "dmvpn")
  var frozen: NodeSnapshot?
  var prompt = "dmvpn#"
  var pending = PendingRequests()
  /// Set to leave the loop.
  var exitCode: Int32?
  /// Printed after the terminal is restored.
  var farewell: String?
  /// Whether Ctrl-X was typed.
  var hasControlX = false
  private var isDirty = true
  private var awaitsSnapshot = false
  private var askedAt: Int64 = -1000
  private var acknowledgementDue: Int64?
  /// Answers that did not come, in a row: such a terminal knows no `ESC[5n`.
  private var missedAcknowledgements = 0
  private var retryAt: Int64 = 0
  private var retryDelay: Int64 = 500
  private let signals = cx_signal_fd()

  init(connection: any NodeConnection, options: ConsoleOptions, terminal: Terminal) {
    (self.connection, self.options, self.terminal) = (connection, options, terminal)
    editor = LineEditor(historyFile: Environment.historyFile(options.historyFile))
    tier = Environment.tier(options.glyphs)
    view.input = options.startAtPrompt ? .prompt : .panes
    view.utcOffsetSeconds = Int(cx_utc_offset())
  }

  /// What is drawn: the newest picture, or the frozen one.
  var shownSnapshot: NodeSnapshot { frozen ?? newest }

  /// Loops until the user leaves or the terminal goes.
  func run() -> Int32 {
    editor.start(prompt: prompt + " ")
    greet()
    while exitCode == nil {
      options.tick?()
      takeReplies()
      askForSnapshot()
      draw()
      if ct_pump() < 0 { exitCode = 129 }
      if exitCode == nil { wait() }
    }
    editor.stop()
    if signals >= 0 { Glibc.close(signals) }
    return exitCode ?? 0
  }

  /// Something that is shown has changed.
  func changed() { isDirty = true }

  /// Introduces us to the node.
  func greet() {
    connection.send(.hello(user: options.user, terminal: Environment.term, isOperator: options.isOperator))
    awaitsSnapshot = false
    askedAt = -1000
  }

  /// A picture has arrived.
  func take(_ snapshot: NodeSnapshot) {
    awaitsSnapshot = false
    newest = snapshot
    if view.mode == .linkLost { view.mode = .live }
    view.rates.absorb(snapshot)
    if let frozen { view.mode = .paused(behind: snapshot.at - frozen.at) }
    changed()
  }

  /// The terminal has drawn the last frame.
  func acknowledged() {
    acknowledgementDue = nil
    missedAcknowledgements = 0
  }
}

extension ConsoleSession {
  /// Asks for the next picture: at most ten a second, and not while the terminal still draws the last one.
  private func askForSnapshot() {
    let now = cx_milliseconds()
    guard connection.isOpen else { return reconnect(now) }
    if awaitsSnapshot, now - askedAt < 5000 { return }
    guard acknowledgementDue == nil, now - askedAt >= Self.frameInterval else { return }
    connection.send(.wantSnapshot)
    (awaitsSnapshot, askedAt) = (true, now)
  }

  private func reconnect(_ now: Int64) {
    if view.mode != .linkLost {
      view.mode = .linkLost
      (retryAt, retryDelay) = (now + 500, 500)
      pending.abandon()
      changed()
    }
    guard now >= retryAt, let reconnect = options.reconnect else { return }
    guard let fresh = reconnect() else {
      retryDelay = min(5000, retryDelay * 2)
      retryAt = now + retryDelay
      return
    }
    connection = fresh
    view.mode = frozen == nil ? .live : .paused(behind: .zero)
    say("% connected again")
    greet()
  }

  private func draw() {
    let now = cx_milliseconds()
    if let due = acknowledgementDue {
      guard now >= due else { return }
      acknowledgementDue = nil
      missedAcknowledgements += 1
    }
    guard isDirty, ct_pump() == 0 else { return }
    view.prompt = editor.shown
    let frame = Renderer.render(snapshot: shownSnapshot, view: view, rows: terminal.rows, columns: terminal.columns, tier: tier)
    isDirty = false
    guard terminal.draw(frame), missedAcknowledgements < 2 else { return }
    terminal.requestAcknowledgement()
    acknowledgementDue = now + Self.acknowledgementLimit
  }

  private func wait() {
    let backlog = ct_pump()
    let fds: [Int32] = [0, signals, connection.isOpen ? connection.readableDescriptor ?? -1 : -1, backlog > 0 ? ct_out_fd() : -1]
    let wanted = [CX_READ, CX_READ, CX_READ, CX_WRITE].map { UInt8($0) }
    var ready = [UInt8](repeating: 0, count: 4)
    _ = cx_poll(fds, wanted, &ready, 4, Int32(waitMilliseconds()))
    takeSignals()
    takeKeys()
    if ready[0] & UInt8(CX_HANGUP) != 0 || (backlog > 0 && ready[3] & UInt8(CX_HANGUP) != 0) { exitCode = exitCode ?? 129 }
  }

  private func waitMilliseconds() -> Int64 {
    let now = cx_milliseconds()
    var wait = Int64(max(0, options.maxWaitMilliseconds))
    if connection.isOpen, !awaitsSnapshot { wait = min(wait, max(0, askedAt + Self.frameInterval - now)) }
    if connection.isOpen, connection.readableDescriptor == nil { wait = min(wait, 20) }
    if let due = acknowledgementDue { wait = min(max(wait, 1), max(0, due - now)) } else if isDirty { wait = min(wait, 10) }
    if !connection.isOpen, options.reconnect != nil { wait = min(wait, max(0, retryAt - now)) }
    return acknowledgementDue != nil && wait == 0 ? 1 : wait
  }

  private func takeSignals() {
    while signals >= 0 {
      switch cx_signal_next(signals) {
      case 0: return
      case SIGWINCH:
        terminal.measure()
        acknowledgementDue = nil
        changed()
      case SIGCONT:
        terminal.redraw()
        changed()
      case SIGHUP: exitCode = 129
      case SIGTERM, SIGQUIT: exitCode = 0
      case SIGINT: interrupt()
      default: break
      }
    }
  }

  private func takeKeys() {
    for key in terminal.keys() {
      if exitCode != nil { return }
      press(key)
    }
  }
}
