// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// The security associations of a core (RFC 4301 §4.4.2): inbound ones by SPI; outbound ones by peer, one each, and by address for those
/// who know no more of a peer (multicast lists, point-to-point tunnels).
struct SecurityAssociationTable: ~Copyable {
  var inbound: [InboundAssociation] = []
  var outbound: [OutboundAssociation] = []
  private var freeInbound: [Int] = []
  private var freeOutbound: [Int] = []
  private var bySPI: NumberIndex
  /// The newest inbound association of a peer.
  private var inboundByPeer: NumberIndex
  private var outboundByPeer: NumberIndex
  /// The newest outbound association to an address in a group.
  private var outboundByAddress: KeyIndex
  private let limit: Int
  /// Associations that found no room, or that nobody can use.
  private(set) var refused: UInt64 = 0
  // The last lookups: consecutive packets mostly are of one association.
  private var lastSPI: UInt32 = 0
  private var lastInbound = -1
  private var lastPeer = ProtectionID.none
  private var lastOutbound = -1

  init(limit: Int, seed: UInt64) {
    self.limit = limit
    (bySPI, inboundByPeer) = (NumberIndex(seed: seed), NumberIndex(seed: ~seed))
    (outboundByPeer, outboundByAddress) = (NumberIndex(seed: seed &+ 1), KeyIndex(seed: seed &+ 2))
  }

  deinit {
    for association in inbound where association.definition != nil { association.facts.cipher.release() }
    for association in outbound where association.definition != nil {
      association.facts.cipher.release()
      association.sequence.release()
    }
  }

  /// How many there are.
  var inboundCount: Int { bySPI.count }
  var outboundCount: Int { outboundByPeer.count }

  /// The inbound association with an SPI of ours, -1 when there is none.
  @inline(__always) mutating func inbound(spi: UInt32) -> Int {
    if spi == lastSPI { return lastInbound }
    (lastSPI, lastInbound) = (spi, bySPI.find(UInt64(spi)))
    return lastInbound
  }

  /// The outbound association of a peer, -1 when there is none.
  @inline(__always) mutating func outbound(of peer: ProtectionID) -> Int {
    if peer == lastPeer { return lastOutbound }
    (lastPeer, lastOutbound) = (peer, outboundByPeer.find(UInt64(peer.rawValue)))
    return lastOutbound
  }

  /// The newest outbound association of a group to an address, -1 when there is none; `outbound[i].older` is the next.
  func outbound(group: UInt16, to remote: IPAddress) -> Int { outboundByAddress.find(Self.addressKey(group, remote)) }

  private static func addressKey(_ group: UInt16, _ remote: IPAddress) -> TableKey { TableKey(remote, tag: UInt64(group)) }
}

// Changes. Each ends with the last lookups forgotten.
extension SecurityAssociationTable {
  mutating func install(_ association: SecurityAssociation) {
    defer { forgetLookups() }
    guard AssociationFacts.isUsable(association) else { return refused &+= 1 }
    switch association.direction {
    case .inbound: installInbound(association)
    case .outbound: installOutbound(association)
    }
  }

  private mutating func installInbound(_ association: SecurityAssociation) {
    let known = bySPI.find(UInt64(association.spi))
    if known >= 0 {
      // With the same key the window must stay, or every packet since could come again.
      if inbound[known].definition?.hasKeys(of: association) == true { return refreshInbound(known, association) }
      removeInbound(known)
    }
    guard bySPI.count < limit, let cipher = try? PacketCipher(association.suite, keys: association.keys, direction: .inbound) else {
      return refused &+= 1
    }
    let fresh = InboundAssociation(
      facts: AssociationFacts(association, cipher), window: AntiReplayWindow(size: association.replayWindow, usesESN: association.usesESN),
      definition: association)
    let i = freeInbound.popLast() ?? inbound.count
    if i == inbound.count { inbound.append(fresh) } else { inbound[i] = fresh }
    bySPI.set(UInt64(association.spi), i)
    linkInbound(i)
  }

  private mutating func refreshInbound(_ i: Int, _ association: SecurityAssociation) {
    inbound[i].definition = association
    inbound[i].facts.refresh(from: association)
  }

  private mutating func installOutbound(_ association: SecurityAssociation) {
    let known = outboundByPeer.find(UInt64(association.peer.rawValue))
    // With the same key the numbers must go on: one used twice betrays both packets (RFC 4106 §2).
    if known >= 0, outbound[known].definition?.hasKeys(of: association) == true { return refreshOutbound(known, association) }
    guard known >= 0 || outboundByPeer.count < limit,
      let cipher = try? PacketCipher(association.suite, keys: association.keys, direction: .outbound)
    else { return refused &+= 1 }
    if known >= 0 { removeOutbound(known) }
    let fresh = OutboundAssociation(
      facts: AssociationFacts(association, cipher), sequence: SequenceHandle(association.sequence ?? SharedSequence()),
      definition: association)
    let i = freeOutbound.popLast() ?? outbound.count
    if i == outbound.count { outbound.append(fresh) } else { outbound[i] = fresh }
    outboundByPeer.set(UInt64(association.peer.rawValue), i)
    linkOutbound(i)
  }

