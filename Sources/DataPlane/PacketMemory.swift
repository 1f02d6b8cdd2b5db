// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One packet's bytes inside a slot, for the length of one call. Parsers check lengths first; should one be missed, a load beyond
/// the packet gives zero and a store there does nothing: never a trap, never a neighbour's bytes.
struct PacketMemory {
  let base: UnsafeMutableRawPointer
  let count: Int

  @inline(__always) func has(_ at: Int, _ size: Int) -> Bool { at >= 0 && at <= count &- size }

  @inline(__always) func u8(_ at: Int) -> UInt8 {
    has(at, 1) ? base.load(fromByteOffset: at, as: UInt8.self) : 0
  }

  @inline(__always) func u16(_ at: Int) -> UInt16 {
    has(at, 2) ? UInt16(bigEndian: base.loadUnaligned(fromByteOffset: at, as: UInt16.self)) : 0
  }

  @inline(__always) func u32(_ at: Int) -> UInt32 {
    has(at, 4) ? UInt32(bigEndian: base.loadUnaligned(fromByteOffset: at, as: UInt32.self)) : 0
  }

  @inline(__always) func u64(_ at: Int) -> UInt64 {
    has(at, 8) ? UInt64(bigEndian: base.loadUnaligned(fromByteOffset: at, as: UInt64.self)) : 0
  }

  @inline(__always) func set(_ at: Int, u8 value: UInt8) {
    if has(at, 1) { base.storeBytes(of: value, toByteOffset: at, as: UInt8.self) }
  }

  @inline(__always) func set(_ at: Int, u16 value: UInt16) {
    if has(at, 2) { base.storeBytes(of: value.bigEndian, toByteOffset: at, as: UInt16.self) }
  }

  @inline(__always) func set(_ at: Int, u32 value: UInt32) {
    if has(at, 4) { base.storeBytes(of: value.bigEndian, toByteOffset: at, as: UInt32.self) }
  }

  @inline(__always) func set(_ at: Int, u64 value: UInt64) {
    if has(at, 8) { base.storeBytes(of: value.bigEndian, toByteOffset: at, as: UInt64.self) }
  }

  /// Writes an address in its family's length.
  @inline(__always) func set(_ at: Int, address: IPAddress) {
    if address.isV4 {
      set(at, u32: address.v4Bits)
    } else {
      set(at, u64: address.high)
      set(at &+ 8, u64: address.low)
    }
  }

  /// Source and destination of the IP header at the start, whichever version it is.
  var ipAddresses: (source: IPAddress, destination: IPAddress) {
    guard u8(0) >> 4 == 6 else { return (IPAddress(v4: u32(12)), IPAddress(v4: u32(16))) }
    return (IPAddress(high: u64(8), low: u64(16)), IPAddress(high: u64(24), low: u64(32)))
  }

  /// The part of the packet from `at`, cut where the packet ends.
  @inline(__always) func slice(_ at: Int, _ length: Int) -> UnsafeRawBufferPointer {
    let start = min(max(at, 0), count)
    return UnsafeRawBufferPointer(start: base + start, count: min(max(length, 0), count &- start))
  }

  /// The packet from `at` on, as a packet of its own.
  @inline(__always) func part(from at: Int) -> PacketMemory {
    let start = min(max(at, 0), count)
    return PacketMemory(base: base + start, count: count &- start)
  }

  /// The Internet checksum of a part, ready for its field.
  @inline(__always) func checksum(_ at: Int, _ length: Int, initial: UInt64 = 0) -> UInt16 {
    InternetChecksum.finish(InternetChecksum.sum(slice(at, length), initial: initial))
  }

  /// At most `limit` bytes from the start, as an array: for the control side only.
  func prefix(_ limit: Int) -> [UInt8] { Array(slice(0, limit)) }
}
