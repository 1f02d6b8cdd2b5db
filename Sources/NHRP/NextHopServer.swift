// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The client's side of one next hop server: registering, up, down. RFC 2332 §5.2.3; retries as on IOS.
///
/// ```
///            start / timer                       reply
///   waiting ───────────────▶ registering(try n) ───────▶ up(refresh at hold/3)
///      ▲                          │ n ≥ 3: down, retries go on: 8 … 64 s     │
///      └── better servers answer ─┴──────────────── timer ◀─────────────────┘
/// ```
struct NextHopServer: Sendable {
  enum State: Sendable, Equatable {
    /// Not asked: better servers of its cluster answer.
    case waiting
    /// Asked `tries` times since the last answer.
    case registering(tries: Int)
    /// Answered.
    case up
  }

  var settings: NextHopServerSettings
  /// Its tunnel address: configured, or learned from a reply.
  var address: IPAddress?
  /// Its NBMA address: configured, mapped, or looked up.
  var nbma: IPAddress?
  var state: State = .waiting
  /// The request whose reply is awaited; replies with another id are ignored.
  var requestID: UInt32 = 0
  /// The last request that was answered with success.
  var acceptedID: UInt32 = 0
  /// Whether it has answered within the last three tries.
  var isResponding = false
  var since: Instant?
  var sent: UInt64 = 0
  var received: UInt64 = 0
  var failed: UInt64 = 0
  var lastReply: Instant?
  var lastCode: UInt8 = 0
  var origin: EventID = .none

  init(_ settings: NextHopServerSettings, nbma: IPAddress?) {
    (self.settings, address, self.nbma) = (settings, settings.address, nbma)
  }

  /// Seconds until try `tries + 1` when no answer comes: 1, 2, 4 … 64.
  static func retrySeconds(after tries: Int) -> Int {
    min(NHRPDefaults.registrationRetryLimitSeconds, NHRPDefaults.registrationRetrySeconds << min(max(tries - 1, 0), 6))
  }

  /// Tries made since the last answer.
  var tries: Int {
    if case .registering(let n) = state { n } else { 0 }
  }

  /// The letters of `show ip nhrp nhs`: E expecting replies, R responding, W waiting, D dynamic.
  var letters: String {
    (state == .waiting ? "W" : (isResponding ? "RE" : "E")) + (settings.address == nil ? "D" : "")
  }
}
