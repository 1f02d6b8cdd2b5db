// SPDX-License-Identifier: GPL-3.0-or-later

/// A large community (RFC 8092 §3): three numbers.
public struct LargeCommunity: Hashable, Sendable, Comparable {
  /// The AS that gives it its meaning, and two numbers of that AS' own.
  public var global: UInt32, local1: UInt32, local2: UInt32
  /// Makes one.
  public init(_ global: UInt32, _ local1: UInt32, _ local2: UInt32) { (self.global, self.local1, self.local2) = (global, local1, local2) }
  /// `65001:1:2`
  public var text: String { "\(global):\(local1):\(local2)" }
  public static func < (a: LargeCommunity, b: LargeCommunity) -> Bool {
    (a.global, a.local1, a.local2) < (b.global, b.local1, b.local2)
  }
}

/// Standard communities as text (RFC 1997).
public enum CommunityText {
  /// `65001:7`, or one of the names that are well known.
  public static func text(_ value: UInt32) -> String {
    switch value {
    case BGPAssignments.noExport: "no-export"
    case BGPAssignments.noAdvertise: "no-advertise"
    case BGPAssignments.localAS: "local-AS"
    default: "\(value >> 16):\(value & 0xffff)"
    }
  }
}
