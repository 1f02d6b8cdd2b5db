// SPDX-License-Identifier: GPL-3.0-or-later
import CTermShim
import Glibc
import Screens

/// What the process's surroundings say about terminal, colours, glyphs and files.
enum Environment {
  static func variable(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  static var term: String { variable("TERM") ?? "dumb" }

  /// Whether a full-screen console can run here at all.
  static var hasTerminal: Bool { isatty(0) == 1 && isatty(1) == 1 && term != "dumb" }

  /// Order of choice: option, `NO_COLOR`, terminal.
  static func depth(_ choice: ColorChoice, colors: Int) -> ColorDepth {
    if choice == .never || (choice == .auto && variable("NO_COLOR") != nil) { return .mono }
    if colors >= 256 { return .indexed256 }
    if colors >= 16 { return .basic16 }
    return colors >= 8 ? .basic8 : .mono
  }

  /// A C locale shows nothing but ASCII; the Linux console and old terminals have no braille.
  static func tier(_ choice: GlyphChoice) -> GlyphTier {
    guard choice == .auto else { return GlyphTier(rawValue: choice.rawValue) ?? .ascii }
    if !ct_utf8() || term.hasPrefix("vt") || term == "ansi" { return .ascii }
    return term == "linux" || term.hasPrefix("linux-") ? .cp437 : .braille
  }

  /// A theme by path or by name in `directories`, then among the built-in ones. The second value says what went wrong.
  static func theme(_ name: String?, _ directories: [String]) -> (Theme, String?) {
    let wanted = name ?? "dark"
    let paths = wanted.contains("/") ? [wanted] : directories.map { "\($0)/\(wanted).yaml" }
    for path in paths {
      guard let text = readFile(path) else { continue }
      do { return (try ThemeFile.parse(text), nil) } catch { return (BuiltInThemes.fallback, "% \(path): \(error)") }
    }
    if let theme = BuiltInThemes.theme(wanted) { return (theme, nil) }
    return (BuiltInThemes.fallback, "% there is no theme '\(wanted)'")
  }

  /// `$XDG_STATE_HOME/dmvpn/history`; nil when there is no home.
  static func historyFile(_ option: String?) -> String? {
    if let option { return option.isEmpty ? nil : option }
    if let state = variable("XDG_STATE_HOME") { return state + "/dmvpn/history" }
    return variable("HOME").map { $0 + "/.local/state/dmvpn/history" }
  }

  private static func readFile(_ path: String) -> String? {
    let capacity = 1 << 18
    let bytes = [CChar](unsafeUninitializedCapacity: capacity) { buffer, count in
      count = max(0, Int(cx_read_file(path, buffer.baseAddress, Int32(capacity))))
    }
    return bytes.isEmpty ? nil : String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
