// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One way to do what a proposal says (RFC 2408 §3.6).
package struct ISAKMPTransform: Sendable, Hashable {
  /// Its number within the proposal.
  package var number: UInt8
  /// KEY_IKE in phase 1; an ESP transform in phase 2 (RFC 2407 §4.4).
  package var transformID: UInt8
  package var attributes: [ISAKMPAttribute]

  package init(number: UInt8, transformID: UInt8, attributes: [ISAKMPAttribute]) {
    (self.number, self.transformID, self.attributes) = (number, transformID, attributes)
  }

  /// The number of the attribute `type`; nil where it is absent or comes more than once.
  package func number(of type: UInt16) -> UInt64? {
    let found = attributes.filter { $0.type == type }
    return found.count == 1 ? found[0].number : nil
  }
}

extension ISAKMPTransform {
  /// Reads one; `isLast` says what its "next payload" must be.
  init(_ fields: inout ISAKMPFieldReader, isLast: Bool) throws(ISAKMPDecodeError) {
    let next = ISAKMPPayloadType(rawValue: try fields.u8())
    guard next == (isLast ? .none : .transform) else { throw .badProposal }
    _ = try fields.u8()
    let length = Int(try fields.u16())
    guard length >= 8 else { throw .badProposal }
    var body = try fields.sub(length - 4, orThrow: .badProposal)
    self.init(number: try body.u8(), transformID: try body.u8(), attributes: [])
    _ = try body.u16()
    attributes = try ISAKMPAttribute.list(&body)
  }

  /// Appends it.
  func encode(into writer: inout ByteWriter, isLast: Bool) {
    var body = ByteWriter()
    body.u8(number)
    body.u8(transformID)
    body.u16(0)
    for attribute in attributes { attribute.encode(into: &body) }
    writer.payloadHeader(next: isLast ? .none : .transform, bodyCount: body.count)
    writer.put(body.bytes)
  }
}
