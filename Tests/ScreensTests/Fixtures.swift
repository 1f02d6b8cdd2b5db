// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Screens
import Wire

/// Hand-made pictures of nodes.
enum Fixtures {
  static func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1_000_000_000)) }

  /// 2026-11-22 14:07:33.412 UTC, and eleven hundred seconds after the node's start.
  static let now = at(1100)
  static let wall: Int64 = 1_795_356_453_412_000_000

  /// A hub with six spokes, shortcuts in every state, one spoke down and one forming.
  static func hub() -> NodeSnapshot {
    var snapshot = NodeSnapshot(hostname: "hub1", at: now, wallNanoseconds: wall)
    snapshot.tunnels = [
      TunnelRow(
        name: "Tunnel0", address: IPPrefix(IPAddress(10, 0, 0, 0), length: 24), ownAddress: IPAddress(10, 0, 0, 1), role: .hub,
        source: IPAddress(192, 0, 2, 1), peersUp: 4, peersAll: 6, shortcuts: 3, packetsIn: 91_000, packetsOut: 88_000,
        bytesIn: 71_000_000, bytesOut: 69_000_000)
    ]
    snapshot.peers = (1...6).map(peer)
    snapshot.shortcuts = shortcuts()
    snapshot.cache = (1...6).map(cacheEntry)
    snapshot.routes = routes()
    snapshot.events = events()
    snapshot.alarms = [
      AlarmRow(since: at(1050), severity: .critical, subject: "spoke5", text: "registration lost; show ip nhrp nhs"),
      AlarmRow(since: at(1080), severity: .warning, subject: "Tunnel0", text: "redirects are rate limited; show ip nhrp traffic"),
    ]
    snapshot.drops = [DropRow(reason: "noRoute", packets: 12), DropRow(reason: "ttlExpired", packets: 40_321)]
    return snapshot
  }

  private static func peer(_ number: Int) -> PeerRow {
    let state: PeerState = number == 5 ? .nhrp : number == 6 ? .ipsec : .up
    return PeerRow(
      tunnel: "Tunnel0", name: "spoke\(number)", address: IPAddress(10, 0, 0, UInt8(10 + number)),
      nbma: number == 5 ? nil : IPAddress(203, 0, 113, UInt8(number)), claimedNBMA: number == 3 ? IPAddress(192, 168, 7, 3) : nil,
      state: state, attributes: number == 3 ? "DN" : "D", since: number == 5 ? nil : at(Double(number * 100)),
      packetsIn: UInt64(number * 1000), packetsOut: UInt64(number * 900), bytesIn: UInt64(number * 700_000),
      bytesOut: UInt64(number * 650_000))
  }

  private static func stamps(_ start: Double, _ steps: [(ShortcutStep, Double, Witness)]) -> [StepStamp] {
    steps.map { StepStamp(step: $0.0, at: at(start + $0.1 / 1000), witness: $0.2) }
  }

  private static func shortcut(
    _ from: Int, _ to: Int?, _ state: ShortcutState, _ start: Double, _ steps: [(ShortcutStep, Double, Witness)], hasPrefix: Bool = false
  ) -> ShortcutRow {
    let target = UInt8(to ?? 9)
    return ShortcutRow(
      from: "spoke\(from)", to: to.map { "spoke\($0)" } ?? "?", fromAddress: IPAddress(10, 0, 0, UInt8(10 + from)),
      toAddress: to.map { IPAddress(10, 0, 0, UInt8(10 + $0)) }, target: IPAddress(192, 168, target, 9),
      prefix: hasPrefix ? IPPrefix(IPAddress(192, 168, target, 0), length: 24) : nil, state: state, routeKind: state == .up ? "H" : "",
      steps: stamps(start, steps), packetsViaHub: UInt64(from * 7), expires: state == .up ? at(start + 600) : nil)
  }

  static func shortcuts() -> [ShortcutRow] {
    let begun: [(ShortcutStep, Double, Witness)] = [(.firstPacket, 0, .here), (.redirect, 5.911, .here)]
    let asked = begun + [(.request, 8.87, .here)]
    let done = asked + [(.answer, 24, .told), (.reply, 44.1, .told), (.route, 47, .told), (.direct, 47.2, .inferred)]
    return [
      shortcut(1, 3, .up, 1088, done, hasPrefix: true), shortcut(2, 4, .resolving, 1099.9, asked),
      shortcut(4, nil, .redirected, 1099.95, begun),
      shortcut(3, 2, .replied, 1099.5, asked + [(.answer, 31, .told), (.reply, 39, .told)], hasPrefix: true),
      shortcut(2, 5, .failed, 1090, asked + [(.failed, 3000, .here)]), shortcut(6, 1, .expired, 300, done, hasPrefix: true),
    ]
  }

  private static func cacheEntry(_ number: Int) -> CacheRow {
    CacheRow(
      tunnel: "Tunnel0", target: IPPrefix(host: IPAddress(10, 0, 0, UInt8(10 + number))), via: IPAddress(10, 0, 0, UInt8(10 + number)),
      nbma: number == 5 ? nil : IPAddress(203, 0, 113, UInt8(number)), claimedNBMA: number == 3 ? IPAddress(192, 168, 7, 3) : nil,
      kind: number == 5 ? "incomplete" : "dynamic", flags: number == 5 ? "" : "unique registered nhop", created: at(Double(number * 100)),
      expires: number == 6 ? nil : at(1100 + Double(number) * 91))
  }

  private static func routes() -> [RouteRow] {
    [
      RouteRow(code: "C", prefix: IPPrefix(IPAddress(10, 0, 0, 0), length: 24), interface: "Tunnel0"),
      RouteRow(
        code: "S", prefix: IPPrefix(IPAddress(192, 168, 1, 0), length: 24), distance: 1, nextHop: IPAddress(10, 0, 0, 11),
        interface: "Tunnel0", since: at(10)),
      RouteRow(
        code: "S", isOverridden: true, prefix: IPPrefix(IPAddress(192, 168, 2, 0), length: 24), distance: 1,
        nextHop: IPAddress(10, 0, 0, 12), overridingNextHop: IPAddress(10, 0, 0, 14), interface: "Tunnel0", since: at(20)),
      RouteRow(
        code: "H", prefix: IPPrefix(IPAddress(192, 168, 3, 0), length: 24), distance: 250, metric: 255, nextHop: IPAddress(10, 0, 0, 13),
        interface: "Tunnel0", since: at(1088)),
    ]
  }

  private static func events() -> [EventRow] {
    let lines: [(Double, Severity, String, String, String)] = [
      (100, .notice, "INTF", "Tunnel0", "line protocol is up"),
      (200, .informational, "NHRP", "spoke1", "registration accepted, 600 s"),
      (900, .informational, "CMD", "alice@pts/3", "clear ip nhrp 10.0.0.14"),
      (1050, .critical, "NHRP", "spoke5", "registration lost"),
      (1088.006, .informational, "NHRP", "spoke1", "redirect sent for 192.168.3.9"),
      (1088.009, .informational, "NHRP", "spoke1>spoke3", "resolution request relayed"),
      (1093, .warning, "NHRP", "spoke2>spoke5", "resolution for 192.168.5.9 unanswered for 3.0 s"),
      (1099, .debugging, "NHRP", "spoke4", "redirect suppressed, holds for 8 s"),
    ]
    return lines.enumerated().map { index, line in
      EventRow(
        number: EventID(UInt64(index + 1)), at: at(line.0), severity: line.1, facility: line.2, subject: line.3, text: line.4)
    }
  }

  /// A view with rates of a minute, at the prompt.
  static func view(_ screen: Screen, of model: NodeSnapshot = hub()) -> ViewState {
    var view = ViewState()
    view.screen = screen
    view.prompt.prompt = "hub1#"
    for second in 0...60 {
      var snapshot = NodeSnapshot(hostname: "hub1", at: at(1040 + Double(second)))
      (snapshot.peers, snapshot.protected) = (model.peers, model.protected)
      for index in snapshot.peers.indices where snapshot.peers[index].state == .up {
        snapshot.peers[index].bytesIn += pace(index, second)
        snapshot.peers[index].bytesOut += pace(index, second) / 2
      }
      for index in snapshot.protected.indices where snapshot.protected[index].layer == .up {
        snapshot.protected[index].bytesIn += pace(index, second)
        snapshot.protected[index].bytesOut += pace(index, second) / 2
        if second < 44 { (snapshot.protected[index].replays, snapshot.protected[index].forgeries) = (0, 0) }
      }
      view.rates.absorb(snapshot)
    }
    return view
  }

  private static func pace(_ index: Int, _ second: Int) -> UInt64 {
    UInt64((index + 1) * 20_000 * second + (second * second * 37 * (index + 2)) % 9000)
  }

  /// Texts as an enemy would choose them.
  static let hostile = [
    "\u{1b}[2J\u{1b}]0;owned\u{07}", "a\u{202e}txt.exe\u{2066}", "\u{9b}31mred", "nul\0del\u{7f}", "zero\u{200b}width\u{200d}\u{feff}",
    "priv\u{e000}\u{f8ff}\u{10fffd}", "line\nfeed\r\ttab", "東京都渋谷区", "e\u{301}\u{300}\u{36f}", "👩‍👩‍👧‍👦🇩🇪",
    String(repeating: "x", count: 65536), String(repeating: "漢", count: 65536), String(repeating: "\u{301}", count: 65536), "",
    "\u{2028}\u{2029}\u{85}", "\u{1b}P$q\u{1b}\\", "%n%s",
  ]
}
