// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// What a system test needs of the machine.
enum Requirement: String, CaseIterable, Sendable {
  /// Root of namespaces of our own: `make test` gives it.
  case root
  /// /dev/net/tun.
  case tun
  /// Root of the machine: to become other users, and to make device nodes for them.
  case otherUsers
  case frr
  /// Routing daemons beside FRR's.
  case bird, gobgp, exabgp
  /// strongSwan with swanctl and its user-space ESP.
  case strongSwan
  /// libreswan, unpacked by scripts/setup.
  case libreswan
  /// The translation of addresses in namespaces.
  case nat
  case tmux
  /// A user-mode-linux kernel for a guest.
  case guest
  case tshark
  case tcpdump
  /// OpenSSL's own program, to look at what ours made.
  case openssl
  /// The program under test, in `DMVPN_EXECUTABLE`.
  case executable

  /// What is missing, in words; nil when nothing is.
  var missing: String? {
    switch self {
    case .root: Self.canMakeNamespaces ? nil : "root in namespaces of its own (run `make test`)"
    case .tun: Self.canOpenTUN ? nil : "/dev/net/tun, readable and writable"
    case .otherUsers:
      Self.hasAllUsers && Self.isOnPath("setpriv") ? nil : "root of the machine, outside of user namespaces, and setpriv (util-linux)"
    case .frr: Self.isExecutable("/usr/lib/frr/nhrpd") ? nil : "nhrpd (Debian package frr)"
    case .bird: Self.isOnPath("bird") && Self.isOnPath("birdc") ? nil : "bird (Debian package bird2)"
    case .gobgp: Self.isOnPath("gobgpd") && Self.isOnPath("gobgp") ? nil : "gobgpd (Debian package gobgpd)"
    case .exabgp: Self.isOnPath("exabgp") ? nil : "exabgp (Debian package exabgp)"
    case .strongSwan:
      Self.isExecutable("/usr/lib/ipsec/charon") && Self.isOnPath("swanctl")
        && Self.isReadable("/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so")
        ? nil : "charon, swanctl and kernel-libipsec (Debian packages strongswan-charon, strongswan-swanctl, libcharon-extra-plugins)"
    case .libreswan:
      Self.isExecutable(Program.root.appending(path: ".build/peers/libreswan/usr/libexec/ipsec/pluto").path)
        ? nil : "libreswan in .build/peers (run `make setup-test`)"
    case .nat: Self.isOnPath("iptables") ? nil : "iptables"
    case .tmux: Self.isOnPath("tmux") ? nil : "tmux"
    case .guest:
      Self.isOnPath("linux.uml") && Self.isOnPath("busybox")
        ? nil : "linux.uml and busybox (Debian packages user-mode-linux, busybox-static)"
    case .tshark: Self.isOnPath("tshark") ? nil : "tshark"
    case .tcpdump: Self.isOnPath("tcpdump") ? nil : "tcpdump"
    case .openssl: Self.isOnPath("openssl") ? nil : "openssl"
    case .executable: Program.path == nil ? "DMVPN_EXECUTABLE, or a release build of the program" : nil
    }
  }

  /// /run/netns must be ours, as `scripts/in-namespaces` arranges and says: nothing here may touch the machine's own network.
  private static let canMakeNamespaces: Bool =
    geteuid() == 0 && access("/run/netns", W_OK) == 0 && ProcessInfo.processInfo.environment["DMVPN_NAMESPACES"] == "1"
  /// A user namespace has a part of the users only.
  private static let hasAllUsers: Bool = {
    let map = (try? String(contentsOfFile: "/proc/self/uid_map", encoding: .utf8)) ?? ""
    return geteuid() == 0 && map.split(whereSeparator: \.isWhitespace) == ["0", "0", "4294967295"]
  }()
  private static let canOpenTUN: Bool = {
    let descriptor = open("/dev/net/tun", O_RDWR)
    if descriptor >= 0 { close(descriptor) }
    return descriptor >= 0
  }()

  private static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

  private static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }

  private static func isOnPath(_ name: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let directories: [String] = path.split(separator: ":").map { String($0) } + ["/usr/sbin", "/sbin"]
    return directories.contains { isExecutable("\($0)/\(name)") }
  }
}

/// A missing need where all tests are demanded (`DMVPN_TEST_ALL=1`).
struct MissingRequirements: Error, CustomStringConvertible {
  let names: [String]
  var description: String { "this machine lacks: \(names.joined(separator: "; "))" }
}

extension Trait where Self == ConditionTrait {
  /// The test runs where the machine has all of these. Elsewhere it prints what is missing and is skipped, or fails when
  /// `DMVPN_TEST_ALL=1`: the runner counts a skipped test as passed.
  static func requires(_ needs: Requirement...) -> Self {
    .enabled("what the machine must have: \(needs.map(\.rawValue).joined(separator: ", "))") {
      let missing = needs.compactMap(\.missing)
      if missing.isEmpty { return true }
      if ProcessInfo.processInfo.environment["DMVPN_TEST_ALL"] == "1" { throw MissingRequirements(names: missing) }
      print("skipped, because \(MissingRequirements(names: missing))")
      return false
    }
  }
}

/// The program under test.
enum Program {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Where it is; nil when there is none.
  static let path: String? = {
    let candidates: [String?] = [
      ProcessInfo.processInfo.environment["DMVPN_EXECUTABLE"], root.appending(path: ".build/release/dmvpn").path,
    ]
    return candidates.compactMap(\.self).first { access($0, X_OK) == 0 }
  }()

  static func required() throws -> String {
    guard let path else { throw MissingRequirements(names: [Requirement.executable.missing ?? ""]) }
    return path
  }
}
