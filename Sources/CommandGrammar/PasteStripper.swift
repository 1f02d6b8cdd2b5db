// SPDX-License-Identifier: GPL-3.0-or-later

/// One line of a configuration file or of a paste, freed of what only the terminal put there.
public struct SourceLine: Sendable, Equatable {
  /// The line without prompt, indentation and white space at its end. A banner holds its whole body, line feeds and all.
  public var text: String
  /// The line's number in the user's text, from 1.
  public var number: Int
  /// White space before the text, behind the prompt; at least 1 for what belongs to the line before by its meaning.
  public var indent: Int
  /// 0-based column of `text` in the user's line: add it to a failure's column.
  public var column: Int

  /// Makes a line.
  public init(text: String, number: Int, indent: Int, column: Int? = nil) {
    self.text = text
    self.number = number
    self.indent = indent
    self.column = column ?? indent
  }
}

/// Turns text that came from a terminal, a README or Windows into lines of configuration.
public enum PasteStripper {
  /// Drops BOM, prompts, code fences, blank lines and IOS' own announcements; keeps numbers and columns of what remains.
  public static func strip(_ text: String) -> [SourceLine] {
    var reader = PasteReader(text)
    return reader.readAll()
  }
}

/// Reads pasted text line by line; banners and certificates span several.
struct PasteReader {
  private let raw: [[Character]]
  private var index = 0
  private var out: [SourceLine] = []
  private var isInCertificateChain = false

  init(_ text: String) {
    var characters = Array(text)
    if characters.first == "\u{feff}" { characters.removeFirst() }
    raw = characters.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(Array.init)
  }

  mutating func readAll() -> [SourceLine] {
    while index < raw.count {
      readLine()
      index += 1
    }
    return out
  }

  private mutating func readLine() {
    let line = SourceLine(stripping: raw[index], number: index + 1)
    guard !line.text.isEmpty, !isNoise(line.text) else { return }
    if readBanner(line) || readCertificate(line) { return }
    let words = line.text.lowercased().split(separator: " ")
    isInCertificateChain =
      words.starts(with: ["crypto", "pki", "certificate", "chain"]) || words.starts(with: ["crypto", "ca", "certificate", "chain"])
    out.append(line)
  }

  private func isNoise(_ text: String) -> Bool {
    text.hasPrefix("```") || text == "Building configuration..." || text == "Building configuration…"
      || (text.hasPrefix("Current configuration") && text.hasSuffix("bytes"))
  }

  /// `banner motd ^C` … `^C`: without a closing mark the line stays what it is, and nothing below is swallowed.
  private mutating func readBanner(_ line: SourceLine) -> Bool {
    guard let mark = PasteReader.bannerMark(line.text) else { return false }
    let opening = Array(line.text)
    if PasteReader.find(mark.text, in: opening, from: mark.end) != nil {
      out.append(line)
      return true
    }
    var body = line.text
    for next in (index + 1)..<max(raw.count, index + 1) {
      let bare = PasteReader.withoutTrailingSpace(raw[next])
      body += "\n"
      if let end = PasteReader.find(mark.text, in: bare, from: 0) {
        var whole = line
        whole.text = body + String(bare[..<(end + mark.text.count)])
        out.append(whole)
        index = next
        return true
      }
      body += String(bare)
    }
    return false
  }

  /// The closing mark that a banner line asks for, and where its text begins.
  private static func bannerMark(_ text: String) -> (text: [Character], end: Int)? {
    let types = ["motd", "login", "exec", "incoming", "slip-ppp", "prompt-timeout"]
    let words = LineWords(text).words
    guard words.count > 1, words[0].lowered.count >= 3, "banner".hasPrefix(words[0].lowered) else { return nil }
    let isTyped = words[1].lowered.count > 1 && types.contains { $0.hasPrefix(words[1].lowered) }
    guard let word = isTyped ? words.dropFirst(2).first : words[1] else { return nil }
    let mark = word.text.hasPrefix("^C") ? Array("^C") : Array(word.text.prefix(1))
    return (mark, word.column + mark.count)
  }

  private static func find(_ mark: [Character], in text: [Character], from start: Int) -> Int? {
    guard start + mark.count <= text.count else { return nil }
    return (start...(text.count - mark.count)).first { Array(text[$0..<($0 + mark.count)]) == mark }
  }

  /// `certificate …` in a chain, and its hexadecimal body up to `quit`, as children of the chain.
  private mutating func readCertificate(_ line: SourceLine) -> Bool {
    guard isInCertificateChain, let first = line.text.split(separator: " ").first, first.lowercased() == "certificate" else { return false }
    append(line, indent: 1)
    while index + 1 < raw.count {
      let next = SourceLine(stripping: raw[index + 1], number: index + 2)
      let isQuit = next.text.lowercased() == "quit"
      guard isQuit || next.text.allSatisfy({ $0.isHexDigit || $0 == " " || $0 == "\t" }) else { break }
      index += 1
      if !next.text.isEmpty { append(next, indent: 2) }
      if isQuit { break }
    }
    return true
  }

  private mutating func append(_ line: SourceLine, indent: Int) {
    var child = line
    child.indent = max(line.indent, indent)
    out.append(child)
  }

  static func withoutTrailingSpace(_ line: [Character]) -> [Character] {
    Array(line.prefix(through: line.lastIndex { !$0.isWhitespace } ?? -1))
  }
}

extension SourceLine {
  /// Takes prompt, indentation and trailing white space off one line.
  init(stripping raw: [Character], number: Int) {
    let line = PasteReader.withoutTrailingSpace(raw)
    let prompt = SourceLine.promptLength(line)
    let indent = line[prompt...].prefix { $0.isWhitespace }.count
    self.init(text: String(line[(prompt + indent)...]), number: number, indent: indent, column: prompt + indent)
  }

  /// How many characters at the head are a prompt: `hub1#`, `R1(config-if)# `, `  IOU3(cfg-crypto-trans)#`; else 0.
  ///
  /// The hostname takes at most 63 letters and no space, so `description a#b` has no prompt.
  static func promptLength(_ line: [Character]) -> Int {
    func isNamed(_ c: Character) -> Bool { c.isASCII && (c.isLetter || c.isNumber || "-_.+".contains(c)) }
    var position = line.prefix { $0.isWhitespace }.count
    let host = line[position...].prefix(while: isNamed)
    guard (1...63).contains(host.count), let first = host.first, first.isLetter || first.isNumber else { return 0 }
    position = host.endIndex
    if position < line.count, line[position] == "(" {
      let mode = line[(position + 1)...].prefix(while: isNamed)
      guard !mode.isEmpty, mode.endIndex < line.count, line[mode.endIndex] == ")" else { return 0 }
      position = mode.endIndex + 1
    }
    guard position < line.count, line[position] == "#" || line[position] == ">" else { return 0 }
    return position + 1
  }
}
