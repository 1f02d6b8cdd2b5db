// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Screens
import Testing
import Wire

/// A small generator with a fixed seed: the same models on every run.
struct Dice {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }
  mutating func roll(_ sides: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return sides <= 0 ? 0 : Int(state % UInt64(sides))
  }
  mutating func pick<T>(_ values: [T]) -> T { values[roll(values.count)] }
  mutating func time() -> Instant {
    roll(40) == 0 ? pick([.distantFuture, Instant(nanoseconds: .min), .start]) : Instant(nanoseconds: Int64(roll(1 << 45)))
  }
  mutating func address() -> IPAddress {
    roll(5) == 0 ? IPAddress(high: UInt64(roll(1 << 60)), low: UInt64(roll(1 << 60))) : IPAddress(v4: UInt32(roll(1 << 32)))
  }
  mutating func name() -> String { roll(3) == 0 ? pick(Fixtures.hostile) : "spoke\(roll(3000))" }
  mutating func number() -> UInt64 { roll(20) == 0 ? .max : UInt64(roll(1 << 40)) }
}

/// Models that no node would send.
enum RandomModel {
  static func snapshot(_ dice: inout Dice) -> NodeSnapshot {
    var result = NodeSnapshot(hostname: dice.name(), at: dice.time(), wallNanoseconds: dice.roll(4) == 0 ? .min : Int64(dice.roll(1 << 60)))
    for _ in 0..<dice.roll(3) { result.tunnels.append(tunnel(&dice)) }
    let peers = dice.roll(30) == 0 ? 2000 : dice.roll(40)
    for _ in 0..<peers { result.peers.append(peer(&dice)) }
    for _ in 0..<(dice.roll(30) == 0 ? 2000 : dice.roll(20)) { result.protected.append(protected(&dice, result.peers)) }
    for _ in 0..<dice.roll(20) { result.shortcuts.append(shortcut(&dice, result.peers)) }
    for _ in 0..<dice.roll(30) { addRows(&result, &dice) }
    for _ in 0..<dice.roll(4) {
      let (up, all) = (count(&dice) ?? 0, count(&dice) ?? 0)
      result.protocols.append(RoutingProtocolRow(dice.name(), neighborsUp: up, neighborsAll: all, networks: 1))
    }
    for _ in 0..<(dice.roll(30) == 0 ? 2000 : dice.roll(20)) { result.neighbors.append(neighbor(&dice)) }
    return result
  }

  private static func neighbor(_ dice: inout Dice) -> RoutingNeighborRow {
    let health = dice.pick([NeighborHealth.up, .forming, .late, .down, .disabled])
    var row = RoutingNeighborRow(
      dice.name(), address: dice.address(), name: dice.name(), interface: dice.name(), health: health, state: dice.name())
    (row.since, row.heard) = (dice.roll(2) == 0 ? nil : dice.time(), dice.roll(2) == 0 ? nil : dice.time())
    (row.prefixesIn, row.prefixesOut, row.queued) = (count(&dice), count(&dice), count(&dice) ?? 0)
    (row.asNumber, row.isDynamic, row.lastError) = (UInt32(dice.roll(1 << 32)), dice.roll(2) == 0, dice.name())
    return row
  }

  private static func tunnel(_ dice: inout Dice) -> TunnelRow {
    TunnelRow(
      name: dice.name(), address: dice.roll(2) == 0 ? nil : IPPrefix(dice.address(), length: 24), ownAddress: dice.address(),
      role: dice.pick([.hub, .spoke, .unknown]), phase: dice.roll(5), isUp: dice.roll(2) == 0, peersUp: dice.roll(9000),
      peersAll: dice.roll(9000))
  }

  private static func peer(_ dice: inout Dice) -> PeerRow {
    PeerRow(
      tunnel: dice.name(), name: dice.name(), address: dice.address(), nbma: dice.roll(2) == 0 ? nil : dice.address(),
      state: dice.pick([.intf, .ike, .ipsec, .nhrp, .up]), attributes: dice.name(), since: dice.roll(2) == 0 ? nil : dice.time(),
      isServer: dice.roll(6) == 0, isShortcutPeer: dice.roll(3) == 0, bytesIn: dice.number(), bytesOut: dice.number())
  }

