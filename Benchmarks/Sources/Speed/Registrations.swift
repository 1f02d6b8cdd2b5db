// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Wire

/// A server that already knows ten thousand clients hears from each of them again.
enum Registrations {
  private static let interface = InterfaceID(1)
  private static let clients = 10_000
  private static let hub = IPAddress(10, 0, 0, 1), hubNBMA = IPAddress(198, 51, 100, 1)

  /// Nothing but the tunnel's own network.
  private struct Routes: RouteView {
    let network = IPPrefix(IPAddress(10, 0, 0, 0), length: 8)
    func longestMatch(for destination: IPAddress, vrf: VRFID) -> RouteMatch? {
      network.contains(destination) ? RouteMatch(prefix: network, interface: interface, nextHop: nil, isConnected: true) : nil
    }
    func hasRoute(exactly prefix: IPPrefix, vrf: VRFID) -> Bool { prefix == network }
    func clippedLength(of prefix: IPPrefix, around address: IPAddress, vrf: VRFID) -> Int { Int(prefix.length) }
  }

  private static func turn(_ engine: inout NHRPEngine, _ input: NHRPEngine.Input, at now: Instant) -> [NHRPEngine.Output] {
    var turn = Turn<NHRPEngine.Output>(now: now, cause: .none, random: RandomSource(seed: 1), routes: Routes(), firstRecord: EventID(1))
    engine.handle(input, &turn)
    return turn.outputs.map(\.output)
  }

  private static func nbma(_ n: Int) -> IPAddress { IPAddress(v4: 0x6440_0000 + UInt32(n)) }

  /// What client `n` sends when it comes up.
  private static func request(_ n: Int) -> [UInt8] {
    var settings = NHRPSettings()
    (settings.networkID, settings.authentication) = (1, "bench")
    settings.servers = [NextHopServerSettings(address: hub, nbma: .address(hubNBMA))]
    let config = NHRPInterface(
      name: "Tunnel0", settings: settings, address: IPAddress(v4: 0x0a00_0100 + UInt32(n)), isUp: true, nbma: nbma(n), destination: nil)
    var client = NHRPEngine()
    for case .send(_, _, let bytes, _) in turn(&client, .configure(interface, config), at: .start) { return bytes }
    preconditionFailure("client \(n) does not register")
  }

  private static let requests = (0..<clients).map(request)

  private static let server: NHRPEngine = {
    var settings = NHRPSettings()
    (settings.networkID, settings.authentication, settings.maxSendPackets) = (1, "bench", 65_535)
    var engine = NHRPEngine()
    _ = turn(
      &engine,
      .configure(interface, NHRPInterface(name: "Tunnel0", settings: settings, address: hub, isUp: true, nbma: hubNBMA, destination: nil)),
      at: .start)
    register(&engine, at: .start)
    precondition(engine.entryCount == clients)
    return engine
  }()

  /// Every client registers again.
  static func refresh() -> Int {
    var engine = server
    register(&engine, at: Instant(nanoseconds: 200_000_000_000))
    return clients
  }

  private static func register(_ engine: inout NHRPEngine, at now: Instant) {
    for (n, bytes) in requests.enumerated() {
      let out = turn(&engine, .packet(interface, nbmaSource: nbma(n), bytes: bytes), at: now)
      precondition(out.contains { if case .send = $0 { true } else { false } }, "no answer to client \(n)")
    }
  }
}
