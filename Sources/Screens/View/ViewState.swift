// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// Everything a picture depends on besides the node: one user's view of it.
public struct ViewState: Sendable, Equatable {
  /// Where keys go.
  public enum Input: Sendable, Equatable {
    /// To the command line.
    case prompt
    /// To the panes.
    case panes
    /// To the filter.
    case filter
  }

  /// The live picture, or what else row 0 says.
  public enum Mode: Sendable, Equatable {
    case live
    /// The picture is frozen, and this far behind the node.
    case paused(behind: Duration)
    /// The node does not answer.
    case linkLost
    /// Any other word, e.g. `REPLAY 2x`.
    case other(String)
  }

  /// The screen shown.
  public var screen: Screen = .overview
  /// Where keys go.
  public var input: Input = .prompt
  /// What row 0 says at its right end.
  public var mode: Mode = .live
  /// Which of the screen's panes has the focus, as an index into those that take it.
  public var focus = 0
  /// What is selected.
  public var selection: [RowKind: Selection] = [:]
  /// The filter's text; see `RowFilter`.
  public var filter = ""
  /// Whether the events pane stays at its end.
  public var follows = true
  /// Whether the focused pane fills the screen.
  public var isZoomed = false
  /// Whether the list of keys is shown.
  public var showsHelp = false
  /// The command line.
  public var prompt = PromptLine()
  /// What commands said.
  public var output = OutputText()
  /// Rates by peer, gathered from the pictures so far.
  public var rates = RateHistory()
  /// Seconds that the shown wall clock is ahead of UTC.
  public var utcOffsetSeconds = 0

  /// The view a console starts with.
  public init() {}
}

/// The command line as the editor has it.
public struct PromptLine: Sendable, Equatable {
  /// What stands before the line; the editor's search prompt while it searches.
  public var prompt = ""
  /// The line.
  public var line = ""
  /// Scalars of `line` before the cursor.
  public var cursor = 0
  /// An empty line.
  public init() {}
}

/// What commands said: the output pane.
public struct OutputText: Sendable, Equatable {
  /// Lines kept, at most; older ones go. Enough for a running-config of a large hub.
  public static let lineLimit = 10_000
  /// The lines, oldest first.
  public private(set) var lines: [String] = []
  /// Lines between the pane's last line and the end of the output.
  public private(set) var scroll = 0
  /// Whether the pane is shown.
  public var isOpen = false
  /// Whether the last line is still being written.
  private var endsOpen = false

  /// No output.
  public init() {}

  /// Adds text as it arrived; it may begin and end within a line.
  public mutating func append(_ text: String) {
    guard !text.isEmpty else { return }
    var parts = text.replacingLineEnds().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let endsWithLine = parts.last == ""
    if endsWithLine { parts.removeLast() }
    if endsOpen, !lines.isEmpty, !parts.isEmpty { lines[lines.count - 1] += parts.removeFirst() }
    lines += parts
    endsOpen = !endsWithLine
    if scroll > 0 { scroll += parts.count }
    if lines.count > Self.lineLimit { lines.removeFirst(lines.count - Self.lineLimit) }
    scroll = min(scroll, max(0, lines.count - 1))
  }

  /// Adds whole lines, after ending the one being written.
  public mutating func appendLine(_ line: String) {
    endsOpen = false
    append(line + "\n")
  }

  /// Moves towards the beginning by `count` lines (negative: towards the end).
  public mutating func scroll(by count: Int) { scroll = max(0, min(max(0, lines.count - 1), scroll + count)) }

  /// Goes to the end.
  public mutating func scrollToEnd() { scroll = 0 }

  /// Forgets everything.
  public mutating func clear() { (lines, scroll, endsOpen) = ([], 0, false) }
}

extension String {
  /// CR LF and CR made into LF, so that a device's text does not draw over itself.
  func replacingLineEnds() -> String {
    guard utf8.contains(13) else { return self }
    var result = String.UnicodeScalarView()
    var last: Unicode.Scalar = " "
    for scalar in unicodeScalars {
      if scalar == "\r" { result.append("\n") } else if scalar != "\n" || last != "\r" { result.append(scalar) }
      last = scalar
    }
    return String(result)
  }
}
