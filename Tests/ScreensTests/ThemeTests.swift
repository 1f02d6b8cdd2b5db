// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Screens
import Testing

@Suite("Themes are base16 schemes")
struct ThemeTests {
  private static func shipped(_ name: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent("themes/\(name).yaml"), encoding: .utf8)
  }

  private static let colors = "0123456789ABCDEF".map { "base0\($0): \"\($0)0\($0)0\($0)0\"" }

  @Test("the built-in themes are those in themes/", arguments: BuiltInThemes.files.map(\.name))
  func builtIn(_ name: String) throws {
    let file = try #require(BuiltInThemes.files.first { $0.name == name })
    #expect(try Self.shipped(name) == file.text)
    #expect(BuiltInThemes.theme(name) != nil)
  }

  @Test("a scheme with system and palette is read")
  func newForm() throws {
    let text = "system: \"base16\"\nname: \"Test\"\nvariant: \"light\"\npalette:\n" + Self.colors.map { "  \($0)\n" }.joined()
    let theme = try ThemeFile.parse(text)
    #expect(theme.name == "Test" && !theme.isDark)
    #expect(theme.palette[10] == RGB(0xa0, 0xa0, 0xa0))
  }

  @Test("a scheme with its colours at top level is read, also where YAML would take a colour for a number")
  func oldForm() throws {
    let text = "scheme: Old\nauthor: nobody\n" + Self.colors.joined(separator: "\n").replacing("\"", with: "") + "\n"
    let theme = try ThemeFile.parse(text)
    #expect(theme.name == "Old")
    #expect(theme.palette[0] == RGB(0, 0, 0) && theme.palette[14] == RGB(0xe0, 0xe0, 0xe0))
  }

  @Test(
    "a mistake is named with its line",
    arguments: [
      ("roles:\n  nosuch: { fg: base05 }", 18), ("roles:\n  ok: { fg: green }", 18), ("roles:\n  ok: { attr: blink }", 18),
      ("roles:\n  ok: { color: base05 }", 18), ("roles: 3", 17),
    ])
  func mistakes(_ roles: String, _ line: Int) {
    let text = Self.colors.joined(separator: "\n") + "\n" + roles + "\n"
    #expect(throws: ThemeError.self) { try ThemeFile.parse(text) }
    do { _ = try ThemeFile.parse(text) } catch { #expect(error.line == line) }
  }

  @Test("text that is no theme is refused", arguments: ["", "- a\n- b", "system: base24", "{{{", "base00: zzz", "\u{0}"])
  func refused(_ text: String) { #expect(throws: ThemeError.self) { try ThemeFile.parse(text) } }

  @Test("every role stands out from its background: 4.5, borders and muted text 3", arguments: ["dark", "light"])
  func contrast(_ name: String) throws {
    let theme = try #require(BuiltInThemes.theme(name))
    for role in Role.allCases {
      let front = theme.color(theme[role].foreground) ?? theme.palette[5]
      let back = theme.color(theme[role].background) ?? theme.palette[0]
      let least = role == .border || role == .muted || role == .inferred ? 3.0 : 4.5
      #expect(front.contrast(with: back) >= least, "\(name) \(role): \(front.contrast(with: back))")
    }
  }

  @Test("without colours no escape sequence sets one, and states keep an attribute")
  func mono() throws {
    let theme = try #require(BuiltInThemes.theme("dark"))
    for role in Role.allCases {
      let style = theme.style(of: role, depth: .mono)
      #expect(style.foreground == -1 && style.background == -1)
    }
    #expect(theme.style(of: .selected, depth: .mono).attributes.contains(.reverse))
    #expect(theme.style(of: .crit, depth: .mono).attributes.contains(.reverse))
  }

  @Test("palette colours avoid the sixteen that belong to the user")
  func indexes() {
    for value in stride(from: 0, through: 255, by: 15) {
      #expect(RGB(value, 255 - value, value / 2).nearestIndex >= 16)
      #expect(RGB(value, value, value).nearestIndex >= 16)
    }
    #expect(RGB(255, 0, 0).nearestIndex == 196)
    #expect(RGB(8, 8, 8).nearestIndex == 232)
  }

  @Test("eight colours make bright ones bold")
  func eight() throws {
    let theme = try #require(BuiltInThemes.theme("dark"))
    let style = theme.style(of: .title, depth: .basic8)
    #expect(style.foreground == 4 && style.attributes.contains(.bold))
    #expect(theme.style(of: .title, depth: .basic16).foreground == 12)
  }
}
