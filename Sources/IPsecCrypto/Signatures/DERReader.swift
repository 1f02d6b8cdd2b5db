// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads elements of a DER encoding (X.690), one after the other. It knows tags of one byte and lengths up to 65,535, which is all that an
/// algorithm identifier holds.
struct DERReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: some Sequence<UInt8>) { rest = ArraySlice(bytes) }

  var isAtEnd: Bool { rest.isEmpty }

  /// What is not read yet.
  var remainder: ArraySlice<UInt8> { rest }

  /// The tag of the next element.
  var nextTag: UInt8? { rest.first }

  /// The content of the next element; nil, and nothing is read, if it has another tag, is cut, or its length is not the shortest form.
  mutating func read(_ tag: UInt8) -> ArraySlice<UInt8>? {
    guard rest.first == tag else { return nil }
    var content = rest.dropFirst()
    guard let count = Self.readLength(&content), count <= content.count else { return nil }
    rest = content.dropFirst(count)
    return content.prefix(count)
  }

  private static func readLength(_ bytes: inout ArraySlice<UInt8>) -> Int? {
    guard let first = bytes.popFirst() else { return nil }
    if first < 0x80 { return Int(first) }
    guard first == 0x81 || first == 0x82 else { return nil }
    var length = 0
    for _ in 0..<(first & 0x7f) {
      guard let byte = bytes.popFirst() else { return nil }
      length = length << 8 | Int(byte)
    }
    return length < (first == 0x81 ? 0x80 : 0x100) ? nil : length
  }
}

extension DERReader {
  static let integer: UInt8 = 0x02, octetString: UInt8 = 0x04, null: UInt8 = 0x05, objectIdentifier: UInt8 = 0x06, sequence: UInt8 = 0x30
  /// The tag `[number]` of a constructed element.
  static func context(_ number: UInt8) -> UInt8 { 0xa0 | number }

  /// An element with its content, which must be shorter than 128 bytes.
  static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag, UInt8(truncatingIfNeeded: content.count)] + content }
}
