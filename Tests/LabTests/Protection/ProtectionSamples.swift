// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import Foundation
import IKE
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

/// What a node keeps of its peers, as far as it must be the same after a disturbance as before.
struct ProtectionTables: Equatable, CustomStringConvertible {
  var inbound = 0, outbound = 0
  var established = 0, halfOpen = 0, children = 0
  var timers = 0
  var mappings = 0, routes = 0

  var description: String {
    "\(inbound)/\(outbound) ESP, \(established) IKE, \(halfOpen) half open, \(children) children, \(timers) timers, \(mappings) mappings, \(routes) routes"
  }
}

extension Cloud {
  /// IKE of a node, to look at.
  func engine(_ node: Int) -> IKEEngine { nodes[node].node.protectionTables }

  /// Tells IKE of a node something, now.
  func ike(_ node: Int, _ body: (inout IKEEngine, inout Turn<IKEEngine.Output>) -> Void) {
    nudge(node)
    nodes[node].node.withIKE(body)
    nudge(node)
  }

  /// An event that says nothing: the node's clock goes on, and what waits goes out.
  private func nudge(_ node: Int) { input(node, .event(.sessionClosed(SessionID(0xffff)))) }

  /// What a node keeps.
  func tables(_ node: Int) -> ProtectionTables {
    let ike = engine(node), summary = ike.summary, core = nodes[node].core
    var t = ProtectionTables()
    (t.inbound, t.outbound) = core.associationCount
    (t.established, t.halfOpen, t.children) = (summary.established, summary.halfOpen, summary.children)
    t.timers = ike.timerCount
    (t.mappings, t.routes) = (nodes[node].node.mappingCount, core.fib(of: .default).count)
    return t
  }

  /// What a node's packet path stopped since `before`, by name.
  func drops(_ node: Int, since before: [UInt64] = []) -> [String: UInt64] {
    let now = nodes[node].core.drops
    var rows: [String: UInt64] = [:]
    for (i, reason) in DropReason.allCases.enumerated() {
      let new = now[i] - (before.isEmpty ? 0 : before[i])
      if new > 0 { rows[reason.name] = new }
    }
    return rows
  }

  /// `clear crypto session` at a node.
  func clearCryptoSessions(_ node: Int) { ike(node) { $0.handle(.clear(.sessions(remote: nil)), &$1) } }

  /// Both ends find at the same instant that their children (or their IKE SAs) want new keys.
  func rekeyAtOnce(_ a: Int, _ b: Int, ikeToo: Bool = false) {
    for node in [a, b] {
      ike(node) { engine, turn in
        for row in engine.childRows(limit: 64) where row.isCurrent {
          engine.handle(.notice(.associationLimit(row.peer, spi: row.inboundSPI, .inbound, isHard: false)), &turn)
        }
        if ikeToo { engine.rekeyAssociations(&turn) }
      }
    }
  }

  /// Records of a node that say why IKE came to nothing: the first number of each.
  func failures(_ node: Int) -> [UInt32] { records(node, .ikeFailed).map(\.x) }
}

/// Counts packets of one size and protocol between what nodes send and what reaches them: the rest is what links lost.
final class LinkCount {
  private(set) var sent = 0, arrived = 0
  var lost: Int { sent - arrived }

  /// ESP of `bytes` bytes, IP header and all.
  init(_ cloud: Cloud, bytes: Int) {
    cloud.onUnderlay = { [unowned self] _, packet, _ in if packet.count == bytes, packet[9] == 50 { sent += 1 } }
    cloud.onInput = { [unowned self] _, input, _ in
      if case .underlay(let packet) = input, packet.count == bytes, packet[9] == 50 { arrived += 1 }
    }
  }
}

/// The long forms run with the tests against other implementations (`make test-peers`).
enum LongForm {
  static let isAsked = ProcessInfo.processInfo.environment["DMVPN_TEST_PEERS"] == "1"
  static let reason: Comment = "the long form runs in make test-peers; the short one has run"
}

/// Wall time of a piece of work.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let span = try clock.measure(body)
  return Double(span.components.seconds) + Double(span.components.attoseconds) / 1e18
}
