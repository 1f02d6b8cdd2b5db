// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Who made an aggregate (RFC 4271 §5.1.7).
public struct Aggregator: Hashable, Sendable {
  /// Its AS number.
  public var asNumber: UInt32
  /// Its BGP identifier.
  public var identifier: UInt32
  /// Names an aggregator.
  public init(asNumber: UInt32, identifier: UInt32) { (self.asNumber, self.identifier) = (asNumber, identifier) }
}
