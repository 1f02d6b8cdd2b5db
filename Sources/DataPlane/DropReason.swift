// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a packet stopped. Every place where one can stop on a path is one case with its own counter; a packet that stops is counted
/// exactly once. The raw value is the index of the counter: add at the end.
public enum DropReason: UInt8, Error, Sendable, CaseIterable, Codable {
  // The outer packet
  /// The outer packet is neither IPv4 nor IPv6.
  case notIPv4
  /// The outer header length is below 20 bytes or beyond the packet.
  case badHeaderLength
  /// The packet ends before its headers or its own total length say.
  case truncated
  /// The outer header's checksum does not match.
  case badHeaderChecksum
  /// A fragment of an outer packet: the host's stack reassembles before us, so this one came by another way.
  case outerFragment
  /// The outer protocol is not 47, nor what protection travels in (50, UDP to port 500 or 4500) to the address of a protected tunnel.
  case notGRE
  /// A GRE version other than 0 (1 is PPTP, RFC 2637).
  case greVersion
  /// GRE with source routing (RFC 1701), which nobody forwards any more.
  case greRouting
  /// The GRE checksum is present and does not match.
  case greChecksum
  /// A sequence number that is not newer than the last one (RFC 2890 §2.2).
  case greSequence
  /// No tunnel has this outer destination, or the packet came from an interface that is no tunnel.
  case noTunnel
  /// A tunnel has this outer destination, but not this key (or one has a key and the other has none).
  case keyMismatch
  /// The tunnel has no source address.
  case tunnelDown
  /// A GRE protocol type that nobody here takes.
  case unknownProtocol
  /// The outer source is not the tunnel's peer.
  case unknownPeer
  /// The packet came from, would return to, or is addressed to the NBMA address it stands at: a loop.
  case ownNBMALoop
  // The inner packet
  /// A source or destination that may not appear there (RFC 1812 §5.3.7).
  case martian
  /// An inner source that does not belong behind the NBMA address it came from.
  case spoofed
  /// The inner header contradicts itself or the bytes that are there.
  case innerMalformed
  /// The inner header's checksum does not match.
  case innerChecksum
  /// The underlay marked congestion on a packet whose transport cannot be told (RFC 6040 §4.2).
  case congestionMarked
  /// The TTL (hop limit) ran out here; the sender is told.
  case ttlExceeded
  // The way on
  /// No route for the inner destination.
  case noRoute
  /// The best route discards (`Null0`, a negative NHRP entry).
  case discardRoute
  /// The next hop has no NBMA address, and no other next hop could take its place.
  case noAdjacency
  /// A multicast packet on a tunnel where nobody wants it.
  case multicastNoPeers
  /// Larger than the tunnel's MTU and not to be fragmented; the sender is told.
  case tooBig
  // Bounds of our own
  /// The control side's queue for this class was full.
  case puntQueueFull
  /// The control side's rate limit for this class was reached.
  case puntRateLimited
  /// The batch has no slot left for a copy, a fragment or an injected packet.
  case batchFull
  // Protection
  /// GRE in clear to a protected tunnel (RFC 4301 §5.2: what must be protected and is not is dropped).
  case clearOnProtected
  /// A packet for a protected tunnel's peer with whom there is no outbound association.
  case noAssociation
  /// ESP with an SPI that nobody here gave out.
  case unknownSPI
  /// ESP under an association that belongs to another local address.
  case notForUs
  /// ESP too short for its header, IV, trailer and ICV, or not in whole blocks.
  case espTruncated
  /// ESP with a sequence number that was seen, or is older than the window (RFC 4303 §3.4.3).
  case espReplay
  /// ESP whose integrity check failed.
  case espForged
  /// The association reached its hard limit of bytes, or its sequence numbers ran out (RFC 4303 §3.3.3).
  case espLimit
  /// Authentic ESP with padding that is longer than the packet or not 1, 2, 3 and on (RFC 4303 §2.4).
  case espPadding
  /// Authentic ESP around another protocol than the association's mode says.
  case espNextHeader
  /// Authentic ESP whose inner (or, in transport mode, outer) addresses or protocol are not the association's selectors (RFC 4301 §5.2).
  case espSelectors
  /// Authentic ESP for a tunnel that is not protected, or not by this association's group.
  case espWrongGroup
  /// A dummy packet (next header 59), sent to blur the traffic's pattern: nothing is wrong with it (RFC 4303 §2.6).
  case espDummy
  /// The cipher failed on a packet of our own.
  case sealFailed
  /// A NAT keepalive, whose work is done (RFC 3948 §2.3).
  case natKeepalive
  /// An IKE message shorter than its header says, or longer than we take.
  case ikeLength
  // IPv6
  /// A link-local address on a packet that would leave its link (RFC 4291 §2.5.6).
  case beyondLink
  // Keepalives
  /// More keepalives of peers than are answered.
  case keepaliveRateLimited

  /// The name in counters and shows.
  public var name: String { String(describing: self) }
}
