// SPDX-License-Identifier: GPL-3.0-or-later

/// The bounds of the lab's network, each with its reason. Units are last in the names.
enum NetworkLimits {
  /// No link is slower than this one way; keeps sums of delays far from overflow.
  static let delayNanoseconds: Int64 = 3_600_000_000_000
  /// What a NAT remembers: the size of a small router's table.
  static let natMappings = 65_536
  /// An ICMP error with what it quotes (RFC 1812 §4.3.2.3).
  static let icmpErrorBytes = 576
  /// Largest IPv4 packet.
  static let packetBytes = 65_535
  /// Buffered bytes of a capture before they are written out.
  static let captureBufferBytes = 1 << 18
  /// Bytes of a capture that is kept in memory.
  static let captureMemoryBytes = 1 << 30
  /// Flows whose packets are still remembered one by one; 1,000 hosts with a flow a minute open 60,000 in an hour.
  static let flows = 200_000
  /// Interfaces of a capture: two per node of the largest cloud.
  static let captureInterfaces = 8_192
}
