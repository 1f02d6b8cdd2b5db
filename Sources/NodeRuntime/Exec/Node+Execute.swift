// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Wire

/// Lines of consoles: cut into commands, run one after the other, answered once.
///
/// ```
///   execute ──▶ queue of the session ──▶ drain ──▶ run ──▶ answer ──▶ conclude ──┐
///                        ▲                          │ ping, traceroute, write:   │
///                        └──────────────────────────┴── the answer comes later ◀─┘
/// ```
extension Node {
  /// Commands of one session that may wait: more is a paste gone wrong.
  private static let queueLimit = 1_024

  /// Runs a line: one command, or several with ` ; ` between. The first that fails ends the line.
  func execute(_ line: String, _ request: UInt32, _ id: SessionID) {
    guard let session = sessions[id] else { return refuse(request, id, "% No session") }
    let commands = ExecLine.commands(of: line)
    guard session.queue.count + commands.count <= Node.queueLimit else { return refuse(request, id, "% Too many commands wait") }
    sessions[id]?.queue += commands.map { QueuedCommand(request: request, line: $0) }
    drain(id)
  }

  private func refuse(_ request: UInt32, _ id: SessionID, _ text: String) {
    effects.append(.reply(id, .output(id: request, text: text, prompt: prompt(id), isLast: true, failed: true, exitsConsole: false)))
  }

  /// Runs what waits, until a command's answer has to be waited for.
  private func drain(_ id: SessionID) {
    guard sessions[id]?.isDraining == false else { return }
    sessions[id]?.isDraining = true
    while let next = sessions[id]?.queue.first, sessions[id]?.isBusy == false {
      sessions[id]?.queue.removeFirst()
      sessions[id]?.isBusy = true
      run(next, id)
    }
    sessions[id]?.isDraining = false
  }

  /// The end of a command: its request's answer, or text before the next command of the request.
  func conclude(_ id: SessionID, _ request: UInt32, _ text: String, failed: Bool, exits: Bool) {
    sessions[id]?.isBusy = false
    if failed || exits { leaveRest(of: request, id) }
    if sessions[id]?.queue.contains(where: { $0.request == request }) ?? false {
      if !text.isEmpty { partial(id, request, text) }
    } else {
      effects.append(
        .reply(id, .output(id: request, text: text, prompt: prompt(id), isLast: true, failed: failed, exitsConsole: exits)))
    }
    drain(id)
  }

  /// A failed command ends its line; an `end` further on still leaves configure mode, so that nobody is stranded there.
  private func leaveRest(of request: UInt32, _ id: SessionID) {
    let rest = sessions[id]?.queue.filter { $0.request == request } ?? []
    guard !rest.isEmpty else { return }
    sessions[id]?.queue.removeAll { $0.request == request }
    if rest.contains(where: { $0.line.trimmed.lowercased() == "end" }) { leaveConfiguration(id) }
  }

  /// Ctrl-C: what stands behind the command under way is not run.
  func dropRest(_ id: SessionID) {
    for request in sessions[id]?.running.keys.sorted() ?? [] { leaveRest(of: request, id) }
  }

  // MARK: One command

  private func run(_ command: QueuedCommand, _ id: SessionID) {
    sessions[id]?.running[command.request] = []
    if let context = sessions[id]?.context {
      configure(command, in: context, id)
    } else {
      runExec(command.line, command.request, id)
    }
  }

  /// Runs an exec command; `lead` characters stand before it in the line (`do `).
  func runExec(_ text: String, lead: Int = 0, _ request: UInt32, _ id: SessionID) {
    let (line, filters, failure) = OutputFilter.parse(text)
    if let failure { return fail(failure, text, lead: lead, request, id) }
    if let refused = ExecLine.refused(filters) { return answer(id, request, "% \(refused) is not available here", failed: true) }
    switch ExecGrammar.commands.parse(line, mode: execMode(id), resolve: settings.address(of:)) {
    case .empty: answer(id, request, "", failed: false)
    case .failure(let failure): fail(failure, text, lead: lead + text.prefix { $0.isWhitespace }.count, request, id)
    case .match(let action, let arguments, let negated, _, _):
      sessions[id]?.running[request] = filters
      let call = ExecCall(session: id, request: request, arguments: arguments, isNegated: negated, wantsJSON: filters.contains(.json))
      finish(perform(action, call), call)
    }
  }

  func execMode(_ id: SessionID) -> CommandMode { sessions[id]?.isPrivileged == true ? .privilegedExec : .userExec }

  func fail(_ failure: CommandFailure, _ line: String, lead: Int, _ request: UInt32, _ id: SessionID) {
    answer(id, request, failure.iosText(line: line, promptWidth: prompt(id).count + lead).trimmedEnd, failed: true)
  }

  private func finish(_ result: ExecResult, _ call: ExecCall) {
    settle()
    switch result {
    case .later: break
    case .text(let text): answer(call.session, call.request, text, failed: false)
    case .failed(let text): answer(call.session, call.request, text, failed: true)
    case .exits: answer(call.session, call.request, "", failed: false, exits: true)
    case .shown(let shown): show(shown, call)
    }
  }

  private func show(_ shown: Shown, _ call: ExecCall) {
    guard call.wantsJSON else { return answer(call.session, call.request, shown.text(), remark: shown.remark, failed: false) }
    guard let json = shown.json else { return answer(call.session, call.request, "% This command has no JSON form", failed: true) }
    let text = json().text
    guard text.utf8.count <= AnswerParts.limitBytes else {
      // Half a JSON text is none.
      let why = "% As JSON this is \(text.utf8.count >> 20) MiB, and \(AnswerParts.limitBytes >> 20) may be sent: ask for a part of it"
      return answer(call.session, call.request, why, failed: true)
    }
    answer(call.session, call.request, text, failed: false)
  }

  private func perform(_ action: ExecAction, _ call: ExecCall) -> ExecResult {
    switch action {
    case .show(let what): show(what, call)
    case .clear(let what): clear(what, call)
    case .debug(let what): setDebug(what, call)
    case .ping: probe(.ping, call)
    case .traceroute: probe(.traceroute, call)
    case .capture: capture(call)
    case .writeMemory: save(call)
    default: performInSession(action, call)
    }
  }
}

/// The text of a request.
enum ExecLine {
  /// The commands of a line: ` ; ` stands between them. A bar before it makes no difference.
  static func commands(of line: String) -> [String] {
    line.split(separator: " ; ", omittingEmptySubsequences: false).map(String.init)
  }

  /// The name of a filter that needs a file of the caller's, which a node does not have.
  static func refused(_ filters: [OutputFilter]) -> String? {
    for filter in filters {
      switch filter {
      case .redirect: return "redirect"
      case .append: return "append"
      case .tee: return "tee"
      default: continue
      }
    }
    return nil
  }
}
