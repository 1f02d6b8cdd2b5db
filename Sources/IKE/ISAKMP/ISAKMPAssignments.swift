// SPDX-License-Identifier: GPL-3.0-or-later

/// Numbers of ISAKMP and IKEv1 (RFC 2407, 2408, 2409, 3706, 3947; IANA "Internet Security Association and Key Management Protocol
/// (ISAKMP) Identifiers" and "Internet Key Exchange (IKE) Attributes"). Numbers nobody here knows are kept as they came.
package enum ISAKMPAssignments {
  /// In the header (RFC 2408 §3.1).
  package static let majorVersion: UInt8 = 1
  /// Bytes of a payload's own header (§3.2).
  package static let payloadHeaderByteCount = 4
  /// The IPsec domain of interpretation (RFC 2407 §6).
  package static let ipsecDOI: UInt32 = 1
  /// SIT_IDENTITY_ONLY (RFC 2407 §4.2.1).
  package static let situationIdentityOnly: UInt32 = 1
  /// KEY_IKE, the only transform of phase 1 (RFC 2407 §4.4.2.1).
  package static let transformKeyIKE: UInt8 = 1
  /// X.509 certificate, signature (RFC 2408 §3.9).
  package static let certificateX509Signature: UInt8 = 4
}

/// Payload types (RFC 2408 §3.1, RFC 3947 §3.2 and its drafts).
package struct ISAKMPPayloadType: RawRepresentable, Sendable, Hashable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  /// The end of a chain.
  package static let none = ISAKMPPayloadType(rawValue: 0)
  package static let securityAssociation = ISAKMPPayloadType(rawValue: 1)
  package static let proposal = ISAKMPPayloadType(rawValue: 2)
  package static let transform = ISAKMPPayloadType(rawValue: 3)
  package static let keyExchange = ISAKMPPayloadType(rawValue: 4)
  package static let identification = ISAKMPPayloadType(rawValue: 5)
  package static let certificate = ISAKMPPayloadType(rawValue: 6)
  package static let certificateRequest = ISAKMPPayloadType(rawValue: 7)
  package static let hash = ISAKMPPayloadType(rawValue: 8)
  package static let signature = ISAKMPPayloadType(rawValue: 9)
  package static let nonce = ISAKMPPayloadType(rawValue: 10)
  package static let notification = ISAKMPPayloadType(rawValue: 11)
  package static let delete = ISAKMPPayloadType(rawValue: 12)
  package static let vendorID = ISAKMPPayloadType(rawValue: 13)
  /// NAT-D of drafts 04 to 08 (IOS of the 12.3 and 12.4 years); GDOI has the number now.
  package static let natDetectionDraft07 = ISAKMPPayloadType(rawValue: 15)
  /// NAT-OA of drafts 04 to 08.
  package static let natOriginalAddressDraft07 = ISAKMPPayloadType(rawValue: 16)
  /// NAT-D (RFC 3947 §3.2).
  package static let natDetection = ISAKMPPayloadType(rawValue: 20)
  /// NAT-OA (RFC 3947 §5.2).
  package static let natOriginalAddress = ISAKMPPayloadType(rawValue: 21)
  /// NAT-D of drafts 00 to 03.
  package static let natDetectionDraft03 = ISAKMPPayloadType(rawValue: 130)
  /// NAT-OA of drafts 00 to 03.
  package static let natOriginalAddressDraft03 = ISAKMPPayloadType(rawValue: 131)

  /// NAT-D in any of its three numbers.
  package var isNATDetection: Bool { self == .natDetection || self == .natDetectionDraft07 || self == .natDetectionDraft03 }
  /// NAT-OA in any of its three numbers.
  package var isNATOriginalAddress: Bool {
    self == .natOriginalAddress || self == .natOriginalAddressDraft07 || self == .natOriginalAddressDraft03
  }
}

/// Exchange types (RFC 2408 §3.1, RFC 2409 §A).
package struct ISAKMPExchange: RawRepresentable, Sendable, Hashable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Main mode.
  package static let identityProtection = ISAKMPExchange(rawValue: 2)
  package static let aggressive = ISAKMPExchange(rawValue: 4)
  package static let informational = ISAKMPExchange(rawValue: 5)
  /// Mode configuration and XAUTH, which DMVPN does not use.
  package static let transaction = ISAKMPExchange(rawValue: 6)
  package static let quickMode = ISAKMPExchange(rawValue: 32)
  package static let newGroupMode = ISAKMPExchange(rawValue: 33)
}

