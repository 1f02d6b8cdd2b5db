// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// Somebody else's BGP.
enum OtherBGP: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case frr = "FRR", bird = "BIRD", gobgp = "GoBGP", exabgp = "ExaBGP"
  var testDescription: String { rawValue }

  func router(_ bench: Bench, _ namespace: Namespace, _ session: BGPSession) async throws -> any OtherRouter {
    switch self {
    case .frr: try await FRRDaemon(bench, in: namespace, bgp: session)
    case .bird: try await BIRDDaemon(bench, in: namespace, bgp: session)
    case .gobgp: try await GoBGPDaemon(bench, in: namespace, bgp: session)
    case .exabgp: try await ExaBGPDaemon(bench, in: namespace)
    }
  }
}

extension SystemSuite {
  /// Our node beside routing daemons that others wrote, over a LAN: the kernel's TCP and UDP, their words.
  @Suite("Routing neighbours", .requires(.root, .tun, .frr, .bird, .gobgp, .exabgp, .executable))
  struct RoutingNeighbourTests {
    private func pair(_ bench: Bench, _ other: OtherBGP, _ session: BGPSession) async throws -> RoutingPair {
      try await RoutingPair(bench, configuration: session.configuration, family: session.family) { try await other.router($0, $1, session) }
    }

    @Test(
      "BGP: routes both ways and into the kernel, hosts reach each other; withdrawal both ways, restart of either end",
      arguments: OtherBGP.allCases)
    func bgp(_ other: OtherBGP) async throws {
      try await Bench.with { bench in try await life(try await pair(bench, other, BGPSession()), BGPSession()) }
    }

    @Test("BGP for IPv6 over IPv6: the same", arguments: [OtherBGP.frr, .bird])
    func bgpIPv6(_ other: OtherBGP) async throws {
      let session = BGPSession(isV6: true)
      try await Bench.with { bench in try await life(try await pair(bench, other, session), session) }
    }

    private func life(_ pair: RoutingPair, _ session: BGPSession) async throws {
      try await pair.routesBothWays()
      try await pair.passesPings()
      try await pair.withdrawsBothWays(session.setOurExtra)
      try await pair.theirsRestarts()
      try await pair.routesBothWays()
      try await pair.oursStops()
      let again = try await pair.startedAgain()
      try await again.routesBothWays()
      try await again.passesPings()
      try await again.leavesNothingWhenKilled()
    }

    @Test(
      "BGP with a password (RFC 2385) and TTL security (RFC 5082): with another password there is no session",
      arguments: [OtherBGP.frr, .bird, .gobgp])
    func bgpAuthentication(_ other: OtherBGP) async throws {
      let session = BGPSession(password: "Saturnalia", checksTTL: true)
      try await Bench.with { bench in
        let pair = try await pair(bench, other, session)
        try await pair.routesBothWays()
        let line = "configure terminal ; router bgp 65001 ; neighbor 192.0.2.2 password"
        try await pair.node.exec("\(line) Lupercalia ; end")
        try await pair.expect("the session is gone") { try await !pair.ourRoutes().contains(pair.family.theirLAN) }
        try await Task.sleep(for: .seconds(3))
        #expect(try await !pair.ourRoutes().contains(pair.family.theirLAN))
        try await pair.node.exec("\(line) Saturnalia ; end")
        try await pair.routesBothWays()
      }
    }

    @Test("RIP with FRR, without and with authentication (RFC 2453, 4822)", arguments: [RIPAuthentication.none, .text, .md5])
    func ripFRR(_ authentication: RIPAuthentication) async throws {
      try await Bench.with { bench in
        try await rip(bench, authentication) { try await FRRDaemon($0, in: $1, rip: authentication) }
      }
    }

    @Test("RIP with BIRD, without and with authentication (RFC 2453, 4822)", arguments: RIPAuthentication.allCases)
    func ripBIRD(_ authentication: RIPAuthentication) async throws {
      try await Bench.with { bench in
        try await rip(bench, authentication) { try await BIRDDaemon($0, in: $1, rip: authentication) }
      }
    }

    /// Withdrawal and restarts without authentication; with it, that they understand each other, and do not where the key is another.
    private func rip(
      _ bench: Bench, _ authentication: RIPAuthentication, other: (Bench, Namespace) async throws -> any OtherRouter
    ) async throws {
      let first = authentication.configuration(key: authentication == .none ? "" : "Lupercalia")
      let pair = try await RoutingPair(bench, configuration: first, patience: .seconds(40), other: other)
      if authentication == .none {
        try await pair.routesBothWays()
        try await pair.passesPings()
        try await pair.withdrawsBothWays { "configure terminal ; \($0 ? "" : "no ")ip route 198.51.100.0 255.255.255.0 Null0 ; end" }
        try await pair.theirsRestarts()
        try await pair.routesBothWays()
        try await pair.oursStops()
        try await pair.startedAgain().routesBothWays()
      } else {
        // Longer than the time from one update to the next.
        try await Task.sleep(for: .seconds(6))
        #expect(try await !pair.ourRoutes().contains(pair.family.theirLAN), "we believe them")
        #expect(try await !pair.other.routes().contains(pair.family.ourExtra), "they believe us")
        try await pair.node.exec("configure terminal ; key chain LAN ; key 1 ; key-string Saturnalia ; end")
        try await pair.routesBothWays()
        try await pair.passesPings()
      }
    }
  }
}
