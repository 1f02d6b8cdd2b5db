// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// Requests that wait for fresh counters. A `show` right behind a `ping` tells of that ping: the workers are asked first,
/// and the request goes to the node with the answer, some ten microseconds later. Nothing overtakes.
struct PendingRequests {
  /// Pictures are drawn with counters of at most this age.
  static let pictureAge = Duration.milliseconds(900)
  /// A worker that does not answer for so long is busy with packets: the older counters do.
  static let patience = Duration.milliseconds(100)

  var waiting: [(session: SessionID, request: ConsoleRequest)] = []
  var countedAt: Instant?
}

extension NodeHost {
  /// Takes a request of a console.
  func take(_ request: ConsoleRequest, from session: SessionID) {
    guard wantsCounters(request) || !requests.waiting.isEmpty else { return deliver(.request(session, request)) }
    requests.waiting.append((session, request))
    if wantsCounters(request) { askForCounters() }
  }

  func sessionClosed(_ session: SessionID) {
    requests.waiting.removeAll { $0.session == session }
    deliver(.sessionClosed(session))
  }

  private func wantsCounters(_ request: ConsoleRequest) -> Bool {
    switch request {
    case .execute: true
    case .wantSnapshot: requests.countedAt.map { now - $0 > PendingRequests.pictureAge } ?? true
    case .hello, .help, .complete, .interrupt: false
    }
  }

  /// A question that is under way would be answered with what was counted before this request: it is asked again.
  private func askForCounters() {
    workers.askForCounters()
    setTimer(.counters)
  }

  func countersCame(_ counters: DataPlaneCounters) {
    requests.countedAt = now
    deliver(.counters(counters))
    passRequests()
  }

  /// Fresh counters did not come in time.
  func countersAreLate() { passRequests() }

  private func passRequests() {
    timers.cancel(.counters)
    let waiting = requests.waiting
    requests.waiting = []
    for (session, request) in waiting { deliver(.request(session, request)) }
  }
}
