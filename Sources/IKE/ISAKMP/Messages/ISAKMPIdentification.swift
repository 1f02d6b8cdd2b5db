// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The ID payload: who an end is in phase 1, which traffic it means in phase 2 (RFC 2407 §4.6.2).
package struct ISAKMPIdentification: Sendable, Hashable {
  /// Identification types.
  package enum Kind {
    package static let ipv4Address: UInt8 = 1, fqdn: UInt8 = 2, userFQDN: UInt8 = 3, ipv4Subnet: UInt8 = 4
    package static let ipv6Address: UInt8 = 5, ipv6Subnet: UInt8 = 6, ipv4Range: UInt8 = 7, ipv6Range: UInt8 = 8
    package static let distinguishedName: UInt8 = 9, generalName: UInt8 = 10, keyID: UInt8 = 11
  }

  package var kind: UInt8
  /// An IP protocol; 0 for any. In phase 1 it is 0, or 17 for UDP.
  package var protocolNumber: UInt8
  /// 0 for any. In phase 1 it is 0, or 500.
  package var port: UInt16
  package var content: [UInt8]

  package init(kind: UInt8, protocolNumber: UInt8 = 0, port: UInt16 = 0, content: [UInt8]) {
    (self.kind, self.protocolNumber, self.port, self.content) = (kind, protocolNumber, port, content)
  }

  init(_ fields: inout ISAKMPFieldReader) throws(ISAKMPDecodeError) {
    self.init(kind: try fields.u8(), protocolNumber: try fields.u8(), port: try fields.u16(), content: [])
    content = try fields.rest()
    guard addressCount == nil || prefixRange != nil else { throw .badAddress }
  }

  func encode(into writer: inout ByteWriter) {
    writer.u8(kind)
    writer.u8(protocolNumber)
    writer.u16(port)
    writer.put(content)
  }

  /// How many addresses the kind holds, and of how many bytes each; nil where it holds none.
  private var addressCount: (count: Int, bytes: Int)? {
    switch kind {
    case Kind.ipv4Address: (1, 4)
    case Kind.ipv6Address: (1, 16)
    case Kind.ipv4Subnet, Kind.ipv4Range: (2, 4)
    case Kind.ipv6Subnet, Kind.ipv6Range: (2, 16)
    default: nil
    }
  }

  /// The first and last address that a kind with addresses means; nil for the other kinds, and for a mask with holes.
  package var prefixRange: ClosedRange<IPAddress>? {
    guard let (count, width) = addressCount, content.count == count * width, let first = IPAddress(bytes: content.prefix(width)),
      first.byteCount == width
    else { return nil }
    guard count == 2 else { return first...first }
    guard let second = IPAddress(bytes: content.suffix(width)) else { return nil }
    if kind == Kind.ipv4Range || kind == Kind.ipv6Range { return first <= second ? first...second : nil }
    guard let length = ISAKMPIdentification.length(ofMask: content.suffix(width)) else { return nil }
    let network = first.masked(to: length), last = zip(network.bytes, second.bytes).map { $0 | ~$1 }
    return IPAddress(bytes: last).map { network...$0 }
  }

  /// The number of leading ones; nil where a one follows a zero.
  private static func length(ofMask mask: ArraySlice<UInt8>) -> Int? {
    let length = mask.prefix { $0 == 0xff }.count * 8 + (mask.first { $0 != 0xff }.map { (~$0).leadingZeroBitCount } ?? 0)
    let ones = mask.reduce(0) { $0 + $1.nonzeroBitCount }
    return ones == length ? length : nil
  }
}

extension ISAKMPIdentification {
  /// One host and an IP protocol: a selector of quick mode.
  package init(host: IPAddress, protocolNumber: UInt8) {
    self.init(kind: host.isV4 ? Kind.ipv4Address : Kind.ipv6Address, protocolNumber: protocolNumber, content: host.bytes)
  }

  /// What phase 1 says of an end.
  package init(_ identity: IKEIdentity) {
    let payload = IdentificationPayload(identity)
    self.init(kind: payload.type, content: payload.value)
  }

  /// Who phase 1 says it is.
  package var identity: IKEIdentity { IdentificationPayload(type: kind, value: content).identity }
}
