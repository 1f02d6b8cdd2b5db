// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The mandatory part of type 7: a complaint about a packet (RFC 2332 §5.2.7). It has no request ID of its own.
///
/// FRR copies all addresses from the bad packet, so `sourceNBMA` may be the offender itself: who complained
/// is known from the outer header only. Its description leaves the quoted packet out: that may hold a secret.
public struct NHRPErrorIndication: Sendable, Hashable, NHRPAddressed {
  /// Unused; FRR and OpenNHRP put the bad packet's flags here.
  public var unused: UInt16
  /// What was wrong.
  public var code: NHRPErrorCode
  /// Offset of the first wrong byte in the bad packet, or 0.
  public var offset: UInt16
  /// Per RFC: source is the reporter, destination the sender of the bad packet.
  public var addresses: NHRPAddresses
  /// The bad packet from its fixed header on, often cut.
  public var offendingPacket: [UInt8]

  /// Makes an error indication.
  public init(
    code: NHRPErrorCode, offset: UInt16 = 0, unused: UInt16 = 0, sourceNBMA: IPAddress, sourceProtocol: IPAddress,
    destinationProtocol: IPAddress, offendingPacket: [UInt8]
  ) {
    self.unused = unused
    self.code = code
    self.offset = offset
    self.offendingPacket = offendingPacket
    addresses = NHRPAddresses(nbma: sourceNBMA, source: sourceProtocol, destination: destinationProtocol)
  }

  /// What the quoted packet was, as far as it goes: its sizes and checksum are not held against it.
  /// Nil when it is cut before its addresses end, or has no request ID (types 7 and 8).
  public func offendingHeader()
    -> (type: NHRPPacketType, requestID: UInt32, source: IPAddress, destination: IPAddress)?
  {
    guard let raw = try? RawFixedHeader(fields: offendingPacket), (1...6).contains(raw.type.rawValue)
    else { return nil }
    var fields = FieldReader(
      offendingPacket, from: NHRPAssignments.fixedHeaderByteCount, to: offendingPacket.count,
      truncation: .truncatedMandatory)
    guard let quoted = try? NHRPMandatory(&fields, raw) else { return nil }
    return (raw.type, quoted.requestID, quoted.sourceProtocol, quoted.destinationProtocol)
  }
}

extension NHRPErrorIndication {
  /// Reads the mandatory part; the quoted packet fills it to its end.
  init(_ fields: inout FieldReader, _ raw: RawFixedHeader) throws(NHRPDecodeError) {
    let sourceLength = try fields.u8()
    let destinationLength = try fields.u8()
    unused = try fields.u16()
    code = NHRPErrorCode(rawValue: try fields.u16())
    offset = try fields.u16()
    addresses = try NHRPAddresses(&fields, raw, source: sourceLength, destination: destinationLength)
    offendingPacket = []
  }

  /// Appends the mandatory part.
  func encode(into writer: inout ByteWriter) {
    addresses.encodeLengths(into: &writer)
    writer.u16(unused)
    writer.u16(code.rawValue)
    writer.u16(offset)
    addresses.encode(into: &writer)
    writer.put(offendingPacket)
  }
}

extension NHRPErrorIndication: CustomStringConvertible, CustomReflectable {
  /// Code, addresses, and how much is quoted.
  public var description: String {
    "error \(code.rawValue) at \(offset) from \(sourceProtocol) (\(sourceNBMA)) to \(destinationProtocol)"
      + ", quotes \(offendingPacket.count) bytes"
  }
  /// Nothing: a dump must not show the quoted packet.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
