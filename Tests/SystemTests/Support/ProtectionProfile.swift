// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// One way to protect a tunnel, as both ends have to be told it: by name to the scripts of `Tests/Guest`, in lines of
/// configuration to our node.
struct ProtectionProfile: Sendable, Equatable, CustomTestStringConvertible {
  /// What signs, where it is no pre-shared key: the kinds of the script `certificates`.
  enum CertificateKind: String, Sendable { case rsa, ecdsa }

  /// The name in `strongswan.bash`.
  let name: String
  /// The lines of `crypto ikev2 proposal`, or of `crypto isakmp policy`.
  let phase1: [String]
  /// The words of `crypto ipsec transform-set`.
  let transform: String
  var perfectForwardSecrecy: String?
  var certificate: CertificateKind?
  var isAggressive = false

  var isIKEv2: Bool { name.hasPrefix("ikev2") }
  var testDescription: String { name + (certificate.map { ", \($0)" } ?? "") }

  /// The pre-shared key of `Tests/Guest/ike.bash`.
  static let secret = "bench-throwaway-secret"

  private static let gcm = "esp-gcm 256", cbc = "esp-aes 256 esp-sha256-hmac"
  private static let policy = ["encr aes 256", "hash sha256", "group 14"]

  static let ikev2GCM = Self(name: "ikev2-gcm", phase1: ["encryption aes-gcm-256", "prf sha256", "group 19"], transform: gcm)
  static let ikev2GCMWithPFS = Self(
    name: "ikev2-gcm-pfs", phase1: ["encryption aes-gcm-256", "prf sha256", "group 31"], transform: gcm, perfectForwardSecrecy: "group19")
  static let ikev2CBC = Self(name: "ikev2-cbc-sha256", phase1: ["encryption aes-cbc-256", "integrity sha256", "group 14"], transform: cbc)
  static let ikev2RSA = Self(name: "ikev2-cert", phase1: ikev2GCM.phase1, transform: gcm, certificate: .rsa)
  static let ikev2ECDSA = Self(name: "ikev2-cert", phase1: ikev2GCM.phase1, transform: gcm, certificate: .ecdsa)
  static let ikev1Main = Self(name: "ikev1-main", phase1: policy, transform: cbc)
  static let ikev1MainWithPFS = Self(name: "ikev1-main-pfs", phase1: policy, transform: cbc, perfectForwardSecrecy: "group14")
  static let ikev1RSA = Self(name: "ikev1-main-cert", phase1: policy, transform: cbc, certificate: .rsa)
  static let ikev1Aggressive = Self(name: "ikev1-aggressive", phase1: policy, transform: cbc, isAggressive: true)

  /// All but `ikev2GCM`, which `make test` has.
  static let others = [
    ikev2GCMWithPFS, ikev2CBC, ikev2RSA, ikev2ECDSA, ikev1Main, ikev1MainWithPFS, ikev1RSA, ikev1Aggressive,
  ]
}

/// What a test changes about the protection of our node.
struct ProtectionOptions: Sendable {
  var mode = "transport"
  /// Seconds of quiet until a sign of life is asked for, and between the repeats; nil for none.
  var liveness: (seconds: Int, retrySeconds: Int)?
  /// Of SAs and of IKE SAs; nil for the defaults.
  var lifetimeSeconds: Int?
  /// Directory of certificates and the name of ours in it.
  var certificates: (directory: String, name: String)?
}

extension ProtectionProfile {
  /// The lines of our node that end in `crypto ipsec profile DMVPN`.
  func configuration(_ options: ProtectionOptions = ProtectionOptions()) -> String {
    let sections =
      [trustpoint(options)] + (isIKEv2 ? ikev2(options) : ikev1(options)) + [
        Self.section("crypto ipsec transform-set BENCH \(transform)", ["mode \(options.mode)"]), ipsecProfile(options),
      ]
    return sections.filter { !$0.isEmpty }.joined(separator: "\n!\n") + "\n!"
  }

