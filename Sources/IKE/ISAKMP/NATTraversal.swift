// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// What both ends know about NATs between them, and in which of its forms they speak of it (RFC 3947 and its drafts).
package struct NATTraversal: Sendable, Hashable {
  /// A form: they differ in numbers, all move to port 4500.
  package enum Form: Sendable, Hashable, CaseIterable {
    case rfc3947
    /// Drafts 04 to 08, of which IOS announces 07.
    case draft07
    case draft03
    case draft02

    /// The vendor ID that announces it: MD5 of its name.
    package var vendorID: [UInt8] {
      switch self {
      case .rfc3947: [0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f]
      case .draft07: [0x43, 0x9b, 0x59, 0xf8, 0xba, 0x67, 0x6c, 0x4c, 0x77, 0x37, 0xae, 0x22, 0xea, 0xb8, 0xf5, 0x82]
      case .draft03: [0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f, 0x2c, 0x17, 0x9d, 0x92, 0x15, 0x52, 0x9d, 0x56]
      // The name with a line feed behind it, as everybody sends it.
      case .draft02: [0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69, 0x6e, 0x08, 0x63, 0x81, 0xb5, 0xec, 0x42, 0x7b, 0x1f]
      }
    }

    /// NAT-D's number.
    package var detection: ISAKMPPayloadType {
      switch self {
      case .rfc3947: .natDetection
      case .draft07: .natDetectionDraft07
      case .draft03, .draft02: .natDetectionDraft03
      }
    }

    /// NAT-OA's number.
    package var originalAddress: ISAKMPPayloadType {
      switch self {
      case .rfc3947: .natOriginalAddress
      case .draft07: .natOriginalAddressDraft07
      case .draft03, .draft02: .natOriginalAddressDraft03
      }
    }

    /// The encapsulation attribute of ESP in UDP (RFC 3947 §5.1).
    package func encapsulation(_ mode: IPsecMode) -> UInt16 {
      switch self {
      case .rfc3947, .draft07: mode == .tunnel ? 3 : 4
      case .draft03, .draft02: mode == .tunnel ? 61_443 : 61_444
      }
    }
  }

  /// The form both ends know; nil where they have none in common.
  package var form: Form?
  /// Whether there is a NAT before us.
  package var isHere = false
  /// Whether there is one before the peer.
  package var isThere = false

  package init() {}

  /// Whether ESP must travel in UDP.
  package var isDetected: Bool { isHere || isThere }

  /// The best form among the vendor IDs of the peer.
  package mutating func choose(from vendorIDs: [[UInt8]]) {
    form = Form.allCases.first { vendorIDs.contains($0.vendorID) }
  }

  /// The two hashes that we send from `endpoints`: the receiver's, then ours.
  package func payloads(_ endpoints: AssociationEndpoints, _ hash: HashAlgorithm, cookies: [UInt8]) -> [ISAKMPPayload] {
    guard let form else { return [] }
    return [
      .natDetection(form.detection, hash.natDetection(cookies: cookies, endpoints.remote, port: endpoints.remotePort)),
      .natDetection(form.detection, hash.natDetection(cookies: cookies, endpoints.local, port: endpoints.localPort)),
    ]
  }

  /// Compares what the peer says of the two ends with what we see: the first hash is of our end, the others of its own.
  package mutating func compare(_ hashes: [[UInt8]], _ endpoints: AssociationEndpoints, _ hash: HashAlgorithm, cookies: [UInt8]) {
    guard form != nil, let first = hashes.first, hashes.count >= 2 else { return }
    isHere = first != hash.natDetection(cookies: cookies, endpoints.local, port: endpoints.localPort)
    isThere = !hashes.dropFirst().contains(hash.natDetection(cookies: cookies, endpoints.remote, port: endpoints.remotePort))
  }
}

/// What else we announce, and look for.
package enum ISAKMPVendorID {
  /// Dead peer detection (RFC 3706 §5.1), version 1.0.
  package static let deadPeerDetection: [UInt8] = [
    0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01, 0x00,
  ]

  /// Whether the peer speaks any version of it: the last two bytes are the version.
  package static func announcesDeadPeerDetection(_ ids: [[UInt8]]) -> Bool {
    ids.contains { $0.count == 16 && $0.starts(with: deadPeerDetection.prefix(14)) }
  }
}
