// SPDX-License-Identifier: GPL-3.0-or-later

/// Why received bytes are not an ISAKMP message. One case per way to be wrong; none carries a byte of the message, so that a counter
/// per case is an array.
package enum ISAKMPDecodeError: Error, Sendable, Hashable, CaseIterable {
  /// Fewer bytes than the header's 28 (RFC 2408 §3.1).
  case truncatedHeader
  /// The major version is not 1.
  case badVersion
  /// The header's length is smaller than the header or not what was received.
  case badMessageLength
  /// Encrypted payloads that are no whole number of cipher blocks, or none at all.
  case badCiphertextLength
  /// A payload's length is below its own header or beyond the message (§3.2).
  case badPayloadLength
  /// The chain names a payload where no byte is left.
  case truncatedChain
  /// A payload whose body ends inside a field.
  case truncatedPayload
  /// More payloads than we keep (`ISAKMPLimits`).
  case tooManyPayloads
  /// A proposal or transform whose "next payload" or length does not fit its place (§3.5, §3.6).
  case badProposal
  /// A proposal says another number of transforms than it has.
  case badTransformCount
  /// More proposals, transforms or attributes than we keep.
  case tooManyProposals
  /// An attribute ends behind its transform (§3.3).
  case badAttribute
  /// SPI sizes or counts that do not fit the payload (§3.14, §3.15).
  case badSPI
  /// More SPIs than we keep.
  case tooManySPIs
  /// An address of the wrong length for its identification type (RFC 2407 §4.6.2).
  case badAddress
}
