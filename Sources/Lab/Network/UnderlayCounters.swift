// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a packet did not cross the lab's internet.
public enum UnderlayDrop: UInt8, Sendable, CaseIterable {
  /// A link lost it.
  case loss
  /// Nobody has the outer destination address.
  case noRoute
  /// Larger than a link's MTU and not to be fragmented.
  case tooBig
  /// The sender's or the receiver's link is down.
  case down
  /// A link with a rate had too much waiting.
  case queueFull
  /// Sender and receiver are in different parts of a partitioned internet.
  case partitioned
  /// A NAT has no mapping for it, or does not translate its protocol.
  case natRefused
  /// Not an IPv4 packet with a good header.
  case malformed
}

/// What the lab's internet counted.
public struct UnderlayCounters: Sendable, Equatable {
  /// Packets given to `send`.
  public internal(set) var sent: UInt64 = 0
  /// Packets delivered, copies included.
  public internal(set) var delivered: UInt64 = 0
  /// Packets above an MTU, without DF: they arrive as if fragmented and put together again.
  public internal(set) var fragmented: UInt64 = 0
  /// Copies that links made.
  public internal(set) var duplicated: UInt64 = 0
  /// Packets that links held back.
  public internal(set) var reordered: UInt64 = 0
  /// "Fragmentation needed" messages sent back.
  public internal(set) var icmpErrors: UInt64 = 0
  var dropsByReason = [UInt64](repeating: 0, count: UnderlayDrop.allCases.count)

  /// Nothing counted yet.
  public init() {}

  /// Packets dropped for one reason.
  public func drops(_ reason: UnderlayDrop) -> UInt64 { dropsByReason[Int(reason.rawValue)] }
  /// Packets dropped for any reason.
  public var dropped: UInt64 { dropsByReason.reduce(0, &+) }
}
