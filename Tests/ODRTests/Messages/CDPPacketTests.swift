// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import ODR
import Testing
import Wire

/// Packets that tests read.
enum CDPSamples {
  static let captured: [[UInt8]] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Captures/cdp-packets.txt")
    return ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n").filter { !$0.hasPrefix("#") }.map { hex($0) }
  }()

  /// A packet with every TLV there is.
  static let full = CDPPacket(
    holdTimeSeconds: 180,
    tlvs: [
      .deviceID(Array("s1".utf8)), .addresses(CDPAddressList([ip("10.0.0.11"), ip("2001:db8::11")])), .portID(Array("Tunnel0".utf8)),
      .capabilities(CDPCapabilities(rawValue: 0x29)), .softwareVersion(Array("one\ntwo".utf8)), .platform(Array("dmvpn".utf8)),
      .prefixes(["192.168.11.0/24", "10.9.9.9/32"].map { CDPPrefix(net($0)) }), .gateway(ip("10.0.0.1")), .managementDomain([]),
      .nativeVLAN(1), .duplex(1), .mtu(1400), .managementAddresses(CDPAddressList([ip("10.0.0.11")])),
      .unknown(CDPTLVType(rawValue: 0x1234), [1, 2, 3]),
    ])

  static let all = captured + [full.encode()]

  /// The same bytes with a checksum that fits, so that a disturbed packet gets past it.
  static func resealed(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 4 else { return bytes }
    var out = bytes
    (out[2], out[3]) = (0, 0)
    let sum = CDPChecksum.of(out)
    (out[2], out[3]) = (UInt8(truncatingIfNeeded: sum >> 8), UInt8(truncatingIfNeeded: sum))
    return out
  }
}

@Suite("CDP packets")
struct CDPPacketTests {
  @Test("IOS' packet decodes and encodes to the same bytes, and its checksum is the one we compute")
  func captured() throws {
    let bytes = try #require(CDPSamples.captured.first)
    var packet = try CDPPacket.decode(bytes)
    #expect(packet.encode() == bytes)
    packet.checksum = nil
    #expect(packet.encode() == bytes)
  }

