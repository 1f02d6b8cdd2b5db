// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// A network namespace of the bench, with a name that nobody else uses.
struct Namespace: Sendable {
  /// Its name for `ip netns`.
  let name: String

  /// Runs a command in it; a status other than 0 is an error.
  @discardableResult
  func run(_ command: String, timeout: Duration = .seconds(30)) async throws -> String {
    try await Shell.run("ip netns exec \(name) bash -c \(Shell.quote(command))", timeout: timeout)
  }

  /// Runs a command in it, however it ends.
  func attempt(_ command: String, timeout: Duration = .seconds(30)) async throws -> ShellResult {
    try await Shell.attempt("ip netns exec \(name) bash -c \(Shell.quote(command))", timeout: timeout)
  }

  /// Starts a program in it.
  func start(_ arguments: [String], environment: [String: String] = [:]) throws -> BackgroundProcess {
    try BackgroundProcess(["ip", "netns", "exec", name] + arguments, environment: environment)
  }

  /// Gives a device an address and sets it up.
  func address(_ device: String, _ prefix: String) async throws {
    try await Shell.run("ip -n \(name) addr add \(prefix) dev \(device) && ip -n \(name) link set \(device) up")
  }

  /// A pair of virtual Ethernet devices: one end here, the other in `peer`.
  func link(_ device: String, to peer: Namespace, _ peerDevice: String) async throws {
    try await Shell.run(
      "ip -n \(name) link add name \(device) type veth peer name \(peerDevice) netns \(peer.name)"
        + " && ip -n \(name) link set \(device) up && ip -n \(peer.name) link set \(peerDevice) up")
  }
}

/// What a burst of echo requests came to.
struct PingResult: Sendable {
  let sent: Int
  let received: Int
  /// From the first request to the end.
  let seconds: Double
  let output: String
  var lost: Int { sent - received }

  init(_ output: String) {
    self.output = output
    let match = output.firstMatch(of: /(\d+) packets transmitted, (\d+) received/)
    sent = match.flatMap { Int($0.1) } ?? 0
    received = match.flatMap { Int($0.2) } ?? 0
    seconds = output.firstMatch(of: /, time (\d+)ms/).flatMap { Double($0.1) }.map { $0 / 1000 } ?? 0
  }
}

extension Namespace {
  func ping(_ address: String, count: Int = 3, intervalMilliseconds: Int = 200, options: String = "") async throws -> PingResult {
    let interval = String(format: "%.3f", Double(intervalMilliseconds) / 1000)
    // A loaded machine sends later than asked; the interrupt makes ping sum up instead of being killed without a word.
    let seconds = 3 * count * intervalMilliseconds / 1000 + 30
    let command = "timeout -s INT \(seconds) ping -n -c \(count) -i \(interval) -W 2 \(options) \(address)"
    return PingResult(try await attempt(command, timeout: .seconds(seconds + 10)).output)
  }
}