  private static func protected(_ dice: inout Dice, _ peers: [PeerRow]) -> ProtectedPeerRow {
    var row = ProtectedPeerRow(tunnel: dice.name(), name: dice.name(), nbma: dice.address())
    (row.number, row.identity, row.port) = (UInt32(dice.roll(9)), dice.name(), UInt16(dice.roll(65_536)))
    if let peer = peers.first, dice.roll(2) == 0 { (row.tunnel, row.address) = (peer.tunnel, peer.address) }
    row.layer = dice.pick([.intf, .ike, .ipsec, .nhrp, .up])
    (row.ikeState, row.ikeSuite, row.espSuite, row.mode) = (dice.name(), dice.name(), dice.name(), dice.name())
    (row.version, row.inboundSPI, row.outboundSPI) = (UInt8(dice.roll(256)), UInt32(dice.roll(1 << 32)), UInt32(dice.roll(2)))
    (row.ikeSecondsLeft, row.secondsLeft, row.kilobytesLeft) = (count(&dice), count(&dice), count(&dice))
    (row.lifetimeSeconds, row.lifetimeKilobytes, row.replayWindow) = (count(&dice), count(&dice), count(&dice) ?? 0)
    (row.packetsIn, row.packetsOut, row.bytesIn, row.bytesOut) = (dice.number(), dice.number(), dice.number(), dice.number())
    (row.replays, row.forgeries, row.rekeys) = (dice.number(), dice.number(), UInt32(dice.roll(1 << 32)))
    for _ in 0..<dice.roll(12) { row.phases.append(PhaseStamp(dice.pick([.intf, .ike, .ipsec, .nhrp, .up]), at: dice.time())) }
    return row
  }

  private static func count(_ dice: inout Dice) -> Int? { dice.pick([nil, 0, 1, -1, .max, .min, dice.roll(100_000)]) }

  private static func shortcut(_ dice: inout Dice, _ peers: [PeerRow]) -> ShortcutRow {
    func end(_ dice: inout Dice) -> IPAddress { peers.isEmpty || dice.roll(4) == 0 ? dice.address() : dice.pick(peers).address }
    var row = ShortcutRow(
      from: dice.name(), to: dice.name(), fromAddress: end(&dice), toAddress: end(&dice), target: dice.address(),
      prefix: dice.roll(2) == 0 ? nil : IPPrefix(dice.address(), length: 8),
      state: dice.pick([.redirected, .resolving, .replied, .up, .failed, .expired]), packetsViaHub: dice.number())
    for _ in 0..<dice.roll(12) {
      let origin = dice.pick([nil, StepOrigin.requester, .responder])
      row.steps.append(
        StepStamp(step: dice.pick(ShortcutStep.allCases), at: dice.time(), witness: dice.pick([.here, .told, .inferred]), origin: origin))
    }
    return row
  }

  private static func addRows(_ result: inout NodeSnapshot, _ dice: inout Dice) {
    let severity = Severity(rawValue: UInt8(dice.roll(8))) ?? .error
    result.events.append(
      EventRow(
        number: EventID(dice.number()), at: dice.time(), severity: severity, facility: dice.name(), subject: dice.name(), text: dice.name())
    )
    result.alarms.append(AlarmRow(since: dice.time(), severity: severity, subject: dice.name(), text: dice.name()))
    result.drops.append(DropRow(reason: dice.name(), packets: dice.number()))
    result.routes.append(
      RouteRow(code: dice.name(), prefix: IPPrefix(dice.address(), length: 9), interface: dice.name(), since: dice.time()))
    if let last = result.routes.indices.last { result.routes[last].paths = count(&dice) ?? 1 }
    result.cache.append(
      CacheRow(
        tunnel: dice.name(), target: IPPrefix(dice.address(), length: 30), via: dice.address(), nbma: nil, kind: dice.name(),
        flags: dice.name(),
        created: dice.time(), expires: dice.time()))
  }

