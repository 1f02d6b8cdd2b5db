// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Packets and bytes, both ways; bytes of what GRE carries.
public struct TrafficCounters: Sendable, Equatable {
  /// Packets from there.
  public var packetsIn: UInt64 = 0
  /// Bytes from there.
  public var bytesIn: UInt64 = 0
  /// Packets to there.
  public var packetsOut: UInt64 = 0
  /// Bytes to there.
  public var bytesOut: UInt64 = 0

  /// All zero.
  public init() {}

  @inline(__always) mutating func received(_ bytes: Int) {
    packetsIn &+= 1
    bytesIn &+= UInt64(truncatingIfNeeded: bytes)
  }

  mutating func add(_ other: TrafficCounters) {
    packetsIn &+= other.packetsIn
    bytesIn &+= other.bytesIn
    packetsOut &+= other.packetsOut
    bytesOut &+= other.bytesOut
  }

  @inline(__always) mutating func sent(_ bytes: Int) {
    packetsOut &+= 1
    bytesOut &+= UInt64(truncatingIfNeeded: bytes)
  }
}

/// How a next hop is reached.
struct Adjacency {
  var interface: InterfaceID
  var nextHop: IPAddress
  var nbma: IPAddress
  /// Its peer, which it keeps alive.
  var peer: Int32
  var packetsOut: UInt64 = 0
  var bytesOut: UInt64 = 0
  /// Packets since it was installed; `clear counters` leaves it, for NHRP judges by it whether a shortcut is in use.
  var used: UInt64 = 0
  var isLive = true
}

/// A peer of a tunnel that something refers to: adjacencies, the multicast list, a point-to-point destination. It is an NBMA address or,
/// where its protection is known, whoever that names at whatever address: several stand behind one NAT address, and any may move.
struct Peer {
  var interface: InterfaceID
  var nbma: IPAddress
  var protection: ProtectionID
  var references: Int32
  var traffic = TrafficCounters()
  /// The next number to send, and the last one taken (RFC 2890).
  var sequenceOut: UInt32 = 0
  var sequenceIn: UInt32 = 0
  var sequenceAt: Instant?
}

/// Adjacencies by (tunnel, next hop), and peers by (tunnel, protection) or, without one, by (tunnel, NBMA address).
struct PeerTable {
  private(set) var adjacencies: [Adjacency] = []
  var peers: [Peer] = []
  private var freeAdjacencies: [Int32] = []
  private var freePeers: [Int32] = []
  private var byNextHop: KeyIndex
  private var byNBMA: KeyIndex
  private let limit: Int
  /// Entries that found no room.
  private(set) var refused: UInt64 = 0

  init(limit: Int, seed: UInt64) {
    self.limit = limit
    (byNextHop, byNBMA) = (KeyIndex(seed: seed), KeyIndex(seed: ~seed))
  }

  /// The adjacency's index, -1 when there is none.
  @inline(__always) func adjacency(_ interface: InterfaceID, _ nextHop: IPAddress) -> Int {
    byNextHop.find(TableKey(nextHop, tag: UInt64(interface.rawValue)))
  }

  /// The peer's index, -1 when there is none. One whose protection nobody named when it was installed is known by its address.
  @inline(__always) func peer(_ interface: InterfaceID, _ nbma: IPAddress, _ protection: ProtectionID = .none) -> Int {
    if protection != .none {
      let known = byNBMA.find(PeerTable.key(interface, nbma, protection))
      if known >= 0 { return known }
    }
    return byNBMA.find(PeerTable.key(interface, nbma, .none))
  }

  @inline(__always) private static func key(_ interface: InterfaceID, _ nbma: IPAddress, _ protection: ProtectionID) -> TableKey {
    let tag = UInt64(interface.rawValue) | UInt64(protection.rawValue) << 16
    return protection == .none ? TableKey(nbma, tag: tag) : TableKey(.anyV6, tag: tag)
  }

