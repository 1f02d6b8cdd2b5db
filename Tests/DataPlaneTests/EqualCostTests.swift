// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

@Suite("Several ways of equal cost") struct EqualCostTests {
  static let both = [11, 12].map { ForwardingPath(interface: Hub.tun, nextHop: ip("172.16.0.\($0)"), isTunnel: true) }

  private func destination(_ hub: Hub, _ packet: IPv4) -> IPAddress? {
    if case .underlay(_, let destination) = hub.send(packet.bytes).verdict { destination } else { nil }
  }

  @Test("every packet between two addresses takes one way, whatever its ports, protocol and fragment; the pairs spread over all ways")
  func flows() {
    let hub = Hub()
    hub.route("10.50.0.0/16", .paths(Self.both))
    var taken: [IPAddress: Int] = [:]
    for i in 0..<200 {
      let (from, to) = ("192.168.1.\(1 + i % 250)", "10.50.\(i % 7).\(1 + i % 99)")
      let way = destination(hub, IPv4(from, to, payload: udp(1)))
      #expect(way != nil)
      for port in 2..<6 as Range<UInt16> { #expect(destination(hub, IPv4(from, to, payload: udp(port))) == way) }
      var fragment = IPv4(from, to, payload: [UInt8](repeating: 1, count: 64)).bytes
      fragment = patched(fragment, at: 6, u16: 0x2005, fixesHeader: true)
      #expect(hub.send(fragment).verdict == .underlay(tunnel: Hub.tun, destination: way ?? .anyV4))
      taken[way ?? .anyV4, default: 0] += 1
    }
    #expect(taken.count == 2 && taken.values.allSatisfy { $0 > 70 }, "\(taken)")
  }

  @Test("a way to the host and one into the tunnel; transit; a stranger's packet by a tunnel that is one of several ways")
  func mixed() {
    let hub = Hub()
    let host = ForwardingPath(interface: Hub.lan, nextHop: nil, isTunnel: false)
    hub.route("10.50.0.0/16", .paths([Self.both[1], host]))
    var verdicts: Set<String> = []
    for i in 1..<60 {
      let packet = IPv4("192.168.11.2", "10.50.0.\(i)", payload: udp(1)).bytes
      verdicts.insert("\(hub.receive(gre("198.51.100.11", "198.51.100.1", packet)).verdict)")
    }
    #expect(verdicts.count == 2)
    let stranger = IPv4("10.50.0.1", "192.168.1.1", payload: udp(1)).bytes
    #expect(hub.receive(gre("198.51.100.77", "198.51.100.1", stranger)).verdict == .host(interface: Hub.lan))
    hub.route("10.50.0.0/16", .paths([host, host]))
    #expect(hub.receive(gre("198.51.100.77", "198.51.100.1", stranger)).verdict == .drop(.spoofed))
  }

  @Test("the table gives a set of ways back as it was told, once for all routes that have it, and one way as a plain route")
  func table() {
    var fib = FIB()
    for i in 0..<100 { fib.insert(net("10.\(i).0.0/16"), .paths(Self.both)) }
    #expect(fib.exact(net("10.5.0.0/16")) == .paths(Self.both))
    #expect(fib.action(for: ip("10.99.1.1")) == .paths(Self.both))
    #expect(fib.insert(net("10.5.0.0/16"), .paths(Self.both.reversed())) == .paths(Self.both))
    for i in 0..<100 { #expect(fib.remove(net("10.\(i).0.0/16")) == .paths(i == 5 ? Self.both.reversed() : Self.both)) }
    fib.insert(net("10.0.0.0/8"), .paths([Self.both[0]]))
    #expect(fib.exact(net("10.0.0.0/8")) == .tunnel(Hub.tun, nextHop: ip("172.16.0.11")))
    fib.insert(net("10.0.0.0/8"), .paths([]))
    #expect(fib.exact(net("10.0.0.0/8")) == .discard)
    fib.insert(net("11.0.0.0/8"), .paths(Self.both))
    #expect(fib.routes.map(\.action) == [.discard, .paths(Self.both)])
  }
}
