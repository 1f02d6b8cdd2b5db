// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import RIP
import Wire

/// A RIP message in the words of `debug ip rip`.
struct RIPDebugText {
  let message: RIPMessage
  let datagram: Datagram
  let place: String
  let isSent: Bool

  private static let both: Set = [RoutingDebug.rip.rawValue, RoutingDebug.ripEvents.rawValue]

  /// Lines by the areas they belong to.
  var lines: [(areas: Set<String>, texts: [String])] {
    let version = message.version
    if message.command == .request {
      let sent = "RIP: sending request on \(place) to \(datagram.destination)"
      return [(Self.both, [isSent ? sent : "RIP: received v\(version) request from \(datagram.source) on \(place)"])]
    }
    let head =
      isSent
      ? "RIP: sending v\(version) update to \(datagram.destination) via \(place) (\(datagram.source))"
      : "RIP: received v\(version) update from \(datagram.source) on \(place)"
    let entries = (isSent ? ["RIP: build update entries"] : []) + message.entries.map(text)
    let events = ["RIP: Update contains \(message.entries.count) routes"] + (isSent ? ["RIP: Update sent via \(place)"] : [])
    return [
      (Self.both, authentication + [head]), ([RoutingDebug.rip.rawValue], entries), ([RoutingDebug.ripEvents.rawValue], events),
    ]
  }

  /// Which kind; never the password.
  private var authentication: [String] {
    switch message.authentication {
    case .password where !isSent: ["RIP: received packet with text authentication"]
    case .digest where !isSent: ["RIP: received packet with keyed digest authentication"]
    default: []
    }
  }

  private func text(_ entry: RIPRouteEntry) -> String {
    let length = IPPrefix.length(ofMask: IPAddress(v4: entry.mask)) ?? 0
    let network = "\(IPAddress(v4: entry.address))/\(length)", hop = IPAddress(v4: entry.nextHop)
    if isSent { return "\t\(network) via \(hop), metric \(entry.metric), tag \(entry.tag)" }
    return "     \(network) via \(hop) in \(entry.metric) hops" + (entry.metric >= RIPNumbers.infinity ? "  (inaccessible)" : "")
  }
}
