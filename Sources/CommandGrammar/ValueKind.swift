// SPDX-License-Identifier: GPL-3.0-or-later

import Wire

/// What a value of a pattern may be: `<name:kind>`.
enum ValueKind: Equatable, Sendable {
  case ipv4, ipv6, address, prefix, mask, word, name, line, host, interface
  case int(ClosedRange<Int>)

  /// Reads `ipv4`, `int(0-255)`…; nil for an unknown kind.
  init?(_ text: Substring) {
    switch text {
    case "ipv4": self = .ipv4
    case "ipv6": self = .ipv6
    case "address": self = .address
    case "prefix": self = .prefix
    case "mask": self = .mask
    case "word": self = .word
    case "name": self = .name
    case "line": self = .line
    case "host": self = .host
    case "interface": self = .interface
    default:
      guard text.hasPrefix("int("), text.hasSuffix(")"), let range = ValueKind.range(text.dropFirst(4).dropLast()) else { return nil }
      self = .int(range)
    }
  }

  private static func range(_ text: Substring) -> ClosedRange<Int>? {
    guard let dash = text.dropFirst().firstIndex(of: "-"), let low = Int(text[..<dash]),
      let high = Int(text[text.index(after: dash)...]), low <= high
    else { return nil }
    return low...high
  }

  /// How `?` shows the value; a host is an address or a name.
  var shown: [String] {
    switch self {
    case .ipv4, .mask: ["A.B.C.D"]
    case .ipv6: ["X:X:X:X::X"]
    case .address: ["A.B.C.D", "X:X:X:X::X"]
    case .prefix: ["A.B.C.D/nn"]
    case .word: ["WORD"]
    case .name: ["NAME"]
    case .line: ["LINE"]
    case .host: ["A.B.C.D", "NAME"]
    case .interface: ["IFNAME"]
    case .int(let range): ["<\(range.lowerBound)-\(range.upperBound)>"]
    }
  }

  /// What `?` says where the command has no text of its own.
  var defaultHelp: String {
    switch self {
    case .ipv4, .address: "IP address"
    case .ipv6: "IPv6 address"
    case .prefix: "Network and its length"
    case .mask: "Network mask"
    case .word, .name: "Name"
    case .line: "Text to the end of the line"
    case .host: "IP address or host name"
    case .interface: "Interface"
    case .int: "Number"
    }
  }

  /// Which value is preferred where several accept the same word; keywords (0 and 1) come before all of them.
  var rank: Int {
    switch self {
    case .ipv4, .ipv6, .address, .prefix, .mask, .int: 2
    case .host, .interface: 3
    case .word, .name: 4
    case .line: 5
    }
  }

  /// Whether one typed word is such a value (`line` and interfaces of two words are matched elsewhere).
  func accepts(_ text: String) -> Bool {
    switch self {
    case .ipv4: ValueKind.isV4(text)
    case .ipv6: text.contains(":") && IPAddress(text) != nil
    case .address: IPAddress(text) != nil
    case .prefix: ValueKind.prefix(text) != nil
    case .mask: IPAddress(text).flatMap { IPPrefix.length(ofMask: $0) } != nil && !text.contains(":")
    case .word, .name, .line: !text.isEmpty
    case .host: ValueKind.isV4(text) || ValueKind.isHostName(text)
    case .interface: IPAddress(text) == nil && InterfaceName.normalize(text) != nil
    case .int(let range): ValueKind.integer(text).map(range.contains) ?? false
    }
  }

  /// Whether `text` may still grow into such a value: what `?` directly behind letters asks.
  func mayBegin(_ text: String) -> Bool {
    let isNumeric = text.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
    switch self {
    case .ipv4, .mask: return isNumeric
    case .ipv6, .address, .prefix: return text.allSatisfy { $0.isHexDigit || ".:/".contains($0) }
    case .int: return text.isEmpty || ValueKind.integer(text) != nil
    case .word, .name, .line: return true
    case .host: return isNumeric || ValueKind.isHostName(text)
    case .interface: return text.first.map { $0.isASCII && $0.isLetter } ?? true
    }
  }

  private static func isV4(_ text: String) -> Bool { !text.contains(":") && IPAddress(text) != nil }

  /// A name has a letter: `10.0.0.300` is a bad address, not a host.
  private static func isHostName(_ text: String) -> Bool {
    guard text.utf8.count <= 253, text.contains(where: { $0.isASCII && $0.isLetter }), let first = text.first else { return false }
    return first != "-" && first != "." && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
  }

  /// Decimal digits, with a minus at most: `+5` is not a number of a command line.
  static func integer(_ text: String) -> Int? { text.hasPrefix("+") ? nil : Int(text) }

  /// The address as typed (host bits kept) and the network it lies in.
  static func prefix(_ text: String) -> (address: IPAddress, prefix: IPPrefix)? {
    guard let slash = text.firstIndex(of: "/"), !text.contains("+"), let address = IPAddress(String(text[..<slash])),
      let prefix = IPPrefix(text)
    else { return nil }
    return (address, prefix)
  }
}
