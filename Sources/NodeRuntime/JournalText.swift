// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Wire

/// Makes a journal record readable. The meaning of a record's fields is fixed here, per kind.
public struct JournalText {
  /// Names of interfaces.
  let interfaceName: (InterfaceID) -> String
  /// Names of peers; the address itself where there is none.
  let peerName: (IPAddress) -> String
  /// Whether a tunnel is protected by IKEv1: its log lines are others.
  var usesIKEv1: (InterfaceID) -> Bool = { _ in false }

  /// Makes rows with these names.
  public init(interfaceName: @escaping (InterfaceID) -> String, peerName: @escaping (IPAddress) -> String) {
    (self.interfaceName, self.peerName) = (interfaceName, peerName)
  }

  /// The row of a record.
  public func row(_ r: JournalRecord) -> EventRow {
    EventRow(
      number: r.number, at: r.at, cause: r.cause, severity: JournalText.severity(r.kind), facility: JournalText.facility(r.kind),
      subject: subject(r), text: text(r))
  }

  /// How loud a kind is.
  public static func severity(_ kind: JournalKind) -> Severity {
    switch kind {
    case _ where isProtection(kind): protectionSeverity(kind)
    case _ where isRouting(kind): routingSeverity(kind)
    case .recursiveRouteRefused, .authenticationFailed, .loopDetected, .tableFull, .errorSent, .errorReceived, .registrationRefused: .error
    case .nhsDown, .nhcDown, .interfaceDown, .resolutionFailed, .addressMismatch, .sourceWaiting, .announcementRefused:
      .warning
    case .nhsUp, .nhcUp, .interfaceUp, .configured, .peerMoved, .nodeStarted, .nodeStopping, .natDetected, .networkUnconfigured: .notice
    default: .informational
    }
  }

  /// The column's word.
  public static func facility(_ kind: JournalKind) -> String {
    switch kind {
    case _ where isProtection(kind): protectionFacility(kind)
    case _ where isRouting(kind): routingFacility(kind)
    case .nodeStarted, .nodeStopping: "SYS"
    case .configured, .commandRun: "CMD"
    case .interfaceUp, .interfaceDown, .addressMismatch, .sourceWaiting: "INTF"
    case .recursiveRouteRefused, .announcementRefused: "RT"
    case .firstPacket, .flowLeftHub, .stepTold, .shortcutInstalled, .shortcutRemoved, .shortcutRefreshed: "CUT"
    default: "NHRP"
    }
  }

  private func subject(_ r: JournalRecord) -> String {
    switch r.kind {
    case .nodeStarted, .nodeStopping, .configured, .commandRun, .ikeSwitched: ""
    case .interfaceUp, .interfaceDown, .sourceWaiting, .addressMismatch, .networkUnconfigured: interfaceName(r.interface)
    case .redirectSent, .redirectReceived, .resolutionReceived, .resolutionAnswered, .resolutionRelayed, .resolutionReplyRelayed: peerName(r.c)
    case .stepTold: peerName(r.b)
    case .trackedObjectChanged: "track \(r.x)"
    default: peerName(r.a)
    }
  }

  private func text(_ r: JournalRecord) -> String {
    switch r.kind {
    case .nodeStarted: "node started"
    case .nodeStopping: "node stops: registrations and answers are withdrawn"
    case .configured: "configuration changed (\(r.x) lines, \(r.y) interfaces touched)"
    case .commandRun: "command run"
    case .interfaceUp: "line protocol up, source \(r.a)"
    case .interfaceDown: "line protocol down"
    case .addressMismatch: "address \(r.a)/\(r.x) of the configuration is not on the interface (\(r.b))"
    case .sourceWaiting: "waiting for its source interface"
    case .recursiveRouteRefused: "route \(r.a)/\(r.x) refused: \(r.b) would be reached through the tunnel itself"
    case .announcementRefused: "announcement of \(r.b)/\(r.x) refused: not in its certificate (\(r.y) so far)"
    case _ where JournalText.isRouting(r.kind): routingText(r)
    default: JournalText.isProtection(r.kind) ? protectionText(r) : nhrpText(r)
    }
  }

