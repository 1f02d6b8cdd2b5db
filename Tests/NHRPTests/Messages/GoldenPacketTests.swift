// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import Testing
import Wire

private let hub = ip("198.51.100.1"), hubInner = ip("172.16.0.1")
private let spoke1 = ip("198.51.100.11"), spoke1Inner = ip("172.16.0.11")
private let spoke2 = ip("198.51.100.12"), spoke2Inner = ip("172.16.0.12")

private typealias Entry = ClientInformationEntry

/// Packets of real implementations: each is decoded and compared with a value written by hand; the value gives
/// the same bytes again.
struct GoldenPacketTests {
  private func check(_ bytes: [UInt8], _ expected: NHRPPacket, _ place: SourceLocation = #_sourceLocation) throws {
    let packet = try NHRPPacket.decode(bytes)
    #expect(packet == expected, sourceLocation: place)
    #expect(hexText(expected.encode()) == hexText(bytes), sourceLocation: place)
  }

  private func registration(_ type: NHRPPacketType, to destination: IPAddress, hopCount: UInt8, responder: [Entry])
    -> NHRPPacket
  {
    NHRPPacket(
      type, flags: [.registrationUnique, .nat], requestID: 1, sourceNBMA: spoke1, sourceProtocol: spoke1Inner,
      destinationProtocol: destination, entries: [Entry(prefixLength: 255, holdingTimeSeconds: 15)],
      hopCount: hopCount,
      extensions: [
        .forwardTransit(), .reverseTransit(), .responderAddress(responder),
        .natAddress([Entry(prefixLength: 32, nbma: hub, protocolAddress: .anyV4)]),
      ])
  }

  @Test("1: FRR registers with itself as destination and the server's NBMA in the NAT extension")
  func registrationRequest() throws {
    try check(
      GoldenPackets.registrationRequest,
      registration(.registrationRequest, to: spoke1Inner, hopCount: 1, responder: []))
  }

  @Test("2: FRR's reply names the responder and keeps the NAT extension")
  func registrationReply() throws {
    let responder = Entry(holdingTimeSeconds: 15, nbma: hub, protocolAddress: hubInner)
    try check(
      GoldenPackets.registrationReply,
      registration(.registrationReply, to: hubInner, hopCount: 64, responder: [responder]))
  }

  private func redirect(hopCount: UInt8, quoting quote: [UInt8], _ extensions: [NHRPExtension]?) -> NHRPPacket {
    let part = NHRPTrafficIndication(
      sourceNBMA: hub, sourceProtocol: hubInner, destinationProtocol: ip("192.168.11.2"), offendingPacket: quote)
    return NHRPPacket(.traffic(part), hopCount: hopCount, extensions: extensions)
  }

  @Test("3: FRR's redirect quotes 84 bytes and has no extension part")
  func trafficIndication() throws {
    let bytes = GoldenPackets.trafficIndication
    let expected = redirect(hopCount: 1, quoting: Array(bytes[40...]), nil)
    try check(bytes, expected)
    #expect(expected.extensions == nil)
    #expect(bytes.count == 124)
  }

  private func resolution(
    _ type: NHRPPacketType, flags: NHRPFlags, hopCount: UInt8, _ entry: Entry, _ extensions: [NHRPExtension]
  ) -> NHRPPacket {
    NHRPPacket(
      type, flags: flags, requestID: 5, sourceNBMA: spoke1, sourceProtocol: spoke1Inner,
      destinationProtocol: ip("192.168.12.2"), entries: [entry], hopCount: hopCount, extensions: extensions)
  }

  private let requestFlags: NHRPFlags = [.resolutionRouter, .resolutionAuthoritative, .sourceStable, .nat]
  private let replyFlags: NHRPFlags = [
    .resolutionRouter, .resolutionAuthoritative, .destinationStable, .sourceStable,
  ]
  private let viaHub = Entry(holdingTimeSeconds: 15, nbma: hub, protocolAddress: hubInner)
  private let viaSpoke2 = Entry(holdingTimeSeconds: 15, nbma: spoke2, protocolAddress: spoke2Inner)

  @Test("4 and 5: FRR's resolution request, and the hub's forward record when it passed")
  func resolutionRequests() throws {
    let entry = Entry(prefixLength: 255, holdingTimeSeconds: 15)
    try check(
      GoldenPackets.resolutionRequest,
      resolution(
        .resolutionRequest, flags: requestFlags, hopCount: 64, entry,
        [.forwardTransit(), .reverseTransit(), .responderAddress(), .natAddress()]))
    try check(
      GoldenPackets.forwardedResolutionRequest,
      resolution(
        .resolutionRequest, flags: requestFlags, hopCount: 63, entry,
        [.forwardTransit([viaHub]), .reverseTransit(), .responderAddress(), .natAddress()]))
  }

  @Test("6 and 7: FRR's resolution reply with its LAN's /24, and the hub's reverse record when it passed")
  func resolutionReplies() throws {
    let entry = Entry(prefixLength: 24, holdingTimeSeconds: 15, nbma: spoke2, protocolAddress: spoke2Inner)
    try check(
      GoldenPackets.resolutionReply,
      resolution(
        .resolutionReply, flags: replyFlags, hopCount: 64, entry,
        [.forwardTransit([viaHub]), .reverseTransit(), .responderAddress([viaSpoke2]), .natAddress()]))
    try check(
      GoldenPackets.forwardedResolutionReply,
      resolution(
        .resolutionReply, flags: replyFlags, hopCount: 63, entry,
        [.forwardTransit([viaHub]), .reverseTransit([viaHub]), .responderAddress([viaSpoke2]), .natAddress()]))
  }

