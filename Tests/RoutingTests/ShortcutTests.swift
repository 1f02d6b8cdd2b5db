// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Testing
import Wire

@Suite("NHRP routes and next hop overrides") struct ShortcutTests {
  @Test("packets take an NHRP route, engines do not see it")
  func shortcutRoute() {
    var table = makeSpoke()
    table.add(shortcut("192.168.2.0/24", via: "10.0.0.12"))
    #expect(table.entry(for: ip("192.168.2.7"), includingShortcuts: true)?.resolvedNextHop == ip("10.0.0.12"))
    #expect(table.entry(for: ip("192.168.2.7"), includingShortcuts: false)?.resolvedNextHop == ip("10.0.0.1"))
    #expect(table.longestMatch(for: ip("192.168.2.7"), vrf: .default)?.nextHop == ip("10.0.0.1"))
    #expect(!table.hasRoute(exactly: net("192.168.2.0/24"), vrf: .default))
    #expect(table.best(net("192.168.2.0/24"))?.route.code == "H 250")
  }

  @Test("an override changes forwarding and not the route")
  func override() {
    var table = makeSpoke()
    _ = table.takeChanges()
    let prefix = net("192.168.0.0/16")
    table.setOverride(prefix, nextHop: ip("10.0.0.12"), interface: Port.tunnel0, at: Instant(nanoseconds: 5))
    let entry = table.best(prefix)
    #expect(entry?.resolvedNextHop == ip("10.0.0.1"))
    #expect(entry?.override == NextHopOverride(nextHop: ip("10.0.0.12"), interface: Port.tunnel0, since: Instant(nanoseconds: 5)))
    #expect(table.entry(for: ip("192.168.9.9"), includingShortcuts: false)?.override == nil)
    #expect(table.longestMatch(for: ip("192.168.9.9"), vrf: .default)?.nextHop == ip("10.0.0.1"))
    let way = HostWay(interface: Port.tunnel0, gateway: nil)
    var overridden = ForwardingChange(
      prefix: prefix, action: .tunnel(Port.tunnel0, nextHop: ip("10.0.0.12")), route: entry?.route, overriding: ip("10.0.0.12"))
    (overridden.hostWay, overridden.formerHostWay) = (way, way)
    var told = table.takeChanges()
    #expect(told == [overridden])
    table.removeOverride(prefix)
    var restored = ForwardingChange(
      prefix: prefix, action: .tunnel(Port.tunnel0, nextHop: ip("10.0.0.1")), route: entry?.route, overriding: nil)
    (restored.hostWay, restored.formerHostWay) = (way, way)
    told = table.takeChanges()
    #expect(told == [restored])
  }

  @Test("an override without a route of its length lies dormant until one comes")
  func dormant() {
    var table = makeSpoke()
    _ = table.takeChanges()
    let prefix = net("192.168.2.0/24")
    table.setOverride(prefix, nextHop: ip("10.0.0.12"), interface: Port.tunnel0, at: .start)
    var told = table.takeChanges()
    #expect(told.isEmpty)
    #expect(table.best(prefix) == nil)
    table.add(shortcut("192.168.2.0/24", via: "10.0.0.13"))
    #expect(table.best(prefix)?.override == nil)
    told = table.takeChanges()
    #expect(told.map(\.action) == [.tunnel(Port.tunnel0, nextHop: ip("10.0.0.13"))])
    table.add(staticRoute("192.168.2.0/24", via: "10.0.0.1"))
    told = table.takeChanges()
    #expect(told.map(\.overriding) == [ip("10.0.0.12")])
    table.setInterface(Port.tunnel0, isUp: false)
    #expect(table.best(prefix)?.resolvedInterface == Port.wan)
    #expect(table.best(prefix)?.override == nil)
    table.setInterface(Port.tunnel0, isUp: true)
    #expect(table.best(prefix)?.override != nil)
    table.removeAll(source: .static, interface: nil)
    #expect(table.best(prefix)?.override == nil)
  }

  @Test("nobody overrides what is connected, the node's own, or Null0", arguments: ["192.168.1.0/24", "192.168.1.1/32", "192.168.9.0/24"])
  func protected(_ prefix: String) {
    var table = makeSpoke()
    table.add(discard("192.168.9.0/24"))
    _ = table.takeChanges()
    table.setOverride(net(prefix), nextHop: ip("10.0.0.12"), interface: Port.tunnel0, at: .start)
    #expect(table.best(net(prefix))?.override == nil)
    let told = table.takeChanges()
    #expect(told.isEmpty)
  }

  @Test("an override over a tunnel that is down lies dormant")
  func overDownTunnel() {
    var table = makeSpoke()
    table.setOverride(net("192.168.0.0/16"), nextHop: ip("10.0.1.12"), interface: Port.tunnel1, at: .start)
    _ = table.takeChanges()
    table.setInterface(Port.tunnel1, isUp: false)
    var told = table.takeChanges()
    #expect(told.map(\.action) == [.tunnel(Port.tunnel0, nextHop: ip("10.0.0.1"))])
    table.setInterface(Port.tunnel1, isUp: true)
    told = table.takeChanges()
    #expect(told.map(\.action) == [.tunnel(Port.tunnel1, nextHop: ip("10.0.1.12"))])
  }

  @Test("actions follow the kind of the interface, in prefix order, and only changes are told")
  func actions() {
    var table = makeSpoke()
    table.add(discard("10.0.0.0/8"))
    var told = table.takeChanges()
    #expect(told.map { "\($0.prefix)" } == table.entries.map { "\($0.route.prefix)" })
    #expect(
      told.map(\.action) == [
        .host(Port.wan), .discard, .tunnel(Port.tunnel0, nextHop: nil), .host(Port.tunnel0), .host(Port.wan),
        .tunnel(Port.tunnel0, nextHop: ip("10.0.0.1")), .host(Port.lan), .host(Port.lan),
      ])
    told = table.takeChanges()
    #expect(told.isEmpty)
    table.add(shortcut("192.168.2.0/24", via: "10.0.0.12"))
    table.remove(prefix: net("192.168.2.0/24"), source: .nhrp, nextHop: nil, interface: nil)
    table.add(Route(prefix: net("0.0.0.0/0"), source: .static, metric: 0, nextHop: ip("172.16.1.254"), tag: 9))
    told = table.takeChanges()
    #expect(told.isEmpty)
    table.setKind(Port.tunnel0, isTunnel: false)
    told = table.takeChanges()
    #expect(told.map { "\($0.prefix)" } == ["10.0.0.0/24", "192.168.0.0/16"])
    table.removeAll(source: .static, interface: nil)
    let gone = table.takeChanges()
    #expect(gone.map { "\($0.prefix)" } == ["0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/16"])
    #expect(gone.allSatisfy { $0.action == nil && $0.route == nil })
  }
}

extension Route {
  fileprivate var code: String { "\(source.code) \(distance)" }
}
