// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Wire

/// Shows about the node itself.
extension Node {
  func showSystem(_ what: ShowAction, _ call: ExecCall) -> Shown {
    switch what {
    case .startupConfig: startupConfigurationShown()
    case .logging: Shown(lines: self.loggingLines(), json: { self.loggingJSON() })
    case .journal: showJournal(call)
    case .clock: Shown(self.wall(self.now).map { "*" + $0.long } ?? "\(self.clockText(self.now)) since the node started", json: { self.clockJSON() })
    case .users: showUsers(call)
    case .hosts: showHosts()
    case .captures: Shown(lines: self.captureLines(call), json: { self.capturesJSON(call) })
    case .debugging: Shown(lines: self.debuggingLines(call.session), json: { self.debuggingJSON(call.session) })
    case .drops: showDrops()
    case .terminal: Shown(lines: self.terminalLines(call.session), json: { self.terminalJSON(call.session) })
    default: showVersion()
    }
  }

  // MARK: Configuration

  func showRunningConfig(_ call: ExecCall) -> ExecResult {
    guard call.arguments.has("interface"), let name = call.arguments[text: "if"] else {
      return .shown(runningConfigurationShown(includeDefaults: call.arguments.has("all")))
    }
    let lines = ConfigurationWriter.lines(ofInterface: name, in: settings)
    guard !lines.isEmpty else { return .failed("% Interface \(name) is not configured") }
    return .shown(Shown(self.framed(lines.joined(separator: "\n") + "\nend")))
  }

  func runningConfigurationShown(includeDefaults: Bool) -> Shown {
    Shown(self.framed(ConfigurationWriter.text(self.settings.withoutKeys, includeDefaults: includeDefaults).trimmedEnd))
  }

  /// The startup file as this node read it at its start or wrote it since, without keys.
  private func startupConfigurationShown() -> Shown {
    guard let startup = operators.startup else { return Shown("startup-config is not present") }
    let body = ConfigurationWriter.text(startup.withoutKeys, includeDefaults: false).trimmedEnd
    return Shown("Using \(body.utf8.count) bytes\n" + body)
  }

  private func framed(_ body: String) -> String {
    "Building configuration...\n\nCurrent configuration : \(body.utf8.count) bytes\n" + body
  }

  // MARK: Log and journal

  private static let loggedRecords = 500

  /// `no bgp log-neighbor-changes`: sessions that come and go stand in the journal alone.
  private func isLogged(_ r: JournalRecord) -> Bool {
    (r.kind != .bgpUp && r.kind != .bgpDown) || settings.bgp.settings?.logsNeighborChanges != false
  }

  /// The IOS line of a record, for kinds IOS has one for.
  func syslog(_ r: JournalRecord) -> String? {
    guard isLogged(r) else { return nil }
    let line = journalText.syslog(r, own: ownAddress(r.interface), ownNBMA: tunnels[r.interface]?.forwarding.source ?? .anyV4)
    guard r.kind == .configured, let who = operators.configurers[r.number] else { return line }
    return line.map { "\($0) by \(who)" }
  }

  private var logged: [JournalRecord] { journal.newest(Node.loggedRecords).filter { $0.number >= operators.loggingFrom && isLogged($0) } }

  private func loggingJSON() -> JSONValue {
    let rows = logged.map { r in
      JSONValue.object([("time", .string(clockText(r.at))), ("journal", JSONValue(r.number.rawValue)), ("text", .string(syslog(r) ?? eventLine(r)))])
    }
    return .object([("monitorSessions", JSONValue(sessions.values.count { $0.monitors })), ("records", .array(rows))])
  }

  private func loggingLines() -> [String] {
    let records = logged
    let head = ["Syslog logging: enabled", "    Monitor logging: \(sessions.values.count { $0.monitors }) sessions", "", "Log Buffer (\(records.count) records):", ""]
    return head + records.map { "*\(clockText($0.at)): \(syslog($0) ?? eventLine($0))" }
  }

  /// A record IOS has no line for: `%NHRP-6-RESOLUTION_SENT: spoke2: …`
  func eventLine(_ r: JournalRecord) -> String {
    let row = journalText.row(r)
    let name = "\(r.kind)".reduce(into: "") { $0 += $1.isUppercase ? "_\($1)" : $1.uppercased() }
    return "%\(row.facility == "CUT" ? "NHRP" : row.facility)-\(row.severity.rawValue)-\(name): " + sentence(row)
  }

  private func sentence(_ row: EventRow) -> String { row.subject.isEmpty ? row.text : "\(row.subject): \(row.text)" }

