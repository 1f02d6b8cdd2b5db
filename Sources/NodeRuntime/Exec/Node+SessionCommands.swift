// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Wire

/// Commands about the session itself, `ping`, `traceroute` and saving.
extension Node {
  func performInSession(_ action: ExecAction, _ call: ExecCall) -> ExecResult {
    let id = call.session
    switch action {
    case .enable: return enable(id)
    case .disable: sessions[id]?.isPrivileged = false
    case .exit: return leave(id)
    case .configure: return enterConfiguration(id)
    case .terminalLength: sessions[id]?.length = call.arguments.int("lines") ?? 0
    case .terminalMonitor: sessions[id]?.monitors = true
    case .terminalNoMonitor: sessions[id]?.monitors = false
    case .writeTerminal: return .shown(runningConfigurationShown(includeDefaults: false))
    case .reload: return .failed("% A node is not reloaded from within: stop it with the service that runs it, and start it again")
    default: break
    }
    return .text("")
  }

  private func enable(_ id: SessionID) -> ExecResult {
    guard sessions[id]?.isOperator == true else { return .failed("% Access denied") }
    sessions[id]?.isPrivileged = true
    return .text("")
  }

  /// `do exit` in configure mode leaves that first, as a plain `exit` would.
  private func leave(_ id: SessionID) -> ExecResult {
    guard sessions[id]?.context == nil else {
      leaveConfiguration(id)
      return .text("")
    }
    return .exits
  }

  // MARK: Probes

  func probe(_ kind: Probe.Kind, _ call: ExecCall) -> ExecResult {
    let a = call.arguments
    guard let target = a.address("target") else { return .failed(unknownHost(a[text: "target"])) }
    var source: IPAddress?
    if let text = a[text: "source"] {
      guard let own = a.address("source") ?? address(ofInterface: text) else { return .failed(unknownHost(text)) }
      source = own
    }
    let count = kind == .ping ? a.int("count") ?? 5 : 30
    startProbe(kind, to: target, from: source, count: count, size: a.int("bytes") ?? (kind == .ping ? 100 : 60), call.session, call.request)
    return .later
  }

  func unknownHost(_ text: String?) -> String { "% Unrecognized host or address: \(text ?? "")" }

  /// The first address of a tunnel or a physical interface, by either of its names.
  func address(ofInterface text: String) -> IPAddress? {
    let name = InterfaceName.normalize(text) ?? text
    if let own = interfaceIDs[name].flatMap({ tunnels[$0]?.forwarding.addresses.first }) { return own }
    return (hostInterfaces[settings.platformName(of: name)] ?? hostInterfaces[text])?.addresses.first?.address
  }

  // MARK: Saving

  func save(_ call: ExecCall) -> ExecResult {
    partial(call.session, call.request, "Building configuration...")
    operators.saving[SaveID(session: call.session, request: call.request)] = settings
    effects.append(.save(call.session, id: call.request, text: runningConfiguration()))
    return .later
  }

  /// The host has written the configuration, or says why not.
  func saveAnswered(_ session: SessionID, _ id: UInt32, _ failure: String?) {
    let saved = operators.saving.removeValue(forKey: SaveID(session: session, request: id))
    if let saved, failure == nil { operators.startup = saved }
    guard sessions[session]?.running[id] != nil else { return }
    sessions[session]?.running[id] = []
    answer(session, id, failure.map { "% cannot write: \($0)" } ?? "[OK]", failed: failure != nil)
  }
}
