// SPDX-License-Identifier: GPL-3.0-or-later

/// Why received bytes are not a CDP packet. No case carries a payload, so that a counter per case is an array.
public enum CDPDecodeError: Error, Sendable, Hashable, CaseIterable {
  /// Fewer bytes than the header's four.
  case truncatedHeader
  /// Neither version 1 nor 2.
  case badVersion
  /// The checksum does not come out, in none of the ways in which it is computed.
  case badChecksum
  /// The packet ends inside a TLV, or a TLV is shorter than its header.
  case badTLVLength
  /// More TLVs than we keep (`ODRLimits`).
  case tooManyTLVs
  /// The addresses end inside an address, or there are fewer than announced.
  case badAddresses
  /// More addresses than we keep (`ODRLimits`).
  case tooManyAddresses
  /// The networks end inside a network, or a mask has more than 32 bits.
  case badPrefixes
  /// A TLV of a fixed length has another one.
  case badValue
}

/// Why a well-formed packet, or a network in it, is not taken.
public enum ODRRefusal: Sendable, Hashable, CaseIterable {
  /// CDP does not run on this interface.
  case notRunning
  /// No device ID.
  case nameless
  /// The neighbour has no address on the tunnel's network, or it is ours.
  case badNextHop
  /// No room for another neighbour, or too many of one peer.
  case neighbourLimit
  /// The address it names is another peer's, as NHRP knows it.
  case impostor
  /// No room for another network, or too many of one neighbour.
  case routeLimit
  /// A default route of a stub, a network that no packet is sent to, or one of our own.
  case badNetwork
  /// A distribute-list.
  case filtered
  /// The neighbour's certificate does not name it, or the neighbour speaks as somebody else.
  case certificate
}
