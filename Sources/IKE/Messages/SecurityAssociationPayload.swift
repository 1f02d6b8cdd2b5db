// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Security Association payload (RFC 7296 §3.3): what may be chosen, or what was.
package struct SecurityAssociationPayload: Sendable, Hashable {
  /// Best first.
  package var proposals: [Proposal]

  package init(_ proposals: [Proposal]) { self.proposals = proposals }

  init(_ reader: inout ByteReader) throws(WireError) {
    proposals = []
    var isLast = false
    while !isLast {
      guard proposals.count < IKELimits.proposals else { throw .badLength }
      let more = try reader.u8()
      guard more == 0 || more == 2 else { throw .badValue }
      isLast = more == 0
      try reader.skip(1)
      let length = Int(try reader.u16())
      guard length >= 8 else { throw .badLength }
      var part = try reader.sub(length - 4)
      proposals.append(try Proposal(&part))
    }
    guard reader.isAtEnd else { throw .badLength }
  }

  func encode(into writer: inout ByteWriter) {
    for (index, proposal) in proposals.enumerated() { proposal.encode(isLast: index + 1 == proposals.count, into: &writer) }
  }
}

/// One proposal (RFC 7296 §3.3.1): of each type of transform in it, one may be chosen.
package struct Proposal: Sendable, Hashable {
  /// From 1.
  package var number: UInt8
  package var protocolID: ProtocolID
  /// Empty for an IKE SA's first; else 8 bytes (IKE) or 4 (ESP).
  package var spi: [UInt8]
  package var transforms: [Transform]

  package init(number: UInt8, protocolID: ProtocolID, spi: [UInt8] = [], transforms: [Transform]) {
    (self.number, self.protocolID, self.spi, self.transforms) = (number, protocolID, spi, transforms)
  }

  init(_ reader: inout ByteReader) throws(WireError) {
    number = try reader.u8()
    protocolID = ProtocolID(rawValue: try reader.u8())
    let spiBytes = Int(try reader.u8())
    let count = Int(try reader.u8())
    spi = try reader.take(spiBytes)
    guard count <= IKELimits.transforms else { throw .badLength }
    transforms = []
    for index in 0..<count {
      let more = try reader.u8()
      guard more == (index + 1 == count ? 0 : 3) else { throw .badValue }
      try reader.skip(1)
      let length = Int(try reader.u16())
      guard length >= 8 else { throw .badLength }
      var part = try reader.sub(length - 4)
      transforms.append(try Transform(&part))
    }
    guard reader.isAtEnd else { throw .badLength }
  }

  func encode(isLast: Bool, into writer: inout ByteWriter) {
    let start = writer.count
    writer.u8(isLast ? 0 : 2)
    writer.u8(0)
    writer.u16(0)
    writer.u8(number)
    writer.u8(protocolID.rawValue)
    writer.u8(UInt8(truncatingIfNeeded: spi.count))
    writer.u8(UInt8(truncatingIfNeeded: transforms.count))
    writer.put(spi)
    for (index, transform) in transforms.enumerated() { transform.encode(isLast: index + 1 == transforms.count, into: &writer) }
    writer.patch(u16: UInt16(truncatingIfNeeded: writer.count - start), at: start + 2)
  }

  /// The transforms of one type, in order.
  package func transforms(of type: TransformType) -> [Transform] { transforms.filter { $0.type == type } }
}

/// One transform (RFC 7296 §3.3.2).
package struct Transform: Sendable, Hashable {
  package var type: TransformType
  package var id: UInt16
  package var attributes: [TransformAttribute]

  package init(_ type: TransformType, _ id: UInt16, attributes: [TransformAttribute] = []) {
    (self.type, self.id, self.attributes) = (type, id, attributes)
  }

  /// An encryption algorithm; the attribute is left out where the length is 0.
  package init(encryption id: UInt16, keyBits: UInt16) {
    self.init(.encryption, id, attributes: keyBits == 0 ? [] : [.short(type: TransformAttributeType.keyLength, value: keyBits)])
  }

  init(_ reader: inout ByteReader) throws(WireError) {
    type = TransformType(rawValue: try reader.u8())
    try reader.skip(1)
    id = try reader.u16()
    attributes = []
    while !reader.isAtEnd {
      guard attributes.count < IKELimits.attributes else { throw .badLength }
      attributes.append(try TransformAttribute(&reader))
    }
  }

  func encode(isLast: Bool, into writer: inout ByteWriter) {
    let start = writer.count
    writer.u8(isLast ? 0 : 3)
    writer.u8(0)
    writer.u16(0)
    writer.u8(type.rawValue)
    writer.u8(0)
    writer.u16(id)
    for attribute in attributes { attribute.encode(into: &writer) }
    writer.patch(u16: UInt16(truncatingIfNeeded: writer.count - start), at: start + 2)
  }

  /// The Key Length attribute in bits; 0 where there is none.
  package var keyBits: UInt16 {
    for case .short(TransformAttributeType.keyLength, let value) in attributes { return value }
    return 0
  }

  /// Whether there is an attribute whose meaning is unknown: then the transform must not be chosen (RFC 7296 §3.3.6).
  package var hasUnknownAttribute: Bool {
    attributes.contains { if case .short(TransformAttributeType.keyLength, _) = $0 { false } else { true } }
  }
}

/// One attribute (RFC 7296 §3.3.5).
package enum TransformAttribute: Sendable, Hashable {
  /// The short format: a value of 16 bits.
  case short(type: UInt16, value: UInt16)
  case long(type: UInt16, [UInt8])

  init(_ reader: inout ByteReader) throws(WireError) {
    let type = try reader.u16()
    let value = try reader.u16()
    self = type & 0x8000 != 0 ? .short(type: type & 0x7fff, value: value) : .long(type: type, try reader.take(Int(value)))
  }

  func encode(into writer: inout ByteWriter) {
    switch self {
    case .short(let type, let value):
      writer.u16(type | 0x8000)
      writer.u16(value)
    case .long(let type, let value):
      writer.u16(type & 0x7fff)
      writer.u16(UInt16(truncatingIfNeeded: value.count))
      writer.put(value)
    }
  }
}
