// SPDX-License-Identifier: GPL-3.0-or-later

/// What one node's TCP counted.
public struct TCPCounters: Sendable, Equatable {
  /// Segments that came and were sound, and that were sent.
  public internal(set) var segmentsIn: UInt64 = 0, segmentsOut: UInt64 = 0
  /// Segments sent again, for any reason.
  public internal(set) var retransmitted: UInt64 = 0
  /// Times that three duplicates brought a retransmission (RFC 5681 §3.2).
  public internal(set) var fastRetransmits: UInt64 = 0
  /// Times that the retransmission timer ran out.
  public internal(set) var timeouts: UInt64 = 0
  /// Packets that are no sound TCP over IP.
  public internal(set) var malformed: UInt64 = 0
  /// Packets with a wrong checksum.
  public internal(set) var badChecksum: UInt64 = 0
  /// Packets below the TTL asked for (RFC 5082).
  public internal(set) var lowTTL: UInt64 = 0
  /// Segments without the digest they should have, or with a wrong one, or with one nobody asked for (RFC 2385).
  public internal(set) var badDigest: UInt64 = 0
  /// Resets received and believed, and sent.
  public internal(set) var resetsIn: UInt64 = 0, resetsOut: UInt64 = 0
  /// Resets, SYNs and acknowledgements that were answered with a challenge or ignored (RFC 5961).
  public internal(set) var challenged: UInt64 = 0
  /// Segments outside the window.
  public internal(set) var outOfWindow: UInt64 = 0
  /// Segments that came before their turn and were not kept, for want of room.
  public internal(set) var reassemblyFull: UInt64 = 0
  /// SYNs and wishes of engines refused for want of room.
  public internal(set) var noRoom: UInt64 = 0
  /// Wishes of an engine about a connection that is not there.
  public internal(set) var unknownStream: UInt64 = 0

  /// Nothing counted yet.
  public init() {}
}
