// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Testing
import Wire

struct OpenMessageTests {
  @Test("an AS number of four octets is 23456 in the old field, and whole in the capability, RFC 6793 §4.1")
  func wide() throws {
    let open = OpenMessage(asNumber: 4_200_000_000, holdTime: 180, identifier: 0x0a000001, capabilities: [.fourOctetAS(4_200_000_000)])
    #expect(open.shortAS == 23456)
    let back = try OpenMessage.decode(ByteReader(Array(open.encode().dropFirst(19))))
    #expect(back.asNumber == 4_200_000_000)
    #expect(back == open)
  }

  @Test("capabilities in one parameter, in several, unknown ones and ones of a wrong length are kept, RFC 5492 §4")
  func capabilities() throws {
    let bytes = hex("04 fde9 00b4 0a000001 14 0206 01040001 0001 0204 4302 beef 0204 4102 0001")
    let open = try OpenMessage.decode(ByteReader(bytes))
    #expect(
      open.capabilities == [
        .multiprotocol(afi: 1, reserved: 0, safi: 1), .unknown(code: 0x43, [0xbe, 0xef]), .unknown(code: 0x41, [0, 1]),
      ])
    #expect(Array(open.encode().dropFirst(19)) == bytes)
  }

  @Test("parameters longer than 255 bytes come in the extended form, RFC 9072 §2")
  func extended() throws {
    let many = (0..<40).map { Capability.unknown(code: 200, [UInt8]($0..<($0 + 8))) }
    var open = OpenMessage(asNumber: 65001, holdTime: 90, identifier: 1, capabilities: many)
    open.isExtended = true
    let bytes = Array(open.encode().dropFirst(19))
    #expect(bytes[9] == 255 && bytes[10] == 255)
    #expect(try OpenMessage.decode(ByteReader(bytes)) == open)
  }

  @Test("graceful restart and add-path are read and written, RFC 4724 §3, RFC 7911 §4")
  func lists() throws {
    let restart = GracefulRestartCapability(flags: 8, restartSeconds: 120, families: [.init(afi: 1, safi: 1, flags: 0x80)])
    let open = OpenMessage(
      asNumber: 1, holdTime: 3, identifier: 1, capabilities: [.gracefulRestart(restart), .addPath([.init(afi: 2, safi: 1, mode: 3)])])
    #expect(try OpenMessage.decode(ByteReader(Array(open.encode().dropFirst(19)))) == open)
  }

  @Test("a header that is not synchronized, too short, too long or of an unknown type is an error, RFC 4271 §6.1")
  func header() {
    let ones = String(repeating: "ff", count: 16)
    #expect(throws: BGPError(.header, 1)) { try MessageHeader.decode(hex("00" + ones.dropFirst(2) + "001304")) }
    #expect(throws: BGPError(.header, 2, bytes: [0, 18])) { try MessageHeader.decode(hex(ones + "001204")) }
    #expect(throws: BGPError(.header, 2, bytes: [0x10, 1])) { try MessageHeader.decode(hex(ones + "100102")) }
    #expect(throws: BGPError(.header, 2, bytes: [0, 20])) { try MessageHeader.decode(hex(ones + "001404")) }
    #expect(throws: BGPError(.header, 3, bytes: [9])) { try MessageHeader.decode(hex(ones + "001309")) }
  }
}
