// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import Wire

/// Packets nobody was seen sending, for the corners of the format.
enum NHRPSamples {
  /// IPv6 over IPv6 with subaddresses, type bits, absent addresses, and every kind of extension.
  static var everything: NHRPPacket {
    let nbma = ip("2001:db8::1"), inner = ip("fd00::1")
    var entry = ClientInformationEntry(
      code: .insufficientResources, prefixLength: 64, mtu: 1400, holdingTimeSeconds: 600, nbma: nbma,
      nbmaSubaddress: [1, 2, 3], protocolAddress: inner, preference: 5, unused: 0xabcd)
    entry.nbmaTypeBits = 1
    let part = NHRPMandatory(
      type: .resolutionReply, flags: [.destinationStable], requestID: 7, sourceNBMA: nbma,
      sourceNBMASubaddress: [9, 8], sourceProtocol: inner, destinationProtocol: ip("fd00::2"),
      entries: [entry, ClientInformationEntry(prefixLength: 128)])
    var packet = NHRPPacket(.request(part), hopCount: 32, extensions: extensions(entry), trailing: [0, 1, 2])
    packet.header.nbmaTypeBits = 2
    packet.header.nbmaSubaddressTypeBits = 1
    packet.header.snap = [0, 0, 0x5e, 0, 1]
    return packet
  }

  private static func extensions(_ entry: ClientInformationEntry) -> [NHRPExtension] {
    let vendor = NHRPExtensionContent.vendorPrivate(oui: NHRPAssignments.ciscoOUI, data: [1, 2, 3])
    let hashed = NHRPAuthentication.other(reserved: 0, spi: 256, rest: [1, 2, 3, 4, 5])
    return [
      .natAddress([entry]), .responderAddress([entry]), .forwardTransit([entry, entry]), .reverseTransit(),
      .authentication(hashed),
      NHRPExtension(isCompulsory: false, type: .vendorPrivate, content: vendor),
      NHRPExtension(isCompulsory: false, type: .vendorPrivate, content: .vendorPrivate(oui: 0xfffefd, data: [])),
      NHRPExtension(isCompulsory: false, type: .vendorPrivate, content: .unknown([1, 2])),
      NHRPExtension(isCompulsory: false, type: .natAddress, content: .deviceCapabilities([0, 0, 0, 1, 0, 0, 0, 2])),
      NHRPExtension(isCompulsory: false, type: .natAddress, content: .unknown([1, 2, 3])),
      NHRPExtension(
        isCompulsory: true, type: NHRPExtensionType(rawValue: 0x3abc), reservedBit: true, content: .unknown([])),
    ]
  }
}
