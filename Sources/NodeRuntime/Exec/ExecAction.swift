// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import ProtocolKit
import Wire

/// What a line at the exec prompt asks for.
enum ExecAction: Sendable {
  case show(ShowAction)
  case clear(ClearAction)
  case debug(DebugAction)
  case ping, traceroute
  case capture
  case enable, disable, exit, configure, reload
  case terminalLength, terminalMonitor, terminalNoMonitor
  case writeMemory, writeTerminal
}

/// What `show` shows.
enum ShowAction: Sendable, Equatable {
  case dmvpn, why
  case nhrp, nhrpEntry, nhs, multicast, nhrpTraffic, shortcuts, summary, redirects
  case routes, nhrpRoutes, routeOf, overrides, routeSummary, cef
  case interfaces, interfaceBrief
  case runningConfig, startupConfig
  case crypto(CryptoShow)
  case routing(RoutingShow)
  case bgp(BGPRequest)
  case logging, journal, version, clock, users, hosts, captures, debugging, drops, terminal
}

/// What `clear` clears.
enum ClearAction: Sendable { case nhrp, sessions, statistics, routes, counters, logging, crypto(CryptoClear), bgp, cdp }

/// What `debug` and `undebug` change.
enum DebugAction: Sendable { case nhrp, dmvpn, crypto, routing, condition, all }

/// One command as it is run.
struct ExecCall {
  var session: SessionID
  var request: UInt32
  var arguments: Arguments
  var isNegated: Bool
  var wantsJSON: Bool
}

/// What a command came to.
enum ExecResult {
  case text(String)
  case shown(Shown)
  case failed(String)
  /// The answer comes later.
  case later
  /// The console is left.
  case exits
}

/// What a `show` has to say: as text, and where rows make sense as JSON.
struct Shown {
  var text: () -> String
  var json: (() -> JSONValue)?
  /// What stands below the text, whatever filters leave of it: that something is missing.
  var remark: String?

  init(_ text: @autoclosure @escaping () -> String, json: (() -> JSONValue)? = nil) { (self.text, self.json) = (text, json) }
  init(lines: @autoclosure @escaping () -> [String], json: (() -> JSONValue)? = nil) {
    self.init(lines().joined(separator: "\n"), json: json)
  }
}

/// One command of a request. Several of one request stand behind each other.
struct QueuedCommand {
  var request: UInt32
  var line: String
}

/// Lines and interfaces one visit of configure mode has changed.
struct EditCount {
  var lines = 0
  var interfaces: Set<String> = []
}

/// What operators' commands leave behind on the node.
struct OperatorState {
  /// `clear logging`: `show logging` begins here.
  var loggingFrom = EventID.none
  /// Who configured, by the record's number; the newest few.
  var configurers: [EventID: String] = [:]
  /// What the startup file says, as far as this node read or wrote it.
  var startup: NodeSettings?
  /// What is being written to it, and for whom.
  var saving: [SaveID: NodeSettings] = [:]
  /// Whether the node's start is in the journal.
  var hasStarted = false
  /// BGP's messages, for those who debug them.
  var bgpTap = BGPTap()
}

/// One `write memory`.
struct SaveID: Hashable, Sendable {
  var session: SessionID
  var request: UInt32
}
