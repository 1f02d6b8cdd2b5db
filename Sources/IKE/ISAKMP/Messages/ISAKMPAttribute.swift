// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// A data attribute of a transform or of a notify (RFC 2408 §3.3).
package struct ISAKMPAttribute: Sendable, Hashable {
  /// How its value stands on the wire.
  package enum Value: Sendable, Hashable {
    /// Type and two bytes (TV).
    case short(UInt16)
    /// Type, length and bytes (TLV), at most 65,535.
    case long([UInt8])
  }

  /// The class, 15 bits.
  package var type: UInt16
  package var value: Value

  package init(_ type: UInt16, _ value: Value) { (self.type, self.value) = (type & 0x7fff, value) }

  /// An attribute with a number: in two bytes where it fits, else in four.
  package init(_ type: UInt16, number: UInt32) {
    guard let short = UInt16(exactly: number) else {
      self.init(type, .long((0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32($0))) }))
      return
    }
    self.init(type, .short(short))
  }

  /// The value as a number; saturated where more than 64 bits came, nil where none did.
  package var number: UInt64? {
    switch value {
    case .short(let n): return UInt64(n)
    case .long(let bytes):
      guard !bytes.isEmpty else { return nil }
      let digits = bytes.drop { $0 == 0 }
      return digits.count > 8 ? .max : digits.reduce(0) { $0 << 8 | UInt64($1) }
    }
  }
}

extension ISAKMPAttribute {
  /// Reads attributes until `fields` is at its end.
  static func list(_ fields: inout ISAKMPFieldReader) throws(ISAKMPDecodeError) -> [ISAKMPAttribute] {
    var attributes: [ISAKMPAttribute] = []
    while !fields.isAtEnd {
      guard attributes.count < ISAKMPLimits.attributes else { throw .tooManyProposals }
      attributes.append(try ISAKMPAttribute(&fields))
    }
    return attributes
  }

  private init(_ fields: inout ISAKMPFieldReader) throws(ISAKMPDecodeError) {
    do {
      let type = try fields.u16(), value = try fields.u16()
      self.init(type, type & 0x8000 != 0 ? .short(value) : .long(try fields.take(Int(value))))
    } catch {
      throw .badAttribute
    }
  }

  /// Appends the attribute.
  func encode(into writer: inout ByteWriter) {
    switch value {
    case .short(let number):
      writer.u16(type | 0x8000)
      writer.u16(number)
    case .long(let bytes):
      let kept = bytes.prefix(Int(UInt16.max))
      writer.u16(type)
      writer.u16(UInt16(truncatingIfNeeded: kept.count))
      writer.put(kept)
    }
  }
}
