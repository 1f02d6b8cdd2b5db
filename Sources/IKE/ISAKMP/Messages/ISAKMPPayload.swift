// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One payload of an ISAKMP message (RFC 2408 §3.4–3.16).
package enum ISAKMPPayload: Sendable, Hashable {
  case securityAssociation(ISAKMPSecurityAssociation)
  /// The sender's package value (§3.7).
  case keyExchange([UInt8])
  case identification(ISAKMPIdentification)
  case certificate(ISAKMPCertificate)
  case certificateRequest(ISAKMPCertificate)
  /// A proof, or the authenticator of a message (§3.11).
  case hash([UInt8])
  /// (§3.12)
  case signature([UInt8])
  /// (§3.13)
  case nonce([UInt8])
  case notification(ISAKMPNotification)
  case delete(ISAKMPDelete)
  /// (§3.16)
  case vendorID([UInt8])
  /// A hash of an address and port (RFC 3947 §3.2), by one of its three numbers.
  case natDetection(ISAKMPPayloadType, [UInt8])
  /// By one of its three numbers.
  case natOriginalAddress(ISAKMPPayloadType, ISAKMPOriginalAddress)
  /// Any other, and an SA payload whose domain or situation is not IPsec's; kept as it came.
  case unknown(ISAKMPPayloadType, [UInt8])

  /// Its number in the chain.
  package var type: ISAKMPPayloadType {
    switch self {
    case .securityAssociation: .securityAssociation
    case .keyExchange: .keyExchange
    case .identification: .identification
    case .certificate: .certificate
    case .certificateRequest: .certificateRequest
    case .hash: .hash
    case .signature: .signature
    case .nonce: .nonce
    case .notification: .notification
    case .delete: .delete
    case .vendorID: .vendorID
    case .natDetection(let type, _), .natOriginalAddress(let type, _), .unknown(let type, _): type
    }
  }

  /// Reads the body of a payload of this type.
  package init(_ type: ISAKMPPayloadType, body: [UInt8]) throws(ISAKMPDecodeError) {
    var fields = ISAKMPFieldReader(body)
    switch type {
    case .securityAssociation where ISAKMPSecurityAssociation.isReadable(body):
      self = .securityAssociation(try ISAKMPSecurityAssociation(&fields))
    case .identification: self = .identification(try ISAKMPIdentification(&fields))
    case .certificate: self = .certificate(try ISAKMPCertificate(&fields))
    case .certificateRequest: self = .certificateRequest(try ISAKMPCertificate(&fields))
    case .notification: self = .notification(try ISAKMPNotification(&fields))
    case .delete: self = .delete(try ISAKMPDelete(&fields))
    case _ where type.isNATOriginalAddress: self = .natOriginalAddress(type, try ISAKMPOriginalAddress(&fields))
    default: self = ISAKMPPayload(opaque: type, body)
    }
  }

  /// A payload without inner fields.
  private init(opaque type: ISAKMPPayloadType, _ body: [UInt8]) {
    switch type {
    case .keyExchange: self = .keyExchange(body)
    case .hash: self = .hash(body)
    case .signature: self = .signature(body)
    case .nonce: self = .nonce(body)
    case .vendorID: self = .vendorID(body)
    case _ where type.isNATDetection: self = .natDetection(type, body)
    default: self = .unknown(type, body)
    }
  }

  /// Its body: what follows the payload's own header, and what the hashes of RFC 2409 §5 call `SAi_b`, `IDii_b`, `Ni_b`.
  package var body: [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .securityAssociation(let sa): sa.encode(into: &writer)
    case .identification(let identification): identification.encode(into: &writer)
    case .certificate(let certificate), .certificateRequest(let certificate): certificate.encode(into: &writer)
    case .notification(let notification): notification.encode(into: &writer)
    case .delete(let delete): delete.encode(into: &writer)
    case .natOriginalAddress(_, let original): original.encode(into: &writer)
    case .keyExchange(let bytes), .hash(let bytes), .signature(let bytes), .nonce(let bytes), .vendorID(let bytes): return bytes
    case .natDetection(_, let bytes), .unknown(_, let bytes): return bytes
    }
    return writer.bytes
  }
}
