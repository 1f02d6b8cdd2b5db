// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Identification payload (RFC 7296 §3.5).
package struct IdentificationPayload: Sendable, Hashable {
  package var type: UInt8
  package var value: [UInt8]

  package init(type: UInt8, value: [UInt8]) { (self.type, self.value) = (type, value) }

  init(_ reader: inout ByteReader) throws(WireError) {
    type = try reader.u8()
    try reader.skip(3)
    value = try reader.rest()
    guard value.count <= IKELimits.identityBytes else { throw .badLength }
  }

  /// The payload's body: also what goes into the proof (§2.15, "RestOfIDPayload").
  package var body: [UInt8] { [type, 0, 0, 0] + value }

  func encode(into writer: inout ByteWriter) { writer.put(body) }

  /// Names an identity.
  package init(_ identity: IKEIdentity) {
    switch identity {
    case .address(let a): self.init(type: a.isV4 ? IdentificationType.ipv4Address : IdentificationType.ipv6Address, value: a.bytes)
    case .fqdn(let name): self.init(type: IdentificationType.fqdn, value: Array(name.utf8))
    case .mail(let name): self.init(type: IdentificationType.rfc822Address, value: Array(name.utf8))
    case .distinguishedName(let der): self.init(type: IdentificationType.distinguishedName, value: der)
    case .keyID(let bytes): self.init(type: IdentificationType.keyID, value: bytes)
    case .unknown(let type, let bytes): self.init(type: type, value: bytes)
    }
  }

  /// The identity it names. A name with bytes that are no printable ASCII is kept as unknown: it is shown, but matches nothing.
  package var identity: IKEIdentity {
    switch type {
    case IdentificationType.ipv4Address, IdentificationType.ipv6Address: address.map { .address($0) } ?? .unknown(type: type, value)
    case IdentificationType.fqdn where isText: .fqdn(String(decoding: value, as: UTF8.self))
    case IdentificationType.rfc822Address where isText: .mail(String(decoding: value, as: UTF8.self))
    case IdentificationType.distinguishedName: .distinguishedName(value)
    case IdentificationType.keyID: .keyID(value)
    default: .unknown(type: type, value)
    }
  }

  /// Nil where length and type do not fit, or an IPv6 address is an IPv4 one in disguise.
  private var address: IPAddress? {
    IPAddress(bytes: value).flatMap { $0.isV4 == (type == IdentificationType.ipv4Address) && $0.byteCount == value.count ? $0 : nil }
  }

  private var isText: Bool { !value.isEmpty && value.allSatisfy { (0x21...0x7e).contains($0) } }
}
