// SPDX-License-Identifier: GPL-3.0-or-later

/// The shipped themes, so that the console has colours before it has found a file. `ThemeTests` holds them against `themes/`.
public enum BuiltInThemes {
  /// Name and text of each.
  public static let files: [(name: String, text: String)] = [("dark", dark), ("light", light), ("mono", mono)]

  /// The theme called `name`; nil when there is none.
  public static func theme(_ name: String) -> Theme? {
    guard let file = files.first(where: { $0.name == name }) else { return nil }
    return try? ThemeFile.parse(file.text)
  }

  /// What is used when nothing else can be.
  public static let fallback = theme("dark") ?? Theme(name: "grey", palette: [])

  private static let dark = """
    # SPDX-License-Identifier: GPL-3.0-or-later
    # A base16 scheme (any public one works here) with the console's roles. "default" is the terminal's own colour.
    system: "base16"
    name: "dmvpn dark"
    author: "dmvpn"
    variant: "dark"
    palette:
      base00: "101418"
      base01: "1e252c"
      base02: "2f3943"
      base03: "6b7885"
      base04: "93a0ad"
      base05: "c8ccd0"
      base06: "e2e6ea"
      base07: "ffffff"
      base08: "ff6b6b"
      base09: "ff9f5a"
      base0A: "ffb000"
      base0B: "5fd787"
      base0C: "5fd7ff"
      base0D: "7fa8ff"
      base0E: "c792ff"
      base0F: "d7a98f"
    roles:
      text: { fg: default, bg: default }
      muted: { fg: base04, bg: default }
      title: { fg: base0D, bg: default }
      border: { fg: base03, bg: default }
      focus: { fg: base0C, bg: default }
      selected: { fg: default, bg: default }
      key: { fg: base0E, bg: default }
      prompt: { fg: default, bg: default }
      ok: { fg: base0B, bg: default }
      warn: { fg: base0A, bg: default }
      crit: { fg: base08, bg: default }
      forming: { fg: base0C, bg: default }
      phase1: { fg: base0D, bg: default }
      phase2: { fg: base0A, bg: default }
      phase3: { fg: base0B, bg: default }
      ike: { fg: base0E, bg: default }
      esp: { fg: base0B, bg: default }
      seen: { fg: default, bg: default }
      told: { fg: base0E, bg: default }
      inferred: { fg: base04, bg: default }
      graph-in: { fg: base0C, bg: default }
      graph-out: { fg: base0D, bg: default }
      search: { fg: base0A, bg: default }

    """

  private static let light = """
    # SPDX-License-Identifier: GPL-3.0-or-later
    # A base16 scheme (any public one works here) with the console's roles. "default" is the terminal's own colour.
    system: "base16"
    name: "dmvpn light"
    author: "dmvpn"
    variant: "light"
    palette:
      base00: "fafafa"
      base01: "e4e7ea"
      base02: "d0d5da"
      base03: "7a828a"
      base04: "5a636c"
      base05: "24292e"
      base06: "16191c"
      base07: "000000"
      base08: "b3261e"
      base09: "9a4a00"
      base0A: "7d5a00"
      base0B: "1a6b34"
      base0C: "00677d"
      base0D: "2456b8"
      base0E: "7a35b0"
      base0F: "7a4a30"
    roles:
      text: { fg: default, bg: default }
      muted: { fg: base04, bg: default }
      title: { fg: base0D, bg: default }
      border: { fg: base03, bg: default }
      focus: { fg: base0C, bg: default }
      selected: { fg: default, bg: default }
      key: { fg: base0E, bg: default }
      prompt: { fg: default, bg: default }
      ok: { fg: base0B, bg: default }
      warn: { fg: base0A, bg: default }
      crit: { fg: base08, bg: default }
      forming: { fg: base0C, bg: default }
      phase1: { fg: base0D, bg: default }
      phase2: { fg: base0A, bg: default }
      phase3: { fg: base0B, bg: default }
      ike: { fg: base0E, bg: default }
      esp: { fg: base0B, bg: default }
      seen: { fg: default, bg: default }
      told: { fg: base0E, bg: default }
      inferred: { fg: base04, bg: default }
      graph-in: { fg: base0C, bg: default }
      graph-out: { fg: base0D, bg: default }
      search: { fg: base0A, bg: default }

    """

  private static let mono = """
    # SPDX-License-Identifier: GPL-3.0-or-later
    # A base16 scheme (any public one works here) without colours: attributes alone. Every state has a glyph and a word as well.
    system: "base16"
    name: "dmvpn mono"
    author: "dmvpn"
    variant: "dark"
    palette:
      base00: "000000"
      base01: "1c1c1c"
      base02: "303030"
      base03: "808080"
      base04: "a8a8a8"
      base05: "d0d0d0"
      base06: "e8e8e8"
      base07: "ffffff"
      base08: "e8e8e8"
      base09: "e8e8e8"
      base0A: "e8e8e8"
      base0B: "e8e8e8"
      base0C: "e8e8e8"
      base0D: "e8e8e8"
      base0E: "e8e8e8"
      base0F: "e8e8e8"
    roles:
      text: { fg: default, bg: default, attr: none, c16: default, mono: none }
      muted: { fg: default, bg: default, attr: none, c16: default, mono: none }
      title: { fg: default, bg: default, attr: bold, c16: default, mono: bold }
      border: { fg: default, bg: default, attr: none, c16: default, mono: none }
      focus: { fg: default, bg: default, attr: bold, c16: default, mono: bold }
      selected: { fg: default, bg: default, attr: reverse, c16: default, mono: reverse }
      key: { fg: default, bg: default, attr: bold, c16: default, mono: bold }
      prompt: { fg: default, bg: default, attr: bold, c16: default, mono: bold }
      status: { fg: default, bg: default, attr: reverse, c16: default, mono: reverse }
      ok: { fg: default, bg: default, attr: none, c16: default, mono: none }
      warn: { fg: default, bg: default, attr: bold, c16: default, mono: bold }
      crit: { fg: default, bg: default, attr: reverse, c16: default, mono: reverse }
      forming: { fg: default, bg: default, attr: underline, c16: default, mono: underline }
      phase1: { fg: default, bg: default, attr: none, c16: default, mono: none }
      phase2: { fg: default, bg: default, attr: none, c16: default, mono: none }
      phase3: { fg: default, bg: default, attr: bold, c16: default, mono: bold }
      ike: { fg: default, bg: default, attr: none, c16: default, mono: none }
      esp: { fg: default, bg: default, attr: none, c16: default, mono: none }
      seen: { fg: default, bg: default, attr: none, c16: default, mono: none }
      told: { fg: default, bg: default, attr: none, c16: default, mono: none }
      inferred: { fg: default, bg: default, attr: dim, c16: default, mono: dim }
      graph-in: { fg: default, bg: default, attr: none, c16: default, mono: none }
      graph-out: { fg: default, bg: default, attr: none, c16: default, mono: none }
      alarm: { fg: default, bg: default, attr: [reverse, bold], c16: default, mono: [reverse, bold] }
      search: { fg: default, bg: default, attr: bold, c16: default, mono: bold }

    """
}
