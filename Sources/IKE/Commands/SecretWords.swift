// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit

/// How a key is typed: as text, `0 TEXT`, `hex DIGITS`, `file PATH`; and why it may be refused. No refusal repeats the key.
enum SecretWords {
  /// The pattern of a key to the end of the line.
  static let toTheEnd = pattern("line")
  /// The pattern of a key of one word, behind which the line goes on.
  static let oneWord = pattern("word")

  private static func pattern(_ kind: String) -> String {
    "{0 <key:\(kind)>|6 <cipher:\(kind)>|file <path:\(kind)>|hex <digits:\(kind)>|<key:\(kind)>}"
  }

  /// IOS takes 128 characters; twice that is surely a mistake.
  private static let limitBytes = 256
  private static let words = ["0", "6", "file", "hex", "local", "remote"]

  /// The key of a line.
  static func secret(_ arguments: Arguments) throws(CommandRefusal) -> ConfiguredSecret {
    if arguments[text: "cipher"] != nil {
      throw CommandRefusal(
        "type 6 keys are encrypted by their router's master key and cannot be read here: type the key itself, or 'file PATH'")
    }
    if let path = arguments[text: "path"] { return .file(path) }
    if let digits = arguments[text: "digits"] { return try hexadecimal(digits) }
    guard let key = arguments[text: "key"] else { throw CommandRefusal("expected a key") }
    guard arguments.has("0") || !words.contains(key.lowercased()) else {
      throw CommandRefusal("the key is missing behind '\(key)'; a key that is this word is typed as '0 \(key)'")
    }
    guard key.utf8.count <= limitBytes else { throw CommandRefusal("the key is longer than \(limitBytes) bytes") }
    return .text(SecretBytes(key.utf8))
  }

  /// `0x` may stand in front.
  private static func hexadecimal(_ digits: String) throws(CommandRefusal) -> ConfiguredSecret {
    let bare = digits.lowercased().hasPrefix("0x") ? digits.dropFirst(2) : digits[...]
    let values = bare.compactMap(\.hexDigitValue)
    guard values.count == bare.count, !values.isEmpty, values.count.isMultiple(of: 2), values.count / 2 <= limitBytes else {
      throw CommandRefusal("expected an even number of hexadecimal digits, at most \(2 * limitBytes)")
    }
    return .hexadecimal(SecretBytes(stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }))
  }

  /// The words that make the key again; the placeholder where it is not known.
  static func text(_ secret: ConfiguredSecret) -> String {
    switch secret {
    case .hidden: ConfiguredSecret.placeholder
    case .file(let path): "file \(path)"
    case .hexadecimal(let bytes): "hex " + bytes.withBytes { $0.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
    case .text(let bytes): clear(bytes.withBytes { String(decoding: $0, as: UTF8.self) })
    }
  }

  /// A key whose first word could be read as a keyword, also abbreviated, stands behind `0`.
  private static func clear(_ key: String) -> String {
    let first = key.prefix { !$0.isWhitespace }.lowercased()
    return (words.contains { $0.hasPrefix(first) } ? "0 " : "") + key
  }
}
