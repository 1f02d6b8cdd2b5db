// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The mandatory part of type 8, Cisco's redirect: "for this packet there is a shorter way"
/// (draft-detienne-dmvpn; FRR, OpenNHRP). No request ID, no entries, no reply.
///
/// All implementations write the *source* of the offending packet into `destinationProtocol`, so that the
/// indication is routed back to it. Its description leaves the quoted packet out: that is users' traffic.
public struct NHRPTrafficIndication: Sendable, Hashable, NHRPAddressed {
  /// 0 is a redirect.
  public var code: UInt16
  /// The unused bytes behind the address lengths, zero.
  public var unused: UInt16
  /// The unused bytes behind the code, zero.
  public var secondUnused: UInt16
  /// Source is the redirecting server, destination the source of the offending packet.
  public var addresses: NHRPAddresses
  /// The IP packet that took the long way, from its IP header on, often cut.
  public var offendingPacket: [UInt8]

  /// Makes a traffic indication.
  public init(
    code: UInt16 = 0, sourceNBMA: IPAddress, sourceProtocol: IPAddress, destinationProtocol: IPAddress,
    offendingPacket: [UInt8], unused: UInt16 = 0, secondUnused: UInt16 = 0
  ) {
    self.code = code
    self.unused = unused
    self.secondUnused = secondUnused
    self.offendingPacket = offendingPacket
    addresses = NHRPAddresses(nbma: sourceNBMA, source: sourceProtocol, destination: destinationProtocol)
  }
}

extension NHRPTrafficIndication {
  /// Reads the mandatory part; the quoted packet fills it to its end.
  init(_ fields: inout FieldReader, _ raw: RawFixedHeader) throws(NHRPDecodeError) {
    let sourceLength = try fields.u8()
    let destinationLength = try fields.u8()
    unused = try fields.u16()
    code = try fields.u16()
    secondUnused = try fields.u16()
    addresses = try NHRPAddresses(&fields, raw, source: sourceLength, destination: destinationLength)
    offendingPacket = []
  }

  /// Appends the mandatory part.
  func encode(into writer: inout ByteWriter) {
    addresses.encodeLengths(into: &writer)
    writer.u16(unused)
    writer.u16(code)
    writer.u16(secondUnused)
    addresses.encode(into: &writer)
    writer.put(offendingPacket)
  }
}

extension NHRPTrafficIndication: CustomStringConvertible, CustomReflectable {
  /// Code, addresses, and how much is quoted.
  public var description: String {
    "traffic indication \(code) from \(sourceProtocol) (\(sourceNBMA)) to \(destinationProtocol)"
      + ", quotes \(offendingPacket.count) bytes"
  }
  /// Nothing: a dump must not show the quoted packet.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
