// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit

/// The areas of `debug ip …` and `debug cdp …`.
///
/// Lines come from two places: journal records say what happened to a neighbour, and what passes the node's ports says what was sent and
/// received. The latter is read only while somebody debugs it, so it costs nothing otherwise, and the engines know nothing of it.
enum RoutingDebug: String, CaseIterable {
  case bgp = "ip bgp"
  case bgpEvents = "ip bgp events", bgpKeepalives = "ip bgp keepalives", bgpUpdates = "ip bgp updates"
  case rip = "ip rip"
  case ripEvents = "ip rip events"
  case routing = "ip routing"
  case cdp = "cdp packets"

  /// The words of `show debugging`.
  var title: String {
    switch self {
    case .bgp: "BGP"
    case .bgpEvents: "BGP events"
    case .bgpKeepalives: "BGP keepalives"
    case .bgpUpdates: "BGP updates"
    case .rip: "RIP protocol"
    case .ripEvents: "RIP event"
    case .routing: "IP routing"
    case .cdp: "CDP packet info"
    }
  }

  /// The heading it stands below.
  var heading: String { self == .cdp ? "CDP:" : "IP routing:" }

  /// The area that a line means.
  static func named(_ a: Arguments) -> RoutingDebug {
    if a.has("cdp") { return .cdp }
    if a.has("routing") { return .routing }
    if a.has("rip") { return a.has("events") ? .ripEvents : .rip }
    return a.has("events") ? .bgpEvents : a.has("keepalives") ? .bgpKeepalives : a.has("updates") ? .bgpUpdates : .bgp
  }

  /// What `show debugging` says of the areas that are on.
  static func lines(_ on: Set<String>) -> [String] {
    ["IP routing:", "CDP:"].flatMap { heading -> [String] in
      let areas = allCases.filter { $0.heading == heading && on.contains($0.rawValue) }
      return areas.isEmpty ? [] : [heading] + areas.map { "  \($0.title) debugging is on" }
    }
  }

  // MARK: Records

  /// The line of a routing protocol's record, and the areas it belongs to. `text` is what the journal says of it.
  static func line(_ r: JournalRecord, interface: String, _ text: String) -> (areas: Set<String>, text: String)? {
    bgpLine(r, text) ?? ripLine(r, interface, text) ?? cdpLine(r, interface, text)
  }

  private static func bgpLine(_ r: JournalRecord, _ text: String) -> (areas: Set<String>, text: String)? {
    let session: Set = [bgp.rawValue, bgpEvents.rawValue], table: Set = [bgp.rawValue, bgpUpdates.rawValue]
    switch r.kind {
    case .bgpUp: return (session, "BGP: \(r.a) went from OpenConfirm to Established")
    case .bgpDown: return (session, "BGP: \(r.a) went from Established to Idle")
    case .bgpNotificationSent: return (session, "BGP: \(r.a) send NOTIFICATION \(r.x)/\(r.y) (\(JournalText.bgpError(r)))")
    case .bgpNotificationReceived: return (session, "BGP: \(r.a) rcv NOTIFICATION \(r.x)/\(r.y) (\(JournalText.bgpError(r)))")
    case .bgpRefused: return (session, "BGP: \(r.a) passive open refused")
    case .bgpPrefixWarning, .bgpPrefixLimit, .bgpUpdateError, .bgpTableFull, .bgpRouteTooLong: return (table, "BGP: " + text)
    default: return nil
    }
  }

  private static func ripLine(_ r: JournalRecord, _ interface: String, _ text: String) -> (areas: Set<String>, text: String)? {
    let both: Set = [rip.rawValue, ripEvents.rawValue]
    switch r.kind {
    case .ripAuthenticationFailed: return (both, "RIP: ignored packet from \(r.a) on \(interface) (invalid authentication)")
    case .ripReplayRefused: return (both, "RIP: ignored packet from \(r.a) on \(interface) (sequence number was seen before)")
    case .ripRouteInstalled: return ([rip.rawValue], "RIP-DB: network_update with \(r.a)/\(r.x) succeeds")
    case .ripRouteLost: return ([rip.rawValue], "RIP-DB: Remove \(r.a)/\(r.x)")
    case .ripNeighbourUp, .ripNeighbourDown, .ripLimitReached: return (both, "RIP: " + text)
    default: return nil
    }
  }

  private static func cdpLine(_ r: JournalRecord, _ interface: String, _ text: String) -> (areas: Set<String>, text: String)? {
    switch r.kind {
    case .cdpNeighbourUp: ([cdp.rawValue], "CDP-PA: Entry for \(r.a) on interface \(interface) added")
    case .cdpNeighbourDown: ([cdp.rawValue], "CDP-PA: Entry for \(r.a) on interface \(interface) aged out")
    case .odrRouteInstalled, .odrRouteLost, .odrPrefixRefused, .odrLimitReached, .odrNeighbourRefused: ([cdp.rawValue], "ODR: " + text)
    default: nil
    }
  }
}
