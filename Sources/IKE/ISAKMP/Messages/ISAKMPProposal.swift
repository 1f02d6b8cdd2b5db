// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One protocol with alternatives of how to do it (RFC 2408 §3.5). Proposals of one number belong together: all or none.
package struct ISAKMPProposal: Sendable, Hashable {
  package var number: UInt8
  package var protocolID: ISAKMPProtocol
  /// The sender's SPI: four bytes for ESP; none or the cookie in phase 1.
  package var spi: [UInt8]
  /// The best first.
  package var transforms: [ISAKMPTransform]

  package init(number: UInt8, protocolID: ISAKMPProtocol, spi: [UInt8] = [], transforms: [ISAKMPTransform]) {
    (self.number, self.protocolID, self.spi, self.transforms) = (number, protocolID, spi, transforms)
  }
}

extension ISAKMPProposal {
  /// Reads proposals until `fields` is at its end.
  static func list(_ fields: inout ISAKMPFieldReader) throws(ISAKMPDecodeError) -> [ISAKMPProposal] {
    var proposals: [ISAKMPProposal] = []
    while !fields.isAtEnd {
      guard proposals.count < ISAKMPLimits.proposals else { throw .tooManyProposals }
      proposals.append(try ISAKMPProposal(&fields))
    }
    return proposals
  }

  private init(_ fields: inout ISAKMPFieldReader) throws(ISAKMPDecodeError) {
    let next = ISAKMPPayloadType(rawValue: try fields.u8())
    _ = try fields.u8()
    let length = Int(try fields.u16())
    guard length >= 8 else { throw .badProposal }
    var body = try fields.sub(length - 4, orThrow: .badProposal)
    guard next == (fields.isAtEnd ? .none : .proposal) else { throw .badProposal }
    self.init(number: try body.u8(), protocolID: ISAKMPProtocol(rawValue: try body.u8()), transforms: [])
    let spiSize = Int(try body.u8()), transformCount = Int(try body.u8())
    spi = try body.take(spiSize)
    guard transformCount <= ISAKMPLimits.transforms else { throw .tooManyProposals }
    for index in 0..<transformCount {
      guard !body.isAtEnd else { throw .badTransformCount }
      transforms.append(try ISAKMPTransform(&body, isLast: index == transformCount - 1))
    }
    guard body.isAtEnd else { throw .badTransformCount }
  }

  /// Appends it; at most 255 transforms and 255 bytes of SPI.
  func encode(into writer: inout ByteWriter, isLast: Bool) {
    let spi = self.spi.prefix(255), transforms = self.transforms.prefix(255)
    var body = ByteWriter()
    body.u8(number)
    body.u8(protocolID.rawValue)
    body.u8(UInt8(truncatingIfNeeded: spi.count))
    body.u8(UInt8(truncatingIfNeeded: transforms.count))
    body.put(spi)
    for (index, transform) in transforms.enumerated() { transform.encode(into: &body, isLast: index == transforms.count - 1) }
    writer.payloadHeader(next: isLast ? .none : .proposal, bodyCount: body.count)
    writer.put(body.bytes)
  }
}

extension ByteWriter {
  /// Appends the header of a payload whose body has `bodyCount` bytes (RFC 2408 §3.2).
  mutating func payloadHeader(next: ISAKMPPayloadType, bodyCount: Int) {
    u8(next.rawValue)
    u8(0)
    u16(UInt16(truncatingIfNeeded: bodyCount + ISAKMPAssignments.payloadHeaderByteCount))
  }
}
