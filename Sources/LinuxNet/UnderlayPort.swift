// SPDX-License-Identifier: GPL-3.0-or-later

/// A socket of the underlay as the packet path sees it: complete outer packets of IPv4 or IPv6 in and out, a batch a call.
///
/// One thread at a time: what a call needs of memory is made once and used again.
public protocol UnderlayPort: AnyObject {
  /// The descriptor, for the event loop.
  var descriptor: Int32 { get }
  /// What went wrong so far.
  var counters: UnderlayCounters { get }
  /// Receives up to `limit` packets (at most `underlayBatchLimit`) into the caller's slots and names each that came whole, outer header
  /// first; 0 bytes for one that did not fit. Returns how many slots were used; less than asked means drained.
  func receive(
    upTo limit: Int, slot: (Int) -> UnsafeMutableRawBufferPointer, received: (_ index: Int, _ count: Int) -> Void
  ) throws(SystemError) -> Int
  /// Sends packets 0..<count, each with its outer header in front. A packet that cannot be sent is counted and passed over; only
  /// the loss of the interface or of the socket is thrown.
  func send(count: Int, packet: (Int) -> UnsafeRawBufferPointer) throws(SystemError) -> SendOutcome
}

/// The most packets one call moves.
public let underlayBatchLimit = 64

/// Packets that could not be sent or taken, by reason. They only ever grow.
public struct UnderlayCounters: Sendable, Equatable {
  /// Longer than the path takes, with DF set (EMSGSIZE).
  public var tooBig: UInt64 = 0
  /// No route to the peer, or the source address is gone (ENETUNREACH, EHOSTUNREACH, ENETDOWN, EINVAL).
  public var unreachable: UInt64 = 0
  /// Refused by the local firewall or policy (EPERM, EACCES).
  public var refused: UInt64 = 0
  /// The kernel had no memory for it (ENOBUFS, ENOMEM).
  public var noBuffer: UInt64 = 0
  /// Not a packet of the socket's family, or refused for another reason.
  public var malformed: UInt64 = 0
  /// Received, but longer than the slot: dropped.
  public var truncated: UInt64 = 0

  public init() {}
}

/// What became of one batch.
public struct SendOutcome: Sendable, Equatable {
  /// How many packets are done with: sent, or counted as unsendable.
  public var consumed: Int
  /// Whether the rest must wait until the socket can be written.
  public var wouldBlock: Bool
}

/// What a socket needs of the outer header it is given (RFC 791 §3.1, RFC 8200 §3), checked once. The core writes IPv6 without extensions.
struct OuterFields {
  var isV4: Bool
  var byteCount: Int
  var totalLength: Int
  var tos: UInt8
  var ttl: UInt8
  /// IPv6 has no such bit: only the sender cuts a packet up there, and the kernel does.
  var dontFragment: Bool

  @inline(__always)
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 20 else { return nil }
    isV4 = bytes[0] >> 4 == 4
    if isV4 {
      byteCount = Int(bytes[0] & 15) * 4
      totalLength = Int(bytes[2]) << 8 | Int(bytes[3])
      (tos, ttl, dontFragment) = (bytes[1], bytes[8], bytes[6] & 0x40 != 0)
    } else {
      guard bytes.count >= 40, bytes[0] >> 4 == 6 else { return nil }
      byteCount = 40
      totalLength = 40 + (Int(bytes[4]) << 8 | Int(bytes[5]))
      (tos, ttl, dontFragment) = (bytes[0] << 4 | bytes[1] >> 4, bytes[7], false)
    }
    guard byteCount >= 20, totalLength >= byteCount, totalLength <= bytes.count else { return nil }
  }

  /// The destination as it stands in the packet.
  @inline(__always)
  func destination(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: isV4 ? bytes[16..<20] : bytes[24..<40])
  }
}

/// The IPv6 header that the kernel took off a received packet, put in front of it again (RFC 8200 §3). Flow label and hop limit are not
/// told; nothing here asks for them.
func writeHeaderV6(
  _ slot: UnsafeMutableRawBufferPointer, payload: Int, nextHeader: UInt8, trafficClass: UInt8, from source: UnsafeRawBufferPointer,
  to destination: [UInt8]
) {
  slot.storeBytes(of: (UInt32(0x6000_0000) | UInt32(trafficClass) << 20).bigEndian, toByteOffset: 0, as: UInt32.self)
  slot.storeBytes(of: (UInt32(truncatingIfNeeded: payload) << 16 | UInt32(nextHeader) << 8 | 64).bigEndian, toByteOffset: 4, as: UInt32.self)
  UnsafeMutableRawBufferPointer(rebasing: slot[8..<24]).copyMemory(from: source)
  UnsafeMutableRawBufferPointer(rebasing: slot[24..<40]).copyBytes(from: destination)
}
