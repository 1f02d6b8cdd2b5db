// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// A running charon with the connection `dmvpn` and its child `gre` (`Tests/Guest/strongswan.bash`), as swanctl shows it.
protocol StrongSwan: Sendable {
  /// Runs swanctl with these arguments; its output. A status other than 0 is an error.
  @discardableResult
  func control(_ arguments: String, timeout: Duration) async throws -> String
  /// Charon's log so far.
  func log() async throws -> String
}

extension StrongSwan {
  /// The IKE SAs it has, half-open ones too.
  func associations() async throws -> [StrongSwanAssociation] {
    StrongSwanAssociation.parse(try await control("--list-sas", timeout: .seconds(20)))
  }

  /// Begins both SAs, and comes back when they stand.
  func initiate() async throws { try await control("--initiate --child gre", timeout: .seconds(30)) }

  /// New keys for every child SA; comes back when they are in use.
  func rekeyChild() async throws { try await control("--rekey --child gre", timeout: .seconds(30)) }

  /// New keys for every IKE SA.
  func rekeyIKE() async throws { try await control("--rekey --ike dmvpn", timeout: .seconds(30)) }

  /// Deletes every IKE SA with its children, and tells the peer.
  func terminate() async throws { try await control("--terminate --ike dmvpn", timeout: .seconds(30)) }

  /// Waits until a child SA is installed, and returns the newest: where both ends begin at once, two may be.
  @discardableResult
  func isUp(timeout: Duration = .seconds(30)) async throws -> StrongSwanAssociation.Child {
    var seen: [StrongSwanAssociation] = [], newest: StrongSwanAssociation.Child?
    try await eventually("strongSwan has its SAs", timeout: timeout, lastSeen: { "\(seen)" }) {
      seen = try await associations()
      newest = seen.flatMap(\.children).filter(\.isInstalled).max { $0.number < $1.number }
      return newest != nil && seen.contains { $0.state == "ESTABLISHED" }
    }
    return try #require(newest)
  }

  /// Waits until exactly one child SA is installed.
  func hasOnePair(timeout: Duration = .seconds(15)) async throws {
    var seen: [StrongSwanAssociation] = []
    try await eventually("strongSwan has one child SA", timeout: timeout, lastSeen: { "\(seen)" }) {
      seen = try await associations()
      return seen.flatMap(\.children).filter(\.isInstalled).count == 1
    }
  }
}

/// One IKE SA of `swanctl --list-sas`.
struct StrongSwanAssociation: Sendable, Equatable {
  /// One of its child SAs.
  struct Child: Sendable, Equatable {
    let number: Int
    /// INSTALLED, REKEYED, DELETED…
    let state: String
    /// TRANSPORT, TUNNEL, with `-in-UDP` where ESP is in UDP.
    let mode: String
    /// As `ESP:AES_GCM_16-256`, with the group of its own key exchange where it has one.
    let suite: String
    var inboundPackets = 0
    var outboundPackets = 0
    /// The SPI of what it receives, in hexadecimal.
    var inboundSPI = ""
    var isInstalled: Bool { state == "INSTALLED" }
  }

  let number: Int
  /// ESTABLISHED, CONNECTING, REKEYING…
  let state: String
  let version: Int
  /// Whether it began this SA.
  let isInitiator: Bool
  /// The other end's address and port, as `198.51.100.1[4500]`.
  var remote = ""
  var children: [Child] = []

  /// Reads the output of `swanctl --list-sas`.
  static func parse(_ text: String) -> [StrongSwanAssociation] {
    var all: [StrongSwanAssociation] = []
    for line in text.split(separator: "\n") {
      if let head = line.firstMatch(of: #/^dmvpn: #(\d+), (\w+), IKEv(\d), [0-9a-f]+_i(\*?) /#) {
        all.append(
          StrongSwanAssociation(number: Int(head.1) ?? 0, state: String(head.2), version: Int(head.3) ?? 0, isInitiator: !head.4.isEmpty))
      } else if !all.isEmpty {
        all[all.count - 1].read(line)
      }
    }
    return all
  }

  private mutating func read(_ line: Substring) {
    if let head = line.firstMatch(of: #/^  gre: #(\d+), reqid \d+, (\w+), ([\w-]+), (\S+)/#) {
      children.append(Child(number: Int(head.1) ?? 0, state: String(head.2), mode: String(head.3), suite: String(head.4)))
    } else if let end = line.firstMatch(of: #/^  remote '.*' @ (\S+)/#) {
      remote = String(end.1)
    } else if let counter = line.firstMatch(of: #/^    (in|out) +([0-9a-f]+).*, +\d+ bytes, +(\d+) packets/#), !children.isEmpty {
      let packets = Int(counter.3) ?? 0
      if counter.1 == "in" {
        (children[children.count - 1].inboundPackets, children[children.count - 1].inboundSPI) = (packets, String(counter.2))
      }
      if counter.1 == "out" { children[children.count - 1].outboundPackets = packets }
    }
  }
}

/// What the scripts of strongSwan peers are told.
struct StrongSwanSettings: Sendable {
  /// Whether GRE that finds no SA asks for one.
  enum Start: String, Sendable { case trap, none }

  let profile: ProtectionProfile
  var start = Start.trap
  /// Directory of certificates and the name of its own in it.
  var certificates: (directory: String, name: String)?
  /// Seconds of quiet until it asks for a sign of life; 0 for never.
  var livenessSeconds = 0
  /// Seconds until it first sends a request again.
  var retransmitSeconds = 4
  var secret = ProtectionProfile.secret
  /// Of charon's IKE and CHILD log.
  var logLevel = 2

  init(_ profile: ProtectionProfile) { self.profile = profile }

  /// Options of `strongswan-node` and `strongswan-userspace` alike.
  var options: [String] {
    let files = certificates.map { ["--certificates", $0.directory, "--certificate", $0.name] } ?? []
    return files + [
      "--dpd", "\(livenessSeconds)", "--retransmit", "\(retransmitSeconds)", "--secret", secret, "--log", "\(logLevel)",
    ]
  }
}
