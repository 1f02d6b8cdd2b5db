// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("What routing protocols learn on interfaces of the host")
struct LearnedRouteTests {
  private static let configuration = """
    platform interface GigabitEthernet1 eth0
    router rip
     version 2
     network 192.0.2.0
     no auto-summary
    ip route 198.51.100.0 255.255.255.0 192.0.2.9
    """
  private let eth0 = HostInterface(name: "eth0", isUp: true, mtu: 1500, addresses: [HostAddress(IPAddress(192, 0, 2, 1), length: 24)])
  private let network = IPPrefix(IPAddress(192, 168, 2, 0), length: 24)

  /// A response of RIP version 2 (RFC 2453 section 4) with one network.
  private func response(on interface: InterfaceID, metric: UInt8) -> Datagram {
    let entry: [UInt8] = [0, 2, 0, 0, 192, 168, 2, 0, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, metric]
    return Datagram(
      interface: interface, source: IPAddress(192, 0, 2, 2), destination: IPAddress(224, 0, 0, 9), sourcePort: 520, destinationPort: 520,
      ttl: 1, bytes: [2, 2, 0, 0] + entry)
  }

  private func routes(_ effects: [HostEffect]) -> [String] {
    effects.compactMap { effect in
      guard case .kernelRoute(let prefix, let device, let gateway, let isPresent) = effect else { return nil }
      return "\(isPresent ? "+" : "-")\(prefix) \(device) \(gateway.map { "\($0)" } ?? "-")"
    }
  }

  @Test("go into the kernel by their gateway, as static routes do, and out when they are lost or the node stops")
  func kernel() throws {
    let node = Node(seed: 1)
    var effects: [HostEffect] = []
    func handle(_ event: HostEvent, at seconds: Int64) -> [HostEffect] {
      effects = []
      node.handle(event, at: .start + .seconds(seconds), &effects)
      return effects
    }
    _ = handle(.startup(text: Self.configuration, file: "ours.conf"), at: 0)
    let joined = handle(.interface(eth0), at: 1)
    #expect(routes(joined) == ["+198.51.100.0/24 eth0 192.0.2.9"])
    let interface = try #require(
      joined.compactMap { effect -> InterfaceID? in
        guard case .routingPort("eth0", .join(let id, _, _)) = effect else { return nil }
        return id
      }.first)
    #expect(routes(handle(.datagram(.received(response(on: interface, metric: 1))), at: 2)) == ["+192.168.2.0/24 eth0 192.0.2.2"])
    #expect(routes(handle(.datagram(.received(response(on: interface, metric: 1))), at: 3)) == [])
    #expect(routes(handle(.datagram(.received(response(on: interface, metric: 16))), at: 4)) == ["-192.168.2.0/24 eth0 192.0.2.2"])
    #expect(routes(handle(.datagram(.received(response(on: interface, metric: 1))), at: 500)).contains("+192.168.2.0/24 eth0 192.0.2.2"))
    #expect(routes(handle(.stop, at: 501)) == ["-192.168.2.0/24 eth0 192.0.2.2", "-198.51.100.0/24 eth0 192.0.2.9"])
  }

  @Test(
    "an address family ends with exit-address-family, as far left as its head or further, or without indentation: what follows is the router's",
    arguments: [
      "router bgp 1\n address-family ipv6\n  network 2001:db8::/32\n exit-address-family\n neighbor 10.0.0.1 remote-as 1",
      "router bgp 1\n address-family ipv6\n  network 2001:db8::/32\n  exit-address-family\n neighbor 10.0.0.1 remote-as 1",
      "router bgp 1\naddress-family ipv6\nnetwork 2001:db8::/32\nexit-address-family\nneighbor 10.0.0.1 remote-as 1",
    ])
  func addressFamily(_ text: String) {
    let loaded = ConfigurationLoader.load(text, file: "ours.conf")
    #expect(loaded.diagnostics.filter { $0.level == .error }.map(\.located) == [])
    let written = ConfigurationWriter.text(loaded.settings)
    #expect(written.contains(" neighbor 10.0.0.1 remote-as 1\n"), "\(written)")
    #expect(ConfigurationLoader.load(written, file: "ours.conf").settings == loaded.settings)
    var settings = NodeSettings()
    var place = ConfigurationEditor.Context.global
    for line in text.split(separator: "\n") {
      guard case .applied(let next, _, _) = ConfigurationEditor.apply(String(line), in: place, to: &settings) else {
        Issue.record("refused: \(line)")
        return
      }
      place = next
    }
    #expect(settings == loaded.settings)
  }
}
