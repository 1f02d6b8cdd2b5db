// SPDX-License-Identifier: GPL-3.0-or-later

/// Numbers of RFC 2332, its registry, and the vendors' additions. Unknown values are kept as they came.
public enum NHRPAssignments {
  /// `ar$op.version` of NHRP (RFC 2332 §5.1).
  public static let version: UInt8 = 1
  /// `ar$afn`: IPv4 as the NBMA family (§5.1, IANA address family numbers).
  public static let addressFamilyIPv4: UInt16 = 1
  /// `ar$afn`: IPv6 as the NBMA family (§5.1, IANA address family numbers).
  public static let addressFamilyIPv6: UInt16 = 2
  /// `ar$pro.type`: IPv4 as the protocol, its ethertype (§5.1).
  public static let protocolTypeIPv4: UInt16 = 0x0800
  /// `ar$pro.type`: IPv6 as the protocol, its ethertype (§5.1).
  public static let protocolTypeIPv6: UInt16 = 0x86dd
  /// GRE's protocol type of NHRP; no LLC/SNAP and no IP header in front (IANA ethertypes).
  public static let greProtocolType: UInt16 = 0x2001
  /// Bytes of the fixed header (§5.1).
  public static let fixedHeaderByteCount = 20
  /// The four bytes that open Cisco's authentication value: plain text follows (Cisco; SPI 1 of §5.3.4).
  public static let ciscoPlainText: UInt32 = 1
  /// OUI 00-00-0C, Cisco's, in the vendor-private extension (§5.3.5).
  public static let ciscoOUI: UInt32 = 0x00000c
}

/// `ar$op.type` (RFC 2332 §5.1).
public enum NHRPPacketType: RawRepresentable, Sendable, Hashable {
  /// 1, §5.2.1
  case resolutionRequest
  /// 2, §5.2.2
  case resolutionReply
  /// 3, §5.2.3
  case registrationRequest
  /// 4, §5.2.4
  case registrationReply
  /// 5, §5.2.5
  case purgeRequest
  /// 6, §5.2.6
  case purgeReply
  /// 7, §5.2.7
  case errorIndication
  /// 8, the redirect of Cisco's phase 3 (draft-detienne-dmvpn; IANA unassigned)
  case trafficIndication
  /// Any other number.
  case unknown(UInt8)

  private static let known: [NHRPPacketType] = [
    .resolutionRequest, .resolutionReply, .registrationRequest, .registrationReply,
    .purgeRequest, .purgeReply, .errorIndication, .trafficIndication,
  ]

  /// The type with this number; never nil.
  public init(rawValue: UInt8) {
    self = (1...8).contains(rawValue) ? Self.known[Int(rawValue) - 1] : .unknown(rawValue)
  }

  /// The number on the wire.
  public var rawValue: UInt8 {
    switch self {
    case .resolutionRequest: 1
    case .resolutionReply: 2
    case .registrationRequest: 3
    case .registrationReply: 4
    case .purgeRequest: 5
    case .purgeReply: 6
    case .errorIndication: 7
    case .trafficIndication: 8
    case .unknown(let number): number
    }
  }

  /// Whether this is a request, which travels towards the destination protocol address and is answered.
  public var isRequest: Bool { reply != nil }

  /// Whether this is a reply, which travels towards the *source* protocol address (§5.2).
  public var isReply: Bool { self == .resolutionReply || self == .registrationReply || self == .purgeReply }

  /// The type that answers this one; nil for replies and indications.
  public var reply: NHRPPacketType? {
    switch self {
    case .resolutionRequest: .resolutionReply
    case .registrationRequest: .registrationReply
    case .purgeRequest: .purgeReply
    default: nil
    }
  }
}

/// The flag word of the mandatory part. The same bit means different things in different packet types.
public struct NHRPFlags: OptionSet, Sendable, Hashable {
  /// The word on the wire.
  public let rawValue: UInt16
  /// Keeps all bits, unknown ones too.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Q: the source of a resolution request is a router (RFC 2332 §5.2.1).
  public static let resolutionRouter = NHRPFlags(rawValue: 0x8000)
  /// A: only an authoritative answer, or the answer is one (§5.2.1, §5.2.2).
  public static let resolutionAuthoritative = NHRPFlags(rawValue: 0x4000)
  /// D: the binding of the destination in a resolution reply is stable (§5.2.2).
  public static let destinationStable = NHRPFlags(rawValue: 0x2000)
  /// U of resolutions: the binding is to be unique (§5.2.1).
  public static let resolutionUnique = NHRPFlags(rawValue: 0x1000)
  /// S: the binding of the requester is stable and may be cached (§5.2.1).
  public static let sourceStable = NHRPFlags(rawValue: 0x0800)
  /// U of registrations: no other NBMA address may take over this protocol address (§5.2.3).
  public static let registrationUnique = NHRPFlags(rawValue: 0x8000)
  /// N of purges: no reply wanted (§5.2.5).
  public static let purgeNoReply = NHRPFlags(rawValue: 0x8000)
  /// The sender understands the NAT address extension (Cisco).
  public static let nat = NHRPFlags(rawValue: 0x0002)
}

