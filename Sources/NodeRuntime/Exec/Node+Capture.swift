// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Wire

/// `monitor capture …`: pcapng files with inner and outer packets.
extension Node {
  func capture(_ call: ExecCall) -> ExecResult {
    let a = call.arguments
    guard let name = a[text: "name"], isFit(name) else { return .failed("% A capture's name has letters, digits, '-' and '_' only") }
    if call.isNegated { return removeCapture(name) }
    if a.has("stop") { return stopCapture(name) }
    do throws(ExecRefusal) {
      var state = captures[name] ?? CaptureState(file: "\(name).pcapng")
      if let file = a[text: "file"] { state.file = file }
      if a.has("peer") { (state.peers, state.interface) = (try capturePeers(a), nil) }
      if a.has("interface") { (state.peers, state.interface) = ([], try interface(a)) }
      state.addresses = addresses(of: state.peers)
      captures[name] = state
      if a.has("start") || a.has("peer") { startCapture(name, state) }
      return .text("")
    } catch { return .failed(error.text) }
  }

  /// The name becomes a file name: nothing that leads to another directory.
  private func isFit(_ name: String) -> Bool {
    name.count <= 32 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
  }

  private func startCapture(_ name: String, _ state: CaptureState) {
    captures[name]?.isRunning = true
    captures[name]?.since = now
    captures[name]?.failure = nil
    effects.append(.capture(name: name, CaptureRequest(filter: state.filter, file: state.file)))
    captureInDataPlane()
  }

  /// The data plane copies what any of the running captures wants; who writes the files gives each what its own filter takes.
  private func captureInDataPlane() {
    let running = captures.values.filter(\.isRunning).map(\.filter)
    effects.append(.dataPlane(.capture(.union(of: running))))
  }

  /// A peer's NBMA address became known: captures of that peer take its outer packets from now on.
  func widenCaptures(_ peer: IPAddress) {
    for name in captures.keys.sorted() {
      guard let state = captures[name], state.isRunning, state.peers.contains(peer) else { continue }
      let wider = addresses(of: state.peers)
      guard wider != state.addresses else { continue }
      captures[name]?.addresses = wider
      effects.append(.captureFilter(name: name, CaptureFilter(addresses: wider, interface: state.interface)))
      captureInDataPlane()
    }
  }

  /// The host could not begin or go on with a capture.
  func captureEnded(_ name: String, _ failure: String) {
    guard captures[name]?.isRunning == true else { return }
    captures[name]?.isRunning = false
    captures[name]?.failure = failure
    captureInDataPlane()
  }

  private func stopCapture(_ name: String) -> ExecResult {
    guard captures[name]?.isRunning == true else { return .failed("% Capture \(name) is not running") }
    captures[name]?.isRunning = false
    effects.append(.capture(name: name, nil))
    captureInDataPlane()
    return .text("")
  }

  private func removeCapture(_ name: String) -> ExecResult {
    guard let state = captures.removeValue(forKey: name) else { return .failed("% Capture \(name) is not defined") }
    if state.isRunning {
      effects.append(.capture(name: name, nil))
      captureInDataPlane()
    }
    return .text("")
  }

  private func capturePeers(_ a: Arguments) throws(ExecRefusal) -> [IPAddress] {
    var peers: [IPAddress] = []
    for key in ["a", "b"] {
      guard let text = a[text: key] else { continue }
      guard let address = a.address(key) else { throw ExecRefusal(unknownHost(text)) }
      peers.append(address)
    }
    return peers
  }

  /// A peer's inner packets carry its tunnel address, its outer ones the NBMA address: both are looked for.
  private func addresses(of peers: [IPAddress]) -> [IPAddress] {
    var all = Set(peers)
    for state in tunnels.values {
      for (hop, nbma) in state.adjacencies where peers.contains(hop) || peers.contains(nbma) { all.formUnion([hop, nbma]) }
    }
    return all.sorted()
  }

  private func captureNames(_ call: ExecCall) -> [String] {
    captures.keys.sorted().filter { call.arguments[text: "name"] == nil || call.arguments[text: "name"] == $0 }
  }

  func capturesJSON(_ call: ExecCall) -> JSONValue {
    .table(
      captureNames(call).compactMap { name in
        captures[name].map { state in
          .object([
            ("name", .string(name)), ("isRunning", .bool(state.isRunning)), ("runningSeconds", state.isRunning ? seconds(since: state.since) : .null),
            ("failure", JSONValue(state.failure)), ("addresses", .strings(state.addresses)), ("file", .string(state.file)),
          ])
        }
      })
  }

  func captureLines(_ call: ExecCall) -> [String] {
    let names = captureNames(call)
    guard !names.isEmpty else { return ["No capture is defined"] }
    return names.flatMap { name in captures[name].map { lines(name, $0) } ?? [] }
  }

  private func lines(_ name: String, _ state: CaptureState) -> [String] {
    let filter = state.addresses.isEmpty ? "any" : state.addresses.map(\.description).joined(separator: ", ")
    let tunnels = state.interface.map(name(of:)) ?? "all tunnels"
    return [
      "Status Information for Capture \(name)", "  Target Type: ", "   Inner and outer packets of \(tunnels)",
      "   Status : \(status(of: state))", "  Filter Details: ", "   Addresses: \(filter)",
      "  File Details: ", "   Associated file name: \(state.file)", "  Limit Details: ", "   Packets to capture: no limit",
    ]
  }

  private func status(of state: CaptureState) -> String {
    if state.isRunning { return "Active (\(age(state.since)))" }
    return "Inactive" + (state.failure.map { ": \($0)" } ?? "")
  }
}
