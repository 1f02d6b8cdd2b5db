// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Wire

/// One operator at a console.
struct Session {
  var user: String
  var terminal: String
  /// Whether it may change things; a reader stays at `>`.
  var isOperator: Bool
  var since: Instant
  /// `enable`d.
  var isPrivileged: Bool
  /// Where its configuration lines go; nil outside configure mode.
  var context: ConfigurationEditor.Context?
  /// `terminal monitor`
  var monitors = false
  /// `terminal length`; 0 never pauses. The console scrolls by itself: the value is kept for `show terminal`.
  var length = 0
  /// `debug nhrp …` of this session.
  var debugs: Set<String> = []
  /// `debug … condition`: only records that fit one of these; empty lets all through.
  var debugConditions: [DebugCondition] = []
  /// Requests under way (ping, traceroute), by their id, with what is still to be filtered.
  var running: [UInt32: [OutputFilter]] = [:]
  /// Commands that wait for the one under way.
  var queue: [QueuedCommand] = []
  /// A command is under way.
  var isBusy = false
  /// The queue is being worked on further up.
  var isDraining = false
  /// What this visit of configure mode has changed.
  var edits = EditCount()

  var mode: CommandMode {
    guard let context else { return isPrivileged ? .privilegedExec : .userExec }
    return context.mode
  }
}

/// A capture that is defined, and maybe running.
struct CaptureState: Sendable, Equatable {
  /// The peers asked for; empty takes all packets.
  var peers: [IPAddress] = []
  /// The tunnel asked for; nil takes those of all.
  var interface: InterfaceID?
  /// The peers and what is known of where they are.
  var addresses: [IPAddress] = []
  var isRunning = false
  /// Why it ended by itself.
  var failure: String?
  var file: String
  var since = Instant.start

  var filter: CaptureFilter { CaptureFilter(addresses: addresses, interface: interface) }
}

extension Node {
  /// Handles what a console says.
  func serve(_ request: ConsoleRequest, _ id: SessionID) {
    switch request {
    case .hello(let user, let terminal, let isOperator):
      sessions[id] = Session(user: user, terminal: terminal, isOperator: isOperator, since: now, isPrivileged: isOperator)
      effects.append(.reply(id, .welcome(prompt: prompt(id), version: Node.version)))
    case .execute(let request, let line): execute(line, request, id)
    case .help(let request, let line):
      let rows = help(line, id).map { HelpRow(word: $0.word, text: $0.text) }
      effects.append(.reply(id, .help(id: request, rows: rows)))
    case .complete(let request, let line): effects.append(.reply(id, .completions(id: request, words: completions(line, id))))
    case .wantSnapshot: effects.append(.reply(id, .snapshot(snapshot())))
    case .interrupt:
      dropRest(id)
      interrupt(id)
    }
  }

  func closeSession(_ id: SessionID) {
    sessions[id]?.queue = []
    interrupt(id)
    leaveConfiguration(id)
    sessions[id] = nil
  }

  /// The version `show version` prints.
  public static let version = "0.1.0"

  func prompt(_ id: SessionID) -> String { (sessions[id]?.mode ?? .userExec).prompt(hostname: settings.hostname) }

  // MARK: Answers

  /// The last text of a request. Filters leave the remark alone.
  func answer(_ session: SessionID, _ request: UInt32, _ text: String, remark: String? = nil, failed: Bool, exits: Bool = false) {
    let filters = sessions[session]?.running.removeValue(forKey: request) ?? []
    let said = [failed ? text : AnswerParts.fitting(filtered(text, filters)), remark].compactMap(\.self).filter { !$0.isEmpty }
    let parts = AnswerParts(said.joined(separator: "\n"))
    for part in parts.before { partial(session, request, part) }
    conclude(session, request, parts.last, failed: failed, exits: exits)
  }

  /// Text before the last.
  func partial(_ session: SessionID, _ request: UInt32, _ text: String) {
    effects.append(
      .reply(session, .output(id: request, text: text, prompt: prompt(session), isLast: false, failed: false, exitsConsole: false)))
  }

  /// Applies `| include …` and the like.
  func filtered(_ text: String, _ filters: [OutputFilter]) -> String {
    guard !filters.isEmpty else { return text }
    // By bytes: by characters a table of 100,000 lines takes half a second more.
    var lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false).map { String(Substring($0)) }
    for f in filters { lines = f.apply(to: lines) }
    return lines.joined(separator: "\n")
  }

  /// Tells sessions that monitor or debug of a new record.
  func announce(_ r: JournalRecord) {
    if let line = syslog(r) {
      effects.append(.log(JournalText.severity(r.kind), line))
      for id in sessions.keys.sorted() where sessions[id]?.monitors == true { effects.append(.reply(id, .log("*\(clockText(r.at)): \(line)"))) }
    }
    guard sessions.values.contains(where: { !$0.debugs.isEmpty }) else { return }
    debug(r)
  }
}
