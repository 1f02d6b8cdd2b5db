// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// A reader of one payload's body: whatever does not fit is `truncatedPayload`.
struct ISAKMPFieldReader {
  private var reader: ByteReader

  init(_ bytes: [UInt8]) { reader = ByteReader(bytes) }
  private init(_ reader: ByteReader) { self.reader = reader }

  var remaining: Int { reader.remaining }
  var isAtEnd: Bool { reader.isAtEnd }

  mutating func u8() throws(ISAKMPDecodeError) -> UInt8 {
    do { return try reader.u8() } catch { throw .truncatedPayload }
  }

  mutating func u16() throws(ISAKMPDecodeError) -> UInt16 {
    do { return try reader.u16() } catch { throw .truncatedPayload }
  }

  mutating func u32() throws(ISAKMPDecodeError) -> UInt32 {
    do { return try reader.u32() } catch { throw .truncatedPayload }
  }

  mutating func u64() throws(ISAKMPDecodeError) -> UInt64 {
    UInt64(try u32()) << 32 | UInt64(try u32())
  }

  mutating func take(_ count: Int) throws(ISAKMPDecodeError) -> [UInt8] {
    do { return try reader.take(count) } catch { throw .truncatedPayload }
  }

  /// Everything that is left.
  mutating func rest() throws(ISAKMPDecodeError) -> [UInt8] { try take(remaining) }

  /// A reader of the next `count` bytes only.
  mutating func sub(_ count: Int, orThrow reason: ISAKMPDecodeError) throws(ISAKMPDecodeError) -> ISAKMPFieldReader {
    do { return ISAKMPFieldReader(try reader.sub(count)) } catch { throw reason }
  }
}
