// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// A question under way: "who serves this address?" (RFC 2332 §5.2.1).
struct PendingResolution: Sendable {
  /// The address asked for.
  var target: IPAddress
  /// The id every try carries; a reply must bring it back.
  var requestID: UInt32
  /// Requests sent.
  var tries: Int
  /// When the first was sent.
  var started: Instant
  /// The record of what led to it (a redirect, a missing adjacency, a refresh).
  var cause: EventID
  /// The record of the last request.
  var sentRecord: EventID
  /// Where the request was sent; the reply may come from there or from the answering peer itself.
  var askedNBMA: IPAddress
  /// Whether it renews a shortcut in use.
  var isRefresh: Bool
  /// Whether only the next hop itself is wanted (phase 2), not a network behind it.
  var isNextHop: Bool

  /// Seconds until the next try: 2, 4, 8, 16; after the last try once more 16.
  static func retrySeconds(after tries: Int) -> Int { 2 << min(max(tries - 1, 0), 3) }
}
