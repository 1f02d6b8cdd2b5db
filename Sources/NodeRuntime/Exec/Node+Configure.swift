// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Interfaces
import ProtocolKit
import Wire

/// Configure mode: each line is a transaction of its own. It is applied to a copy, the copy is judged, and comes into force whole or not.
extension Node {
  // MARK: From a file

  /// Takes a startup configuration into force unless a diagnostic is an error. What follows for the host comes with the next event.
  public func load(startup text: String, file: String) -> [ConfigurationDiagnostic] {
    let (candidate, diagnostics) = ConfigurationLoader.load(text, file: file)
    guard !diagnostics.contains(where: { $0.level == .error }) else { return diagnostics }
    if !operators.hasStarted {
      operators.hasStarted = true
      record(JournalRecord(.nodeStarted))
    }
    operators.startup = candidate
    apply(candidate)
    return diagnostics
  }

  /// The configuration in force with its keys, as `write memory` saves it. Shows are made without them.
  public func runningConfiguration() -> String { ConfigurationWriter.text(settings) }

  // MARK: From a console

  func enterConfiguration(_ id: SessionID) -> ExecResult {
    sessions[id]?.context = .global
    sessions[id]?.edits = EditCount()
    return .text("Enter configuration commands, one per line.  End with CNTL/Z.")
  }

  /// Leaves configure mode, with one record of what was changed there.
  func leaveConfiguration(_ id: SessionID) {
    guard let session = sessions[id], session.context != nil else { return }
    sessions[id]?.context = nil
    operators.configurers[journal.nextNumber] = "\(session.user) on \(session.terminal)"
    if operators.configurers.count > 64, let oldest = operators.configurers.keys.min() { operators.configurers[oldest] = nil }
    record(JournalRecord(.configured, x: UInt32(clamping: session.edits.lines), y: UInt32(clamping: session.edits.interfaces.count)))
  }

  func configure(_ command: QueuedCommand, in context: ConfigurationEditor.Context, _ id: SessionID) {
    if let (rest, lead) = DoLine.exec(of: command.line) { return runExec(rest, lead: lead, command.request, id) }
    var candidate = settings
    switch ConfigurationEditor.apply(command.line, in: context, to: &candidate) {
    case .empty: answer(id, command.request, "", failed: false)
    case .exit, .end:
      leaveConfiguration(id)
      answer(id, command.request, "", failed: false)
    case .failure(let failure): fail(failure, command.line, lead: 0, command.request, id)
    case .refused(let why): answer(id, command.request, "% \(why)", failed: true)
    case .applied(let next, let warnings, let notActedOn):
      let errors = newErrors(candidate)
      guard errors.isEmpty else { return answer(id, command.request, errors.map { "% \($0)" }.joined(separator: "\n"), failed: true) }
      commit(candidate, id)
      sessions[id]?.context = next
      let note = notActedOn ? ["% Note: '\(KeyLine.shown(command.line.trimmed))' is kept but not acted on"] : []
      answer(id, command.request, (warnings.map { "% Warning: \($0)" } + note).joined(separator: "\n"), failed: false)
    }
  }

  /// What the candidate makes wrong that was not wrong before.
  private func newErrors(_ candidate: NodeSettings) -> [String] {
    let before = ConfigurationValidator.check(settings)
    return ConfigurationValidator.check(candidate).filter { $0.level == .error && !before.contains($0) }.map(\.text)
  }

  private func commit(_ candidate: NodeSettings, _ id: SessionID) {
    guard candidate != settings else { return }
    sessions[id]?.edits.lines += 1
    let names = Set(settings.interfaceNames + candidate.interfaceNames)
    sessions[id]?.edits.interfaces.formUnion(names.filter { settings.interfaces[$0] != candidate.interfaces[$0] })
    apply(candidate)
  }
}

/// `do COMMAND` in configure mode.
enum DoLine {
  /// The command behind `do`, and how many characters stand before it; nil for another line.
  static func exec(of line: String) -> (rest: String, lead: Int)? {
    let indent = line.prefix { $0.isWhitespace }.count
    let word = line.dropFirst(indent)
    guard word.prefix(2).lowercased() == "do", let space = word.dropFirst(2).first, space.isWhitespace else { return nil }
    return (String(word.dropFirst(3)), indent + 3)
  }
}
