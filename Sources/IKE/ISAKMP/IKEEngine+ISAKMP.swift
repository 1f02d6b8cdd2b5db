// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

// Version 1 at the front door.
extension IKEEngine {
  func machine(_ version: ProtectionPolicy.Version, _ setup: AssociationSetup) -> any Association {
    switch version {
    case .ikev1: ISAKMPAssociation(setup)
    case .ikev2: IKEv2Association(setup)
    }
  }

  /// Whether version 1 is spoken at all; else its messages are counted and no more.
  var speaksVersion1: Bool { globals.acceptsIKEv1 || policies.contains { $0.version == .ikev1 } }

  /// Version 1 has no cookies: strangers may fill only half of the table of half-open exchanges with it, so that they cannot keep
  /// version 2 out.
  func firstContactVersion1(_ header: IKEHeader, _ bytes: [UInt8], _ endpoints: AssociationEndpoints) -> FirstContact {
    guard contacted.contains(endpoints.remote) || halfOpen.count < globals.halfOpenLimit / 2 else { return .refuse(.limit) }
    return ISAKMPAssociation.firstContact(header, bytes, endpoints: endpoints, policies: policies(for: endpoints, .ikev1))
  }

  /// The association that children of `entry` pass to when it ends: the peer's newest other one.
  func heir(of entry: AssociationEntry) -> UInt32? {
    guard entry.version == .ikev1, let id = entry.peer else { return nil }
    return peers[id]?.associations.last { $0 != entry.number && associations[$0]?.version == .ikev1 }
  }

  /// The peer forgot all that was before this association: children that passed to it, too.
  mutating func forgetInherited(_ entry: AssociationEntry, _ turn: inout Turn<Output>) {
    guard entry.version == .ikev1 else { return }
    for child in ownChildren(of: entry.number) {
      guard let since = children[child.inboundSPI]?.row.installedAt, since <= entry.startedAt else { continue }
      removeChild(child.inboundSPI, .deletedByPeer, &turn)
    }
  }
}
