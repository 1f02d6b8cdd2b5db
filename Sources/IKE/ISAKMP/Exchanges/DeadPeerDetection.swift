// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Asks a silent peer whether it lives (RFC 3706 §5).
struct DeadPeerDetection: Sendable {
  private var sequence: UInt32 = 0
  private var tries = 0
  /// Somebody doubts that it lives.
  var isUrgent = false

  init() {}

  /// Whether an answer is waited for.
  var isAsking: Bool { tries > 0 }

  /// The next R-U-THERE; nil where it was asked often enough. The first number is `random`, below 2³¹ (§6.2).
  mutating func ask(cookies: [UInt8], random: @autoclosure () -> UInt32) -> ISAKMPPayload? {
    guard tries < ISAKMPLimits.probes else { return nil }
    if sequence == 0 { sequence = max(1, random() >> 1) } else if tries == 0 { sequence = sequence &+ 1 }
    tries += 1
    return Self.payload(.areYouThere, cookies, sequence.bytes)
  }

  /// Whether this is the answer that is waited for.
  func isAnswer(_ notify: ISAKMPNotification) -> Bool { isAsking && notify.content == sequence.bytes }

  /// The peer was heard.
  mutating func heard() { (tries, isUrgent) = (0, false) }

  /// R-U-THERE-ACK, with the number of the question; nil where that has none.
  static func answer(to notify: ISAKMPNotification, cookies: [UInt8]) -> ISAKMPPayload? {
    notify.content.count == 4 ? payload(.areYouThereAcknowledge, cookies, notify.content) : nil
  }

  private static func payload(_ type: ISAKMPNotifyType, _ cookies: [UInt8], _ sequence: [UInt8]) -> ISAKMPPayload {
    .notification(ISAKMPNotification(protocolID: .isakmp, spi: cookies, type: type, content: sequence))
  }
}
