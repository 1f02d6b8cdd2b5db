// SPDX-License-Identifier: GPL-3.0-or-later

/// What has been asked of the node and not yet answered.
struct PendingRequests {
  /// The number of the running command.
  var running: UInt32?
  /// Lines that wait for it, oldest first.
  var queued: [String] = []
  /// `?` in flight: its number and the line.
  var help: (id: UInt32, line: String)?
  /// Tab in flight.
  var completion: (id: UInt32, line: String)?
  /// Lines kept waiting, at most: a paste.
  static let queueLimit = 10_000
  private var next: UInt32 = 0

  /// A number for the next request.
  mutating func number() -> UInt32 {
    next &+= 1
    return next
  }

  /// The node is gone: nothing will be answered.
  mutating func abandon() { (running, queued, help, completion) = (nil, [], nil, nil) }
}
