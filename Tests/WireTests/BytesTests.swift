// SPDX-License-Identifier: GPL-3.0-or-later
import Testing
import Wire

@Suite struct InternetChecksumTests {
  /// The example of RFC 1071 §3: the sum of 0001 f203 f4f5 f6f7 is ddf2.
  @Test("RFC 1071 §3")
  func rfc1071() {
    #expect(InternetChecksum.of([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7] as [UInt8]) == ~0xddf2)
  }

  /// A header captured from a real host, quoted in many textbooks: checksum b861.
  @Test("an IPv4 header's checksum, and that the whole sums to zero")
  func header() {
    var bytes: [UInt8] = [0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7]
    #expect(InternetChecksum.of(bytes) == 0xb861)
    (bytes[10], bytes[11]) = (0xb8, 0x61)
    #expect(InternetChecksum.isValid(bytes))
  }

  @Test("an odd last byte counts as the high half")
  func odd() { #expect(InternetChecksum.of([0xab] as [UInt8]) == ~0xab00) }

  @Test("updating a changed word equals summing anew (RFC 1624)")
  func incremental() {
    var state: UInt64 = 7
    for _ in 0..<2_000 {
      var bytes = (0..<20).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return UInt8(truncatingIfNeeded: state >> 33)
      }
      let before = InternetChecksum.of(bytes), old = UInt16(bytes[4]) << 8 | UInt16(bytes[5])
      let new = UInt16(truncatingIfNeeded: state >> 17)
      (bytes[4], bytes[5]) = (UInt8(new >> 8), UInt8(truncatingIfNeeded: new))
      let after = InternetChecksum.updated(before, from: old, to: new)
      // 0x0000 and 0xffff are the same number in ones' complement.
      #expect(after == InternetChecksum.of(bytes) || (after ^ InternetChecksum.of(bytes)) == 0xffff)
    }
  }
}

@Suite struct ByteReaderTests {
  @Test("reads in network order and stops at its end")
  func reads() throws {
    var r = ByteReader([1, 2, 3, 4, 5, 6, 7, 8, 9])
    #expect(try r.u8() == 1)
    #expect(try r.u16() == 0x0203)
    #expect(try r.u32() == 0x0405_0607)
    #expect(r.remaining == 2)
    var s = try r.sub(2)
    #expect(try s.take(2) == [8, 9] && s.isAtEnd && r.isAtEnd)
    #expect(throws: WireError.truncated) { _ = try r.u8() }
  }

  @Test("a read that does not fit throws and moves nothing", arguments: [-1, 3, Int.max, Int.min])
  func refuses(count: Int) throws {
    var r = ByteReader([1, 2])
    #expect(throws: WireError.truncated) { _ = try r.take(count) }
    #expect(throws: WireError.truncated) { try r.skip(count) }
    #expect(throws: WireError.truncated) { _ = try r.sub(count) }
    #expect(r.remaining == 2)
  }

  @Test("limits outside the bytes are clamped")
  func clamps() {
    #expect(ByteReader([1, 2, 3], from: -5, to: 99).remaining == 3)
    #expect(ByteReader([1, 2, 3], from: 9, to: 1).remaining == 0)
  }

  @Test("what a writer wrote a reader reads; a patch outside changes nothing")
  func writes() throws {
    var w = ByteWriter()
    w.u8(0xfe)
    w.u16(0x1234)
    w.u32(0xdead_beef)
    w.patch(u16: 0x4321, at: 1)
    w.patch(u16: 0, at: 6)
    w.patch(u16: 0, at: -1)
    var r = ByteReader(w.bytes)
    #expect(try r.u8() == 0xfe)
    #expect(try r.u16() == 0x4321)
    #expect(try r.u32() == 0xdead_beef)
  }
}
