// SPDX-License-Identifier: GPL-3.0-or-later
import Yams

/// What is wrong with a theme file, and where.
public struct ThemeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line, counted from 1; 0 when the whole file is meant.
  public var line: Int
  /// What is wrong.
  public var reason: String

  /// `line 4: base0C is not a colour`
  public var description: String { line > 0 ? "line \(line): \(reason)" : reason }
}

/// Reads base16 schemes in YAML, in both public forms (`system:` with `palette:`, and `scheme:` with the colours at top level),
/// with an optional `roles:` map of our own.
public enum ThemeFile {
  /// The theme in `text`.
  public static func parse(_ text: String) throws(ThemeError) -> Theme {
    let root: Node
    do {
      guard let node = try Yams.compose(yaml: text) else { throw ThemeError(line: 0, reason: "the file is empty") }
      root = node
    } catch let error as ThemeError { throw error } catch { throw ThemeError(line: 0, reason: "not YAML: \(error)") }
    guard let map = root.mapping else { throw ThemeError(line: 1, reason: "a theme is a map of keys and values") }
    let name = map["name"]?.string ?? map["scheme"]?.string ?? "unnamed"
    var theme = Theme(name: name, palette: try palette(map))
    if let variant = map["variant"]?.string { theme.isDark = variant != "light" }
    if let roles = map["roles"] { try apply(roles, to: &theme) }
    return theme
  }

  private static func palette(_ map: Node.Mapping) throws(ThemeError) -> [RGB] {
    if let system = map["system"]?.string, system != "base16" {
      throw ThemeError(line: line(map["system"]), reason: "system '\(system)' is not base16")
    }
    let colors = map["palette"]?.mapping ?? map
    var result: [RGB] = []
    for index in 0..<16 {
      let key = "base0" + String(index, radix: 16, uppercase: true)
      guard let node = colors[Node(key)] else { throw ThemeError(line: line(map["palette"]), reason: "\(key) is missing") }
      guard let rgb = RGB(hex: node.scalar?.string ?? "") else { throw ThemeError(line: line(node), reason: "\(key) is not a colour") }
      result.append(rgb)
    }
    return result
  }

  private static func apply(_ roles: Node, to theme: inout Theme) throws(ThemeError) {
    guard let map = roles.mapping else { throw ThemeError(line: line(roles), reason: "roles is a map") }
    for (key, value) in map {
      guard let name = key.string, let role = Role(name: name) else {
        throw ThemeError(line: line(key), reason: "there is no role '\(key.string ?? "?")'")
      }
      theme[role] = try style(value, theme[role])
    }
  }

  private static func style(_ node: Node, _ usual: RoleStyle) throws(ThemeError) -> RoleStyle {
    guard let map = node.mapping else { throw ThemeError(line: line(node), reason: "a role is a map with fg, bg, attr, c16, mono") }
    var result = usual
    for (key, value) in map {
      switch key.string {
      case "fg": result.foreground = try color(value)
      case "bg": result.background = try color(value)
      case "attr": result.attributes = try attributes(value)
      case "mono": result.mono = try attributes(value)
      case "c16": result.color16 = try basicColor(value)
      default: throw ThemeError(line: line(key), reason: "a role has fg, bg, attr, c16 and mono, not '\(key.string ?? "?")'")
      }
    }
    return result
  }

  private static func color(_ node: Node) throws(ThemeError) -> ThemeColor {
    let text = node.scalar?.string ?? ""
    if text == "default" { return .terminal }
    if text.hasPrefix("base0"), text.utf8.count == 6, let index = Int(text.suffix(1), radix: 16) { return .palette(index) }
    if let rgb = RGB(hex: text) { return .literal(rgb) }
    throw ThemeError(line: line(node), reason: "'\(text)' is not default, base00…base0F or rrggbb")
  }

  private static func attributes(_ node: Node) throws(ThemeError) -> TextAttributes {
    var result: TextAttributes = []
    let words = node.sequence.map { Array($0) } ?? [node]
    for word in words {
      let text = word.scalar?.string ?? ""
      if text.isEmpty || text == "none" { continue }
      guard let attribute = TextAttributes.names[text] else {
        throw ThemeError(line: line(word), reason: "there is no attribute '\(text)'")
      }
      result.insert(attribute)
    }
    return result
  }

  private static let basicNames = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]

  private static func basicColor(_ node: Node) throws(ThemeError) -> Int {
    let text = node.scalar?.string ?? ""
    if text == "default" { return -1 }
    let isBright = text.hasPrefix("bright-")
    let name = isBright ? String(text.dropFirst(7)) : text
    guard let index = basicNames.firstIndex(of: name) else { throw ThemeError(line: line(node), reason: "there is no colour '\(text)'") }
    return isBright ? index + 8 : index
  }

  private static func line(_ node: Node?) -> Int { node?.mark?.line ?? 0 }
}
