// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// What the path needs of a security association for every packet, either direction: copied freely, nothing is retained.
struct AssociationFacts {
  let spi: UInt32
  let peer: ProtectionID
  var group: UInt16
  let isTunnelMode: Bool
  let usesESN: Bool
  var local: IPAddress
  var remote: IPAddress
  var localPort: UInt16
  var remotePort: UInt16
  /// Tunnel mode: the inner header's addresses, as negotiated; they stay when the outer ones move.
  let innerLocal: IPAddress
  let innerRemote: IPAddress
  let cipher: CipherHandle
  let ivBytes: Int
  let icvBytes: Int
  /// A multiple of this less one is what payload, padding and trailer together may be.
  let blockMask: Int
  /// Bytes at which the limits are reached; `.max` for none.
  var softLimit: UInt64
  var hardLimit: UInt64

  /// The facts of an association that `isUsable`, with the cipher that was made for it.
  init(_ association: SecurityAssociation, _ cipher: PacketCipher) {
    let ends = association.endpoints
    (spi, peer, group) = (association.spi, association.peer, association.group)
    (isTunnelMode, usesESN) = (association.mode == .tunnel, association.usesESN)
    (local, remote, localPort, remotePort) = (ends.local, ends.remote, ends.localPort, ends.remotePort)
    innerLocal = association.innerLocal ?? ends.local
    innerRemote = association.innerRemote ?? ends.remote
    self.cipher = CipherHandle(cipher)
    (ivBytes, icvBytes, blockMask) = (cipher.ivBytes, cipher.icvBytes, cipher.blockBytes &- 1)
    (softLimit, hardLimit) = (association.softLimitBytes ?? .max, association.hardLimitBytes ?? .max)
  }

  /// Not one with a reserved SPI (RFC 4303 §2.1), between addresses of two families, or without a peer or group.
  static func isUsable(_ association: SecurityAssociation) -> Bool {
    let ends = association.endpoints
    let inner = (association.innerLocal ?? ends.local, association.innerRemote ?? ends.remote)
    return association.spi > 255 && association.group != 0 && association.peer != .none && ends.local.isV4 == ends.remote.isV4
      && inner.0.isV4 == inner.1.isV4
  }

  var isEncapsulated: Bool { localPort != 0 }

  /// Takes what may change of an association that is installed again.
  mutating func refresh(from association: SecurityAssociation) {
    group = association.group
    move(to: association.endpoints)
    (softLimit, hardLimit) = (association.softLimitBytes ?? .max, association.hardLimitBytes ?? .max)
  }

  mutating func move(to ends: AssociationEndpoints) {
    (local, remote, localPort, remotePort) = (ends.local, ends.remote, ends.localPort, ends.remotePort)
  }

  /// Outer IP, UDP, ESP with its IV and, in tunnel mode, the inner IP header: all that stands in front of GRE.
  var frontBytes: Int { (local.isV4 ? 20 : 40) &+ (isEncapsulated ? 8 : 0) &+ 8 &+ ivBytes &+ innerHeaderBytes }
  var innerHeaderBytes: Int { isTunnelMode ? (innerLocal.isV4 ? 20 : 40) : 0 }
  /// What ESP says it carries.
  var carriedProtocol: UInt8 { isTunnelMode ? (innerLocal.isV4 ? IPProtocol.ipv4 : IPProtocol.ipv6) : IPProtocol.gre }
  var endpoints: AssociationEndpoints {
    AssociationEndpoints(local: local, remote: remote, localPort: localPort, remotePort: remotePort)
  }

  /// Padding in front of the two bytes of the trailer, so that all is whole blocks (RFC 4303 §2.4).
  func padding(behind bytes: Int) -> Int { (blockMask &+ 1 &- ((bytes &+ 2) & blockMask)) & blockMask }
}

/// What was counted and told of an association.
struct AssociationTally {
  var counters = AssociationCounters()
  /// Since it was installed; `clear counters` leaves these, for limits and liveness are judged by them.
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  var hasToldSoft = false
  var hasToldHard = false

  @inline(__always) mutating func count(_ size: Int) {
    let more = UInt64(truncatingIfNeeded: size)
    counters.packets &+= 1
    counters.bytes &+= more
    packets &+= 1
    bytes &+= more
  }
}

/// An inbound association in the table.
struct InboundAssociation {
  var facts: AssociationFacts
  var tally = AssociationTally()
  var window: AntiReplayWindow
  /// As it was installed; nil when the place is free.
  var definition: SecurityAssociation?
  var hasToldUse = false
  /// When it was last told that the peer moved.
  var toldMoveAt: Instant?
  /// Its neighbours on the list of its peer's.
  var older: Int32 = -1
  var newer: Int32 = -1

  /// What the control side sees.
  var counters: AssociationCounters {
    var seen = tally.counters
    seen.sequence = window.highest
    return seen
  }
}

/// An outbound association in the table.
struct OutboundAssociation {
  var facts: AssociationFacts
  var tally = AssociationTally()
  var sequence: SequenceHandle
  /// As it was installed; nil when the place is free.
  var definition: SecurityAssociation?
  /// Its neighbours on the list of those that lead to its address.
  var older: Int32 = -1
  var newer: Int32 = -1

  /// What the control side sees.
  var counters: AssociationCounters {
    var seen = tally.counters
    seen.sequence = sequence.last
    return seen
  }
}
