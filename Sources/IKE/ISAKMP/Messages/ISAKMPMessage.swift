// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// A whole ISAKMP message as it stands in a datagram (RFC 2408 §3.1): a header, and payloads that are clear or encrypted.
package struct ISAKMPMessage: Sendable, Hashable {
  /// What follows the header.
  package enum Content: Sendable, Hashable {
    case clear(ISAKMPPayloadChain)
    /// To be decrypted under the vector of its exchange.
    case encrypted([UInt8])
  }

  package var header: IKEHeader
  package var content: Content

  /// A message of our own that is not encrypted.
  package init(_ header: IKEHeader, _ payloads: [ISAKMPPayload]) {
    let chain = ISAKMPPayloadChain(payloads)
    (self.header, content) = (header, .clear(chain))
    self.header.nextPayload = chain.first.rawValue
    self.header.length = UInt32(truncatingIfNeeded: IKEHeader.byteCount + chain.bytes.count)
  }

  /// A message of our own whose payloads, the first of them `first`, became `ciphertext`.
  package init(_ header: IKEHeader, first: ISAKMPPayloadType, ciphertext: [UInt8]) {
    (self.header, content) = (header, .encrypted(ciphertext))
    self.header.nextPayload = first.rawValue
    self.header.flags |= ISAKMPFlags.encryption.rawValue
    self.header.length = UInt32(truncatingIfNeeded: IKEHeader.byteCount + ciphertext.count)
  }

  /// Reads a datagram, from the header on (behind a non-ESP marker).
  package init(decoding bytes: [UInt8]) throws(ISAKMPDecodeError) {
    header = try Self.header(of: bytes)
    let rest = Array(bytes.dropFirst(IKEHeader.byteCount))
    guard !header.isakmpFlags.contains(.encryption) else {
      content = .encrypted(rest)
      return
    }
    content = .clear(try ISAKMPPayloadChain(first: ISAKMPPayloadType(rawValue: header.nextPayload), decoding: rest))
  }

  private static func header(of bytes: [UInt8]) throws(ISAKMPDecodeError) -> IKEHeader {
    guard bytes.count <= IKELimits.messageBytes else { throw .badMessageLength }
    let header: IKEHeader
    do { header = try IKEHeader(decoding: bytes) } catch { throw error == .badLength ? .badMessageLength : .truncatedHeader }
    guard header.majorVersion == ISAKMPAssignments.majorVersion else { throw .badVersion }
    return header
  }

  /// The message on the wire.
  package var bytes: [UInt8] {
    var writer = ByteWriter(capacity: Int(header.length))
    header.encode(into: &writer)
    switch content {
    case .clear(let chain):
      writer.put(chain.bytes)
      writer.put(chain.padding)
    case .encrypted(let ciphertext): writer.put(ciphertext)
    }
    return writer.bytes
  }
}