  @Test("IOS' packet says what Wireshark says of it")
  func fields() throws {
    let packet = try CDPPacket.decode(try #require(CDPSamples.captured.first))
    #expect(packet.version == 2 && packet.holdTimeSeconds == 180 && packet.checksum == 0xead3 && packet.tlvs.count == 8)
    #expect(packet.deviceID == "R1" && packet.platform == "Cisco 3725" && packet.portID == "FastEthernet0/0")
    #expect(packet.addresses == [ip("10.0.0.1")] && packet.capabilities?.rawValue == 0x29 && packet.capabilities?.letters == "R S I")
    #expect(packet.softwareVersion?.hasPrefix("Cisco IOS Software, 3700 Software (C3725-ADVENTERPRISEK9-M)") == true)
    #expect(packet.tlvs.suffix(2) == [.managementDomain([]), .duplex(0)])
  }

  @Test("every TLV decodes and encodes to the same bytes, unknown ones too")
  func everyTLV() throws {
    let bytes = CDPSamples.full.encode(), packet = try CDPPacket.decode(bytes)
    #expect(packet.tlvs == CDPSamples.full.tlvs && packet.encode() == bytes)
    #expect(packet.prefixes == [net("192.168.11.0/24"), net("10.9.9.9/32")] && packet.gateway == ip("10.0.0.1"))
    #expect(packet.addresses == [ip("10.0.0.11"), ip("2001:db8::11")])
  }

  @Test("the routing TLV is a gateway when its length is 8, networks otherwise")
  func routingTLV() throws {
    #expect(try CDPPacket.decode(CDPSamples.resealed(hex("02b40000" + "000700080a000001"))).tlvs == [.gateway(ip("10.0.0.1"))])
    #expect(try CDPPacket.decode(CDPSamples.resealed(hex("02b40000" + "00070004"))).tlvs == [.prefixes([])])
    let one = try CDPPacket.decode(CDPSamples.resealed(hex("02b40000" + "00070009c0a80b0118")))
    #expect(one.prefixes == [net("192.168.11.0/24")] && one.encode() == CDPSamples.resealed(hex("02b40000" + "00070009c0a80b0118")))
  }

  @Test(
    "the odd byte of an odd packet counts as a signed low byte; what reads it as plain or padded is taken too",
    arguments: [0x00, 0x01, 0x7f, 0x80, 0x81, 0xff] as [UInt8])
  func oddByte(_ last: UInt8) throws {
    // Version 1, one TLV with a single byte. The sums are written out, as lldpd and Wireshark have them.
    let words: [UInt32] = [0x01b4, 0x0001, 0x0005]
    func checksum(_ odd: UInt32) -> [UInt8] {
      var sum = words.reduce(odd, +)
      while sum >> 16 != 0 { sum = (sum & 0xffff) + (sum >> 16) }
      return [UInt8(truncatingIfNeeded: ~sum >> 8), UInt8(truncatingIfNeeded: ~sum)]
    }
    let signed = last >= 0x80 ? 0xff00 | UInt32(last - 1) : UInt32(last)
    let body: [UInt8] = [0, 1, 0, 5, last]
    #expect(CDPSamples.resealed([1, 0xb4, 0, 0] + body) == [1, 0xb4] + checksum(signed) + body)
    for odd in [signed, UInt32(last), UInt32(last) << 8] {
      let bytes = [1, 0xb4] + checksum(odd) + body
      #expect(try CDPPacket.decode(bytes).encode() == bytes)
    }
  }

  @Test("a truncated packet is a typed error, or where a TLV ends and the checksum fits a shorter packet", arguments: CDPSamples.all)
  func truncation(_ bytes: [UInt8]) {
    for count in 0..<bytes.count {
      for cut in [Array(bytes[..<count]), CDPSamples.resealed(Array(bytes[..<count]))] {
        do throws(CDPDecodeError) {
          #expect(try CDPPacket.decode(cut).encode() == cut)
        } catch { #expect(CDPDecodeError.allCases.contains(error)) }
      }
    }
  }

  @Test(
    "a packet with one byte disturbed fails its checksum; with one that fits it decodes to what encodes to it, or is a typed error",
    arguments: CDPSamples.all)
  func disturbance(_ bytes: [UInt8]) {
    for at in bytes.indices {
      for value in [0x00, 0x01, 0x7f, 0x80, 0xff, bytes[at] ^ 0x10] as [UInt8] where value != bytes[at] {
        var disturbed = bytes
        disturbed[at] = value
        #expect(throws: CDPDecodeError.self) { try CDPPacket.decode(disturbed) }
        let sealed = CDPSamples.resealed(disturbed)
        if let packet = try? CDPPacket.decode(sealed) { #expect(packet.encode() == sealed) }
      }
    }
  }

  @Test(
    "each way to be wrong has its error",
    arguments: [
      ("", .truncatedHeader), ("02b400", .truncatedHeader), ("03b40000", .badVersion), ("00b40000", .badVersion),
      ("02b40000" + "0001", .badTLVLength), ("02b40000" + "00010003", .badTLVLength), ("02b40000" + "000100060a", .badTLVLength),
      ("02b40000" + String(repeating: "00630004", count: 65), .tooManyTLVs), ("02b40000" + "0002000600ff", .badAddresses),
      ("02b40000" + "0002000800000001", .badAddresses), ("02b40000" + "00020008000000ff", .tooManyAddresses),
      ("02b40000" + "0007000ac0a80b001800", .badPrefixes), ("02b40000" + "00070009c0a80b0021", .badPrefixes),
      ("02b40000" + "0004000600ff", .badValue), ("02b40000" + "0008000600ff", .badValue), ("02b40000" + "000b000601ff", .badValue),
    ] as [(String, CDPDecodeError)])
  func errors(_ text: String, _ expected: CDPDecodeError) {
    #expect(throws: expected) { try CDPPacket.decode(CDPSamples.resealed(hex(text))) }
  }

  @Test("a wrong checksum is an error")
  func checksum() {
    #expect(throws: CDPDecodeError.badChecksum) { try CDPPacket.decode(hex("02b4ffff" + "000700080a000001")) }
  }
}
