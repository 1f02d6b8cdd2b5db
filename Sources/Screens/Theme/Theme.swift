// SPDX-License-Identifier: GPL-3.0-or-later

/// A base16 scheme and what each role takes of it.
public struct Theme: Sendable, Equatable {
  /// Its name, as the file says.
  public var name: String
  /// Whether its background is dark.
  public var isDark: Bool
  /// `base00` … `base0F`
  public var palette: [RGB]
  /// How each role looks, in the order of `Role.allCases`.
  public private(set) var styles: [RoleStyle]

  /// A theme with the usual roles over `palette` (16 colours).
  public init(name: String, palette: [RGB]) {
    self.name = name
    self.palette = palette.count == 16 ? palette : Array(repeating: RGB(128, 128, 128), count: 16)
    isDark = self.palette[0].luminance < self.palette[5].luminance
    styles = Role.allCases.map(Self.usualStyle)
  }

  /// The style of a role.
  public subscript(role: Role) -> RoleStyle {
    get { styles[Int(role.rawValue)] }
    set { styles[Int(role.rawValue)] = newValue }
  }

  /// `role` in the numbers of a terminal with `depth` colours.
  public func style(of role: Role, depth: ColorDepth) -> TerminalStyle {
    let style = self[role]
    switch depth {
    case .mono: return TerminalStyle(foreground: -1, background: -1, attributes: style.mono)
    case .indexed256:
      return TerminalStyle(foreground: index(style.foreground), background: index(style.background), attributes: style.attributes)
    case .basic8, .basic16: return basicStyle(style, isBright: depth == .basic16)
    }
  }

  /// `role` for a picture, where the terminal's own colours are `base05` on `base00`.
  public func picture(of role: Role) -> PictureStyle {
    let style = self[role]
    var front = color(style.foreground) ?? palette[5]
    var back = color(style.background) ?? palette[0]
    if style.attributes.contains(.reverse) { swap(&front, &back) }
    return PictureStyle(
      foreground: front.hex, background: back == palette[0] ? nil : back.hex, isBold: style.attributes.contains(.bold))
  }

  /// The page behind a picture.
  public var backgroundHex: String { palette[0].hex }

  /// The colour a theme colour stands for; nil for the terminal's own.
  public func color(_ color: ThemeColor) -> RGB? {
    switch color {
    case .terminal: nil
    case .palette(let index): palette.indices.contains(index) ? palette[index] : nil
    case .literal(let rgb): rgb
    }
  }

  private func index(_ themeColor: ThemeColor) -> Int { color(themeColor)?.nearestIndex ?? -1 }

  /// Few colours: a painted background becomes the attributes of monochrome, and bright colours of eight become bold.
  private func basicStyle(_ style: RoleStyle, isBright: Bool) -> TerminalStyle {
    let paintsBackground = style.background != .terminal && style.background != .palette(0)
    if paintsBackground { return TerminalStyle(foreground: -1, background: -1, attributes: style.mono) }
    var attributes = style.attributes
    if style.color16 >= 8, !isBright { attributes.insert(.bold) }
    let color = isBright || style.color16 < 0 ? style.color16 : style.color16 & 7
    return TerminalStyle(foreground: color, background: -1, attributes: attributes)
  }

  /// What a plain base16 scheme gives each role. Lines of a table: no role is told by its colour alone.
  private static func usualStyle(_ role: Role) -> RoleStyle {
    func base(_ index: Int) -> ThemeColor { .palette(index) }
    let page = ThemeColor.palette(0)
    switch role {
    case .text: return RoleStyle(base(5), on: page)
    case .muted: return RoleStyle(base(4), on: page)
    case .title: return RoleStyle(base(13), on: page, .bold, color16: 12, mono: .bold)
    case .border: return RoleStyle(base(3), on: page)
    case .focus: return RoleStyle(base(12), on: page, .bold, color16: 6, mono: .bold)
    case .selected: return RoleStyle(base(5), on: page, .reverse, mono: .reverse)
    case .key: return RoleStyle(base(14), on: page, color16: 5, mono: .bold)
    case .prompt: return RoleStyle(base(5), on: page, .bold, mono: .bold)
    case .status: return RoleStyle(base(5), on: base(1), mono: .reverse)
    case .ok: return RoleStyle(base(11), on: page, color16: 2)
    case .warn: return RoleStyle(base(10), on: page, color16: 3, mono: .bold)
    case .crit: return RoleStyle(base(8), on: page, .bold, color16: 1, mono: .reverse)
    case .forming: return RoleStyle(base(12), on: page, color16: 6, mono: .underline)
    case .phase1: return RoleStyle(base(13), on: page, color16: 12)
    case .phase2: return RoleStyle(base(10), on: page, color16: 3)
    case .phase3: return RoleStyle(base(11), on: page, .bold, color16: 2, mono: .bold)
    case .ike: return RoleStyle(base(14), on: page, color16: 5)
    case .esp: return RoleStyle(base(11), on: page, color16: 2)
    case .seen: return RoleStyle(base(5), on: page)
    case .told: return RoleStyle(base(14), on: page, color16: 5)
    case .inferred: return RoleStyle(base(4), on: page, mono: .dim)
    case .graphIn: return RoleStyle(base(12), on: page, color16: 6)
    case .graphOut: return RoleStyle(base(13), on: page, color16: 12)
    case .alarm: return RoleStyle(base(8), on: base(1), .bold, color16: 1, mono: [.reverse, .bold])
    case .search: return RoleStyle(base(10), on: page, .bold, color16: 3, mono: .bold)
    }
  }
}