  private func showJournal(_ call: ExecCall) -> Shown {
    let rows = journal.newest(call.arguments.int("count") ?? Node.loggedRecords).map(journalText.row)
    return Shown(lines: ["  Number    Cause Time                 Facility Event"] + rows.map(self.journalLine), json: { .table(rows.map(self.json)) })
  }

  private func journalLine(_ row: EventRow) -> String {
    let cause = row.cause == .none ? "-" : "\(row.cause.rawValue)"
    return "\(row.number.rawValue)".rightAligned(8) + " " + cause.rightAligned(8) + " " + clockText(row.at).padded(20) + " " + row.facility.padded(8)
      + " " + sentence(row)
  }

  private func json(_ row: EventRow) -> JSONValue {
    .object([
      ("number", JSONValue(row.number.rawValue)), ("cause", JSONValue(row.cause.rawValue)), ("nanoseconds", .int(row.at.nanoseconds)),
      ("severity", JSONValue(Int(row.severity.rawValue))), ("facility", .string(row.facility)), ("subject", .string(row.subject)),
      ("text", .string(row.text)),
    ])
  }

  // MARK: Version, users, hosts

  private func showVersion() -> Shown {
    Shown(
      lines: [
        "dmvpn, version \(Node.version), \(self.platformText)", "Licence: GPL-3.0-or-later", "", "\(self.settings.hostname) uptime is \(self.uptime())",
        "Journal: \(self.journal.count) records, hash \(String(self.journal.hash, radix: 16))",
      ],
      json: {
        .object([
          ("version", .string(Node.version)), ("hostname", .string(self.settings.hostname)), ("platform", .string(self.platformText)),
          ("uptimeSeconds", .int(self.now.seconds)),
        ])
      })
  }

  /// `2 days, 3 hours, 1 minute`
  private func uptime() -> String {
    let minutes = now.seconds / 60
    let parts = [(minutes / 1_440, "day"), (minutes / 60 % 24, "hour"), (minutes % 60, "minute")]
    return parts.drop { $0.0 == 0 && $0.1 != "minute" }.map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: ", ")
  }

  private func showUsers(_ call: ExecCall) -> Shown {
    let rows = sessions.keys.sorted().compactMap { id in sessions[id].map { (id, $0) } }
    return Shown(
      lines: ["    Line       User       Host(s)              Since      Location"]
        + rows.map { id, s in
          (id == call.session ? "*" : " ") + "\(id.rawValue)".rightAligned(3) + " " + s.terminal.padded(10) + " " + s.user.padded(10)
            + " idle                 " + self.age(s.since).padded(10) + " " + (s.isOperator ? "operator" : "reader")
        },
      json: {
        .table(
          rows.map { id, s in
            .object([
              ("line", JSONValue(Int(id.rawValue))), ("isOwn", .bool(id == call.session)), ("terminal", .string(s.terminal)), ("user", .string(s.user)),
              ("sinceSeconds", self.seconds(since: s.since)), ("role", .string(s.isOperator ? "operator" : "reader")),
            ])
          })
      })
  }

  private func showHosts() -> Shown {
    Shown(
      lines: ["Host                      Port  Flags      Age Type   Address(es)"]
        + self.settings.hosts.map { $0.name.padded(25) + " None  (perm, OK)  0   IP    \($0.address)" },
      json: { .table(self.settings.hosts.map { .object([("name", .string($0.name)), ("address", .string($0.address.description))]) }) })
  }

  private func showDrops() -> Shown {
    let rows = counters.drops
    return Shown(
      lines: ["Reason              Packets"] + rows.map { $0.reason.padded(20) + "\($0.packets)" },
      json: { .table(rows.map { .object([("reason", .string($0.reason)), ("packets", JSONValue($0.packets))]) }) })
  }

  private func clockJSON() -> JSONValue {
    .object([
      ("clock", JSONValue(wall(now)?.long)), ("unixSeconds", wall(now) == nil ? .null : .int(wallSeconds)), ("uptimeSeconds", .int(now.seconds)),
    ])
  }

  private func terminalJSON(_ id: SessionID) -> JSONValue {
    guard let s = sessions[id] else { return .object([]) }
    return .object([
      ("terminal", .string(s.terminal)), ("user", .string(s.user)), ("length", JSONValue(s.length)), ("monitors", .bool(s.monitors)),
    ])
  }

  private func terminalLines(_ id: SessionID) -> [String] {
    guard let s = sessions[id] else { return [] }
    return ["Line \(s.terminal), user \(s.user)", "Length: \(s.length) lines", "Monitor: \(s.monitors ? "on" : "off")"]
  }
}
