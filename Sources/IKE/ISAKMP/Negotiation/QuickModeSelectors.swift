// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The identities of quick mode as a DMVPN tunnel means them: GRE between the two ends (RFC 2407 §4.6.2, RFC 2409 §5.5).
///
/// What others send: one address each, protocol 47, port 0 (IOS, strongSwan); the same as a subnet of 32 bits or a range of one; a
/// port, where the kernel presented the GRE key as one. Ports of GRE mean nothing here. An end behind a NAT is named by an address
/// that others do not see (RFC 3947 §5.2): what counts then is who the packets come from.
package enum QuickModeSelectors {
  /// What an initiator at `endpoints.local` proposes.
  package static func offer(_ endpoints: AssociationEndpoints) -> [ISAKMPPayload] {
    [endpoints.local, endpoints.remote].map { .identification(ISAKMPIdentification(host: $0, protocolNumber: IKEFigures.gre)) }
  }

  /// Whether the peer's identities mean GRE between the two ends. `isInitiator`: the first is ours.
  package static func accept(
    _ identifications: [ISAKMPIdentification], _ endpoints: AssociationEndpoints, _ traversal: NATTraversal, isInitiator: Bool
  ) -> Bool {
    guard identifications.count == 2 else { return false }
    let (local, remote) = isInitiator ? (identifications[0], identifications[1]) : (identifications[1], identifications[0])
    return means(local, endpoints.local, isTranslated: traversal.isHere) && means(remote, endpoints.remote, isTranslated: traversal.isThere)
  }

  private static func means(_ identification: ISAKMPIdentification, _ address: IPAddress, isTranslated: Bool) -> Bool {
    guard identification.protocolNumber == IKEFigures.gre, let range = identification.prefixRange, range.lowerBound == range.upperBound
    else { return false }
    return range.lowerBound == address || (isTranslated && range.lowerBound.isV4 == address.isV4)
  }
}