  private func nhrpText(_ r: JournalRecord) -> String {
    switch r.kind {
    case .registrationSent: "registration request \(r.x) sent to \(r.b), try \(r.y)"
    case .registrationRefused: r.y == 1 ? "refused our registration: \(code(r.x))" : "registration from \(r.b) refused: \(code(r.x))"
    case .nhsUp: "next hop server up (\(r.b))"
    case .nhsDown: "next hop server down (\(r.b)): no reply"
    case .nhcUp: "registered from \(r.b)" + (r.c.isUnspecified ? "" : ", behind NAT as \(r.c)")
    case .nhcDown: "registration ended (\(r.b))"
    case .peerMoved: "moved from \(r.c) to \(r.b)"
    case .natDetected: "we are behind NAT: \(r.b) is seen as \(r.c)"
    default: shortcutText(r)
    }
  }

  private func shortcutText(_ r: JournalRecord) -> String {
    switch r.kind {
    case .firstPacket: "first packet \(r.a) → \(r.c) passes the hub"
    case .redirectSent: "redirect sent to \(r.b) for \(r.c)"
    case .redirectReceived: "redirect received from \(r.b) for \(r.a)"
    case .resolutionSent: "resolution request \(r.x) for \(r.a) sent to \(r.b)" + (r.y > 1 ? ", try \(r.y)" : "")
    case .resolutionRelayed: "resolution request \(r.x) for \(r.a) relayed to \(r.b)"
    case .resolutionReceived: "resolution request \(r.x) for \(r.a) received from \(r.b)"
    case .resolutionAnswered: "answered \(r.x): \(r.a) is in our /\(r.y)"
    case .resolutionReplyRelayed: "resolution reply \(r.x) of \(peerName(r.b)) for \(r.a) relayed"
    case .resolutionReplyReceived: "resolution reply \(r.x): \(r.a)/\(r.y) is behind \(peerName(r.c)) at \(r.b)"
    case .resolutionFailed: "no answer for \(r.a)" + (r.y == 0 ? "" : ": \(code(r.y))")
    case .resolutionRefused: "question for \(r.a) refused: \(code(r.y))"
    case .mappingInstalled: "is at \(r.b)"
    case .mappingExpired: "\(r.a)/\(r.x) via \(peerName(r.c)) expired"
    case .shortcutInstalled: "shortcut \(r.a)/\(r.x) via \(peerName(r.b)) " + (r.y == 1 ? "(NHO)" : "(H)")
    case .shortcutRefreshed: "shortcut \(r.a)/\(r.x) via \(peerName(r.b)) renewed"
    case .shortcutRemoved: "shortcut \(r.a)/\(r.x) via \(peerName(r.b)) removed"
    case .purgeSent: "purge of \(r.a)/\(r.y) sent to \(r.c)"
    case .purgeReceived: "purge of \(r.a)/\(r.y) by \(peerName(r.c))"
    case .errorSent: "error sent to \(r.b): \(error(r.x))"
    case .errorReceived: "error from \(r.b): \(error(r.x))"
    case .authenticationFailed: "packet from \(r.b) has a wrong authentication string"
    case .networkUnconfigured: "packet from \(r.b), but no 'ip nhrp network-id' (\(r.y) so far)"
    case .loopDetected: "packet from \(r.b) is looping"
    case .tableFull: "too many questions under way (\(r.x))"
    case .flowLeftHub: "\(peerName(r.a)) → \(peerName(r.b)) no longer passes here"
    case .stepTold: "told: " + JournalText.stepWord(r.x)
    default: "\(r.kind)"
    }
  }

  /// A step by its number, for told steps.
  static func stepWord(_ raw: UInt32) -> String { ShortcutStep(rawValue: UInt8(clamping: raw)).map { "\($0)" } ?? "step \(raw)" }

