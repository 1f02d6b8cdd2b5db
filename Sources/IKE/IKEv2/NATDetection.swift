// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// NAT detection (RFC 7296 §2.23): each end says by a hash which addresses it believes in; the other compares with what it sees.
package struct NATDetection: Sendable, Hashable {
  /// We are behind a NAT: the peer sees another address than we sent to it as ours.
  package var isLocal = false
  package var isRemote = false
  /// Whether ESP must travel in UDP.
  package var isFound: Bool { isLocal || isRemote }

  /// Reads a peer's notifies. One that sends none takes no part, and no NAT is assumed.
  package init(_ payloads: [IKEPayload], _ header: IKEHeader, _ endpoints: AssociationEndpoints) {
    let sources = payloads.notifies.filter { $0.type == .natDetectionSource }.map(\.value)
    guard !sources.isEmpty, let destination = payloads.notify(.natDetectionDestination)?.value else { return }
    isRemote = !sources.contains(Self.hash(header.initiatorSPI, header.responderSPI, endpoints.remote, endpoints.remotePort))
    isLocal = destination != Self.hash(header.initiatorSPI, header.responderSPI, endpoints.local, endpoints.localPort)
  }

  package init() {}

  /// The two notifies of a message from `endpoints.local`.
  static func notifies(_ initiatorSPI: UInt64, _ responderSPI: UInt64, _ endpoints: AssociationEndpoints) -> [IKEPayload] {
    [
      .notify(.natDetectionSource, hash(initiatorSPI, responderSPI, endpoints.local, endpoints.localPort)),
      .notify(.natDetectionDestination, hash(initiatorSPI, responderSPI, endpoints.remote, endpoints.remotePort)),
    ]
  }

  /// SHA-1 of SPIs, address and port.
  package static func hash(_ initiatorSPI: UInt64, _ responderSPI: UInt64, _ address: IPAddress, _ port: UInt16) -> [UInt8] {
    var writer = ByteWriter(capacity: 34)
    writer.u64(initiatorSPI)
    writer.u64(responderSPI)
    writer.put(address.bytes)
    writer.u16(port)
    return HashAlgorithm.sha1.digest(writer.bytes)
  }
}
