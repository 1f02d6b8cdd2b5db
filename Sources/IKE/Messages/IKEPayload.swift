// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// A payload of version 2, understood as far as its own format goes. What belongs in which exchange is the exchanges' business.
package enum IKEPayload: Sendable, Hashable {
  case securityAssociation(SecurityAssociationPayload)
  case keyExchange(KeyExchangePayload)
  case initiatorIdentification(IdentificationPayload)
  case responderIdentification(IdentificationPayload)
  case certificate(CertificatePayload)
  case certificateRequest(CertificateRequestPayload)
  case authentication(AuthenticationPayload)
  case nonce(NoncePayload)
  case notify(NotifyPayload)
  case delete(DeletePayload)
  /// An implementation's or feature's mark (RFC 7296 §3.12): any bytes.
  case vendorID([UInt8])
  case initiatorSelectors(TrafficSelectorPayload)
  case responderSelectors(TrafficSelectorPayload)
  /// Kept as it came: a type nobody here acts on.
  case unknown(RawPayload)

  /// Reads the body of a payload.
  package init(_ raw: RawPayload) throws(WireError) {
    var r = ByteReader(raw.body)
    switch PayloadType(rawValue: raw.type) {
    case .securityAssociation: self = .securityAssociation(try SecurityAssociationPayload(&r))
    case .keyExchange: self = .keyExchange(try KeyExchangePayload(&r))
    case .initiatorIdentification: self = .initiatorIdentification(try IdentificationPayload(&r))
    case .responderIdentification: self = .responderIdentification(try IdentificationPayload(&r))
    case .certificate: self = .certificate(try CertificatePayload(&r))
    case .certificateRequest: self = .certificateRequest(try CertificateRequestPayload(&r))
    case .authentication: self = .authentication(try AuthenticationPayload(&r))
    case .nonce: self = .nonce(try NoncePayload(&r))
    case .notify: self = .notify(try NotifyPayload(&r))
    case .delete: self = .delete(try DeletePayload(&r))
    case .vendorID: self = .vendorID(raw.body)
    case .initiatorSelectors: self = .initiatorSelectors(try TrafficSelectorPayload(&r))
    case .responderSelectors: self = .responderSelectors(try TrafficSelectorPayload(&r))
    default: self = .unknown(raw)
    }
  }

  /// Its number.
  package var type: UInt8 {
    switch self {
    case .securityAssociation: PayloadType.securityAssociation.rawValue
    case .keyExchange: PayloadType.keyExchange.rawValue
    case .initiatorIdentification: PayloadType.initiatorIdentification.rawValue
    case .responderIdentification: PayloadType.responderIdentification.rawValue
    case .certificate: PayloadType.certificate.rawValue
    case .certificateRequest: PayloadType.certificateRequest.rawValue
    case .authentication: PayloadType.authentication.rawValue
    case .nonce: PayloadType.nonce.rawValue
    case .notify: PayloadType.notify.rawValue
    case .delete: PayloadType.delete.rawValue
    case .vendorID: PayloadType.vendorID.rawValue
    case .initiatorSelectors: PayloadType.initiatorSelectors.rawValue
    case .responderSelectors: PayloadType.responderSelectors.rawValue
    case .unknown(let raw): raw.type
    }
  }

  /// As it stands in a message.
  package var raw: RawPayload {
    if case .unknown(let raw) = self { return raw }
    var writer = ByteWriter()
    encodeBody(into: &writer)
    return RawPayload(type: type, body: writer.bytes)
  }

  private func encodeBody(into writer: inout ByteWriter) {
    switch self {
    case .securityAssociation(let p): p.encode(into: &writer)
    case .keyExchange(let p): p.encode(into: &writer)
    case .initiatorIdentification(let p), .responderIdentification(let p): p.encode(into: &writer)
    case .certificate(let p): p.encode(into: &writer)
    case .certificateRequest(let p): p.encode(into: &writer)
    case .authentication(let p): p.encode(into: &writer)
    case .nonce(let p): p.encode(into: &writer)
    case .notify(let p): p.encode(into: &writer)
    case .delete(let p): p.encode(into: &writer)
    case .vendorID(let bytes): writer.put(bytes)
    case .initiatorSelectors(let p), .responderSelectors(let p): p.encode(into: &writer)
    case .unknown(let raw): writer.put(raw.body)
    }
  }

  /// A status or error without further content.
  static func notify(_ type: NotifyType, _ value: [UInt8] = []) -> IKEPayload { .notify(NotifyPayload(type, value: value)) }
}

/// Why payloads could not be read, with what the peer is to be told (RFC 7296 §2.21).
package enum PayloadError: Error, Sendable, Hashable {
  /// INVALID_SYNTAX
  case malformed(WireError)
  /// UNSUPPORTED_CRITICAL_PAYLOAD, with the type.
  case unsupportedCritical(type: UInt8)
}

extension [IKEPayload] {
  /// Reads a chain of payloads that fills `bytes`.
  package init(decoding bytes: [UInt8], first: UInt8) throws(PayloadError) {
    var reader = ByteReader(bytes)
    let raw: [RawPayload]
    do { raw = try PayloadChain.decode(first: first, &reader).payloads } catch { throw .malformed(error) }
    try self.init(raw)
  }

  /// Understands raw payloads. A critical one of an unknown type spoils the whole message (RFC 7296 §2.5).
  package init(_ raw: [RawPayload]) throws(PayloadError) {
    self = []
    for payload in raw {
      if payload.isCritical, !PayloadType(rawValue: payload.type).isDefined { throw .unsupportedCritical(type: payload.type) }
      do { append(try IKEPayload(payload)) } catch { throw .malformed(error) }
    }
  }

  /// The chain's bytes.
  package var encoded: [UInt8] {
    var writer = ByteWriter(capacity: 256)
    PayloadChain.encode(map(\.raw), into: &writer)
    return writer.bytes
  }
}
