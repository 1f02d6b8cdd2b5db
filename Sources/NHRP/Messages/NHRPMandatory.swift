// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The mandatory part of types 1 to 6: resolution, registration and purge, request and reply
/// (RFC 2332 §5.2.0.1, §5.2.1–§5.2.6).
public struct NHRPMandatory: Sendable, Hashable, NHRPAddressed {
  /// Which of the six.
  public var type: NHRPPacketType
  /// Flags; what a bit means depends on `type`.
  public var flags: NHRPFlags
  /// Chosen by the requester, copied into the reply.
  public var requestID: UInt32
  /// Source and destination; a reply keeps those of the request unswapped.
  public var addresses: NHRPAddresses
  /// The client information entries.
  public var entries: [ClientInformationEntry]

  /// Makes a mandatory part.
  public init(
    type: NHRPPacketType, flags: NHRPFlags, requestID: UInt32, sourceNBMA: IPAddress,
    sourceNBMASubaddress: [UInt8] = [], sourceProtocol: IPAddress, destinationProtocol: IPAddress,
    entries: [ClientInformationEntry] = []
  ) {
    self.type = type
    self.flags = flags
    self.requestID = requestID
    self.entries = entries
    addresses = NHRPAddresses(
      nbma: sourceNBMA, nbmaSubaddress: sourceNBMASubaddress, source: sourceProtocol, destination: destinationProtocol)
  }

  /// The reply to this request: request ID and addresses stay, type, flags and entries change (§5.2.2, §5.2.4,
  /// §5.2.6). Nil if this is no request.
  public func reply(flags: NHRPFlags, entries: [ClientInformationEntry]) -> NHRPMandatory? {
    guard let type = type.reply else { return nil }
    var reply = self
    reply.type = type
    reply.flags = flags
    reply.entries = entries
    return reply
  }
}

extension NHRPMandatory {
  /// Reads the common header, the addresses, and entries up to the end of `fields`.
  init(_ fields: inout FieldReader, _ raw: RawFixedHeader) throws(NHRPDecodeError) {
    let sourceLength = try fields.u8()
    let destinationLength = try fields.u8()
    type = raw.type
    flags = NHRPFlags(rawValue: try fields.u16())
    requestID = try fields.u32()
    addresses = try NHRPAddresses(&fields, raw, source: sourceLength, destination: destinationLength)
    entries = []
  }

  /// Appends the mandatory part.
  func encode(into writer: inout ByteWriter) {
    addresses.encodeLengths(into: &writer)
    writer.u16(flags.rawValue)
    writer.u32(requestID)
    addresses.encode(into: &writer)
    for entry in entries { entry.encode(into: &writer) }
  }
}
