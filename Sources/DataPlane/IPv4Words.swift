// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The first 20 bytes of an IPv4 header in three loads (RFC 791 §3.1): a field is a shift away, and the checksum a few additions.
struct IPv4Words {
  private let first: UInt64
  private let second: UInt64
  let destination: UInt32

  /// The words at the start of `memory`, which has 20 bytes at least.
  @inline(__always) init(_ memory: PacketMemory) {
    (first, second, destination) = (memory.u64(0), memory.u64(8), memory.u32(16))
  }

  @inline(__always) var version: UInt8 { UInt8(truncatingIfNeeded: first >> 60) }
  @inline(__always) var headerLength: Int { Int(truncatingIfNeeded: first >> 56 & 15) &* 4 }
  @inline(__always) var tos: UInt8 { UInt8(truncatingIfNeeded: first >> 48) }
  @inline(__always) var totalLength: Int { Int(truncatingIfNeeded: first >> 32 & 0xffff) }
  /// Flags and offset.
  @inline(__always) var fragment: UInt16 { UInt16(truncatingIfNeeded: first) }
  @inline(__always) var ttl: UInt8 { UInt8(truncatingIfNeeded: second >> 56) }
  @inline(__always) var payloadProtocol: UInt8 { UInt8(truncatingIfNeeded: second >> 48) }
  @inline(__always) var source: UInt32 { UInt32(truncatingIfNeeded: second) }

  /// Whether the header sums to zero; `memory` is asked only where there are options.
  @inline(__always) func isChecksumRight(_ memory: PacketMemory) -> Bool {
    guard headerLength == 20 else { return memory.checksum(0, headerLength) == 0 }
    let low: UInt64 = 0xffff_ffff
    let sum = first >> 32 &+ first & low &+ second >> 32 &+ second & low &+ UInt64(destination)
    return InternetChecksum.finish(sum) == 0
  }
}
