// SPDX-License-Identifier: GPL-3.0-or-later

/// How many colours a terminal has.
public enum ColorDepth: Sendable, Equatable {
  /// None: attributes and glyphs only. Also what `NO_COLOR` asks for.
  case mono
  /// The eight of ECMA-48; bright ones become bold.
  case basic8
  /// Eight and their bright forms.
  case basic16
  /// The 256 of xterm. Only 16…255 are used for palette colours: 0…15 belong to the user.
  case indexed256
}

/// Attributes of drawn text. The raw values are those of the terminal shim.
public struct TextAttributes: OptionSet, Sendable, Hashable {
  /// The bits.
  public let rawValue: UInt8
  /// Makes a set of its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Brighter or heavier.
  public static let bold = TextAttributes(rawValue: 1)
  /// Fainter.
  public static let dim = TextAttributes(rawValue: 2)
  /// Foreground and background swapped.
  public static let reverse = TextAttributes(rawValue: 4)
  /// A line below.
  public static let underline = TextAttributes(rawValue: 8)
  /// Slanted.
  public static let italic = TextAttributes(rawValue: 16)

  /// The attributes' names in theme files.
  static let names: [String: TextAttributes] = [
    "bold": .bold, "dim": .dim, "reverse": .reverse, "underline": .underline, "italic": .italic,
  ]
}

/// A colour of 24 bits.
public struct RGB: Sendable, Hashable {
  /// Its parts, 0…255.
  public var red: Int, green: Int, blue: Int

  /// Makes a colour; parts are cut to 0…255.
  public init(_ red: Int, _ green: Int, _ blue: Int) {
    func cut(_ part: Int) -> Int { max(0, min(255, part)) }
    (self.red, self.green, self.blue) = (cut(red), cut(green), cut(blue))
  }

  /// Reads `101418` or `#101418`.
  public init?(hex: String) {
    let digits = hex.hasPrefix("#") ? hex.dropFirst() : hex[...]
    guard digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit), let value = Int(digits, radix: 16) else { return nil }
    self.init(value >> 16, value >> 8 & 255, value & 255)
  }

  /// `#101418`
  public var hex: String {
    func two(_ part: Int) -> String { (part < 16 ? "0" : "") + String(part, radix: 16) }
    return "#" + two(red) + two(green) + two(blue)
  }

  /// The nearest of the xterm colours 16…255.
  public var nearestIndex: Int {
    let steps = [0, 95, 135, 175, 215, 255]
    func nearestStep(_ part: Int) -> Int {
      steps.indices.min { (abs(steps[$0] - part), $0) < (abs(steps[$1] - part), $1) } ?? 0
    }
    let (r, g, b) = (nearestStep(red), nearestStep(green), nearestStep(blue))
    let cube = distance(to: RGB(steps[r], steps[g], steps[b]))
    let gray = max(0, min(23, ((red + green + blue) / 3 - 3) / 10))
    let level = 8 + gray * 10
    return distance(to: RGB(level, level, level)) < cube ? 232 + gray : 16 + 36 * r + 6 * g + b
  }

  private func distance(to other: RGB) -> Int {
    let (r, g, b) = (red - other.red, green - other.green, blue - other.blue)
    return 2 * r * r + 4 * g * g + 3 * b * b
  }

  /// Relative luminance, WCAG 2.1.
  public var luminance: Double {
    func linear(_ part: Int) -> Double {
      let value = Double(part) / 255
      return value <= 0.03928 ? value / 12.92 : power24((value + 0.055) / 1.055)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// Contrast ratio with `other`, 1…21, WCAG 2.1.
  public func contrast(with other: RGB) -> Double {
    let (a, b) = (luminance, other.luminance)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  /// `x` to the power 2.4 by x² · x^0.4, the latter by Newton's iteration on y⁵ = x².
  private func power24(_ x: Double) -> Double {
    var y = 1.0
    for _ in 0..<40 { y = (4 * y + x * x / (y * y * y * y)) / 5 }
    return x * x * y
  }
}

/// A colour as a theme names it.
public enum ThemeColor: Sendable, Hashable {
  /// The terminal's own.
  case terminal
  /// `base00` … `base0F`
  case palette(Int)
  /// A literal colour.
  case literal(RGB)
}

/// How one role looks.
public struct RoleStyle: Sendable, Hashable {
  /// Colours where there are 256.
  public var foreground: ThemeColor, background: ThemeColor
  /// Attributes where there are colours.
  public var attributes: TextAttributes
  /// The foreground of 8 and 16 colours, 0…15; -1 for the terminal's own.
  public var color16: Int
  /// Attributes where there is no colour.
  public var mono: TextAttributes

  /// Makes a style.
  public init(
    _ foreground: ThemeColor = .terminal, on background: ThemeColor = .terminal, _ attributes: TextAttributes = [], color16: Int = -1,
    mono: TextAttributes = []
  ) {
    (self.foreground, self.background, self.attributes) = (foreground, background, attributes)
    (self.color16, self.mono) = (color16, mono)
  }
}

/// A style in the numbers a terminal understands: -1 is the terminal's own colour.
public struct TerminalStyle: Sendable, Hashable {
  /// Colour indexes.
  public var foreground: Int, background: Int
  /// Attributes.
  public var attributes: TextAttributes
}

/// A style for pictures.
public struct PictureStyle: Sendable, Hashable {
  /// The text's colour, `#rrggbb`.
  public var foreground: String
  /// The colour behind it, when it is not the page's.
  public var background: String?
  /// Whether it is heavier.
  public var isBold: Bool
}
