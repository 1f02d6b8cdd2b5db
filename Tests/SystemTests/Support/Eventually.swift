// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// A condition that did not come true in time.
struct TimedOut: Error, CustomStringConvertible {
  let what: String
  let after: Duration
  let lastSeen: String
  var description: String { "\(what) did not come true in \(after)" + (lastSeen.isEmpty ? "" : "; last seen:\n\(lastSeen)") }
}

/// Polls until the condition holds; throws `TimedOut` with what was last seen otherwise. An error of the condition counts as "not yet".
func eventually(
  _ what: String, timeout: Duration = .seconds(20), every pause: Duration = .milliseconds(50),
  lastSeen: () async -> String = { "" }, _ condition: () async throws -> Bool
) async throws {
  let clock = ContinuousClock(), deadline = clock.now + timeout
  while true {
    if (try? await condition()) == true { return }
    if clock.now >= deadline { throw TimedOut(what: what, after: timeout, lastSeen: await lastSeen()) }
    try await Task.sleep(for: pause)
  }
}

/// Polls a text until it contains every one of `parts`, and returns it.
@discardableResult
func eventually(
  _ what: String, contains parts: [String], timeout: Duration = .seconds(20), _ text: () async throws -> String
) async throws -> String {
  var seen = ""
  try await eventually(what, timeout: timeout, lastSeen: { seen }) {
    seen = try await text()
    return parts.allSatisfy { seen.contains($0) }
  }
  return seen
}

/// Polls a text until it contains none of `parts`.
func eventually(_ what: String, lacks parts: [String], timeout: Duration = .seconds(20), _ text: () async throws -> String) async throws {
  var seen = ""
  try await eventually(what, timeout: timeout, lastSeen: { seen }) {
    seen = try await text()
    return !parts.contains { seen.contains($0) }
  }
}
