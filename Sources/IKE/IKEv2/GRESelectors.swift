// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Traffic selectors of a DMVPN tunnel: GRE between two hosts (RFC 7296 §2.9).
///
/// What others send: one host each, protocol 47 (IOS, strongSwan), or two selectors a side, the first of the packet that was the reason:
/// Linux presents the GRE key as if it were ports. So ports of protocol 47 mean nothing here, and the answer is the whole range.
///
/// Behind a NAT an end names its private address, and the other end's as it sees it (§2.23.1). What counts then is who the packet
/// came from; the answer repeats the addresses that were asked for.
package enum GRESelectors {
  /// What an initiator asks for: exactly one pair, so that a NAT in between does not matter.
  package static func offer(_ address: IPAddress) -> TrafficSelectorPayload {
    TrafficSelectorPayload([.host(address, ipProtocol: IKEFigures.gre)])
  }

  /// Narrows one side of an offer to GRE at `address`. `isTranslated`: there is a NAT before that end, which may have named another
  /// address of its own. Nil where GRE between the two ends is not in the offer.
  package static func narrow(_ offered: TrafficSelectorPayload, to address: IPAddress, isTranslated: Bool) -> TrafficSelectorPayload? {
    let mine = offered.selectors.compactMap(host)
    if mine.contains(where: { $0.first <= address && address <= $0.last }) { return offer(address) }
    guard isTranslated, let named = mine.first(where: { $0.first == $0.last && $0.first.isV4 == address.isV4 }) else { return nil }
    return offer(named.first)
  }

  /// Whether an answer is what was offered: GRE at `address`, alone or among others of the same. `isTranslated`: there is a NAT before
  /// that end, and the other end may name the address it sees in place of the one that was offered (RFC 7296 §2.23.1).
  package static func isAnswer(_ answer: TrafficSelectorPayload, to address: IPAddress, isTranslated: Bool) -> Bool {
    guard let named = answer.selectors.first.flatMap(host)?.first else { return false }
    guard named == address || isTranslated && named.isV4 == address.isV4 else { return false }
    return answer.selectors.allSatisfy { selector in
      guard case .addresses(named, named, IKEFigures.gre, _, _) = selector else { return false }
      return true
    }
  }

  /// The addresses of a selector that lets GRE pass.
  private static func host(_ selector: TrafficSelector) -> (first: IPAddress, last: IPAddress)? {
    guard case .addresses(let first, let last, let ipProtocol, _, _) = selector, first <= last else { return nil }
    return ipProtocol == IKEFigures.gre || ipProtocol == 0 ? (first, last) : nil
  }
}
