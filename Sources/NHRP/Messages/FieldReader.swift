// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// A cursor that throws one chosen error where the bytes end: the part being read names it.
struct FieldReader {
  var reader: ByteReader
  let truncation: NHRPDecodeError

  init(_ bytes: [UInt8], from start: Int, to end: Int, truncation: NHRPDecodeError) {
    reader = ByteReader(bytes, from: start, to: end)
    self.truncation = truncation
  }

  var position: Int { reader.position }
  var remaining: Int { reader.remaining }
  var isAtEnd: Bool { reader.isAtEnd }

  mutating func u8() throws(NHRPDecodeError) -> UInt8 {
    do { return try reader.u8() } catch { throw truncation }
  }

  mutating func u16() throws(NHRPDecodeError) -> UInt16 {
    do { return try reader.u16() } catch { throw truncation }
  }

  mutating func u32() throws(NHRPDecodeError) -> UInt32 {
    do { return try reader.u32() } catch { throw truncation }
  }

  mutating func take(_ count: Int) throws(NHRPDecodeError) -> [UInt8] {
    do { return try reader.take(count) } catch { throw truncation }
  }

  /// All that is left.
  mutating func rest() throws(NHRPDecodeError) -> [UInt8] { try take(remaining) }

  /// An address of 0 (nil), 4 or 16 bytes. An IPv4-mapped one would change its length when encoded again.
  mutating func address(_ length: Int) throws(NHRPDecodeError) -> IPAddress? {
    guard length == 0 || length == 4 || length == 16 else { throw .badAddressLength }
    let bytes = try take(length)
    guard let address = IPAddress(bytes: bytes) else { return nil }
    guard address.byteCount == length else { throw .mappedAddress }
    return address
  }
}
