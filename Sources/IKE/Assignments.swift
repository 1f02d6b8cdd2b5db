// SPDX-License-Identifier: GPL-3.0-or-later

// Numbers of the registry "Internet Key Exchange Version 2 (IKEv2) Parameters"
// (https://www.iana.org/assignments/ikev2-parameters). Each is a value that keeps numbers nobody here knows. Version 1's are beside
// its codec; algorithms are in IPsecCrypto.

/// Exchange types.
package struct ExchangeType: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let ikeSAInit = ExchangeType(rawValue: 34)
  package static let ikeAuth = ExchangeType(rawValue: 35)
  package static let createChildSA = ExchangeType(rawValue: 36)
  package static let informational = ExchangeType(rawValue: 37)
}

/// Flags of the header (RFC 7296 §3.1).
package struct HeaderFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Sent by the initiator of the IKE SA (not: of the exchange).
  package static let initiator = HeaderFlags(rawValue: 0x08)
  /// The sender can speak a higher major version.
  package static let higherVersion = HeaderFlags(rawValue: 0x10)
  package static let response = HeaderFlags(rawValue: 0x20)
}

/// Payload types (RFC 7296 §3.2).
package struct PayloadType: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let none = PayloadType(rawValue: 0)
  package static let securityAssociation = PayloadType(rawValue: 33)
  package static let keyExchange = PayloadType(rawValue: 34)
  package static let initiatorIdentification = PayloadType(rawValue: 35)
  package static let responderIdentification = PayloadType(rawValue: 36)
  package static let certificate = PayloadType(rawValue: 37)
  package static let certificateRequest = PayloadType(rawValue: 38)
  package static let authentication = PayloadType(rawValue: 39)
  package static let nonce = PayloadType(rawValue: 40)
  package static let notify = PayloadType(rawValue: 41)
  package static let delete = PayloadType(rawValue: 42)
  package static let vendorID = PayloadType(rawValue: 43)
  package static let initiatorSelectors = PayloadType(rawValue: 44)
  package static let responderSelectors = PayloadType(rawValue: 45)
  package static let encrypted = PayloadType(rawValue: 46)
  /// Known by number only: an optional payload we take no part in.
  package static let configuration = PayloadType(rawValue: 47)
  package static let eap = PayloadType(rawValue: 48)
  package static let encryptedFragment = PayloadType(rawValue: 53)
  /// Types that RFC 7296 defines: their critical bit is not looked at (§2.5).
  package var isDefined: Bool { (33...48).contains(rawValue) || rawValue == 53 }
}

/// Security protocol identifiers (RFC 7296 §3.3.1).
package struct ProtocolID: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let none = ProtocolID(rawValue: 0)
  package static let ike = ProtocolID(rawValue: 1)
  package static let ah = ProtocolID(rawValue: 2)
  package static let esp = ProtocolID(rawValue: 3)
}

/// Transform types (RFC 7296 §3.3.2).
package struct TransformType: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let encryption = TransformType(rawValue: 1)
  package static let pseudoRandomFunction = TransformType(rawValue: 2)
  package static let integrity = TransformType(rawValue: 3)
  package static let keyExchange = TransformType(rawValue: 4)
  package static let extendedSequenceNumbers = TransformType(rawValue: 5)
}

/// Transform attribute types (RFC 7296 §3.3.5), without the format bit.
package enum TransformAttributeType {
  package static let keyLength: UInt16 = 14
}

/// Identification types (RFC 7296 §3.5); the same numbers as version 1's.
package enum IdentificationType {
  package static let ipv4Address: UInt8 = 1
  package static let fqdn: UInt8 = 2
  package static let rfc822Address: UInt8 = 3
  package static let ipv6Address: UInt8 = 5
  package static let distinguishedName: UInt8 = 9
  package static let keyID: UInt8 = 11
}

/// Certificate encodings (RFC 7296 §3.6).
package enum CertificateEncoding {
  package static let x509Signature: UInt8 = 4
}

/// Authentication methods (RFC 7296 §3.8, RFC 4754, RFC 7427).
package struct AuthenticationMethodNumber: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let rsaSignature = AuthenticationMethodNumber(rawValue: 1)
  package static let sharedKey = AuthenticationMethodNumber(rawValue: 2)
  package static let ecdsa256 = AuthenticationMethodNumber(rawValue: 9)
  package static let ecdsa384 = AuthenticationMethodNumber(rawValue: 10)
  package static let ecdsa521 = AuthenticationMethodNumber(rawValue: 11)
  package static let digitalSignature = AuthenticationMethodNumber(rawValue: 14)
}

/// Traffic selector types (RFC 7296 §3.13.1).
package enum TrafficSelectorType {
  package static let ipv4Range: UInt8 = 7
  package static let ipv6Range: UInt8 = 8
}

/// Notify message types (RFC 7296 §3.10.1): below 16384 errors, from there on status.
package struct NotifyType: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let unsupportedCriticalPayload = NotifyType(rawValue: 1)
  package static let invalidIKESPI = NotifyType(rawValue: 4)
  package static let invalidMajorVersion = NotifyType(rawValue: 5)
  package static let invalidSyntax = NotifyType(rawValue: 7)
  package static let invalidMessageID = NotifyType(rawValue: 9)
  package static let invalidSPI = NotifyType(rawValue: 11)
  package static let noProposalChosen = NotifyType(rawValue: 14)
  package static let invalidKEPayload = NotifyType(rawValue: 17)
  package static let authenticationFailed = NotifyType(rawValue: 24)
  package static let singlePairRequired = NotifyType(rawValue: 34)
  package static let noAdditionalSAs = NotifyType(rawValue: 35)
  package static let tsUnacceptable = NotifyType(rawValue: 38)
  package static let invalidSelectors = NotifyType(rawValue: 39)
  package static let temporaryFailure = NotifyType(rawValue: 43)
  package static let childSANotFound = NotifyType(rawValue: 44)
  package static let initialContact = NotifyType(rawValue: 16384)
  package static let additionalTSPossible = NotifyType(rawValue: 16386)
  package static let natDetectionSource = NotifyType(rawValue: 16388)
  package static let natDetectionDestination = NotifyType(rawValue: 16389)
  package static let cookie = NotifyType(rawValue: 16390)
  package static let useTransportMode = NotifyType(rawValue: 16391)
  package static let rekeySA = NotifyType(rawValue: 16393)
  package static let tfcPaddingNotSupported = NotifyType(rawValue: 16394)
  package static let fragmentationSupported = NotifyType(rawValue: 16430)
  package static let signatureHashAlgorithms = NotifyType(rawValue: 16431)
  /// Whether it says that something failed.
  package var isError: Bool { rawValue < 16384 }
}

/// UDP ports (RFC 7296 §2, RFC 3948).
package enum IKEPort {
  package static let ike: UInt16 = 500
  package static let natTraversal: UInt16 = 4500
}

/// What RFC 7296 fixes in figures.
package enum IKEFigures {
  /// Bytes of a nonce (§2.10, §3.9).
  package static let nonceBytes = 16...256
  /// Bytes of a cookie (§2.6).
  package static let cookieBytes = 1...64
  /// GRE's number among IP protocols.
  package static let gre: UInt8 = 47
  /// What the shared key is mixed with (§2.15).
  package static let keyPad: [UInt8] = Array("Key Pad for IKEv2".utf8)
}
