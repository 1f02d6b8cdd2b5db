// SPDX-License-Identifier: GPL-3.0-or-later

/// Numbers of the Cisco Discovery Protocol. There is no registry; they are those that Wireshark knows and IOS sends.
public enum CDPNumbers {
  /// The GRE protocol type of CDP; the packet follows the GRE header without LLC or SNAP.
  public static let protocolType: UInt16 = 0x2000
  /// Bytes of the header, and of a TLV's.
  public static let headerBytes = 4, tlvHeaderBytes = 4
  /// The protocol of an address: an NLPID of one byte (0xcc is IPv4), or an 802.2 header of eight (the last two are the ethertype).
  static let nlpidType: UInt8 = 1, ieee802Type: UInt8 = 2
  static let ipv4NLPID: [UInt8] = [0xcc]
  static let ipv6Header: [UInt8] = [0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00, 0x86, 0xdd]
  /// The length, header and all, of the prefix TLV that holds a hub's address: no number of prefixes gives it.
  static let gatewayLength = 8
}

/// The type of a TLV; numbers of others are kept.
public struct CDPTLVType: RawRepresentable, Hashable, Sendable {
  /// The number.
  public let rawValue: UInt16
  /// Any number, known or not.
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// The name of the sender.
  public static let deviceID = CDPTLVType(rawValue: 1)
  /// Addresses of the interface it was sent from.
  public static let addresses = CDPTLVType(rawValue: 2)
  /// The name of that interface.
  public static let portID = CDPTLVType(rawValue: 3)
  /// What the sender does.
  public static let capabilities = CDPTLVType(rawValue: 4)
  /// What it runs.
  public static let softwareVersion = CDPTLVType(rawValue: 5)
  /// What it is.
  public static let platform = CDPTLVType(rawValue: 6)
  /// On-Demand Routing: a stub's networks, or a hub's address.
  public static let prefixes = CDPTLVType(rawValue: 7)
  /// Another protocol's message.
  public static let protocolHello = CDPTLVType(rawValue: 8)
  /// The name of the VTP domain.
  public static let managementDomain = CDPTLVType(rawValue: 9)
  /// The VLAN of untagged frames.
  public static let nativeVLAN = CDPTLVType(rawValue: 10)
  /// Whether the link is full duplex.
  public static let duplex = CDPTLVType(rawValue: 11)
  /// The largest packet.
  public static let mtu = CDPTLVType(rawValue: 0x11)
  /// Addresses for management.
  public static let managementAddresses = CDPTLVType(rawValue: 0x16)
}

/// What a neighbour does, as `show cdp neighbors` letters it.
public struct CDPCapabilities: OptionSet, Hashable, Sendable {
  /// All 32 bits, known or not.
  public let rawValue: UInt32
  /// Any bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// Routes.
  public static let router = CDPCapabilities(rawValue: 1)

  private static let names: [(UInt32, String, String)] = [
    (0x01, "R", "Router"), (0x02, "T", "Trans-Bridge"), (0x04, "B", "Source-Route-Bridge"), (0x08, "S", "Switch"), (0x10, "H", "Host"),
    (0x20, "I", "IGMP"), (0x40, "r", "Repeater"), (0x80, "P", "Phone"), (0x100, "D", "Remote"), (0x200, "C", "CVTA"),
    (0x400, "M", "Two-port-Mac-Relay"),
  ]

  /// `R S I`
  public var letters: String { shown.map(\.1).joined(separator: " ") }
  /// `Router Switch IGMP`
  public var words: String { shown.map(\.2).joined(separator: " ") }
  private var shown: [(UInt32, String, String)] { Self.names.filter { rawValue & $0.0 != 0 } }
}