  private static func section(_ head: String, _ lines: [String?]) -> String {
    ([head] + lines.compactMap { $0.map { " " + $0 } }).joined(separator: "\n")
  }

  private func ipsecProfile(_ options: ProtectionOptions) -> String {
    Self.section(
      "crypto ipsec profile DMVPN",
      [
        "set transform-set BENCH", perfectForwardSecrecy.map { "set pfs \($0)" }, isIKEv2 ? "set ikev2-profile BENCH" : nil,
        isAggressive ? "set isakmp-profile BENCH" : nil, options.lifetimeSeconds.map { "set security-association lifetime seconds \($0)" },
      ])
  }

  private func ikev2(_ options: ProtectionOptions) -> [String] {
    let method = certificate.map { $0 == .rsa ? "rsa-sig" : "ecdsa-sig" } ?? "pre-share"
    let keyring = " peer ANY\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key \(Self.secret)"
    return [
      Self.section("crypto ikev2 proposal BENCH", phase1),
      Self.section("crypto ikev2 policy BENCH", ["proposal BENCH"]),
      certificate == nil ? "crypto ikev2 keyring BENCH\n" + keyring : "",
      Self.section(
        "crypto ikev2 profile BENCH",
        [
          "match identity remote any", certificate == nil ? nil : "identity local dn", "authentication local \(method)",
          "authentication remote \(method)", certificate == nil ? "keyring local BENCH" : "pki trustpoint BENCH",
          options.lifetimeSeconds.map { "lifetime \($0)" }, options.liveness.map { "dpd \($0.seconds) \($0.retrySeconds) periodic" },
        ]),
    ]
  }

  private func ikev1(_ options: ProtectionOptions) -> [String] {
    let method = certificate == nil ? "pre-share" : "rsa-sig"
    let policy = phase1 + ["authentication \(method)"] + [options.lifetimeSeconds.map { "lifetime \($0)" }].compactMap(\.self)
    let keepalive = options.liveness.map { "crypto isakmp keepalive \($0.seconds) \($0.retrySeconds) periodic" } ?? ""
    guard isAggressive else {
      let key = certificate == nil ? "crypto isakmp key \(Self.secret) address 0.0.0.0" : ""
      return [Self.section("crypto isakmp policy 10", policy), key, keepalive]
    }
    return [
      Self.section("crypto isakmp policy 10", policy),
      Self.section("crypto keyring BENCH", ["pre-shared-key address 0.0.0.0 0.0.0.0 key \(Self.secret)"]),
      Self.section(
        "crypto isakmp profile BENCH", ["keyring BENCH", "match identity address 0.0.0.0", "initiate mode aggressive"]), keepalive,
    ]
  }

  /// Where our certificate is: what `certificates` made.
  private func trustpoint(_ options: ProtectionOptions) -> String {
    guard let files = options.certificates else { return "" }
    return Self.section(
      "crypto pki trustpoint BENCH",
      [
        "ca-certificate file \(files.directory)/ca.pem", "certificate file \(files.directory)/\(files.name).pem",
        "private-key file \(files.directory)/\(files.name).key", "revocation-check none",
      ])
  }
}

extension Site {
  /// This site's node beside FRR (`configurationForFRR`), with its tunnel protected.
  func configuration(
    protectedBy profile: ProtectionProfile, _ options: ProtectionOptions = ProtectionOptions(), holdTimeSeconds: Int
  ) throws -> String {
    try configuration(
      phase: 3,
      replacing: [
        "ip nhrp authentication": nil, "ip nhrp holdtime": "ip nhrp holdtime \(holdTimeSeconds)",
        "interface Tunnel0": profile.configuration(options) + "\ninterface Tunnel0",
        "tunnel key": "tunnel key 42\n tunnel protection ipsec profile DMVPN",
      ])
  }
}