/// The code of a client information entry: success, or why not (RFC 2332 §5.2.0.1, §5.2.2, §5.2.4).
public struct NHRPCode: RawRepresentable, Sendable, Hashable {
  /// The number on the wire.
  public var rawValue: UInt8
  /// Any number is a code; unknown ones are kept.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// 0
  public static let success = NHRPCode(rawValue: 0)
  /// 4 (§5.2.4)
  public static let administrativelyProhibited = NHRPCode(rawValue: 4)
  /// 5 (§5.2.2, §5.2.4)
  public static let insufficientResources = NHRPCode(rawValue: 5)
  /// 12 (§5.2.2)
  public static let noBinding = NHRPCode(rawValue: 12)
  /// 13 (§5.2.2)
  public static let bindingNotUnique = NHRPCode(rawValue: 13)
  /// 14 (§5.2.4)
  public static let uniqueAddressRegistered = NHRPCode(rawValue: 14)

  /// No binding exists: 12, or the 11 of FRR's and OpenNHRP's headers.
  public var isNoBinding: Bool { rawValue == 12 || rawValue == 11 }
}

/// The code of an error indication (RFC 2332 §5.2.7).
public struct NHRPErrorCode: RawRepresentable, Sendable, Hashable {
  /// The number on the wire.
  public var rawValue: UInt16
  /// Any number is a code; unknown ones are kept.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// 1: an extension with the compulsory bit that the receiver does not know
  public static let unrecognizedExtension = NHRPErrorCode(rawValue: 1)
  /// 3
  public static let loopDetected = NHRPErrorCode(rawValue: 3)
  /// 6
  public static let protocolAddressUnreachable = NHRPErrorCode(rawValue: 6)
  /// 7
  public static let protocolError = NHRPErrorCode(rawValue: 7)
  /// 8
  public static let sduSizeExceeded = NHRPErrorCode(rawValue: 8)
  /// 9
  public static let invalidExtension = NHRPErrorCode(rawValue: 9)
  /// 10
  public static let invalidResolutionReply = NHRPErrorCode(rawValue: 10)
  /// 11
  public static let authenticationFailure = NHRPErrorCode(rawValue: 11)
  /// 15
  public static let hopCountExceeded = NHRPErrorCode(rawValue: 15)
  /// 16 (RFC 2735)
  public static let vpnMismatch = NHRPErrorCode(rawValue: 16)
  /// 17 (RFC 2735)
  public static let vpnUnsupported = NHRPErrorCode(rawValue: 17)

  /// A loop was seen: 3, or the 2 that OpenNHRP sends and FRR defines.
  public var isLoopDetected: Bool { rawValue == 3 || rawValue == 2 }
}

/// The 14-bit type of an extension (RFC 2332 §5.3).
public struct NHRPExtensionType: RawRepresentable, Sendable, Hashable {
  /// The number, without the compulsory and the reserved bit.
  public let rawValue: UInt16
  /// Keeps the low 14 bits.
  public init(rawValue: UInt16) { self.rawValue = rawValue & 0x3fff }

  /// 0, §5.3.0: ends the extension part
  public static let end = NHRPExtensionType(rawValue: 0)
  /// 3, §5.3.1: who answered
  public static let responderAddress = NHRPExtensionType(rawValue: 3)
  /// 4, §5.3.2: the servers a request passed
  public static let forwardTransit = NHRPExtensionType(rawValue: 4)
  /// 5, §5.3.3: the servers a reply passed
  public static let reverseTransit = NHRPExtensionType(rawValue: 5)
  /// 7, §5.3.4
  public static let authentication = NHRPExtensionType(rawValue: 7)
  /// 8, §5.3.5
  public static let vendorPrivate = NHRPExtensionType(rawValue: 8)
  /// 9: NAT addresses (Cisco); with a value of exactly 8 bytes the device capabilities of RFC 2735
  public static let natAddress = NHRPExtensionType(rawValue: 9)
  /// 10 (RFC 2520)
  public static let mobileAuthentication = NHRPExtensionType(rawValue: 10)
}