/// Bits of the header's flags (RFC 2408 §3.1).
package struct ISAKMPFlags: OptionSet, Sendable, Hashable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  /// The payloads are encrypted.
  package static let encryption = ISAKMPFlags(rawValue: 1)
  /// The sender waits for a CONNECTED notify before it uses what was agreed; nobody here sends it.
  package static let commit = ISAKMPFlags(rawValue: 2)
  /// Authenticated but not encrypted, for notifications to escrow equipment.
  package static let authenticationOnly = ISAKMPFlags(rawValue: 4)
}

/// Protocols of a proposal (RFC 2407 §4.4.1).
package struct ISAKMPProtocol: RawRepresentable, Sendable, Hashable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let isakmp = ISAKMPProtocol(rawValue: 1)
  package static let ah = ISAKMPProtocol(rawValue: 2)
  package static let esp = ISAKMPProtocol(rawValue: 3)
  package static let ipComp = ISAKMPProtocol(rawValue: 4)
}

/// Notify message types (RFC 2408 §3.14.1, RFC 2407 §4.6.3, RFC 3706 §5.3).
package struct ISAKMPNotifyType: RawRepresentable, Sendable, Hashable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let invalidPayloadType = ISAKMPNotifyType(rawValue: 1)
  package static let invalidCookie = ISAKMPNotifyType(rawValue: 4)
  package static let invalidSPI = ISAKMPNotifyType(rawValue: 11)
  package static let noProposalChosen = ISAKMPNotifyType(rawValue: 14)
  package static let payloadMalformed = ISAKMPNotifyType(rawValue: 16)
  package static let invalidKeyInformation = ISAKMPNotifyType(rawValue: 17)
  package static let invalidIDInformation = ISAKMPNotifyType(rawValue: 18)
  package static let authenticationFailed = ISAKMPNotifyType(rawValue: 24)
  package static let connected = ISAKMPNotifyType(rawValue: 16_384)
  package static let responderLifetime = ISAKMPNotifyType(rawValue: 24_576)
  package static let replayStatus = ISAKMPNotifyType(rawValue: 24_577)
  package static let initialContact = ISAKMPNotifyType(rawValue: 24_578)
  package static let areYouThere = ISAKMPNotifyType(rawValue: 36_136)
  package static let areYouThereAcknowledge = ISAKMPNotifyType(rawValue: 36_137)

  /// Below 16,384 a notify reports an error.
  package var isError: Bool { rawValue < 16_384 }
}

/// Attributes of phase 1 (RFC 2409 §A).
package enum Phase1Attribute {
  /// The classes.
  package static let encryption: UInt16 = 1, hash: UInt16 = 2, method: UInt16 = 3, group: UInt16 = 4
  /// The unit of the duration that follows it, and the duration.
  package static let lifeType: UInt16 = 11, lifeDuration: UInt16 = 12
  /// A pseudorandom function of its own; IANA gave none of them a number, so an offer with one is refused.
  package static let prf: UInt16 = 13
  /// Bits.
  package static let keyLength: UInt16 = 14
}

/// Attributes of phase 2 (RFC 2407 §4.5, RFC 4304).
package enum Phase2Attribute {
  /// The unit of the duration that follows it, and the duration.
  package static let lifeType: UInt16 = 1, lifeDuration: UInt16 = 2
  /// The group of a second exchange of keys (PFS), the mode, the integrity algorithm, and the bits of the encryption's key.
  package static let group: UInt16 = 3, encapsulation: UInt16 = 4, authentication: UInt16 = 5, keyLength: UInt16 = 6
  /// 64-bit sequence numbers (RFC 4304 §2): 1 is yes.
  package static let extendedSequenceNumber: UInt16 = 11
}

/// Units of a lifetime, in both phases.
package enum ISAKMPLifeType {
  package static let seconds: UInt16 = 1, kilobytes: UInt16 = 2
}