  @Test("8: Cisco's authentication extension is 0x00000001 and the password without padding")
  func authenticationExtension() throws {
    var packet = try NHRPPacket.decode(GoldenPackets.resolutionRequest)
    packet.extensions = [.authentication(NHRPAuthentication(password: "cisco123"))]
    let encoded = packet.encode()
    #expect(hexText(encoded.suffix(20)) == hexText(GoldenPackets.authenticationExtension) + "80000000")
    #expect(try NHRPPacket.decode(encoded).authentication == .ciscoPlain(Array("cisco123".utf8)))
  }

  @Test("9: FRR 9.1's redirect ends with authentication")
  func authenticatedTrafficIndication() throws {
    let bytes = GoldenPackets.authenticatedTrafficIndication
    let quote = Array(bytes[40..<124])
    try check(
      bytes, redirect(hopCount: 1, quoting: quote, [.authentication(NHRPAuthentication(password: "cisco123"))]))
  }

  @Test("10: FRR 9.1's error keeps the bad packet's flags, copies its addresses, and cuts the quote behind them")
  func authenticationError() throws {
    let bytes = GoldenPackets.authenticationError
    let part = NHRPErrorIndication(
      code: .authenticationFailure, unused: 0x8002, sourceNBMA: spoke1, sourceProtocol: spoke1Inner,
      destinationProtocol: spoke1Inner, offendingPacket: Array(bytes[40...]))
    try check(bytes, NHRPPacket(.error(part), hopCount: 0))
    let quoted = try #require(part.offendingHeader())
    #expect(quoted == (.registrationRequest, 1, spoke1Inner, spoke1Inner))
  }

  private func purge(_ type: NHRPPacketType, responder: [Entry]) -> NHRPPacket {
    let lan = [("192.168.11.255", 32), ("192.168.11.1", 32), ("192.168.11.0", 24)]
    return NHRPPacket(
      type, flags: [], requestID: 2, sourceNBMA: spoke1, sourceProtocol: spoke1Inner, destinationProtocol: hubInner,
      entries: lan.map { Entry(prefixLength: UInt8($0.1), protocolAddress: ip($0.0)) }, hopCount: 16,
      extensions: [
        .forwardTransit(), .reverseTransit(), .responderAddress(responder),
        .authentication(NHRPAuthentication(password: "lab12345")),
      ])
  }

  @Test("11 and 12: OpenNHRP purges three prefixes without NBMA addresses, and is answered")
  func purges() throws {
    try check(GoldenPackets.purgeRequest, purge(.purgeRequest, responder: []))
    let responder = Entry(holdingTimeSeconds: 60, nbma: hub, protocolAddress: hubInner)
    try check(GoldenPackets.purgeReply, purge(.purgeReply, responder: [responder]))
  }

  @Test("13: OpenNHRP's redirect has hop count 0, a 68-byte quote and an empty forward record")
  func openNHRPTrafficIndication() throws {
    let bytes = GoldenPackets.openNHRPTrafficIndication
    let extensions: [NHRPExtension] = [.forwardTransit(), .authentication(NHRPAuthentication(password: "lab12345"))]
    try check(bytes, redirect(hopCount: 0, quoting: Array(bytes[40..<108]), extensions))
  }

  @Test("14: OpenNHRP's error quotes the whole packet and has 16 zero bytes behind End")
  func unreachableError() throws {
    let bytes = GoldenPackets.unreachableError
    let part = NHRPErrorIndication(
      code: .protocolAddressUnreachable, unused: 0xc002, sourceNBMA: hub, sourceProtocol: hubInner,
      destinationProtocol: spoke1Inner, offendingPacket: Array(bytes[40..<128]))
    let extensions: [NHRPExtension] = [.forwardTransit(), .authentication(NHRPAuthentication(password: "lab12345"))]
    try check(
      bytes,
      NHRPPacket(.error(part), hopCount: 0, extensions: extensions, trailing: Array(repeating: 0, count: 16)))
    #expect(try #require(part.offendingHeader()) == (.resolutionRequest, 3, spoke1Inner, ip("192.168.12.2")))
    #expect(try NHRPPacket.decode(part.offendingPacket).encode() == part.offendingPacket)
  }

  @Test("Cisco IOS: registration request and reply; order 3 4 5 9, NAT not compulsory, MTU 1514", arguments: [0, 1])
  func ciscoRegistration(_ index: Int) throws {
    let server = ip("172.16.15.2"), serverInner = ip("192.168.0.1")
    func packet(_ type: NHRPPacketType, _ responder: [Entry]) -> NHRPPacket {
      NHRPPacket(
        type, flags: [.registrationUnique, .nat], requestID: UInt32(6 + index), sourceNBMA: ip("172.16.25.2"),
        sourceProtocol: ip("192.168.0.2"), destinationProtocol: serverInner,
        entries: [Entry(prefixLength: 255, mtu: 1514, holdingTimeSeconds: 7200)], hopCount: 255,
        extensions: [
          .responderAddress(responder), .forwardTransit(), .reverseTransit(),
          .natAddress([Entry(prefixLength: 32, mtu: 1514, nbma: server, protocolAddress: serverInner)]),
        ])
    }
    let responder = Entry(mtu: 1514, holdingTimeSeconds: 7200, nbma: server, protocolAddress: serverInner)
    try check(GoldenPackets.cisco[index], packet(.registrationRequest, []))
    try check(GoldenPackets.cisco[index + 2], packet(.registrationReply, [responder]))
  }
}
