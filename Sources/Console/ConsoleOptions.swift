// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime

/// How colours are chosen.
public enum ColorChoice: String, Sendable {
  /// By `NO_COLOR`, then by what the terminal has.
  case auto
  /// As many as the terminal has, whatever `NO_COLOR` says.
  case always
  /// None.
  case never
}

/// How glyphs are chosen.
public enum GlyphChoice: String, Sendable {
  /// By TERM and locale.
  case auto
  case braille, block, cp437, ascii
}

/// What a console may be told when it starts.
public struct ConsoleOptions {
  /// A theme's name or the path of a base16 file; nil for `dark`.
  public var theme: String?
  /// Where theme files are looked for, in this order.
  public var themeDirectories: [String]
  /// How colours are chosen.
  public var color: ColorChoice
  /// How glyphs are chosen.
  public var glyphs: GlyphChoice
  /// Whether keys go to the prompt first, as on a router.
  public var startAtPrompt: Bool
  /// Called on each turn of the loop: drives the node when it lives in this process.
  public var tick: (() -> Void)?
  /// The longest wait of one turn; small when `tick` drives a node.
  public var maxWaitMilliseconds: Int
  /// Where the command history is kept; nil for `$XDG_STATE_HOME/dmvpn/history`, empty for nowhere.
  public var historyFile: String?
  /// Makes a new connection after the old one ended; nil when there is none to be had.
  public var reconnect: (() -> (any NodeConnection)?)?
  /// The user's name for `hello`.
  public var user: String
  /// Whether the user may change things; the node decides in the end.
  public var isOperator: Bool

  /// The usual console.
  public init(
    theme: String? = nil, themeDirectories: [String] = [], color: ColorChoice = .auto, glyphs: GlyphChoice = .auto,
    startAtPrompt: Bool = true, tick: (() -> Void)? = nil, maxWaitMilliseconds: Int = 1000, historyFile: String? = nil,
    reconnect: (() -> (any NodeConnection)?)? = nil, user: String = "console", isOperator: Bool = true
  ) {
    (self.theme, self.themeDirectories, self.color, self.glyphs) = (theme, themeDirectories, color, glyphs)
    (self.startAtPrompt, self.tick, self.maxWaitMilliseconds) = (startAtPrompt, tick, maxWaitMilliseconds)
    (self.historyFile, self.reconnect, self.user, self.isOperator) = (historyFile, reconnect, user, isOperator)
  }
}
