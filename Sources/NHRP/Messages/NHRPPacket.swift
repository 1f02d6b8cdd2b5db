// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One NHRP packet as it stands behind the GRE header (RFC 2332 §5).
///
///     fixed header (20) | mandatory part | extensions … End | bytes behind End
///
/// Decoding and encoding again gives the same bytes, with two exceptions that carry no meaning: End without its
/// compulsory bit gets it, and a checksum of 0xffff becomes 0.
public struct NHRPPacket: Sendable, Hashable {
  /// The fixed header without what can be computed.
  public var header: NHRPFixedHeader
  /// The mandatory part; it knows the packet's type.
  public var body: NHRPBody
  /// The extensions in their order, without End; nil when there is no extension part (`ar$extoff` is 0).
  public var extensions: [NHRPExtension]?
  /// Bytes between End and the packet's end. OpenNHRP appends 16 zero bytes to error indications.
  /// Not encoded while `extensions` is nil: there is no End to stand behind.
  public var trailing: [UInt8]

  /// Makes a packet of its parts.
  public init(header: NHRPFixedHeader, body: NHRPBody, extensions: [NHRPExtension]? = nil, trailing: [UInt8] = []) {
    self.header = header
    self.body = body
    self.extensions = extensions
    self.trailing = trailing
  }

  /// Reads a packet. Bytes behind `ar$pktsz` are ignored (padding of what carried it).
  public static func decode(_ bytes: [UInt8]) throws(NHRPDecodeError) -> NHRPPacket {
    let raw = try RawFixedHeader(bytes)
    var packet = NHRPPacket(header: raw.header, body: try NHRPBody(bytes, raw))
    guard raw.extensionOffset != 0 else { return packet }
    var fields = FieldReader(bytes, from: raw.extensionOffset, to: raw.packetSize, truncation: .truncatedExtension)
    packet.extensions = try NHRPExtension.list(&fields)
    packet.trailing = try fields.rest()
    return packet
  }

  /// Writes the packet: lengths, `ar$extoff`, End, `ar$pktsz` and checksum are computed. What `decode` accepted
  /// always fits; a hand-made packet of more than 65 535 bytes has no valid size.
  public func encode() -> [UInt8] {
    var writer = ByteWriter(capacity: 256)
    header.encode(type: body.type, addresses: body.addresses, into: &writer)
    body.encode(into: &writer)
    if let extensions {
      writer.patch(u16: UInt16(truncatingIfNeeded: writer.count), at: NHRPFixedHeader.extensionOffsetOffset)
      for one in extensions { one.encode(into: &writer) }
      NHRPExtension.encodeEnd(into: &writer)
      writer.put(trailing)
    }
    writer.patch(u16: UInt16(truncatingIfNeeded: writer.count), at: NHRPFixedHeader.packetSizeOffset)
    writer.patch(u16: InternetChecksum.of(writer.bytes), at: NHRPFixedHeader.checksumOffset)
    return writer.bytes
  }
}

extension NHRPPacket: NHRPAddressed {
  /// The addresses of the mandatory part.
  public var addresses: NHRPAddresses {
    get { body.addresses }
    set { body.addresses = newValue }
  }
}
