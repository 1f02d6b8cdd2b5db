// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import Testing
import Wire

/// Corners of the format that no capture shows, and the conveniences.
struct NHRPPacketTests {
  @Test("IPv6, subaddresses, type bits, every extension and bytes behind End come back as they were")
  func everything() throws {
    let packet = NHRPSamples.everything
    let bytes = packet.encode()
    #expect(try NHRPPacket.decode(bytes) == packet)
    #expect(packet.header.afn == 2)
    #expect(packet.header.protocolType == 0x86dd)
    #expect(bytes[18] == 0x90)
    #expect(bytes[19] == 0x42)
  }

  @Test("absent addresses read as 0.0.0.0 and stay absent until set")
  func absentAddresses() throws {
    var bytes = Array(GoldenPackets.resolutionRequest[..<28])
    bytes[15] = 0
    for offset in [18, 20, 21] { bytes[offset] = 0 }
    bytes = resealed(bytes)
    var packet = try NHRPPacket.decode(bytes)
    #expect(packet.sourceNBMA == .anyV4)
    #expect(packet.sourceProtocol == .anyV4)
    #expect(packet.addresses == NHRPAddresses(nbma: nil, source: nil, destination: nil))
    #expect(packet.encode() == bytes)
    packet.destinationProtocol = .anyV4
    #expect(packet.encode().count == bytes.count + 4)
  }

  @Test("an odd packet is padded with zero for its checksum only")
  func oddLength() throws {
    var packet = try NHRPPacket.decode(GoldenPackets.authenticatedTrafficIndication)
    packet.replaceExtension(.authentication(NHRPAuthentication(password: "wrong")))
    let bytes = packet.encode()
    #expect(bytes.count % 2 == 1)
    #expect(InternetChecksum.of(bytes + [0]) == 0)
    #expect(try NHRPPacket.decode(bytes) == packet)
  }

  @Test("type 9 is capabilities at eight bytes, a list where it parses, and bytes otherwise")
  func typeNine() throws {
    func content(_ value: [UInt8]) throws -> NHRPExtensionContent? {
      var packet = try NHRPPacket.decode(GoldenPackets.resolutionRequest)
      packet.replaceExtension(NHRPExtension(isCompulsory: false, type: .natAddress, content: .unknown(value)))
      return try NHRPPacket.decode(packet.encode()).extension(.natAddress)?.content
    }
    let zeros = [UInt8](repeating: 0, count: 12)
    #expect(try content([]) == .natAddress([]))
    #expect(try content([1, 2, 3, 4, 5, 6, 7, 8]) == .deviceCapabilities([1, 2, 3, 4, 5, 6, 7, 8]))
    #expect(try content(zeros) == .natAddress([ClientInformationEntry()]))
    #expect(try content(zeros + [0]) == .unknown(zeros + [0]))
  }

  @Test("prefix lengths 0, 255 and the full width all mean a host", arguments: [32, 128])
  func hostPrefixes(_ width: Int) {
    for length in [0, UInt8(width), 255] {
      #expect(ClientInformationEntry(prefixLength: length).hostOrPrefixLength(width: width) == width)
    }
    #expect(ClientInformationEntry(prefixLength: 24).hostOrPrefixLength(width: width) == 24)
  }

  @Test("codes that others number differently count alike")
  func disputedCodes() {
    #expect(NHRPCode(rawValue: 11).isNoBinding && NHRPCode.noBinding.isNoBinding && !NHRPCode.success.isNoBinding)
    #expect(NHRPErrorCode(rawValue: 2).isLoopDetected && NHRPErrorCode.loopDetected.isLoopDetected)
    #expect(!NHRPErrorCode.hopCountExceeded.isLoopDetected)
  }

  @Test("a packet type keeps its number, known or not")
  func packetTypes() {
    for number in UInt8.min...UInt8.max { #expect(NHRPPacketType(rawValue: number).rawValue == number) }
    #expect(NHRPPacketType(rawValue: 8) == .trafficIndication)
    #expect(NHRPPacketType(rawValue: 9) == .unknown(9))
    #expect(NHRPPacketType.purgeRequest.reply == .purgeReply && NHRPPacketType.purgeReply.reply == nil)
  }

  @Test("a reply keeps request ID and addresses, RFC 2332 §5.2.2")
  func reply() throws {
    let request = try #require(try NHRPPacket.decode(GoldenPackets.registrationRequest).mandatory)
    let reply = try #require(request.reply(flags: request.flags, entries: []))
    #expect(reply.type == .registrationReply)
    #expect(reply.requestID == request.requestID)
    #expect(reply.addresses == request.addresses)
    #expect(reply.reply(flags: [], entries: []) == nil)
  }

  @Test("an extension is replaced in its place, appended when missing, and taken out")
  func replaceExtension() throws {
    var packet = try NHRPPacket.decode(GoldenPackets.resolutionRequest)
    let entry = ClientInformationEntry(nbma: .anyV4)
    packet.replaceExtension(.reverseTransit([entry]))
    #expect(packet.extensions?.map(\.type) == [4, 5, 3, 9])
    #expect(packet.entries(of: .reverseTransit) == [entry])
    packet.replaceExtension(.authentication(NHRPAuthentication(password: "x")))
    #expect(packet.extensions?.map(\.type) == [4, 5, 3, 9, 7])
    packet.removeExtensions(.responderAddress)
    #expect(packet.extensions?.map(\.type) == [4, 5, 9, 7])
    #expect(packet.extension(.responderAddress) == nil)
    var bare = try NHRPPacket.decode(GoldenPackets.trafficIndication)
    bare.replaceExtension(.forwardTransit())
    #expect(bare.extensions == [.forwardTransit()])
  }

  @Test("a cut quote gives what it has, and nil without all addresses")
  func cutQuote() throws {
    let quote = GoldenPackets.resolutionRequest
    func header(_ count: Int) -> Bool {
      NHRPErrorIndication(
        code: .protocolError, sourceNBMA: .anyV4, sourceProtocol: .anyV4, destinationProtocol: .anyV4,
        offendingPacket: Array(quote[..<count])
      ).offendingHeader() != nil
    }
    for count in 0...quote.count { #expect(header(count) == (count >= 40), "\(count)") }
  }

  @Test("a hand-made packet too large for its fields is encoded without a trap and refused when decoded")
  func tooLarge() {
    var packet = NHRPSamples.everything
    packet.addresses.nbmaSubaddress = Array(repeating: 1, count: 300)
    packet.extensions = [
      NHRPExtension(isCompulsory: false, type: .vendorPrivate, content: .unknown(Array(repeating: 0, count: 70_000)))
    ]
    packet.header.snap = []
    if case .success = outcome(packet.encode()) { Issue.record("accepted") }
  }
}
