// SPDX-License-Identifier: GPL-3.0-or-later

/// A socket of the underlay as the packet path sees it: complete outer IPv4 packets in and out, a batch a call.
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
  /// Sends packets 0..<count, each with its outer IPv4 header in front. A packet that cannot be sent is counted and passed over; only
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
  /// Not an IPv4 packet, or refused for another reason.
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

/// What a socket needs of the outer header it is given (RFC 791 §3.1), checked once.
struct OuterFields {
  var byteCount: Int
  var totalLength: Int
  var tos: UInt8
  var ttl: UInt8
  var dontFragment: Bool
  /// Network order, as it stands in the packet.
  var destination: UInt32

  @inline(__always)
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 20, bytes[0] >> 4 == 4 else { return nil }
    byteCount = Int(bytes[0] & 15) * 4
    totalLength = Int(bytes[2]) << 8 | Int(bytes[3])
    guard byteCount >= 20, totalLength >= byteCount, totalLength <= bytes.count else { return nil }
    tos = bytes[1]
    ttl = bytes[8]
    dontFragment = bytes[6] & 0x40 != 0
    destination = bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
  }
}
