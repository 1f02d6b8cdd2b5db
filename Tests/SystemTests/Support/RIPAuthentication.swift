// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

/// How RIP's packets on the wire are authenticated, in each router's own words.
enum RIPAuthentication: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case none, text, md5, sha1, sha256, sha512

  var testDescription: String { rawValue }

  /// Our node's file.
  func configuration(key: String = "Saturnalia") -> String {
    var lines: [String] = []
    if self != .none {
      lines += [
        "key chain LAN", " key 1", "  key-string \(key)", "!", "interface GigabitEthernet1", " ip rip authentication mode \(mode)",
        " ip rip authentication key-chain LAN", "!",
      ]
    }
    lines += [
      "router rip", " version 2", " timers basic 5 15 0 20", " redistribute static metric 1", " passive-interface GigabitEthernet2",
      " network 192.0.2.0", " network 192.168.1.0", " no auto-summary", "!", "ip route 198.51.100.0 255.255.255.0 Null0", "!", "end", "",
    ]
    return RoutingLAN.head + lines.joined(separator: "\n")
  }

  private var mode: String {
    switch self {
    case .none, .text, .md5: rawValue
    case .sha1: "hmac-sha-1"
    case .sha256: "hmac-sha-256"
    case .sha512: "hmac-sha-512"
    }
  }

  /// FRR knows no HMAC here.
  var linesOfFRR: [String] {
    guard self != .none else { return [] }
    return [
      "key chain LAN", " key 1", "  key-string Saturnalia", "interface eth0",
      " ip rip authentication mode \(rawValue)\(self == .md5 ? " auth-length rfc" : "")", " ip rip authentication key-chain LAN", "!",
    ]
  }

  var lineOfBIRD: String {
    switch self {
    case .none: ""
    case .text: "authentication plaintext; password \"Saturnalia\" { id 1; };"
    case .md5: Self.cryptographic("keyed md5")
    case .sha1, .sha256, .sha512: Self.cryptographic("hmac \(rawValue)")
    }
  }

  private static func cryptographic(_ algorithm: String) -> String {
    "authentication cryptographic; password \"Saturnalia\" { id 1; algorithm \(algorithm); };"
  }
}
