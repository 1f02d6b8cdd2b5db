// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Wire

/// A state as a glyph, a word and a role: never told by colour alone.
struct Mark {
  var glyph: String
  var word: String
  var role: Role

  static func of(_ peer: PeerRow) -> Mark {
    switch peer.state {
    case .up: Mark(glyph: "●", word: peer.state.rawValue, role: .ok)
    case .ike, .ipsec: Mark(glyph: "◐", word: peer.state.rawValue, role: .forming)
    case .nhrp where peer.isShortcutPeer: Mark(glyph: "◐", word: peer.state.rawValue, role: .forming)
    case .nhrp, .intf: Mark(glyph: "✗", word: peer.state.rawValue, role: .crit)
    }
  }

  static func of(_ row: ProtectedPeerRow) -> Mark {
    switch row.layer {
    case .up: Mark(glyph: "●", word: row.layer.rawValue, role: .ok)
    case .ike, .ipsec, .nhrp: Mark(glyph: "◐", word: row.layer.rawValue, role: .forming)
    case .intf: Mark(glyph: "✗", word: row.layer.rawValue, role: .crit)
    }
  }

  static func of(_ state: ShortcutState) -> Mark {
    switch state {
    case .redirected, .resolving, .replied: Mark(glyph: "◐", word: state.rawValue, role: .forming)
    case .up: Mark(glyph: "✓", word: state.rawValue, role: .ok)
    case .failed: Mark(glyph: "✗", word: state.rawValue, role: .crit)
    case .expired: Mark(glyph: "○", word: state.rawValue, role: .muted)
    }
  }

  static func of(_ witness: Witness) -> Mark {
    switch witness {
    case .here: Mark(glyph: "●", word: "here", role: .seen)
    case .told: Mark(glyph: "◆", word: "told", role: .told)
    case .inferred: Mark(glyph: "○", word: "inferred", role: .inferred)
    }
  }

  static func of(_ severity: Severity) -> Mark {
    switch severity {
    case .emergency, .alert, .critical: Mark(glyph: "‼", word: "critical", role: .crit)
    case .error: Mark(glyph: "!", word: "error", role: .crit)
    case .warning: Mark(glyph: "!", word: "warning", role: .warn)
    case .notice, .informational: Mark(glyph: "·", word: "info", role: .text)
    case .debugging: Mark(glyph: "·", word: "debug", role: .muted)
    }
  }
}

extension ShortcutStep {
  /// What happened, in words.
  var words: String {
    switch self {
    case .firstPacket: "first packet"
    case .redirect: "redirect"
    case .request: "request"
    case .answer: "answer"
    case .reply: "reply"
    case .route: "route"
    case .direct: "direct"
    case .ike: "IKE began"
    case .esp: "ESP stands"
    case .failed: "failed"
    }
  }

  /// One letter for the forming pane.
  var letter: String {
    switch self {
    case .firstPacket: "p"
    case .redirect: "r"
    case .request: "q"
    case .answer: "a"
    case .reply: "y"
    case .route: "t"
    case .direct: "d"
    case .ike: "i"
    case .esp: "s"
    case .failed: "x"
    }
  }
}

extension ShortcutRow {
  /// The steps by time; equal times in the order they usually come.
  var ordered: [StepStamp] { steps.sorted { ($0.at, $0.step.rawValue) < ($1.at, $1.step.rawValue) } }

  /// Whether IKE or ESP had a part in it.
  var isProtected: Bool { steps.contains { $0.step == .ike || $0.step == .esp } }

  /// The end that is not this node; nil where both are others.
  func farEnd(_ snapshot: NodeSnapshot) -> IPAddress? {
    let own = snapshot.tunnels.compactMap(\.ownAddress)
    return own.contains(fromAddress) ? toAddress : toAddress.map { own.contains($0) ? fromAddress : nil } ?? nil
  }

  /// From the first step to `stamp`.
  func span(to stamp: StepStamp) -> Duration { stamp.at - (ordered.first?.at ?? stamp.at) }

  /// How long it took: to the route or the first direct packet, else to the last step so far.
  var formationSpan: Duration? {
    let ordered = ordered
    guard let first = ordered.first, ordered.count > 1 else { return nil }
    let end = ordered.first { $0.step == .route || $0.step == .direct || $0.step == .failed } ?? ordered[ordered.count - 1]
    return end.at - first.at
  }

  /// `47 ms`, with an ellipsis while it still forms.
  var formationText: String {
    guard let span = formationSpan else { return "—" }
    let isForming = state == .redirected || state == .resolving || state == .replied
    return Wording.milliseconds(span) + (isForming ? "…" : "")
  }
}
