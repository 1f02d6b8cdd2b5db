// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// The last values of something that is measured once a second, oldest first.
public struct HistoryRing: Sendable, Equatable {
  /// Values kept: a minute of seconds.
  public static let capacity = 60
  private var values: [UInt64] = []
  private var next = 0

  /// An empty ring.
  public init() {}

  /// Adds a value and forgets the oldest when full.
  public mutating func append(_ value: UInt64) {
    if values.count < Self.capacity { values.append(value) } else { values[next] = value }
    next = (next + 1) % Self.capacity
  }

  /// The newest value; 0 when there is none.
  public var last: UInt64 { values.isEmpty ? 0 : values[(next + Self.capacity - 1) % Self.capacity] }

  /// The largest value.
  public var maximum: UInt64 { values.max() ?? 0 }

  /// The newest `count` values, oldest first.
  public func newest(_ count: Int) -> [UInt64] {
    let ordered = values.count < Self.capacity ? values : Array(values[next...] + values[..<next])
    return Array(ordered.suffix(max(0, count)))
  }
}

/// Bit rates by NHRP peer and by protected peer, computed from the counters of successive pictures.
public struct RateHistory: Sendable, Equatable {
  /// Peers of each kind followed, at most: a ring costs half a kilobyte each way.
  public static let peerLimit = 4096

  /// One peer's rates in bits per second.
  public struct Peer: Sendable, Equatable {
    /// To this node.
    public var inbound = HistoryRing()
    /// From this node.
    public var outbound = HistoryRing()
    /// Packets refused between two pictures; of protected peers alone.
    public var refused = HistoryRing()
    var counters = Counters()
    var at = Instant.start
  }

  struct Counters: Sendable, Equatable {
    var bytesIn: UInt64 = 0, bytesOut: UInt64 = 0
    var refused: UInt64?
  }

  private var peers: [String: Peer] = [:]
  private var sampledAt: Instant?

  /// No rates yet.
  public init() {}

  /// The rates of the peer with this key (`Listing.key`).
  public subscript(key: String) -> Peer? { peers[key] }

  /// Takes the counters of a picture, at most once a second.
  public mutating func absorb(_ snapshot: NodeSnapshot) {
    if let last = sampledAt, snapshot.at >= last, (snapshot.at - last).nanoseconds < 1_000_000_000 { return }
    sampledAt = snapshot.at
    var kept: [String: Peer] = [:]
    for row in snapshot.peers.prefix(Self.peerLimit) {
      let key = Listing.key(row)
      kept[key] = Self.next(peers[key], Counters(bytesIn: row.bytesIn, bytesOut: row.bytesOut), snapshot.at)
    }
    for row in snapshot.protected.prefix(Self.peerLimit) {
      let key = Listing.key(row)
      kept[key] = Self.next(peers[key], Counters(bytesIn: row.bytesIn, bytesOut: row.bytesOut, refused: row.refused), snapshot.at)
    }
    peers = kept
  }

  private static func next(_ old: Peer?, _ new: Counters, _ now: Instant) -> Peer {
    var peer = old ?? Peer()
    if old != nil {
      let span = max(1, (now - peer.at).nanoseconds)
      peer.inbound.append(rate(from: peer.counters.bytesIn, to: new.bytesIn, span))
      peer.outbound.append(rate(from: peer.counters.bytesOut, to: new.bytesOut, span))
      if let refused = new.refused { peer.refused.append(refused - min(refused, peer.counters.refused ?? 0)) }
    }
    (peer.counters, peer.at) = (new, now)
    return peer
  }

  /// Bits per second; 0 over a counter that went back, which is a peer that came up anew.
  private static func rate(from old: UInt64, to new: UInt64, _ nanoseconds: Int64) -> UInt64 {
    guard new > old, nanoseconds > 0 else { return 0 }
    let bits = (new - old).multipliedFullWidth(by: 8_000_000_000)
    let span = UInt64(nanoseconds)
    return bits.high >= span ? .max : span.dividingFullWidth(bits).quotient
  }
}
