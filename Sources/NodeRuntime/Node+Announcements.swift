// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import ProtocolKit
import Wire

/// Who may announce what: prefixes that certificates of protected peers name (RFC 3779), and the tunnel addresses these peers have.
struct AnnouncementState {
  /// What is named; a peer whose certificate names nothing, or that has none, is not here.
  private(set) var named: [ProtectionID: [IPPrefix]] = [:]
  /// Whose association leads to a tunnel address, and the other way round.
  private(set) var peers: [IPAddress: ProtectionID] = [:]
  private var hops: [ProtectionID: Set<IPAddress>] = [:]
  /// What the routing protocols were told. It outlives the association: what a peer announced while it was there is judged by the
  /// certificate it had then, until another peer has the address or the peer another certificate.
  private(set) var told: [IPAddress: [IPPrefix]] = [:]
  /// Packets of routing protocols that came from a peer by another address than its own.
  private(set) var foreign: [ProtectionID: UInt64] = [:]
  /// Addresses that are remembered without an association: as many as NHRP's largest hub has clients.
  static let rememberedLimit = 16_384

  /// What a peer proved; the tunnel addresses for which it changes something.
  mutating func certify(_ peer: ProtectionID, _ prefixes: [IPPrefix]?) -> [IPAddress] {
    guard named[peer] != prefixes else { return [] }
    named[peer] = prefixes
    return hops[peer, default: []].sorted()
  }

  /// The association with a peer is gone.
  mutating func forget(_ peer: ProtectionID) {
    for hop in hops[peer] ?? [] { peers[hop] = nil }
    (named[peer], foreign[peer], hops[peer]) = (nil, nil, nil)
  }

  /// The peer with a tunnel address, and what it may announce from now on.
  mutating func place(_ peer: ProtectionID, at hop: IPAddress) -> [IPPrefix]? {
    leave(hop)
    guard peer != .none else { return nil }
    peers[hop] = peer
    hops[peer, default: []].insert(hop)
    return named[peer]
  }

  /// No association leads to a tunnel address any more.
  mutating func leave(_ hop: IPAddress) {
    guard let old = peers.removeValue(forKey: hop) else { return }
    hops[old]?.remove(hop)
    if hops[old]?.isEmpty == true { hops[old] = nil }
  }

  /// Notes what the protocols are told of an address; false where they know it.
  mutating func tell(_ hop: IPAddress, _ prefixes: [IPPrefix]?) -> Bool {
    guard told[hop] != prefixes else { return false }
    told[hop] = prefixes
    return true
  }

  /// Addresses that are remembered and have no association, where there are too many of them.
  var surplus: [IPAddress] {
    guard told.count > peers.count + Self.rememberedLimit else { return [] }
    return told.keys.filter { peers[$0] == nil }.sorted()
  }

  /// The tunnel addresses that a peer may speak as; nil for any: its certificate limits nothing.
  func speakers(for peer: ProtectionID) -> [IPAddress]? {
    guard peer != .none, named[peer] != nil else { return nil }
    return hops[peer, default: []].sorted()
  }

  /// Whether a peer may speak as this tunnel address; counted where not. With another's it would announce what the other may.
  mutating func maySpeak(_ peer: ProtectionID, as source: IPAddress) -> Bool {
    guard peer != .none, named[peer] != nil, peers[source] != peer else { return true }
    foreign[peer, default: 0] &+= 1
    return false
  }
}

/// Between certificates and routing protocols.
///
/// ```
///   IKE ── certificate ──▶ prefixes of a peer ─┐
///   NHRP ── adjacency ──▶ peer of an address ──┴──▶ limit(address, prefixes) ──▶ BGP, RIP, ODR
/// ```
///
/// A peer is limited before it can speak: its certificate is known before packets pass, and its address before anything is sent to it.
extension Node {
  /// A peer proved who it is, for the first time or anew.
  func certified(_ peer: ProtectedPeer) {
    for hop in announcements.certify(peer.id, peer.certificate?.addressBlocks) { limit(hop, announcements.named[peer.id]) }
  }

  /// NHRP said who has a tunnel address. Where nobody has it the limit stands: routes that it let in are as good as it was.
  func limitAnnouncements(of hop: IPAddress, on id: InterfaceID, isThere: Bool, _ peer: ProtectionID) {
    guard isThere else { return announcements.leave(hop) }
    let prefixes = announcements.place(peer, at: hop)
    let isProtected = settings.interfaces[name(of: id)]?.interface.tunnel.protectionProfile != nil
    if peer != .none || !isProtected { limit(hop, prefixes) }
  }

  private func limit(_ hop: IPAddress, _ prefixes: [IPPrefix]?) {
    guard announcements.tell(hop, prefixes) else { return }
    enqueue(bgp: .limit(hop, prefixes))
    enqueue(rip: .limit(hop, prefixes))
    enqueue(odr: .limit(hop, prefixes))
    if prefixes != nil { for old in announcements.surplus { limit(old, nil) } }
  }

  func maySpeak(_ peer: ProtectionID, as source: IPAddress) -> Bool { announcements.maySpeak(peer, as: source) }

  /// Announcements of a tunnel address that were refused, by all protocols.
  func refusedAnnouncements(of hop: IPAddress) -> UInt64 {
    bgp.limits.refusals(of: hop) + rip.limits.refusals(of: hop) + odr.limits.refusals(of: hop)
  }

  /// What shows say of protected peers whose certificates name prefixes.
  var announcementRows: [ProtectionID: CryptoPicture.Announcements] {
    guard !announcements.named.isEmpty else { return [:] }
    var rows = announcements.named.mapValues { CryptoPicture.Announcements(prefixes: $0) }
    for (hop, peer) in announcements.peers { rows[peer]?.refused &+= refusedAnnouncements(of: hop) }
    for (peer, count) in announcements.foreign { rows[peer]?.foreign = count }
    return rows
  }
}
