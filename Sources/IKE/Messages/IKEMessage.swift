// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// A message of version 2 as it came: the header, payloads in clear, and at the end perhaps one that encloses others.
package struct IKEMessage: Sendable, Hashable {
  package var header: IKEHeader
  /// Payloads in clear, not yet understood.
  package var payloads: [RawPayload]
  /// What is enclosed, still closed.
  package var enclosed: EncryptedPayload?

  package init(header: IKEHeader, payloads: [RawPayload], enclosed: EncryptedPayload? = nil) {
    (self.header, self.payloads, self.enclosed) = (header, payloads, enclosed)
  }

  /// Reads a whole datagram.
  package init(decoding bytes: [UInt8]) throws(WireError) {
    guard bytes.count <= IKELimits.messageBytes else { throw .badLength }
    header = try IKEHeader(decoding: bytes)
    var reader = ByteReader(bytes, from: IKEHeader.byteCount, to: bytes.count)
    let closed: Set<UInt8> = [PayloadType.encrypted.rawValue, PayloadType.encryptedFragment.rawValue]
    var (chain, inner) = try PayloadChain.decode(first: header.nextPayload, &reader, last: closed)
    guard reader.isAtEnd else { throw .badLength }
    if let last = chain.last, closed.contains(last.type) {
      enclosed = try EncryptedPayload(chain.removeLast(), inner: inner)
    }
    payloads = chain
  }

  /// Its bytes; the header's next payload and length are those of the content.
  package var encoded: [UInt8] {
    var writer = ByteWriter(capacity: 512)
    var all = payloads
    if let enclosed { all.append(enclosed.raw) }
    var header = header
    header.nextPayload = all.first?.type ?? 0
    header.length = UInt32(truncatingIfNeeded: all.reduce(IKEHeader.byteCount) { $0 + PayloadChain.headerBytes + $1.body.count })
    header.encode(into: &writer)
    PayloadChain.encode(all, inner: enclosed?.inner ?? 0, into: &writer)
    return writer.bytes
  }

  /// A message of payloads in clear (IKE_SA_INIT, and errors outside an IKE SA).
  package init(clear payloads: [IKEPayload], header: IKEHeader) { self.init(header: header, payloads: payloads.map(\.raw)) }

  /// The exchange.
  package var exchange: ExchangeType { ExchangeType(rawValue: header.exchange) }
  /// The header's flags.
  package var flags: HeaderFlags { HeaderFlags(rawValue: header.flags) }
}

/// Encrypted and Authenticated payload (RFC 7296 §3.14), or one fragment of it (RFC 7383 §2.5). Always the last of a message.
package struct EncryptedPayload: Sendable, Hashable {
  /// Which piece of how many, each from 1.
  package struct Fragment: Sendable, Hashable {
    package var number: UInt16
    package var total: UInt16

    package init(number: UInt16, total: UInt16) { (self.number, self.total) = (number, total) }
  }

  /// Nil for a whole one.
  package var fragment: Fragment?
  /// The type of the first payload inside; 0 in all fragments but the first.
  package var inner: UInt8
  /// IV, ciphertext, integrity check value.
  package var body: [UInt8]

  package init(fragment: Fragment? = nil, inner: UInt8, body: [UInt8]) { (self.fragment, self.inner, self.body) = (fragment, inner, body) }

  init(_ raw: RawPayload, inner: UInt8) throws(WireError) {
    self.inner = inner
    var reader = ByteReader(raw.body)
    if raw.type == PayloadType.encryptedFragment.rawValue {
      let fragment = Fragment(number: try reader.u16(), total: try reader.u16())
      guard fragment.number >= 1, fragment.number <= fragment.total, fragment.number == 1 || inner == 0 else { throw .badValue }
      self.fragment = fragment
    }
    body = try reader.rest()
  }

  /// As it stands in a message.
  package var raw: RawPayload {
    guard let fragment else { return RawPayload(type: PayloadType.encrypted.rawValue, body: body) }
    var writer = ByteWriter(capacity: body.count + 4)
    writer.u16(fragment.number)
    writer.u16(fragment.total)
    writer.put(body)
    return RawPayload(type: PayloadType.encryptedFragment.rawValue, body: writer.bytes)
  }
}
