// SPDX-License-Identifier: GPL-3.0-or-later

/// Which sequence numbers of an inbound association were taken (RFC 4303 §3.4.3, Appendix A). A ring of words in the manner of RFC 6479:
/// moving on clears words, nothing is ever shifted, so a packet costs the same wherever it falls.
package struct AntiReplayWindow {
  /// The sizes that can be had.
  package static let sizes = 64...4096

  private var words: [UInt64]
  private let mask: UInt64
  /// How many numbers back from the highest are told apart; 0 when the window is off.
  private let size: UInt64
  private let usesESN: Bool
  /// The highest number taken; 0 before the first.
  package private(set) var highest: UInt64 = 0

  /// A window of `size` packets, raised or cut to `sizes`; 0 or less takes every number.
  package init(size: Int, usesESN: Bool = false) {
    self.usesESN = usesESN
    guard size > 0 else {
      (self.size, words, mask) = (0, [], 0)
      return
    }
    let kept = min(max(size, Self.sizes.lowerBound), Self.sizes.upperBound)
    self.size = UInt64(kept)
    // One word more than the window holds, for it begins and ends inside words.
    let wanted = (kept + 63) / 64 + 1
    let count = 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount)
    words = Array(repeating: 0, count: count)
    mask = UInt64(count - 1)
  }

  /// The whole number of a packet that carries `low`, when it is new enough and not taken yet; nil refuses it. Asked before the
  /// integrity check; it changes nothing.
  @inline(__always) package func judge(_ low: UInt32) -> UInt64? {
    guard let number = usesESN ? extended(low) : UInt64(low), number != 0 else { return nil }
    guard size > 0, number <= highest else { return number }
    guard highest &- number < size else { return nil }
    return words[Int(truncatingIfNeeded: number >> 6 & mask)] >> (number & 63) & 1 == 0 ? number : nil
  }

  /// Marks a number that `judge` gave as taken; only after the integrity check. Says whether it is the highest yet.
  @inline(__always) @discardableResult package mutating func accept(_ number: UInt64) -> Bool {
    let isNewest = number > highest
    if isNewest { advance(to: number) }
    if size > 0 { words[Int(truncatingIfNeeded: number >> 6 & mask)] |= 1 << (number & 63) }
    return isNewest
  }

  @inline(__always) private mutating func advance(to number: UInt64) {
    if size > 0 {
      var word = highest >> 6
      let steps = min(number >> 6 &- word, mask &+ 1)
      // Where the whole ring is behind, its last round is enough.
      word = (number >> 6) &- steps
      for step in 0..<steps { words[Int(truncatingIfNeeded: (word &+ step &+ 1) & mask)] = 0 }
    }
    highest = number
  }

  /// The number whose low half is `low` and that lies inside the window or, where none does, in front of it (RFC 4303 Appendix A2.2).
  /// Nil when that would be below 0 or beyond 64 bits.
  private func extended(_ low: UInt32) -> UInt64? {
    let reach = size > 0 ? size : 1 << 31
    let (high, topLow) = (highest >> 32, highest & 0xffff_ffff)
    let bottom = UInt32(truncatingIfNeeded: topLow &- (reach &- 1))
    var guess = high
    if topLow >= reach &- 1 {
      if low < bottom { guess = high &+ 1 }
    } else if low >= bottom {
      guard high > 0 else { return nil }
      guess = high &- 1
    }
    return guess <= 0xffff_ffff ? guess << 32 | UInt64(low) : nil
  }
}
