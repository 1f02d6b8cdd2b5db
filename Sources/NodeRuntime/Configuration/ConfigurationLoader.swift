// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// Text → settings: a file of ours, a dump of `show running-config`, a README's code block, a pasted session.
public struct ConfigurationLoader {
  /// Reads `text` line by line onto `base`. The settings mean something only where no diagnostic is an error.
  public static func load(
    _ text: String, file: String, onto base: NodeSettings = NodeSettings()
  ) -> (settings: NodeSettings, diagnostics: [ConfigurationDiagnostic]) {
    var loader = ConfigurationLoader(file: file, edit: LineEdit(settings: base))
    for line in PasteStripper.strip(text) { loader.read(line) }
    loader.addFindings()
    return (
      loader.edit.settings,
      loader.diagnostics.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
    )
  }

  /// The text of a file's bytes: UTF-8, or UTF-16 with its byte order mark, as Windows writes it. Broken bytes become U+FFFD.
  public static func text(of bytes: [UInt8]) -> String {
    let isLittle = bytes.starts(with: [0xff, 0xfe])
    guard isLittle || bytes.starts(with: [0xfe, 0xff]) else { return String(decoding: bytes, as: UTF8.self) }
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map { at -> UInt16 in
      let (first, second) = (UInt16(bytes[at]), UInt16(bytes[at + 1]))
      return isLittle ? second << 8 | first : first << 8 | second
    }
    return String(decoding: units, as: UTF16.self)
  }

  /// A kept line that may have lines under it.
  private struct Section {
    var index: Int
    /// White space before its head.
    var indent: Int
    /// White space before its first indented child; nil while there is none.
    var childIndent: Int?
    /// How many parts (`address-family`) an unindented `exit` may still leave.
    var openParts = 0
  }

  /// A section with settings of its own that the lines below may belong to.
  private struct OpenPlace {
    /// White space before its head.
    var indent: Int
    /// Whether a line below was indented: then one that is not ends the section.
    var hasIndentedLines = false
  }

  /// A line of the file that has had its effect, for findings about the whole.
  private struct Place {
    var interface: String?
    var section: SectionPlace?
    var canonical: String
    var line: Int
    var column: Int
  }

  private let file: String
  private var edit: LineEdit
  private var context = ConfigurationEditor.Context.global
  private var section: Section?
  /// One for each level of `context`, where that is a section with settings.
  private var open: [OpenPlace] = []
  private var places: [Place] = []
  private var diagnostics: [ConfigurationDiagnostic] = []

  private init(file: String, edit: LineEdit) { (self.file, self.edit) = (file, edit) }

  private mutating func read(_ line: SourceLine) {
    if readChild(line) { return }
    leaveOutdented(line)
    if context.keptIndex != nil, LoadingSession.owns(line.text, inSection: true) { return }
    let before = context
    let outcome = apply(line.text)
    switch outcome {
    case .empty: return
    case .exit, .end: leave()
    case .failure(let failure):
      if LoadingSession.owns(line.text, inSection: false) { return }
      report(.error, line, failure.column, KeyLine.failure(failure, of: line.text).explanation)
    case .refused(let why): report(.error, line, 0, why)
    case .applied(let place, _, let notActedOn): follow(place, from: before, line, notActedOn: notActedOn)
    }
  }

  /// Failed lines leave nothing behind: the editor's copy goes back to what it was.
  private mutating func apply(_ text: String) -> EditOutcome {
    let settings = edit.settings
    let outcome = edit.apply(text, in: context)
    if case .applied = outcome { return outcome }
    edit.settings = settings
    return outcome
  }

  /// Indented lines below a kept line are part of it, whatever they say.
  private mutating func readChild(_ line: SourceLine) -> Bool {
    guard var section, !line.text.hasPrefix("!"), !line.text.hasPrefix("#") else { return false }
    if line.indent > section.indent {
      if context.keptIndex == nil, isGlobal(line.text) { return false }
      if let failure = LineText.failure(in: line.text) {
        report(.error, line, failure.column, failure.explanation)
        return true
      }
      if let refusal = KeyLine.refusal(line.text) {
        report(.error, line, 0, refusal)
        return true
      }
      let base = section.childIndent ?? line.indent
      section.childIndent = base
      self.section = section
      if line.indent <= base, ["exit", "end"].contains(line.text.lowercased()) {
        leave()
      } else {
        add(String(repeating: " ", count: max(0, line.indent - base)) + line.text, to: section.index)
      }
      return true
    }
    if section.childIndent != nil { leave() }
    return readPartExit(line)
  }

  /// Below a line that opens no section, a line that global mode knows is global, however its author indented it.
  private func isGlobal(_ text: String) -> Bool {
    if case .match = Assembly.grammar.parse(text, mode: .global) { true } else { false }
  }

