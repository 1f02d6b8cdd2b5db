// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// A message of ours that is sent again until something answers it: after half a second, then twice as long each time.
struct Transmission: Sendable {
  let bytes: [UInt8]
  /// How often it was sent.
  private(set) var tries = 1
  private let firstSentAt: Instant

  init(_ bytes: [UInt8], at now: Instant) { (self.bytes, firstSentAt) = (bytes, now) }

  /// Whether it was sent often enough.
  var isExhausted: Bool { tries >= IKELimits.tries }
  /// How long to wait for an answer to the last try.
  var patience: Duration { IKELimits.firstRetransmission * (1 << min(tries - 1, 16)) }
  /// It goes out once more.
  mutating func repeated() { tries += 1 }

  /// What the answer took; nil where it may be the answer to another try.
  func roundTrip(at now: Instant) -> Duration? { tries == 1 ? now - firstSentAt : nil }
}

/// A message as it came last, by its digest: a peer that repeats it missed our answer (RFC 2408 §5.1).
struct LastMessage: Sendable {
  private var digest: [UInt8]?

  /// Whether `bytes` are it.
  func isSame(as bytes: [UInt8]) -> Bool { digest == HashAlgorithm.sha256.digest(bytes) }
  /// `bytes` were accepted.
  mutating func note(_ bytes: [UInt8]) { digest = HashAlgorithm.sha256.digest(bytes) }
  /// What was accepted turned out to be nothing.
  mutating func forget() { digest = nil }
}

/// Message IDs that were used under one phase 1, by either end: none may come again, neither replayed nor reflected.
struct MessageIDMemory: Sendable {
  private var ids: [UInt32] = []
  private var oldest = 0

  /// Whether nothing was forgotten yet.
  var isComplete: Bool { ids.count < ISAKMPLimits.messageIDs }

  func contains(_ id: UInt32) -> Bool { ids.contains(id) }

  mutating func note(_ id: UInt32) {
    guard isComplete else {
      ids[oldest] = id
      oldest = (oldest + 1) % ids.count
      return
    }
    ids.append(id)
  }
}