  private func code(_ raw: UInt32) -> String {
    switch raw {
    case 4: "administratively prohibited(4)"
    case 5: "insufficient resources(5)"
    case 6: "protocol address unreachable(6)"
    case 11, 12: "no binding exists(\(raw))"
    case 13: "binding exists but is not unique(13)"
    case 14: "unique address registered already(14)"
    default: "code \(raw)"
    }
  }

  private func error(_ raw: UInt32) -> String {
    switch raw {
    case 1: "unrecognized extension(1)"
    case 2, 3: "loop detected(\(raw))"
    case 6: "protocol address unreachable(6)"
    case 7: "protocol error(7)"
    case 11: "authentication failure(11)"
    case 15: "hop count exceeded(15)"
    default: "code \(raw)"
    }
  }

  /// The IOS syslog line of a record, for kinds IOS has one for; engineers grep for these.
  public func syslog(_ r: JournalRecord, own: @autoclosure () -> IPAddress, ownNBMA: @autoclosure () -> IPAddress) -> String? {
    // Few records are logged: what only their lines say is looked up there.
    var tunnel: String { interfaceName(r.interface) }
    switch r.kind {
    case .nhsUp: return "%DMVPN-5-NHRP_NHS_UP: \(tunnel): Next Hop Server : (Tunnel: \(r.a) NBMA: \(r.b) ) for (Tunnel: \(own()) NBMA: \(ownNBMA())) is UP"
    case .nhsDown:
      return "%DMVPN-5-NHRP_NHS_DOWN: \(tunnel): Next Hop Server : (Tunnel: \(r.a) NBMA: \(r.b) ) for (Tunnel: \(own()) NBMA: \(ownNBMA())) is DOWN, Reason: NHRP Registration Failure(NHRP: no error)"
    case .nhcUp: return "%DMVPN-5-NHRP_NHC_UP: \(tunnel): Next Hop Client : (Tunnel: \(r.a) NBMA: \(r.b) ) for (Tunnel: \(own()) NBMA: \(ownNBMA())) is UP"
    case .nhcDown: return "%DMVPN-5-NHRP_NHC_DOWN: \(tunnel): Next Hop Client : (Tunnel: \(r.a) NBMA: \(r.b) ) for (Tunnel: \(own()) NBMA: \(ownNBMA())) is DOWN, Reason: External(NHRP: no error)"
    case .recursiveRouteRefused: return "%TUN-5-RECURDOWN: \(tunnel) route \(r.a)/\(r.x) refused due to recursive routing (NBMA \(r.b))"
    case .announcementRefused:
      return "%DMVPN-4-PREFIX_NOT_IN_CERT: neighbor \(r.a) announces \(r.b)/\(r.x), which its certificate does not name; refused (\(r.y) so far)"
    case .interfaceUp: return "%LINEPROTO-5-UPDOWN: Line protocol on Interface \(tunnel), changed state to up"
    case .interfaceDown: return "%LINEPROTO-5-UPDOWN: Line protocol on Interface \(tunnel), changed state to down"
    case .loopDetected: return "%NHRP-3-PAKERROR: Received Error Indication from \(r.a), code: loop detected(3), (trigger src: \(r.b) (nbma: \(r.b)) dst: \(own()))"
    case .errorReceived: return "%NHRP-3-PAKERROR: Received Error Indication from \(r.b), code: \(error(r.x))"
    case .authenticationFailed: return "%DMVPN-3-DMVPN_NHRP_ERROR: \(tunnel): NHRP Encap Error for packet from \(r.b), Reason: authentication failure(11)"
    case .networkUnconfigured: return "%DMVPN-5-NHRP_NETID_UNCONFIGURED: \(tunnel): \(text(r))"
    case .registrationRefused where r.y == 1:
      return "%DMVPN-3-DMVPN_NHRP_ERROR: \(tunnel): NHRP Registration Reply from \(r.a), Reason: \(code(r.x))"
    case .configured: return "%SYS-5-CONFIG_I: Configured from console"
    default: return JournalText.isRouting(r.kind) ? routingSyslog(r) : protectionSyslog(r)
    }
  }
}
