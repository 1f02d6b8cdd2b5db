// SPDX-License-Identifier: GPL-3.0-or-later

/// Why received bytes are not a RIP message (RFC 2453 §3.6, RFC 4822 §2.1). No case carries a payload, so that a counter per case is an
/// array.
public enum RIPDecodeError: Error, Sendable, Hashable, CaseIterable {
  /// Fewer bytes than the header's four.
  case truncatedHeader
  /// Neither a request nor a response.
  case unknownCommand
  /// Version 0 (RFC 2453 §4.6).
  case badVersion
  /// The entries end inside an entry.
  case truncatedEntry
  /// More entries than a message may have (RFC 2453 §3.6).
  case tooManyEntries
  /// The length of the signed part does not end behind an entry of this message (RFC 4822 §2.1).
  case badSignedLength
  /// No trailer stands behind the signed part, or its digest is shorter or longer than announced.
  case badTrailer
}

/// Why a well-formed message is not taken.
public enum RIPRefusal: Sendable, Hashable, CaseIterable {
  /// RIP does not run on this interface.
  case notRunning
  /// A response from another port than RIP's (RFC 2453 §3.9.2).
  case badPort
  /// The sender is not on a network of the interface (RFC 2453 §3.9.2), also of a request.
  case badSource
  /// A version that the interface does not take.
  case version
  /// The authentication is missing, unwanted, of another kind, or false.
  case authentication
  /// The sequence number is lower than one seen (RFC 4822 §2.2).
  case replay
  /// No room for another neighbour.
  case limit
}

/// Why an entry of a message is not taken.
public enum RIPEntryRefusal: Sendable, Hashable, CaseIterable {
  /// Not an address of IPv4, or none a packet may be sent to (RFC 2453 §3.9.2).
  case badNetwork
  /// A mask with holes.
  case badMask
  /// A metric of 0 or above 16.
  case badMetric
  /// The next hop is this node: the network is one that we announced.
  case ownNextHop
  /// A distribute-list or a distance of 255.
  case filtered
  /// Its neighbour's certificate does not name it.
  case certificate
  /// The table, or the neighbour's part of it, is full.
  case limit
}
