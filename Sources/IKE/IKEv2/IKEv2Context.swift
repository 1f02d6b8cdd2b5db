// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// What all states of one version 2 association share.
struct IKEv2Context: Sendable {
  let number: UInt32
  /// The ends of IKE's own datagrams, as they are now.
  var endpoints: AssociationEndpoints
  var nat = NATDetection()
  /// What a message and its answer take; a guess until measured.
  var roundTrip = Duration.milliseconds(50)
  private var lastTag: UInt32 = 0

  init(number: UInt32, endpoints: AssociationEndpoints) { (self.number, self.endpoints) = (number, endpoints) }

  /// Names a job.
  mutating func newTag() -> UInt32 {
    lastTag = lastTag &+ 1
    return lastTag
  }

  /// NAT traversal: IKE moves to port 4500, at both ends (RFC 7296 §2.23).
  mutating func float() {
    endpoints.localPort = IKEPort.natTraversal
    endpoints.remotePort = IKEPort.natTraversal
  }

  /// The ends of ESP: in UDP only where a NAT was found, whatever port IKE uses.
  var childEndpoints: AssociationEndpoints {
    guard nat.isFound else { return AssociationEndpoints(local: endpoints.local, remote: endpoints.remote) }
    let remotePort = endpoints.localPort == IKEPort.natTraversal ? endpoints.remotePort : IKEPort.natTraversal
    return AssociationEndpoints(
      local: endpoints.local, remote: endpoints.remote, localPort: IKEPort.natTraversal, remotePort: remotePort)
  }

  /// A journal record about the peer.
  func record(_ kind: JournalKind, _ policy: ProtectionPolicy?, x: UInt32 = 0, y: UInt32 = 0) -> AssociationAction {
    .record(JournalRecord(kind, interface: policy?.interface ?? .none, a: endpoints.remote, b: endpoints.local, x: x, y: y))
  }
}

/// What a state says when it is done with its own.
enum IKEv2Step: Sendable {
  case stay
  /// Both ends are authenticated.
  case established(EstablishedAssociation)
  case ended(IKEFailure)
}
