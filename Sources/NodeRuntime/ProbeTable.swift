// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// A `ping` or `traceroute` under way.
struct Probe: Sendable {
  enum Kind: Sendable { case ping, traceroute }

  var kind: Kind
  var session: SessionID
  var request: UInt32
  var source: IPAddress
  var destination: IPAddress
  var identifier: UInt16
  var sequence: UInt16 = 0
  var total: Int
  var size: Int
  var sentAt = Instant.start
  var deadline = Instant.distantFuture
  var isWaiting = false
  /// For ping: `!` and `.`; for traceroute: the line of the hop so far.
  var marks = ""
  var times: [Int64] = []
  var received = 0
  var lastHop: IPAddress?
  /// Whether the destination itself has answered.
  var hasArrived = false
}

/// Probes under way, bounded by the identifiers the data plane hands up.
struct ProbeTable: Sendable {
  /// The identifiers of our own echo requests; answers to them come up, all others go to the host.
  static let identifiers: ClosedRange<UInt16> = 0xd000...0xd0ff

  private(set) var probes: [UInt16: Probe] = [:]
  private var lastIdentifier = identifiers.lowerBound

  // Asked for after every event, and nearly always there is no probe.
  var nextDeadline: Instant? { probes.isEmpty ? nil : probes.values.lazy.map(\.deadline).min() }
  var identifiersInUse: [UInt16] { probes.keys.sorted() }

  subscript(_ identifier: UInt16) -> Probe? {
    get { probes[identifier] }
    set { probes[identifier] = newValue }
  }

  /// A free identifier; nil when all are in use.
  mutating func newIdentifier() -> UInt16? {
    for _ in ProbeTable.identifiers {
      lastIdentifier = lastIdentifier == ProbeTable.identifiers.upperBound ? ProbeTable.identifiers.lowerBound : lastIdentifier + 1
      if probes[lastIdentifier] == nil { return lastIdentifier }
    }
    return nil
  }
}
