// SPDX-License-Identifier: GPL-3.0-or-later

/// Why received bytes are not an NHRP packet (RFC 2332 §5). One case per way to be wrong; none carries
/// a payload, so that a counter per case is an array.
public enum NHRPDecodeError: Error, Sendable, Hashable, CaseIterable {
  /// Fewer bytes than the fixed header's 20 (§5.1).
  case truncatedHeader
  /// `ar$op.version` is not 1 (§5.1).
  case badVersion
  /// `ar$pktsz` is smaller than the fixed header or larger than what was received (§5.1).
  case badPacketSize
  /// The checksum over `ar$pktsz` bytes does not come out (§5.1, RFC 1071).
  case badChecksum
  /// `ar$afn` or `ar$pro.type` names neither IPv4 nor IPv6 (§5.1).
  case unsupportedAddressFamily
  /// An address that is neither absent nor 4 nor 16 bytes long.
  case badAddressLength
  /// A 16-byte address that is an IPv4-mapped one, which has no place on the wire (RFC 4291 §2.5.5.2).
  case mappedAddress
  /// `ar$op.type` names no packet we know (§5.1).
  case unknownPacketType
  /// The mandatory part ends inside its common header or addresses (§5.2.0.1).
  case truncatedMandatory
  /// The mandatory part ends inside a client information entry (§5.2.0.1).
  case truncatedEntry
  /// More client information entries than we keep (`NHRPMessageLimits`).
  case tooManyEntries
  /// `ar$extoff` points into the header or the addresses, or behind the packet (§5.1).
  case badExtensionOffset
  /// The extension part ends inside an extension, or a value is shorter than its own format (§5.3).
  case truncatedExtension
  /// More extensions than we keep (`NHRPMessageLimits`).
  case tooManyExtensions
  /// There is an extension part, but no End extension closes it (§5.3.0).
  case missingEnd
  /// The End extension has a value; its length must be zero (§5.3.0).
  case badEnd
}
