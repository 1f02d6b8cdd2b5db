// SPDX-License-Identifier: GPL-3.0-or-later

/// How a node's link to the lab's internet behaves, the same in both directions.
public struct LinkSettings: Sendable, Equatable {
  /// The time every packet takes, one way.
  public var delay: Duration
  /// Up to this is added at random; packets closer together than this may overtake each other.
  public var jitter: Duration
  /// Of a million packets, how many vanish.
  public var lossPerMillion: UInt32
  /// Of a million packets, how many arrive twice.
  public var duplicationPerMillion: UInt32
  /// Of a million packets, how many take `reorderDelay` longer, so that later ones overtake them.
  public var reorderPerMillion: UInt32
  /// What a reordered packet takes longer.
  public var reorderDelay: Duration
  /// The largest IP packet, in bytes.
  public var mtu: Int
  /// The rate; nil for "no limit".
  public var rateBitsPerSecond: Int?
  /// With a rate: how long a packet may wait for its turn before it is dropped instead.
  public var queueLimit: Duration

  /// A link; without arguments a good one: 5 ms, nothing lost, 1,500 bytes.
  public init(
    delay: Duration = .milliseconds(5), jitter: Duration = .zero, lossPerMillion: UInt32 = 0, duplicationPerMillion: UInt32 = 0,
    reorderPerMillion: UInt32 = 0, reorderDelay: Duration = .milliseconds(20), mtu: Int = 1500, rateBitsPerSecond: Int? = nil,
    queueLimit: Duration = .milliseconds(100)
  ) {
    (self.delay, self.jitter, self.mtu) = (delay, jitter, mtu)
    (self.lossPerMillion, self.duplicationPerMillion) = (lossPerMillion, duplicationPerMillion)
    (self.reorderPerMillion, self.reorderDelay) = (reorderPerMillion, reorderDelay)
    (self.rateBitsPerSecond, self.queueLimit) = (rateBitsPerSecond, queueLimit)
  }
}
