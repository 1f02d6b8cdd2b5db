// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// libreswan with the kernel's ESP in a guest, and FRR's nhrpd behind it (`Tests/Guest/libreswan-node`, `frr-node`).
struct LibreswanPeer: Sendable {
  let site: Site
  let guest: Guest
  /// `ikev2` or `ikev1`.
  let profile: String

  /// Runs whack with these arguments; its output.
  @discardableResult
  func whack(_ arguments: String, timeout: Duration = .seconds(20)) async throws -> String {
    try await guest.run("ipsec whack \(arguments)", timeout: timeout)
  }

  /// A line for each state of either phase.
  func states() async throws -> [String] {
    try await guest.attempt("ipsec whack --showstates").output.split(separator: "\n").map(String.init).filter {
      $0.hasPrefix("000 #") && $0.contains("STATE_")
    }
  }

  /// Waits until both SAs stand.
  func isUp(timeout: Duration = .seconds(30)) async throws {
    var seen: [String] = []
    try await eventually("libreswan has its SAs", timeout: timeout, lastSeen: { seen.joined(separator: "\n") }) {
      seen = try await states()
      return seen.contains { $0.contains("IPsec SA established") || $0.contains("established Child SA") }
    }
  }

  /// New keys for the SA of a peer that it began with.
  func rekeyChild() async throws {
    try await whack(profile == "ikev2" ? "--rekey-ipsec --name gre" : "--initiate --asynchronous --name gre", timeout: .seconds(40))
  }

  /// New keys for the IKE SA of a peer that it began with; with IKEv1 it does that at the end of its life only.
  func rekeyIKE() async throws { try await whack("--rekey-ike --name gre", timeout: .seconds(40)) }

  /// Deletes both SAs, and tells the peer.
  func terminate() async throws { try await whack("--terminate --name gre") }

  func log() async throws -> String { try await guest.run("cat /run/ike/pluto.log") }
}
