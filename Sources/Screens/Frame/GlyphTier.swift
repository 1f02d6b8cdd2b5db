// SPDX-License-Identifier: GPL-3.0-or-later

/// Which characters a terminal can show. Panes write the glyphs of the richest tier; `Frame.put` folds them down.
public enum GlyphTier: String, Sendable, CaseIterable {
  /// Everything, with braille dots for lines.
  case braille
  /// Box drawing and block elements, no braille.
  case block
  /// The 256 characters of the Linux console font.
  case cp437
  /// 0x20 … 0x7e.
  case ascii

  /// What this tier shows in place of `scalar`; `?` when it has nothing alike.
  public func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.value < 0x7f { return scalar }
    switch self {
    case .braille: return scalar
    case .block: return (0x2800...0x28ff).contains(scalar.value) ? "·" : scalar
    case .cp437: return Self.toCP437[scalar] ?? (Self.inCP437.contains(scalar) ? scalar : Self.toASCII[scalar] ?? "?")
    case .ascii: return Self.toASCII[scalar] ?? "?"
    }
  }

  private static let toASCII: [Unicode.Scalar: Unicode.Scalar] = [
    "─": "-", "━": "=", "│": "|", "┃": "|", "┌": "+", "┐": "+", "└": "+", "┘": "+", "┏": "+", "┓": "+", "┗": "+", "┛": "+",
    "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+", "═": "=", "║": "|", "╔": "+", "╗": "+", "╚": "+", "╝": "+",
    "╱": "/", "╲": "\\", "┄": ".", "·": ".", "●": "*", "◉": "@", "○": "o", "◆": "+", "◌": "o", "◐": "%", "✗": "x", "✓": "y",
    "▶": ">", "◀": "<", "▲": "^", "▼": "v", "→": ">", "←": "<", "↑": "^", "↓": "v", "…": "~", "—": "-", "–": "-", "‼": "!",
    "×": "x", "±": "+", "▁": ".", "▂": ".", "▃": ":", "▄": ":", "▅": "=", "▆": "=", "▇": "#", "█": "#", "░": ".", "▒": ":", "▓": "#",
    "•": "*", "♦": "+", "√": "y", "►": ">", "◄": "<", "■": "#", "↵": "<",
  ]

  private static let toCP437: [Unicode.Scalar: Unicode.Scalar] = [
    "━": "═", "┃": "║", "┏": "╔", "┓": "╗", "┗": "╚", "┛": "╝", "┄": "·", "╱": "/", "╲": "\\", "●": "•", "◉": "@", "◆": "♦",
    "◌": "○", "✓": "√", "▶": "►", "◀": "◄", "—": "─", "–": "─", "▁": ".", "▂": ".", "▃": "▄", "▅": "▄", "▆": "█", "▇": "█",
  ]

  private static let inCP437 = Set(
    """
    ─│┌┐└┘├┤┬┴┼═║╔╗╚╝•○♦√►◄▲▼→←↑↓‼·±▄█▀░▒▓■ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥áíóúñÑªº¿¬½¼¡«»ßµ÷°²
    """.unicodeScalars)
}
