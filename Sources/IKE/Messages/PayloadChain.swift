// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One payload as it stands in a message, not yet understood (RFC 7296 §3.2, RFC 2408 §3.2: the same four bytes in front).
package struct RawPayload: Sendable, Hashable {
  package var type: UInt8
  /// Version 2: whoever does not know the type must refuse the message.
  package var isCritical: Bool
  /// What follows the generic header.
  package var body: [UInt8]

  package init(type: UInt8, isCritical: Bool = false, body: [UInt8]) {
    (self.type, self.isCritical, self.body) = (type, isCritical, body)
  }
}

/// Payloads one after another, each naming the type of the next.
package enum PayloadChain {
  /// Bytes of the generic header.
  package static let headerBytes = 4

  /// Reads the chain that begins with `first` and fills the reader. A payload of a type in `last` ends the chain, and its "next" names
  /// something inside it: that is `inner`.
  package static func decode(
    first: UInt8, _ reader: inout ByteReader, last: Set<UInt8> = []
  ) throws(WireError) -> (payloads: [RawPayload], inner: UInt8) {
    var payloads: [RawPayload] = []
    var type = first
    while type != 0 {
      guard payloads.count < IKELimits.payloads else { throw .badLength }
      let next = try reader.u8()
      let isCritical = try reader.u8() & 0x80 != 0
      let length = Int(try reader.u16())
      guard length >= headerBytes else { throw .badLength }
      payloads.append(RawPayload(type: type, isCritical: isCritical, body: try reader.take(length - headerBytes)))
      if last.contains(type) { return (payloads, next) }
      type = next
    }
    guard reader.isAtEnd else { throw .badLength }
    return (payloads, 0)
  }

  /// Writes `payloads`; the last one names `inner` as what follows.
  package static func encode(_ payloads: [RawPayload], inner: UInt8 = 0, into writer: inout ByteWriter) {
    for (index, payload) in payloads.enumerated() {
      writer.u8(index + 1 < payloads.count ? payloads[index + 1].type : inner)
      writer.u8(payload.isCritical ? 0x80 : 0)
      writer.u16(UInt16(truncatingIfNeeded: payload.body.count + headerBytes))
      writer.put(payload.body)
    }
  }
}