  /// `exit` from an address family of an unindented `router bgp` stays in the router.
  private mutating func readPartExit(_ line: SourceLine) -> Bool {
    guard var section, context.keptIndex == section.index else { return false }
    let text = line.text.lowercased()
    if KeptStore.opensPart(text) {
      section.openParts = min(section.openParts + 1, text.hasPrefix("af-") || text.hasPrefix("topology") ? 2 : 1)
    }
    let isExit = text == "exit" && section.openParts > 0
    if isExit || text.hasPrefix("exit-") { section.openParts = max(0, section.openParts - 1) }
    self.section = section
    if isExit { add(" exit", to: section.index) }
    return isExit
  }

  private mutating func add(_ child: String, to index: Int) {
    guard edit.settings.kept.indices.contains(index) else { return }
    KeptStore.add(child, to: &edit.settings.kept[index])
  }

  private mutating func leave() {
    context = .global
    section = nil
    open = []
  }

  /// A line that stands as far left as a section's head, below lines that do not, is none of the section's.
  private mutating func leaveOutdented(_ line: SourceLine) {
    guard !line.text.hasPrefix("!"), !line.text.hasPrefix("#") else { return }
    while let last = open.indices.last, case .section = context {
      if line.indent > open[last].indent { return open[last].hasIndentedLines = true }
      guard open[last].hasIndentedLines else { return }
      open.removeLast()
      context = context.outer
    }
  }

  /// Keeps `open` as deep as the section that the line led to.
  private mutating func track(_ next: ConfigurationEditor.Context, _ line: SourceLine) {
    guard case .section(let place) = next else { return open = [] }
    let isHead = next != context && !edit.canonical.hasPrefix("exit")
    open = Array(open.prefix(isHead ? place.path.count - 1 : place.path.count))
    if open.count < place.path.count { open.append(OpenPlace(indent: line.indent)) }
  }

  private mutating func follow(
    _ next: ConfigurationEditor.Context, from before: ConfigurationEditor.Context, _ line: SourceLine, notActedOn: Bool
  ) {
    track(next, line)
    let isChild = notActedOn && next.keptIndex != nil && next == before && edit.canonical == line.text
    context = next
    if isChild { return }
    var interface: String?, place: SectionPlace?
    if case .interface(let name) = next { interface = name }
    if case .section(let inner) = next { place = inner }
    places.append(Place(interface: interface, section: place, canonical: edit.canonical, line: line.number, column: line.column + 1))
    section = nil
    guard notActedOn else { return }
    if interface == nil, place == nil {
      section = edit.settings.kept.firstIndex { $0.text == edit.canonical }.map { Section(index: $0, indent: line.indent) }
    }
    let head = edit.canonical.prefix { !$0.isNewline }
    report(.notActedOn, line, 0, "'\(KeyLine.shown(String(head)))' is kept and written back")
  }

  private mutating func report(_ level: ConfigurationDiagnostic.Level, _ line: SourceLine, _ column: Int, _ text: String) {
    diagnostics.append(ConfigurationDiagnostic(level: level, file: file, line: line.number, column: line.column + column + 1, text: text))
  }

  /// What the whole makes questionable, at the last line that has to do with it.
  private mutating func addFindings() {
    let explicit = Set(places.map { (interface: $0.interface, line: $0.canonical) }.map { "\($0.interface ?? "")\n\($0.line)" })
    let findings =
      ConfigurationValidator.check(edit.settings)
      + ConfigurationValidator.checkExplicit(edit.settings) { interface, line in explicit.contains("\(interface)\n\(line)") }
    for finding in findings {
      let inScope = places.filter { $0.interface == finding.interface && $0.section == finding.section }
      let place = inScope.last { finding.about.isEmpty ? $0.canonical.hasPrefix("interface ") : $0.canonical.hasPrefix(finding.about) }
      let best = place ?? inScope.first { $0.canonical.hasPrefix("interface ") } ?? inScope.first
      diagnostics.append(
        ConfigurationDiagnostic(level: finding.level, file: file, line: best?.line ?? 1, column: best?.column ?? 1, text: finding.text))
    }
  }
}

/// Lines of a pasted session that are no configuration.
private enum LoadingSession {
  /// Whether the line is one of the console's own; in a kept section only what no section has a line for.
  static func owns(_ line: String, inSection: Bool) -> Bool {
    guard case .match(let isOnlyOutside, _, _, _, _) = commands.parse(line, mode: .privilegedExec) else { return false }
    return !(inSection && isOnlyOutside)
  }

  /// Each stands for whether it may also be a section's own line.
  private static let commands = CommandSet<Bool>(
    [
      ("configure terminal", false), ("write [{memory|terminal}]", false), ("copy running-config startup-config", false),
      ("do <rest:line>", false),
      ("enable", true), ("disable", true), ("show <rest:line>", true), ("terminal {length|width|monitor|no} [<rest:line>]", true),
    ].map { CommandSpec($0.0, modes: [.privilegedExec], help: [:], action: $0.1) })
}
