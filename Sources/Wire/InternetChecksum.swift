// SPDX-License-Identifier: GPL-3.0-or-later

/// The ones' complement sum of RFC 1071. An odd last byte is padded with zero *behind* it.
public enum InternetChecksum {
  /// The checksum of `bytes`, ready for the field (which must be zero while summing).
  public static func of(_ bytes: some Collection<UInt8>) -> UInt16 {
    if let fast = bytes.withContiguousStorageIfAvailable({ finish(sum(UnsafeRawBufferPointer($0))) }) { return fast }
    return Array(bytes).withUnsafeBytes { finish(sum($0)) }
  }

  /// Whether `bytes`, checksum field included, sum to zero.
  public static func isValid(_ bytes: some Collection<UInt8>) -> Bool { of(bytes) == 0 }

  /// The running 64-bit sum of big-endian 16-bit words, to be folded by `finish`.
  @inlinable public static func sum(_ bytes: UnsafeRawBufferPointer, initial: UInt64 = 0) -> UInt64 {
    var total = initial
    var i = 0
    let count = bytes.count
    while i &+ 4 <= count {
      total &+= UInt64(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: i, as: UInt32.self)))
      i &+= 4
    }
    if i &+ 2 <= count {
      total &+= UInt64(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: i, as: UInt16.self)))
      i &+= 2
    }
    if i < count { total &+= UInt64(bytes[i]) << 8 }
    return total
  }

  /// Folds a running sum and complements it.
  @inlinable public static func finish(_ sum: UInt64) -> UInt16 {
    var s = sum
    while s >> 16 != 0 { s = (s & 0xffff) &+ (s >> 16) }
    return ~UInt16(truncatingIfNeeded: s)
  }

  /// The checksum after one 16-bit word changed from `old` to `new` (RFC 1624 equation 3).
  @inlinable public static func updated(_ checksum: UInt16, from old: UInt16, to new: UInt16) -> UInt16 {
    finish(UInt64(~checksum) &+ UInt64(~old) &+ UInt64(new))
  }
}
