// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Testing
import Wire

@Suite("What neighbours may announce")
struct AnnouncementLimitsTests {
  private let one = ip("10.0.0.11"), other = ip("10.0.0.12")

  private func records(_ limits: inout AnnouncementLimits, at now: Instant) -> [JournalRecord] {
    var turn = Turn<Int>(now: now, cause: .none, random: RandomSource(seed: 1), routes: RoutingTable(), firstRecord: EventID(1))
    limits.report(&turn)
    return turn.records
  }

  @Test("a network that is named and parts of it, nothing around it; who is not limited may say anything (RFC 3779 §2.2)")
  func allows() {
    var limits = AnnouncementLimits()
    let named = [net("192.168.1.0/24"), net("2001:db8:1::/48")]
    let isNew = [limits.limit(one, to: named), limits.limit(one, to: named)]
    #expect(isNew == [true, false])
    for good in ["192.168.1.0/24", "192.168.1.128/25", "2001:db8:1:2::/64"] { #expect(limits.allows(net(good), from: one), "\(good)") }
    for bad in ["192.168.0.0/16", "192.168.2.0/24", "0.0.0.0/0", "::/0", "2001:db8::/32"] { #expect(!limits.allows(net(bad), from: one), "\(bad)") }
    #expect(limits.allows(.defaultV4, from: other) && limits.isLimited(one) && !limits.isLimited(other))
    _ = limits.limit(one, to: [])
    #expect(!limits.allows(net("192.168.1.0/24"), from: one), "a certificate that names no network at all")
    _ = limits.limit(one, to: nil)
    #expect(limits.allows(.defaultV4, from: one))
  }

  @Test("every refusal is counted, one in a minute is said for each neighbour")
  func reports() {
    var limits = AnnouncementLimits()
    for neighbor in [one, other] { _ = limits.limit(neighbor, to: []) }
    let start = Instant.start + .seconds(5)
    for second in 0..<50 { limits.refuse(.defaultV4, from: one, at: start + .seconds(second)) }
    limits.refuse(net("192.168.0.0/16"), from: other, at: start)
    let first = records(&limits, at: start)
    #expect(first.map(\.kind) == [.announcementRefused, .announcementRefused] && first.map(\.a) == [one, other])
    #expect(first[1].b == ip("192.168.0.0") && first[1].x == 16 && first[1].y == 1)
    let again = records(&limits, at: start)
    #expect(again.isEmpty)
    limits.refuse(.defaultV4, from: one, at: start + .seconds(61))
    let later = records(&limits, at: start + .seconds(61))
    #expect(later.map(\.y) == [51] && limits.refusals(of: one) == 51)
    _ = limits.limit(one, to: [.defaultV4])
    #expect(limits.refusals(of: one) == 51, "a new certificate does not clear what was counted")
  }
}
