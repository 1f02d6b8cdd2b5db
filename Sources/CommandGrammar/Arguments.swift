// SPDX-License-Identifier: GPL-3.0-or-later

import Wire

/// What the literals and values of one line were.
public struct Arguments: Sendable {
  struct Value: Sendable {
    var text: String
    var address: IPAddress?
    var prefix: IPPrefix?
    var int: Int?
  }

  /// The literals of the line in lower case, in the order typed.
  public private(set) var keywords: [String] = []
  /// The texts of the values of one name that may stand several times, in the order typed.
  private var lists: [String: [String]] = [:]
  private var values: [String: Value] = [:]

  /// No words at all.
  public init() {}

  /// Whether the literal `keyword` (fully spelled) was matched in this line.
  public func has(_ keyword: String) -> Bool { keywords.contains(keyword.lowercased()) }

  /// A value by its name: as typed, but interface names in their full spelling.
  public subscript(text name: String) -> String? { values[name]?.text }

  /// All values of a name that may stand several times, in the order typed.
  public func texts(_ name: String) -> [String] { lists[name] ?? [] }

  /// The address of an address, mask, host or prefix value. A prefix keeps the host bits that were typed;
  /// a host name that nobody could resolve has none.
  public func address(_ name: String) -> IPAddress? { values[name]?.address }

  /// The network of a prefix value.
  public func prefix(_ name: String) -> IPPrefix? { values[name]?.prefix }

  /// The number of an int value.
  public func int(_ name: String) -> Int? { values[name]?.int }

  mutating func add(keyword: String) { keywords.append(keyword) }

  mutating func add(_ name: String, kind: ValueKind, text: String, resolve: (String) -> IPAddress?) {
    var value = Value(text: text)
    switch kind {
    case .ipv4, .ipv6, .address, .mask: value.address = IPAddress(text)
    case .host: value.address = IPAddress(text) ?? resolve(text)
    case .prefix: (value.address, value.prefix) = ValueKind.prefix(text).map { ($0.address, $0.prefix) } ?? (nil, nil)
    case .int: value.int = ValueKind.integer(text)
    case .word, .name, .line, .interface: break
    }
    values[name] = value
    lists[name, default: []].append(text)
  }
}
