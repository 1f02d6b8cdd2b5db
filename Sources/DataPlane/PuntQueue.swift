// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// Packets on their way to the control side. Each class has its own bounded queue and its own rate limit, so that no class, and no
/// stranger, can starve another; they come out in the order they went in.
public struct PuntQueue: ~Copyable {
  /// Whether the control side takes a packet of a class now.
  public enum Admission: Sendable, Equatable {
    /// It does; a token is spent.
    case admitted
    /// Its queue is full.
    case full
    /// Its rate is reached.
    case rateLimited
  }

  private struct Lane {
    var items: [(number: UInt64, packet: PuntedPacket)] = []
    var head = 0
    var bucket: TokenBucket
    let limit: Int

    var count: Int { items.count - head }
  }

  private var lanes: [Lane]
  private var nextNumber: UInt64 = 0
  /// How many packets wait.
  public private(set) var count = 0

  /// Makes an empty queue.
  public init() {
    lanes = PuntClass.allCases.map { Lane(bucket: TokenBucket(Limits.puntRate($0)), limit: Limits.puntQueue($0)) }
  }

  /// Whether nothing waits.
  public var isEmpty: Bool { count == 0 }

  /// How many packets of a class wait.
  public func count(of kind: PuntClass) -> Int { lanes[Int(kind.rawValue)].count }

  /// Asks whether a packet may be pushed; done before its bytes are copied.
  public mutating func admit(_ kind: PuntClass, at now: Instant) -> Admission {
    let lane = Int(kind.rawValue)
    guard lanes[lane].count < lanes[lane].limit else { return .full }
    return lanes[lane].bucket.take(at: now) ? .admitted : .rateLimited
  }

  /// Appends an admitted packet. Without admission the bound still holds: the packet is ignored when its queue is full.
  public mutating func push(_ packet: PuntedPacket) {
    let lane = Int(packet.kind.rawValue)
    guard lanes[lane].count < lanes[lane].limit else { return }
    lanes[lane].items.append((nextNumber, packet))
    nextNumber &+= 1
    count += 1
  }

  /// Takes the packet that has waited longest.
  public mutating func popFirst() -> PuntedPacket? {
    var best = -1
    for i in lanes.indices where lanes[i].count > 0 {
      if best < 0 || number(i) < number(best) { best = i }
    }
    guard best >= 0 else { return nil }
    let packet = lanes[best].items[lanes[best].head].packet
    lanes[best].head += 1
    count -= 1
    if lanes[best].head >= lanes[best].limit || lanes[best].count == 0 {
      lanes[best].items.removeFirst(lanes[best].head)
      lanes[best].head = 0
    }
    return packet
  }

  /// Takes all packets, the longest waiting first.
  public mutating func drain() -> [PuntedPacket] {
    var out: [PuntedPacket] = []
    out.reserveCapacity(count)
    while let packet = popFirst() { out.append(packet) }
    return out
  }

  private func number(_ lane: Int) -> UInt64 { lanes[lane].items[lanes[lane].head].number }
}
