// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IKE
import IPsecCrypto
import ProtocolKit
import Wire

/// What the `show crypto …` commands are made of, gathered once; everything below it is a pure function of it.
package struct CryptoPicture: Sendable {
  /// A protected tunnel, up or not.
  package struct Tunnel: Sendable {
    /// `Tunnel0`
    package var name: String
    /// `tunnel protection ipsec profile NAME`
    package var profile: String
    /// `shared`
    package var isShared = false
    /// The interface its packets leave by, and the bytes that takes.
    package var underlay = "-", underlayMTU = 1_500
    /// NBMA addresses whose protection was asked for and is not there.
    package var wanted: [IPAddress] = []
    /// Its NBMA address; nil while it has none.
    package var source: IPAddress?

    /// A tunnel protected by `profile`.
    package init(name: String, profile: String) { (self.name, self.profile) = (name, profile) }
  }

  /// What a peer's certificate lets it announce.
  package struct Announcements: Sendable {
    /// Prefixes that it names.
    package var prefixes: [IPPrefix]
    /// Announcements of others, and packets of routing protocols from another tunnel address than the peer's: all were refused.
    package var refused: UInt64 = 0, foreign: UInt64 = 0

    /// Nothing refused so far.
    package init(prefixes: [IPPrefix]) { self.prefixes = prefixes }
  }

  /// When it was made.
  package var now: Instant
  /// IKE associations, by number.
  package var associations: [IKESARow]
  /// Pairs of ESP associations, by peer.
  package var children: [ChildSARow]
  /// What the packet path counted, by SPI.
  package var inbound: [UInt32: AssociationCounters] = [:], outbound: [UInt32: AssociationCounters] = [:]
  /// What certificates name, by peer.
  package var announcements: [ProtectionID: Announcements] = [:]
  /// Protected tunnels by number.
  package var tunnels: [InterfaceID: Tunnel] = [:]
  /// What is configured.
  package var settings = CryptoSettings()
  /// What its files held.
  package var material = IKEMaterial()
  /// Wall time of seconds since 1970, as `show` writes it.
  package var wallText: @Sendable (Int64) -> String = { "\($0)" }

  /// A picture of these associations at `now`.
  package init(now: Instant, associations: [IKESARow], children: [ChildSARow]) {
    self.now = now
    self.associations = associations.sorted { $0.number < $1.number }
    self.children = children
  }

  // MARK: Names and times

  func tunnel(_ id: InterfaceID) -> Tunnel { tunnels[id] ?? Tunnel(name: "-", profile: "") }

  /// Seconds that are left of a life that began at `start`.
  func secondsLeft(_ seconds: Int, from start: Instant?) -> Int {
    guard let start else { return seconds }
    return max(0, seconds - Int((now - start).wholeSeconds))
  }

  func secondsSince(_ start: Instant?) -> Int { start.map { max(0, Int((now - $0).wholeSeconds)) } ?? 0 }

  /// `23:59:39`, and `24:00:00` of a whole day, unlike an age.
  static func clock(_ seconds: Int) -> String {
    "\((seconds / 3_600).twoDigits):\((seconds / 60 % 60).twoDigits):\((seconds % 60).twoDigits)"
  }
}

/// All that is between us and one peer on one tunnel.
struct CryptoSession {
  var interface: InterfaceID
  var peer: ProtectionID
  var endpoints: AssociationEndpoints
  var associations: [IKESARow] = []
  var children: [ChildSARow] = []

  /// Of the state of phase 1 and phase 2, as `show crypto session` names it.
  var status: String {
    let isEstablished = associations.contains { $0.state == .established || $0.state == .rekeying }
    if !children.isEmpty { return isEstablished ? "UP-ACTIVE" : "UP-NO-IKE" }
    if isEstablished { return "UP-IDLE" }
    return associations.contains { $0.state != .deleting } ? "DOWN-NEGOTIATING" : "DOWN"
  }

  /// The pair that packets leave by.
  var current: ChildSARow? { children.first(where: \.isCurrent) ?? children.last }
}

extension CryptoPicture {
  /// One session for each peer and tunnel, by tunnel, then by the peer's address and port.
  var sessions: [CryptoSession] {
    var all: [SessionKey: CryptoSession] = [:]
    for row in associations {
      all[SessionKey(row), default: CryptoSession(interface: row.interface, peer: row.peer, endpoints: row.endpoints)].associations.append(
        row)
    }
    for child in children {
      let fresh = CryptoSession(interface: child.interface, peer: child.peer, endpoints: child.endpoints)
      all[SessionKey(child), default: fresh].children.append(child)
    }
    return all.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Several peers may be behind one address: they differ in their number, and before they have one in their port.
  private struct SessionKey: Hashable, Comparable {
    var interface: InterfaceID
    var remote: IPAddress
    var peer: ProtectionID
    var port: UInt16

    init(_ row: IKESARow) {
      (interface, remote, peer) = (row.interface, row.endpoints.remote, row.peer)
      port = row.peer == .none ? row.endpoints.remotePort : 0
    }

    init(_ row: ChildSARow) { (interface, remote, peer, port) = (row.interface, row.endpoints.remote, row.peer, 0) }

    static func < (a: Self, b: Self) -> Bool {
      (a.interface, a.remote, a.port, a.peer) < (b.interface, b.remote, b.port, b.peer)
    }
  }

  /// The name of the profile of IKE that a session came by.
  func ikeProfile(_ session: CryptoSession) -> String? {
    guard let profile = settings.ipsecProfile(tunnel(session.interface).profile) else { return nil }
    return profile.ikev2Profile ?? profile.isakmpProfile
  }

  /// The counters of a pair: both directions.
  func counters(_ child: ChildSARow) -> (inbound: AssociationCounters, outbound: AssociationCounters) {
    (inbound[child.inboundSPI] ?? AssociationCounters(), outbound[child.outboundSPI] ?? AssociationCounters())
  }

  /// The sums of several pairs.
  func counters(_ children: [ChildSARow]) -> (inbound: AssociationCounters, outbound: AssociationCounters) {
    children.map { counters($0) }.reduce((AssociationCounters(), AssociationCounters())) { ($0.0 + $1.inbound, $0.1 + $1.outbound) }
  }
}