  private mutating func refreshOutbound(_ i: Int, _ association: SecurityAssociation) {
    unlinkOutbound(i)
    outbound[i].definition = association
    outbound[i].facts.refresh(from: association)
    linkOutbound(i)
  }

  mutating func remove(_ direction: SecurityAssociation.Direction, spi: UInt32, peer: ProtectionID) {
    defer { forgetLookups() }
    switch direction {
    case .inbound:
      let i = bySPI.find(UInt64(spi))
      if i >= 0, inbound[i].facts.peer == peer { removeInbound(i) }
    case .outbound:
      let i = outboundByPeer.find(UInt64(peer.rawValue))
      if i >= 0, outbound[i].facts.spi == spi { removeOutbound(i) }
    }
  }

  private mutating func removeInbound(_ i: Int) {
    unlinkInbound(i)
    bySPI.remove(UInt64(inbound[i].facts.spi))
    inbound[i].facts.cipher.release()
    inbound[i].definition = nil
    freeInbound.append(i)
  }

  private mutating func removeOutbound(_ i: Int) {
    unlinkOutbound(i)
    outboundByPeer.remove(UInt64(outbound[i].facts.peer.rawValue))
    outbound[i].facts.cipher.release()
    outbound[i].sequence.release()
    outbound[i].definition = nil
    freeOutbound.append(i)
  }

  /// Gives all associations of a peer other ends.
  mutating func move(_ peer: ProtectionID, to ends: AssociationEndpoints) {
    guard ends.local.isV4 == ends.remote.isV4 else { return }
    var i = inboundByPeer.find(UInt64(peer.rawValue))
    while i >= 0 {
      inbound[i].facts.move(to: ends)
      i = Int(inbound[i].older)
    }
    let out = outboundByPeer.find(UInt64(peer.rawValue))
    guard out >= 0 else { return }
    unlinkOutbound(out)
    outbound[out].facts.move(to: ends)
    linkOutbound(out)
  }

  /// The next packet in order on an inbound association is told of like the first one.
  mutating func watch(_ spi: UInt32) {
    let i = bySPI.find(UInt64(spi))
    if i >= 0 { inbound[i].hasToldUse = false }
  }

  mutating func clearCounters() {
    for i in inbound.indices { inbound[i].tally.counters = AssociationCounters() }
    for i in outbound.indices { outbound[i].tally.counters = AssociationCounters() }
  }

  private mutating func forgetLookups() { (lastSPI, lastInbound, lastPeer, lastOutbound) = (0, -1, .none, -1) }
}

// The two lists through the table, newest first.
extension SecurityAssociationTable {
  private mutating func linkInbound(_ i: Int) {
    let key = UInt64(inbound[i].facts.peer.rawValue)
    let next = inboundByPeer.find(key)
    (inbound[i].older, inbound[i].newer) = (Int32(truncatingIfNeeded: next), -1)
    if next >= 0 { inbound[next].newer = Int32(truncatingIfNeeded: i) }
    inboundByPeer.set(key, i)
  }

  private mutating func unlinkInbound(_ i: Int) {
    let key = UInt64(inbound[i].facts.peer.rawValue)
    let (older, newer) = (Int(inbound[i].older), Int(inbound[i].newer))
    if older >= 0 { inbound[older].newer = Int32(truncatingIfNeeded: newer) }
    if newer >= 0 { return inbound[newer].older = Int32(truncatingIfNeeded: older) }
    if older >= 0 { inboundByPeer.set(key, older) } else { inboundByPeer.remove(key) }
  }

  private mutating func linkOutbound(_ i: Int) {
    let key = Self.addressKey(outbound[i].facts.group, outbound[i].facts.remote)
    let next = outboundByAddress.find(key)
    (outbound[i].older, outbound[i].newer) = (Int32(truncatingIfNeeded: next), -1)
    if next >= 0 { outbound[next].newer = Int32(truncatingIfNeeded: i) }
    outboundByAddress.set(key, i)
  }

  private mutating func unlinkOutbound(_ i: Int) {
    let key = Self.addressKey(outbound[i].facts.group, outbound[i].facts.remote)
    let (older, newer) = (Int(outbound[i].older), Int(outbound[i].newer))
    if older >= 0 { outbound[older].newer = Int32(truncatingIfNeeded: newer) }
    if newer >= 0 { return outbound[newer].older = Int32(truncatingIfNeeded: older) }
    if older >= 0 { outboundByAddress.set(key, older) } else { outboundByAddress.remove(key) }
  }
}

extension SecurityAssociation {
  /// Whether `other` is the same association, installed again: same name, same key.
  fileprivate func hasKeys(of other: SecurityAssociation) -> Bool {
    spi == other.spi && peer == other.peer && mode == other.mode && usesESN == other.usesESN && suite == other.suite && keys == other.keys
  }
}