  static func view(_ dice: inout Dice) -> ViewState {
    var view = ViewState()
    view.screen = dice.pick(Screen.allCases)
    view.input = dice.pick([.prompt, .panes, .filter])
    view.mode = dice.pick([.live, .paused(behind: .seconds(dice.roll(99))), .linkLost, .other(dice.name())])
    view.focus = dice.roll(9) - 3
    view.filter = dice.pick(["", "", "", "spoke1", "state=up", "sev<=3", "!x", "="])
    view.follows = dice.roll(2) == 0
    view.isZoomed = dice.roll(4) == 0
    view.showsHelp = dice.roll(8) == 0
    (view.prompt.prompt, view.prompt.line, view.prompt.cursor) = (dice.name(), dice.name(), dice.roll(70_000) - 5)
    for _ in 0..<dice.roll(20) { view.output.append(dice.name() + dice.pick(["", "\n"])) }
    view.output.isOpen = dice.roll(3) == 0
    view.output.scroll(by: dice.roll(30))
    for kind in RowKind.allCases { view.selection[kind] = Selection(index: dice.roll(60) - 4, key: dice.name()) }
    return view
  }
}

@Suite("No picture can be spoilt by what is shown")
struct PropertyTests {
  static func check(_ frame: Frame, _ rows: Int, _ columns: Int, _ note: String) {
    #expect(frame.cells.count == rows * columns, "\(note)")
    for cell in frame.cells {
      let value = cell.scalar.value
      let isControl =
        value < 0x20 || (0x7f...0x9f).contains(value) || (0x200b...0x200f).contains(value)
        || (0x2028...0x202e).contains(value) || (0x2066...0x2069).contains(value) || value == 0xfeff || (0xe000...0xf8ff).contains(value)
        || value >= 0xe0000 || (0x300...0x36f).contains(value)
      if isControl || (frame.tier == .ascii && value >= 0x7f) { Issue.record("\(note): U+\(String(value, radix: 16))") }
    }
    for row in 0..<rows {
      let cells = Array(frame.row(row))
      for (index, cell) in cells.enumerated() {
        let next = index + 1 < cells.count ? cells[index + 1].width : 9
        if (cell.width == 2) != (next == 0) { Issue.record("\(note): half a wide character at \(row),\(index)") }
      }
    }
    if let cursor = frame.cursor { #expect(cursor.row < rows && cursor.column < columns && cursor.column >= 0, "\(note)") }
  }

  @Test("random models of any size never trap and never show a control character", arguments: 0..<40)
  func anything(_ seed: Int) {
    var dice = Dice(seed: UInt64(seed + 1))
    let snapshot = RandomModel.snapshot(&dice)
    for _ in 0..<12 {
      var view = RandomModel.view(&dice)
      view.rates.absorb(snapshot)
      let (rows, columns) = (1 + dice.roll(80), 1 + dice.roll(250))
      let tier = dice.pick(GlyphTier.allCases)
      let frame = Renderer.render(snapshot: snapshot, view: view, rows: rows, columns: columns, tier: tier)
      Self.check(frame, rows, columns, "seed \(seed) \(view.screen) \(columns)x\(rows) \(tier)")
    }
  }

  @Test("every screen draws two thousand peers", arguments: Screen.allCases)
  func many(_ screen: Screen) {
    let snapshot = Variants.many(2000)
    var view = ViewState()
    view.screen = screen
    view.rates.absorb(snapshot)
    Self.check(Renderer.render(snapshot: snapshot, view: view, rows: 60, columns: 200), 60, 200, "\(screen)")
  }

  @Test("moving the selection in random models stays inside the list", arguments: 0..<10)
  func moves(_ seed: Int) {
    var dice = Dice(seed: UInt64(seed + 77))
    let snapshot = RandomModel.snapshot(&dice)
    var view = RandomModel.view(&dice)
    for _ in 0..<50 {
      let pane = dice.pick(PaneKind.allCases)
      view.moveSelection(in: pane, by: dice.pick([-1, 1, 10, -10, .max, .min]), snapshot)
      guard let kind = pane.rowKind, let selection = view.selection[kind] else { continue }
      let keys = Listing.keys(pane, snapshot, view)
      #expect(keys.isEmpty || keys.indices.contains(selection.index))
    }
  }
}
