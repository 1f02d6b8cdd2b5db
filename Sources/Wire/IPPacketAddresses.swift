// SPDX-License-Identifier: GPL-3.0-or-later

/// The addresses of an IP packet that may be cut short, IPv4 or IPv6; nil where its header is not whole.
public enum IPPacketAddresses {
  /// Where the packet comes from.
  public static func source(of packet: [UInt8]) -> IPAddress? { address(packet, v4: 12, v6: 8) }
  /// Where it goes.
  public static func destination(of packet: [UInt8]) -> IPAddress? { address(packet, v4: 16, v6: 24) }

  private static func address(_ bytes: [UInt8], v4: Int, v6: Int) -> IPAddress? {
    guard let first = bytes.first else { return nil }
    switch first >> 4 {
    case 4 where bytes.count >= 20: return IPAddress(bytes[v4], bytes[v4 + 1], bytes[v4 + 2], bytes[v4 + 3])
    case 6 where bytes.count >= 40: return IPAddress(bytes: bytes[v6..<v6 + 16])
    default: return nil
    }
  }
}
