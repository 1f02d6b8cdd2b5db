// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// `?` and Tab, in exec and in configuration modes.
extension Node {
  private static let filters = [
    HelpEntry(word: "begin", text: "Begin with the line that matches"), HelpEntry(word: "count", text: "Count number of lines which match regexp"),
    HelpEntry(word: "exclude", text: "Exclude lines that match"), HelpEntry(word: "include", text: "Include lines that match"),
    HelpEntry(word: "json", text: "Rows as JSON"), HelpEntry(word: "no-more", text: "Do not pause after each screenful"),
    HelpEntry(word: "section", text: "Filter a section of output"),
  ]

  /// What may follow `line` in the session's mode.
  func help(_ line: String, _ id: SessionID) -> [HelpEntry] {
    let part = ExecLine.commands(of: line).last ?? ""
    guard let context = sessions[id]?.context else { return execHelp(part, execMode(id)) }
    if let (rest, _) = DoLine.exec(of: part) { return execHelp(rest, execMode(id)) }
    let rows = ConfigurationEditor.help(part, in: context)
    guard isFirstWord(part), "do".hasPrefix(part.trimmed.lowercased()) else { return rows }
    return (rows + [HelpEntry(word: "do", text: "Run an exec command")]).sorted { $0.word < $1.word }
  }

  private func execHelp(_ line: String, _ mode: CommandMode) -> [HelpEntry] {
    if let filter = filterPart(line) { return filterHelp(filter) }
    var rows = ExecGrammar.commands.help(line, mode: mode)
    if rows.last?.word == "<cr>", isShow(line) { rows.insert(HelpEntry(word: "|", text: "Output modifiers"), at: rows.count - 1) }
    return rows
  }

  private func isShow(_ line: String) -> Bool {
    guard let first = line.split(whereSeparator: \.isWhitespace).first else { return false }
    return "show".hasPrefix(first.lowercased())
  }

  private func isFirstWord(_ line: String) -> Bool { !line.drop { $0.isWhitespace }.contains { $0.isWhitespace } }

  /// What stands behind the last bar; nil where there is none.
  private func filterPart(_ line: String) -> Substring? {
    line.lastIndex(of: "|").map { line[line.index(after: $0)...] }
  }

  private func filterHelp(_ part: Substring) -> [HelpEntry] {
    let words = part.split(whereSeparator: \.isWhitespace)
    let endsInSpace = part.last?.isWhitespace ?? true
    guard let first = words.first else { return Node.filters }
    if words.count == 1, !endsInSpace { return Node.filters.filter { $0.word.hasPrefix(first.lowercased()) } }
    let name = Node.filters.first { $0.word.hasPrefix(first.lowercased()) }?.word
    switch name {
    case nil: return []
    case "json", "no-more": return words.count == 1 ? [HelpEntry(word: "<cr>", text: "")] : []
    default:
      let line = HelpEntry(word: "LINE", text: "Regular expression")
      return words.count > 1 && endsInSpace ? [line, HelpEntry(word: "<cr>", text: "")] : [line]
    }
  }

  // MARK: Tab

  /// The full words that the last word of `line` may become.
  func completions(_ line: String, _ id: SessionID) -> [String] {
    let part = ExecLine.commands(of: line).last ?? ""
    guard let context = sessions[id]?.context else { return execCompletions(part, execMode(id)) }
    if let (rest, _) = DoLine.exec(of: part) { return execCompletions(rest, execMode(id)) }
    let words = ConfigurationEditor.completions(part, in: context)
    return isFirstWord(part) && "do".hasPrefix(part.trimmed.lowercased()) ? (words + ["do"]).sorted() : words
  }

  private func execCompletions(_ line: String, _ mode: CommandMode) -> [String] {
    if let filter = filterPart(line) { return filterHelp(filter).map(\.word).filter { $0.first?.isLowercase ?? false } }
    let partial = line.last?.isWhitespace ?? true ? "" : String(line.split(whereSeparator: \.isWhitespace).last ?? "")
    let head = String(line.dropLast(partial.count))
    let expected = ExecGrammar.commands.help(head, mode: mode).map(\.word)
    var words = Set(ExecGrammar.commands.completions(line, mode: mode))
    if expected.contains("NAME"), expected.contains("A.B.C.D") { words.formUnion(knownHosts(partial)) }
    if expected.contains("IFNAME") { words.formUnion(knownInterfaces(partial)) }
    return words.sorted()
  }

  /// Names of `ip host` and addresses of peers that begin so.
  private func knownHosts(_ partial: String) -> [String] {
    let names = settings.hosts.map(\.name)
    let addresses = nhrp.snapshot().flatMap { i in i.mappings.filter(\.target.isHost).map { $0.via.description } + i.servers.compactMap { $0.address?.description } }
    return (names + addresses).filter { $0.hasPrefix(partial) }
  }

  /// Tunnels and interfaces of the configuration that begin so; without a letter, none of them.
  private func knownInterfaces(_ partial: String) -> [String] {
    let low = partial.lowercased()
    return settings.interfaceNames.filter { $0.lowercased().hasPrefix(low) }
  }
}
