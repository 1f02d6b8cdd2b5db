// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The NAT-OA payload: an address as its sender knew it before any NAT (RFC 3947 §5.2).
package struct ISAKMPOriginalAddress: Sendable, Hashable {
  package var address: IPAddress

  package init(_ address: IPAddress) { self.address = address }

  init(_ fields: inout ISAKMPFieldReader) throws(ISAKMPDecodeError) {
    let kind = try fields.u8()
    _ = try fields.take(3)
    let bytes = try fields.rest()
    let width = kind == ISAKMPIdentification.Kind.ipv4Address ? 4 : kind == ISAKMPIdentification.Kind.ipv6Address ? 16 : 0
    guard bytes.count == width, let address = IPAddress(bytes: bytes), address.byteCount == width else { throw .badAddress }
    self.init(address)
  }

  func encode(into writer: inout ByteWriter) {
    writer.u8(address.isV4 ? ISAKMPIdentification.Kind.ipv4Address : ISAKMPIdentification.Kind.ipv6Address)
    writer.put([0, 0, 0])
    writer.put(address.bytes)
  }
}
