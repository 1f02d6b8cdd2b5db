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
      if a.has("peer") { state.addresses = try captureAddresses(a) }
      if a.has("interface") { state.addresses = [] }
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
    effects.append(.capture(name: name, CaptureRequest(filter: CaptureFilter(addresses: state.addresses), file: state.file)))
    captureInDataPlane()
  }

  /// The data plane copies what any of the running captures wants; each capture then takes its own.
  private func captureInDataPlane() {
    let running = captures.values.filter(\.isRunning)
    guard !running.isEmpty else { return effects.append(.dataPlane(.capture(nil))) }
    let takesAll = running.contains { $0.addresses.isEmpty }
    let addresses = takesAll ? [] : Set(running.flatMap(\.addresses)).sorted()
    effects.append(.dataPlane(.capture(CaptureFilter(addresses: addresses))))
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

  /// A peer's inner packets carry its tunnel address, its outer ones the NBMA address: both are looked for.
  private func captureAddresses(_ a: Arguments) throws(ExecRefusal) -> [IPAddress] {
    var all: Set<IPAddress> = []
    for key in ["a", "b"] {
      guard let text = a[text: key] else { continue }
      guard let address = a.address(key) else { throw ExecRefusal(unknownHost(text)) }
      all.insert(address)
      for m in nhrp.snapshot().flatMap(\.mappings) where m.target == IPPrefix(host: address) || m.nbma == address {
        all.insert(m.via)
        if let nbma = m.nbma { all.insert(nbma) }
      }
    }
    return all.sorted()
  }

  func captureLines(_ call: ExecCall) -> [String] {
    let names = captures.keys.sorted().filter { call.arguments[text: "name"] == nil || call.arguments[text: "name"] == $0 }
    guard !names.isEmpty else { return ["No capture is defined"] }
    return names.flatMap { name in captures[name].map { lines(name, $0) } ?? [] }
  }

  private func lines(_ name: String, _ state: CaptureState) -> [String] {
    let filter = state.addresses.isEmpty ? "any" : state.addresses.map(\.description).joined(separator: ", ")
    return [
      "Status Information for Capture \(name)", "  Target Type: ", "   Inner and outer packets of all tunnels",
      "   Status : \(state.isRunning ? "Active (\(age(state.since)))" : "Inactive")", "  Filter Details: ", "   Addresses: \(filter)",
      "  File Details: ", "   Associated file name: \(state.file)", "  Limit Details: ", "   Packets to capture: no limit",
    ]
  }
}
