// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Testing
import Wire

@Suite("Recursive next hops") struct RecursionTests {
  @Test("a next hop on a connected network resolves to it")
  func direct() {
    let entry = makeSpoke().best(.defaultV4)
    #expect(entry?.resolvedInterface == Port.wan)
    #expect(entry?.resolvedNextHop == ip("172.16.1.254"))
    #expect(entry?.route.interface == nil)
  }

  @Test("a chain ends at the last route's next hop; its end may come later, go and return")
  func chain() {
    var table = makeTable([
      staticRoute("10.3.0.0/16", via: "10.2.0.1"), staticRoute("10.2.0.0/16", via: "10.1.0.1"),
    ])
    #expect(table.entries.isEmpty)
    table.add(staticRoute("10.1.0.0/16", via: "172.16.1.254", Port.wan))
    #expect(table.best(net("10.3.0.0/16"))?.resolvedNextHop == ip("172.16.1.254"))
    table.setInterface(Port.wan, isUp: false)
    #expect(table.entries.isEmpty)
    table.setInterface(Port.wan, isUp: true)
    table.add(connected("10.1.0.0/24", Port.lan))
    #expect(table.best(net("10.3.0.0/16"))?.resolvedNextHop == ip("10.1.0.1"))
    #expect(table.best(net("10.3.0.0/16"))?.resolvedInterface == Port.lan)
    table.removeAll(source: .connected, interface: nil)
    #expect(table.best(net("10.3.0.0/16"))?.resolvedInterface == Port.wan)
  }

  @Test("eight lookups in a row are done, nine are not, and what leans on the ninth is not either")
  func depth() {
    var table = makeTable([connected("10.0.0.0/24", Port.lan)])
    for i in 1...11 { table.add(staticRoute("10.\(i).0.0/24", via: "10.\(i - 1).0.1")) }
    #expect(table.best(net("10.8.0.0/24"))?.resolvedInterface == Port.lan)
    for i in 9...11 { #expect(table.best(net("10.\(i).0.0/24")) == nil) }
    table.add(staticRoute("0.0.0.0/0", Port.wan))
    for i in 9...11 { #expect(table.best(net("10.\(i).0.0/24")) == nil) }
  }

  @Test("the default route resolves a static one where nothing longer does, but never itself")
  func throughDefault() {
    var table = makeTable([staticRoute("10.9.0.0/16", via: "8.8.8.8"), staticRoute("0.0.0.0/0", via: "172.16.1.254")])
    #expect(table.entries.isEmpty)
    table.add(connected("172.16.1.0/24", Port.wan))
    #expect(table.best(net("10.9.0.0/16"))?.resolvedNextHop == ip("172.16.1.254"))
    table.remove(prefix: net("172.16.1.0/24"), source: .connected, nextHop: nil, interface: nil)
    #expect(table.entries.isEmpty)
  }

  @Test("a route whose next hop would be reached through itself gives way to a floating one")
  func throughItself() {
    let own = staticRoute("10.0.0.0/8", via: "10.0.0.1")
    let floating = staticRoute("10.0.0.0/8", Port.lan, distance: 250)
    var table = makeTable([staticRoute("0.0.0.0/0", Port.wan), own, floating])
    #expect(table.best(own.prefix)?.route == floating)
    table.add(connected("10.0.0.0/24", Port.tunnel0))
    #expect(table.best(own.prefix)?.route == own)
    #expect(table.best(own.prefix)?.resolvedInterface == Port.tunnel0)
  }

  @Test("routes that lean on each other in a circle are not eligible, and others pass them by")
  func circle() {
    let table = makeTable([
      staticRoute("0.0.0.0/0", Port.wan), staticRoute("1.0.0.0/8", via: "2.0.0.1"), staticRoute("2.0.0.0/8", via: "3.0.0.1"),
      staticRoute("3.0.0.0/8", via: "1.0.0.1"), staticRoute("4.0.0.0/8", via: "1.0.0.1"),
    ])
    #expect(table.entries.map { "\($0.route.prefix)" } == ["0.0.0.0/0", "4.0.0.0/8"])
    #expect(table.best(net("4.0.0.0/8"))?.resolvedNextHop == ip("1.0.0.1"))
  }

  @Test("the node's own address and Null0 resolve nothing")
  func deadEnds() {
    let table = makeTable([
      connected("10.0.0.0/24", Port.lan), local("10.0.0.1", Port.lan), discard("10.1.0.0/16"),
      staticRoute("5.0.0.0/8", via: "10.0.0.1"), staticRoute("6.0.0.0/8", via: "10.1.0.1"), staticRoute("7.0.0.0/8", via: "10.0.0.2"),
    ])
    #expect(table.best(net("5.0.0.0/8")) == nil)
    #expect(table.best(net("6.0.0.0/8")) == nil)
    #expect(table.best(net("7.0.0.0/8")) != nil)
  }

  @Test("resolution never goes through NHRP routes or overrides")
  func belowShortcuts() {
    var table = makeSpoke()
    table.add(staticRoute("5.0.0.0/8", via: "192.168.2.1"))
    table.add(shortcut("192.168.2.0/24", via: "10.0.0.12"))
    table.setOverride(net("192.168.0.0/16"), nextHop: ip("10.0.0.13"), interface: Port.tunnel0, at: .start)
    #expect(table.best(net("5.0.0.0/8"))?.resolvedNextHop == ip("10.0.0.1"))
  }
}
