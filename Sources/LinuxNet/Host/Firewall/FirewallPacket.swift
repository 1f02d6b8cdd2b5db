// SPDX-License-Identifier: GPL-3.0-or-later

/// A packet to the host that begins a conversation: what a firewall is asked about.
public struct FirewallPacket: Sendable, Hashable {
  /// Its IP protocol.
  public var protocolNumber: UInt8
  /// Its destination port; nil where the protocol has none.
  public var port: UInt16?
  /// Its family.
  public var isV4: Bool
  /// Interfaces it may come in by; empty: any but the loopback.
  public var interfaces: [String]

  /// A packet of a protocol without ports.
  public init(protocolNumber: UInt8, port: UInt16? = nil, isV4: Bool = true, interfaces: [String] = []) {
    (self.protocolNumber, self.port, self.isV4, self.interfaces) = (protocolNumber, port, isV4, interfaces)
  }

  /// GRE (RFC 2784).
  public static func gre(isV4: Bool = true, on interfaces: [String] = []) -> Self {
    Self(protocolNumber: 47, isV4: isV4, interfaces: interfaces)
  }
  /// ESP (RFC 4303).
  public static func esp(isV4: Bool = true, on interfaces: [String] = []) -> Self {
    Self(protocolNumber: 50, isV4: isV4, interfaces: interfaces)
  }
  /// UDP to a port.
  public static func udp(_ port: UInt16, isV4: Bool = true, on interfaces: [String] = []) -> Self {
    Self(protocolNumber: 17, port: port, isV4: isV4, interfaces: interfaces)
  }
  /// TCP to a port.
  public static func tcp(_ port: UInt16, isV4: Bool = true, on interfaces: [String] = []) -> Self {
    Self(protocolNumber: 6, port: port, isV4: isV4, interfaces: interfaces)
  }

  /// `GRE (protocol 47)`, `UDP port 500`
  public var text: String {
    switch protocolNumber {
    case 47: "GRE (protocol 47)"
    case 50: "ESP (protocol 50)"
    case 6: "TCP port \(port ?? 0)"
    case 17: "UDP port \(port ?? 0)"
    default: "protocol \(protocolNumber)"
    }
  }

  /// What both programs call its protocol.
  var protocolName: String {
    switch protocolNumber {
    case 47: "gre"
    case 50: "esp"
    case 6: "tcp"
    case 17: "udp"
    default: String(protocolNumber)
    }
  }
}

/// What the rules of firewalls call protocols and ports. Only names of /etc/protocols and /etc/services that a rule on a router may have.
enum FirewallName {
  private static let protocols: [String: UInt16] = [
    "icmp": 1, "igmp": 2, "ipip": 4, "ipencap": 4, "tcp": 6, "udp": 17, "dccp": 33, "ipv6": 41, "gre": 47, "esp": 50, "ipv6-crypt": 50,
    "ah": 51,
    "ipv6-auth": 51, "ipv6-icmp": 58, "icmpv6": 58, "eigrp": 88, "ospf": 89, "ospfigp": 89, "pim": 103, "ipcomp": 108, "comp": 108,
    "vrrp": 112,
    "l2tp": 115, "sctp": 132, "udplite": 136,
  ]
  private static let ports: [String: UInt16] = ["isakmp": 500, "ipsec-nat-t": 4500, "bgp": 179, "route": 520, "router": 520]

  /// `esp`, `50`, `50-51`
  static func protocolRange(_ text: String) -> ClosedRange<UInt16>? { range(text, protocols, "-") }

  /// `isakmp`, `500`, and a range with the separator of the program.
  static func portRange(_ text: String, separator: Character) -> ClosedRange<UInt16>? { range(text, ports, separator) }

  private static func range(_ text: String, _ names: [String: UInt16], _ separator: Character) -> ClosedRange<UInt16>? {
    // Names have dashes too.
    if let number = names[text] ?? UInt16(text) { return number...number }
    let ends = text.split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard ends.count == 2, let low = names[ends[0]] ?? UInt16(ends[0]), let high = names[ends[1]] ?? UInt16(ends[1]), low <= high else {
      return nil
    }
    return low...high
  }
}
