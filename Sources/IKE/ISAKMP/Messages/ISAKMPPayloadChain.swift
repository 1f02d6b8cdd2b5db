// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The payloads of a message in their order, and what stands behind the last one (RFC 2408 §3.2).
package struct ISAKMPPayloadChain: Sendable, Hashable {
  /// A payload and its body as it came: hashes are made over what was received, not over what we would have written.
  package struct Link: Sendable, Hashable {
    package var payload: ISAKMPPayload
    package var body: [UInt8]

    /// A payload of our own.
    package init(_ payload: ISAKMPPayload) { (self.payload, self.body) = (payload, payload.body) }
    init(_ payload: ISAKMPPayload, body: [UInt8]) { (self.payload, self.body) = (payload, body) }
  }

  package private(set) var links: [Link]
  /// Bytes behind the last payload: what fills the last block of a cipher.
  package private(set) var padding: [UInt8]
  /// The encoded payloads, without padding.
  package private(set) var bytes: [UInt8]

  /// The payloads alone.
  package var payloads: [ISAKMPPayload] { links.map(\.payload) }
  /// The type of the first payload.
  package var first: ISAKMPPayloadType { links.first?.payload.type ?? .none }

  /// Payloads to be sent.
  package init(_ payloads: [ISAKMPPayload], padding: [UInt8] = []) {
    self.links = payloads.map { Link($0) }
    self.padding = padding
    var writer = ByteWriter(capacity: 512)
    for (index, link) in links.enumerated() {
      let next = index + 1 < links.count ? links[index + 1].payload.type : .none
      writer.payloadHeader(next: next, bodyCount: link.body.count)
      writer.put(link.body)
    }
    bytes = writer.bytes
  }

  /// Reads a chain that begins with `first`; `bytes` are what follows the header, decrypted where they were encrypted.
  package init(first: ISAKMPPayloadType, decoding bytes: [UInt8]) throws(ISAKMPDecodeError) {
    var reader = ByteReader(bytes), type = first, links: [Link] = []
    while type != .none {
      guard links.count < ISAKMPLimits.payloads else { throw .tooManyPayloads }
      let (next, body) = try Self.link(&reader)
      links.append(Link(try ISAKMPPayload(type, body: body), body: body))
      type = next
    }
    self.links = links
    self.bytes = Array(bytes.prefix(reader.position))
    self.padding = Array(bytes.dropFirst(reader.position))
  }

  /// The next payload's body, and what follows it.
  private static func link(_ reader: inout ByteReader) throws(ISAKMPDecodeError) -> (next: ISAKMPPayloadType, body: [UInt8]) {
    let next: UInt8, length: Int
    do {
      next = try reader.u8()
      try reader.skip(1)
      length = Int(try reader.u16())
    } catch {
      throw .truncatedChain
    }
    guard length >= ISAKMPAssignments.payloadHeaderByteCount else { throw .badPayloadLength }
    do {
      return (ISAKMPPayloadType(rawValue: next), try reader.take(length - ISAKMPAssignments.payloadHeaderByteCount))
    } catch {
      throw .badPayloadLength
    }
  }
}

extension ISAKMPPayloadChain {
  /// What follows the first payload: what HASH(1) and HASH(2) are made over (RFC 2409 §5.5).
  package var bytesAfterFirst: [UInt8] {
    guard let first = links.first else { return [] }
    return Array(bytes.dropFirst(ISAKMPAssignments.payloadHeaderByteCount + first.body.count))
  }

  /// The body of the only payload of a type; nil where there is none, or more than one.
  package func body(of type: ISAKMPPayloadType) -> [UInt8]? {
    let found = links.filter { $0.payload.type == type }
    return found.count == 1 ? found[0].body : nil
  }

  /// The only SA payload.
  package var securityAssociation: ISAKMPSecurityAssociation? {
    let found = payloads.compactMap { if case .securityAssociation(let sa) = $0 { sa } else { nil } }
    return found.count == 1 ? found[0] : nil
  }

  /// The identification payloads, in their order.
  package var identifications: [ISAKMPIdentification] {
    payloads.compactMap { if case .identification(let identification) = $0 { identification } else { nil } }
  }

  /// X.509 certificates, in their order.
  package var certificates: [[UInt8]] {
    payloads.compactMap {
      guard case .certificate(let c) = $0, c.encoding == ISAKMPAssignments.certificateX509Signature else { return nil }
      return c.content
    }
  }

  /// Notifications, in their order.
  package var notifications: [ISAKMPNotification] {
    payloads.compactMap { if case .notification(let notification) = $0 { notification } else { nil } }
  }

  /// Deletes, in their order.
  package var deletes: [ISAKMPDelete] {
    payloads.compactMap { if case .delete(let delete) = $0 { delete } else { nil } }
  }

  /// Vendor IDs, in their order.
  package var vendorIDs: [[UInt8]] {
    payloads.compactMap { if case .vendorID(let id) = $0 { id } else { nil } }
  }

  /// Hashes of addresses, in their order: the receiver's first, then the sender's.
  package var natDetections: [[UInt8]] {
    payloads.compactMap { if case .natDetection(_, let hash) = $0 { hash } else { nil } }
  }

  /// Original addresses, in their order: the initiator's first.
  package var natOriginalAddresses: [IPAddress] {
    payloads.compactMap { if case .natOriginalAddress(_, let original) = $0 { original.address } else { nil } }
  }
}
