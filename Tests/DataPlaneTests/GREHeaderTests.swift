// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

@Suite struct GREHeaderTests {
  @Test("the flags tell which fields follow, in the order checksum, key, sequence (RFC 2890 §2)", arguments: [
    ("00000800", nil, nil, nil, 4), ("20002001 0000002a", nil, 42, nil, 8), ("20000800 00000000", nil, 0, nil, 8),
    ("10000800 00000007", nil, nil, 7, 8), ("80000800 abcd0000", 0xabcd, nil, nil, 8),
    ("b00086dd 12340000 0000002a fffffffe", 0x1234, 42, 0xffff_fffe, 16),
  ] as [(String, UInt16?, UInt32?, UInt32?, Int)])
  func decode(_ text: String, _ checksum: UInt16?, _ key: UInt32?, _ sequence: UInt32?, _ length: Int) throws {
    var reader = ByteReader(hex(text))
    let header = try GREHeader.decode(&reader)
    #expect(header.checksum == checksum)
    #expect(header.key == key)
    #expect(header.sequenceNumber == sequence)
    #expect(header.byteCount == length)
    #expect(reader.isAtEnd)
  }

  @Test("every first word that is taken comes out again as it went in")
  func roundTrip() throws {
    for flags in UInt16.min...UInt16.max where flags & 0x4007 == 0 {
      let bytes = [UInt8(flags >> 8), UInt8(flags & 255), 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
      var reader = ByteReader(bytes)
      var writer = ByteWriter()
      try GREHeader.decode(&reader).encode(into: &writer)
      try #require(writer.bytes == Array(bytes[..<reader.position]))
    }
  }

  @Test("routing, versions and short headers are errors of their own")
  func errors() {
    func error(_ text: String) -> GREError? {
      var reader = ByteReader(hex(text))
      do { _ = try GREHeader.decode(&reader) } catch { return error }
      return nil
    }
    #expect(error("40000800 00000000") == .routingPresent)
    #expect(error("00010800") == .badVersion)
    #expect(error("200008") == .truncated)
    let whole = "b0000800 00000000 00000000 00000000"
    for n in 0..<16 { #expect(error(String(whole.filter { $0 != " " }.prefix(2 * n))) == .truncated) }
    #expect(error(whole) == nil)
  }

  @Test("a sealed packet sums to zero, odd payload too (RFC 2784 §2.3)", arguments: [0, 1, 2, 3, 64, 77])
  func sealed(_ count: Int) {
    let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 1) }
    let packet = GREHeader(protocolType: 0x0800, key: 42, sequenceNumber: 9).sealed(over: payload)
    #expect(slowChecksum(packet) == 0)
    #expect(packet.count == 16 + count)
  }
}