  /// Refers to a peer, new or known; -1 when the table is full. `nbma` is its address from now on.
  mutating func retain(_ interface: InterfaceID, _ nbma: IPAddress, _ protection: ProtectionID = .none) -> Int {
    let key = PeerTable.key(interface, nbma, protection)
    let known = byNBMA.find(key)
    if known >= 0 {
      peers[known].references &+= 1
      peers[known].nbma = nbma
      return known
    }
    guard byNBMA.count < limit else {
      refused &+= 1
      return -1
    }
    let fresh = Peer(interface: interface, nbma: nbma, protection: protection, references: 1)
    let i: Int
    if let free = freePeers.popLast() {
      i = Int(free)
      peers[i] = fresh
    } else {
      i = peers.count
      peers.append(fresh)
    }
    byNBMA.set(key, i)
    return i
  }

  /// Takes a reference back; the last one removes the peer.
  mutating func release(_ i: Int) {
    guard i >= 0, i < peers.count, peers[i].references > 0 else { return }
    peers[i].references &-= 1
    guard peers[i].references == 0 else { return }
    byNBMA.remove(PeerTable.key(peers[i].interface, peers[i].nbma, peers[i].protection))
    freePeers.append(Int32(truncatingIfNeeded: i))
  }

  /// Says which address a protected peer has now.
  mutating func move(_ interface: InterfaceID, _ protection: ProtectionID, to nbma: IPAddress) {
    let known = byNBMA.find(PeerTable.key(interface, nbma, protection))
    if known >= 0, protection != .none { peers[known].nbma = nbma }
  }

  /// Installs, moves or removes (nil) an adjacency. One that stays where it is, or with whom it is, keeps its counters.
  mutating func setAdjacency(_ interface: InterfaceID, _ nextHop: IPAddress, nbma: IPAddress?, _ protection: ProtectionID = .none) {
    let old = adjacency(interface, nextHop)
    if old >= 0, adjacencies[old].nbma == nbma, peers[Int(adjacencies[old].peer)].protection == protection { return }
    if let nbma, old >= 0, protection != .none, peers[Int(adjacencies[old].peer)].protection == protection {
      adjacencies[old].nbma = nbma
      peers[Int(adjacencies[old].peer)].nbma = nbma
      return
    }
    if old >= 0 { removeAdjacency(old) }
    guard let nbma else { return }
    guard byNextHop.count < limit else {
      refused &+= 1
      return
    }
    let peer = retain(interface, nbma, protection)
    guard peer >= 0 else { return }
    let fresh = Adjacency(interface: interface, nextHop: nextHop, nbma: nbma, peer: Int32(truncatingIfNeeded: peer))
    let i: Int
    if let free = freeAdjacencies.popLast() {
      i = Int(free)
      adjacencies[i] = fresh
    } else {
      i = adjacencies.count
      adjacencies.append(fresh)
    }
    byNextHop.set(TableKey(nextHop, tag: UInt64(interface.rawValue)), i)
  }

  /// Removes all adjacencies of a tunnel.
  mutating func removeAdjacencies(of interface: InterfaceID) {
    for i in adjacencies.indices where adjacencies[i].isLive && adjacencies[i].interface == interface { removeAdjacency(i) }
  }

  private mutating func removeAdjacency(_ i: Int) {
    adjacencies[i].isLive = false
    byNextHop.remove(TableKey(adjacencies[i].nextHop, tag: UInt64(adjacencies[i].interface.rawValue)))
    freeAdjacencies.append(Int32(truncatingIfNeeded: i))
    release(Int(adjacencies[i].peer))
  }

  /// Counts a packet out.
  @inline(__always) mutating func sent(_ bytes: Int, adjacency: Int, peer: Int) {
    if adjacency >= 0 {
      adjacencies[adjacency].packetsOut &+= 1
      adjacencies[adjacency].bytesOut &+= UInt64(truncatingIfNeeded: bytes)
      adjacencies[adjacency].used &+= 1
    }
    if peer >= 0 { peers[peer].traffic.sent(bytes) }
  }

  mutating func clearCounters() {
    for i in adjacencies.indices { (adjacencies[i].packetsOut, adjacencies[i].bytesOut) = (0, 0) }
    for i in peers.indices { peers[i].traffic = TrafficCounters() }
  }
}
