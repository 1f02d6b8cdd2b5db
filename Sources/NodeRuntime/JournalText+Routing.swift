// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import ProtocolKit
import Wire

/// Records of the routing protocols.
///
/// | kind | x | y |
/// |---|---|---|
/// | bgpUp | the neighbour's AS | |
/// | bgpDown, bgpNotificationSent, bgpNotificationReceived | the error's code | its subcode (RFC 4271 §4.5) |
/// | bgpPrefixWarning, bgpPrefixLimit | prefixes | the limit |
/// | bgpUpdateError | the attribute's type; 0: their list, or one is missing | what was done, an `ErrorApproach` |
/// | bgpRouteTooLong | the network's length | |
/// | bgpTableFull | what is full, a `PathRefusal` | paths of the neighbour refused so far |
/// | ripNeighbourUp | the version of its messages | |
/// | ripRoute…, odrRoute… | the network's length or metric | |
/// | trackedObjectChanged | the object's number | see `TrackedRecord` |
extension JournalText {
  static func isRouting(_ kind: JournalKind) -> Bool { kind.rawValue >= JournalKind.bgpUp.rawValue }

  static func routingSeverity(_ kind: JournalKind) -> Severity {
    switch kind {
    case .bgpNotificationSent, .bgpNotificationReceived, .bgpPrefixLimit, .bgpTableFull, .ripLimitReached, .odrLimitReached: .error
    case .bgpPrefixWarning, .bgpUpdateError, .bgpRouteTooLong, .ripAuthenticationFailed, .ripReplayRefused, .odrNeighbourRefused: .warning
    case .bgpUp, .bgpDown, .ripNeighbourUp, .ripNeighbourDown, .cdpNeighbourUp, .cdpNeighbourDown, .trackedObjectChanged: .notice
    default: .informational
    }
  }

  static func routingFacility(_ kind: JournalKind) -> String {
    if kind == .trackedObjectChanged { return "TRACK" }
    return kind.rawValue < JournalKind.ripNeighbourUp.rawValue ? "BGP" : kind.rawValue < JournalKind.cdpNeighbourUp.rawValue ? "RIP" : "ODR"
  }

  func routingText(_ r: JournalRecord) -> String {
    switch r.kind {
    case .bgpUp: "neighbor \(r.a) up, AS \(r.x)"
    case .bgpDown: "neighbor \(r.a) down" + (r.x == 0 ? "" : ": \(Self.bgpError(r))")
    case .bgpNotificationSent: "notification sent to \(r.a): \(Self.bgpError(r))"
    case .bgpNotificationReceived: "notification from \(r.a): \(Self.bgpError(r))"
    case .bgpPrefixWarning, .bgpPrefixLimit: "neighbor \(r.a) has \(r.x) prefixes of \(r.y)"
    case .bgpUpdateError:
      "update of \(r.a) has " + (r.x == 0 ? "wrong attributes" : "a wrong attribute \(r.x)")
        + (r.y == ErrorApproach.attributeDiscard.rawValue ? ", which is left out" : ": its routes are treated as withdrawn")
    case .bgpRefused: "connection of \(r.a) refused"
    case .bgpTableFull: "\(Self.refusal(r)): \(r.y) routes of \(r.a) refused so far"
    case .bgpRouteTooLong: "route \(r.a)/\(r.x) has too many attributes for a message: it is not told"
    case .ripNeighbourUp: "neighbor \(r.a) heard, version \(r.x)"
    case .ripNeighbourDown: "neighbor \(r.a) is silent"
    case .ripRouteInstalled, .odrRouteInstalled: "route \(r.a)/\(r.x) installed"
    case .ripRouteLost, .odrRouteLost: "route \(r.a)/\(r.x) lost"
    case .ripAuthenticationFailed: "update of \(r.a) is not authentic"
    case .ripReplayRefused: "update of \(r.a) was seen before"
    case .ripLimitReached, .odrLimitReached: "neighbor \(r.a) announces more than may be taken"
    case .cdpNeighbourUp: "neighbor \(r.a) heard from \(r.b)"
    case .cdpNeighbourDown: "neighbor \(r.a) is silent"
    case .trackedObjectChanged: TrackedRecord(r).text(interfaceName(r.interface))
    case .odrNeighbourRefused: "neighbor \(r.a) from \(r.b) refused: the address is another peer's"
    case .odrPrefixRefused: "network \(r.a)/\(r.x) refused"
    default: "\(r.kind)"
    }
  }

  private static func refusal(_ r: JournalRecord) -> String {
    switch PathRefusal(rawValue: r.x) {
    case .prefix: "a prefix has \(BGPLimits.pathsPerPrefix) paths"
    case .attributes: "attributes take all the room they may"
    case .table, nil: "table full"
    }
  }

  /// Codes and subcodes in words (RFC 4271 §4.5, RFC 4486, RFC 8538, RFC 9384).
  static func bgpError(_ r: JournalRecord) -> String {
    let words = [1: "message header error", 2: "OPEN error", 3: "UPDATE error", 4: "hold time expired", 5: "state machine error", 6: "cease"]
    let text = words[Int(r.x)] ?? "code \(r.x)"
    let cease = [1: "maximum prefixes", 2: "administrative shutdown", 3: "peer de-configured", 4: "administrative reset", 5: "connection rejected",
      6: "configuration change", 7: "connection collision", 8: "out of resources", 9: "hard reset", 10: "link down"]
    return r.x == 6 ? "\(text), \(cease[Int(r.y)] ?? "subcode \(r.y)")" : "\(text) \(r.x)/\(r.y)"
  }

  /// The lines of IOS.
  func routingSyslog(_ r: JournalRecord) -> String? {
    switch r.kind {
    case .bgpUp: "%BGP-5-ADJCHANGE: neighbor \(r.a) Up"
    case .bgpDown: "%BGP-5-ADJCHANGE: neighbor \(r.a) Down" + (r.x == 0 ? "" : " \(Self.bgpError(r))")
    case .bgpNotificationSent: "%BGP-3-NOTIFICATION: sent to neighbor \(r.a) \(r.x)/\(r.y) (\(Self.bgpError(r)))"
    case .bgpNotificationReceived: "%BGP-3-NOTIFICATION: received from neighbor \(r.a) \(r.x)/\(r.y) (\(Self.bgpError(r)))"
    case .bgpPrefixWarning: "%BGP-4-MAXPFX: Number of prefixes received from \(r.a) reaches \(r.x), max \(r.y)"
    case .bgpPrefixLimit: "%BGP-3-MAXPFXEXCEED: Number of prefixes received from \(r.a): \(r.x) exceeds limit \(r.y)"
    case .trackedObjectChanged: "%TRACK-6-STATE: \(r.x) \(TrackedRecord(r).text(interfaceName(r.interface)))"
    default: nil
    }
  }
}
