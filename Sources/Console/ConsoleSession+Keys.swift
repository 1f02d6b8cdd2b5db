// SPDX-License-Identifier: GPL-3.0-or-later
import CTermShim
import NodeRuntime
import Screens

/// What keys do.
extension ConsoleSession {
  /// One key.
  func press(_ key: Key) {
    if key == .acknowledged { return acknowledged() }
    changed()
    if hasControlX { return afterControlX(key) }
    if case .character("\u{18}") = key, view.input != .filter {
      hasControlX = true
      return
    }
    if case .character("\u{0c}") = key { return terminal.redraw() }
    if showScreen(key) { return }
    if case .pasted(let text, let endsLine) = key { return paste(text, endsLine) }
    switch view.input {
    case .prompt: pressAtPrompt(key)
    case .panes: pressInPanes(key)
    case .filter: pressInFilter(key)
    }
  }

  /// Ctrl-X d detaches; anything else belongs to the line editor.
  private func afterControlX(_ key: Key) {
    hasControlX = false
    if case .character("d") = key {
      exitCode = 0
      return
    }
    guard view.input == .prompt, let bytes = Self.bytes(key) else { return }
    editor.feed([0x18])
    editor.feed(bytes)
    takeEditorEvents()
  }

  /// Alt with a digit and function keys show a screen from everywhere.
  private func showScreen(_ key: Key) -> Bool {
    var screen: Screen?
    if case .meta(let scalar) = key, let digit = Int(String(scalar)), digit < 10 { screen = view.screen.next(digit: digit) }
    if case .function(let number) = key, (1...10).contains(number) { screen = view.screen.next(digit: number % 10) }
    guard let screen else { return false }
    show(screen)
    return true
  }

  private func show(_ screen: Screen) {
    (view.screen, view.focus, view.isZoomed, view.showsHelp) = (screen, 0, false, false)
    if view.output.isOpen, pending.running == nil { view.output.isOpen = false }
  }

  /// Pasted text goes to the prompt only; each newline runs its line.
  private func paste(_ text: String, _ endsLine: Bool) {
    view.input = .prompt
    editor.insert(text)
    if endsLine { pressAtPrompt(.enter) }
  }

  private func pressInFilter(_ key: Key) {
    switch key {
    case .enter: view.input = .panes
    case .escape, .character("\u{03}"): (view.input, view.filter) = (.panes, "")
    case .backspace:
      if view.filter.isEmpty { view.input = .panes } else { view.filter.unicodeScalars.removeLast() }
    case .character("\u{15}"): view.filter = ""
    case .character(let scalar) where scalar.value >= 0x20:
      if view.filter.utf8.count < 200 { view.filter.unicodeScalars.append(scalar) }
    default: break
    }
  }
}

/// At the prompt.
extension ConsoleSession {
  private func pressAtPrompt(_ key: Key) {
    switch key {
    case .escape where view.showsHelp: view.showsHelp = false
    case .escape where view.output.isOpen && editor.isEmpty: closeOutput()
    case .escape where editor.isEmpty: view.input = .panes
    case .pageUp: scrollOutput(1)
    case .pageDown: scrollOutput(-1)
    case .character("\u{03}"): interrupt()
    case .character("\u{04}") where editor.line.isEmpty: break
    case .character("\u{1a}"): endConfiguration()
    default:
      guard let bytes = Self.bytes(key) else { return }
      editor.feed(bytes)
      takeEditorEvents()
    }
  }

  /// Ctrl-Z leaves configuration; elsewhere it has nothing to leave.
  private func endConfiguration() {
    guard prompt.contains("(config") else { return }
    editor.abort()
    submit("end")
  }

  private func takeEditorEvents() {
    for event in editor.takeEvents() {
      switch event {
      case .help: askHelp()
      case .complete: askCompletion()
      case .line(let line):
        editor.remember(line)
        submit(line)
      }
    }
  }

  private func closeOutput() {
    view.output.isOpen = false
    view.output.scrollToEnd()
  }

  private func scrollOutput(_ pages: Int) {
    guard !view.output.lines.isEmpty else { return }
    let isHidden = !view.output.isOpen
    view.output.isOpen = true
    if isHidden { return }
    let page = ScreenLayout.outputRegion(rows: terminal.rows, columns: terminal.columns).rows - 3
    view.output.scroll(by: pages * max(1, page))
  }

  /// What readline expects for a key; nil for keys it has nothing for.
  static func bytes(_ key: Key) -> [UInt8]? {
    switch key {
    case .character(let scalar): return Array(String(Character(scalar)).utf8)
    case .meta(let scalar): return [0x1b] + Array(String(Character(scalar)).utf8)
    case .up: return [0x10]
    case .down: return [0x0e]
    case .left: return [0x02]
    case .right: return [0x06]
    case .home: return [0x01]
    case .end: return [0x05]
    case .delete: return [0x04]
    case .backspace: return [0x7f]
    case .enter: return [0x0d]
    case .tab: return [0x09]
    case .escape, .pageUp, .pageDown, .backTab, .function, .pasted, .acknowledged: return nil
    }
  }
}

/// In the panes.
extension ConsoleSession {
  private var focusedPane: PaneKind? { ScreenLayout.focusedPane(view, rows: terminal.rows, columns: terminal.columns) }

  private func pressInPanes(_ key: Key) {
    switch key {
    case .escape: escapeInPanes()
    case .enter: view.input = .prompt
    case .tab: view.focus += 1
    case .backTab: view.focus -= 1
    case .up: move(-1)
    case .down: move(1)
    case .home: move(.min)
    case .end: move(.max)
    case .pageUp: if view.output.isOpen { scrollOutput(1) } else { move(2 - terminal.rows / 2) }
    case .pageDown: if view.output.isOpen { scrollOutput(-1) } else { move(terminal.rows / 2 - 2) }
    case .character(let scalar): letter(scalar)
    default: break
    }
  }

  private func escapeInPanes() {
    if view.showsHelp {
      view.showsHelp = false
    } else if view.output.isOpen {
      closeOutput()
    } else if !view.filter.isEmpty {
      view.filter = ""
    } else {
      view.isZoomed = false
    }
  }

  private func letter(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "0"..."9": if let screen = view.screen.next(digit: Int(scalar.value) - 48) { show(screen) }
    case "j": move(1)
    case "k": move(-1)
    case "g": move(.min)
    case "G": move(.max)
    case ":": view.input = .prompt
    case "?": view.showsHelp.toggle()
    case "/": view.input = .filter
    case "z": view.isZoomed.toggle()
    case "p": pause()
    case "f": view.follows.toggle()
    case "Q": exitCode = 0
    case "D": submit("undebug all")
    case "\u{03}": interrupt()
    case "d", "x", "X", "P", "t": writeCommand(scalar)
    default: break
    }
  }

  private func move(_ count: Int) {
    guard let pane = focusedPane else { return }
    view.moveSelection(in: pane, by: count, shownSnapshot)
  }

  private func pause() {
    if frozen == nil {
      frozen = newest
      if view.mode == .live { view.mode = .paused(behind: .zero) }
    } else {
      frozen = nil
      if view.mode != .linkLost { view.mode = .live }
    }
  }

  /// Keys that act on the selected row write the command and wait for Enter: one audit trail, and the user learns the words.
  private func writeCommand(_ key: Unicode.Scalar) {
    guard let target = CommandTarget.selected(focusedPane, shownSnapshot, view), let command = target.command(for: key) else { return }
    editor.replace(DisplayText.clean(command))
    view.input = .prompt
  }
}
