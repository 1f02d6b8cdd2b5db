// SPDX-License-Identifier: GPL-3.0-or-later

/// A JSON value whose objects keep the order of their keys (RFC 8259).
indirect enum JSONValue {
  case null
  case bool(Bool)
  case int(Int64)
  case string(String)
  case array([JSONValue])
  case object([(String, JSONValue)])

  /// The text, two spaces of indent a level.
  var text: String { written(indent: "") }

  private func written(indent: String) -> String {
    switch self {
    case .null: "null"
    case .bool(let b): b ? "true" : "false"
    case .int(let n): "\(n)"
    case .string(let s): JSONValue.quoted(s)
    case .array(let all): JSONValue.block("[", "]", all.map { $0.written(indent: indent + "  ") }, indent)
    case .object(let all):
      JSONValue.block("{", "}", all.map { JSONValue.quoted($0.0) + ": " + $0.1.written(indent: indent + "  ") }, indent)
    }
  }

  private static func block(_ open: String, _ close: String, _ items: [String], _ indent: String) -> String {
    guard !items.isEmpty else { return open + close }
    return open + "\n" + items.map { indent + "  " + $0 }.joined(separator: ",\n") + "\n" + indent + close
  }

  /// RFC 8259 §7: quotation mark, reverse solidus and control characters are escaped.
  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f: out += "\\u" + hex(scalar.value)
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }

  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}

extension JSONValue {
  init(_ text: String?) { self = text.map { .string($0) } ?? .null }
  init(_ n: UInt64) { self = .int(Int64(clamping: n)) }
  init(_ n: Int) { self = .int(Int64(n)) }

  init(_ n: UInt32) { self = .int(Int64(n)) }

  /// Values by their descriptions.
  static func strings(_ all: some Sequence<some CustomStringConvertible>) -> JSONValue { .array(all.map { .string($0.description) }) }

  /// An object without the keys that have no value, as FRR leaves them out.
  static func present(_ members: [(String, JSONValue?)]) -> JSONValue {
    .object(members.compactMap { key, value in value.map { (key, $0) } })
  }

  /// `true`, or no key at all: how FRR writes most marks.
  static func mark(_ isSo: Bool) -> JSONValue? { isSo ? .bool(true) : nil }

  /// FRR's answer where there is nothing to show: `{warning}`.
  static func warning(_ text: String) -> JSONValue { .object([("warning", .string(text.hasPrefix("% ") ? String(text.dropFirst(2)) : text))]) }

  /// Rows in FRR's wrapper: `{attr: {entriesCount}, table: […]}`.
  static func table(_ rows: [JSONValue]) -> JSONValue {
    .object([("attr", .object([("entriesCount", JSONValue(rows.count))])), ("table", .array(rows))])
  }
}
