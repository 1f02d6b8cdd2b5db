// SPDX-License-Identifier: GPL-3.0-or-later

/// A network interface of the node. Tunnels and physical interfaces share the numbers; the name is in the interface table.
public struct InterfaceID: Hashable, Comparable, Sendable, Codable {
  /// The number; stable while the node runs.
  public let rawValue: UInt16
  /// Names interface `rawValue`.
  @inlinable public init(_ rawValue: UInt16) { self.rawValue = rawValue }
  /// No interface.
  public static let none = InterfaceID(0)
  @inlinable public static func < (a: InterfaceID, b: InterfaceID) -> Bool { a.rawValue < b.rawValue }
}

/// A virtual routing and forwarding instance.
public struct VRFID: Hashable, Comparable, Sendable, Codable {
  /// The number.
  public let rawValue: UInt16
  /// Names VRF `rawValue`.
  @inlinable public init(_ rawValue: UInt16) { self.rawValue = rawValue }
  /// The global table.
  public static let `default` = VRFID(0)
  @inlinable public static func < (a: VRFID, b: VRFID) -> Bool { a.rawValue < b.rawValue }
}

/// The number of a journal record; 0 is "no cause known".
public struct EventID: Hashable, Comparable, Sendable, Codable {
  /// The record's number, counted from 1.
  public let rawValue: UInt64
  /// Names record `rawValue`.
  @inlinable public init(_ rawValue: UInt64) { self.rawValue = rawValue }
  /// No cause known.
  public static let none = EventID(0)
  @inlinable public static func < (a: EventID, b: EventID) -> Bool { a.rawValue < b.rawValue }
}
