// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Testing
import Wire

/// A table, the naive one, and a FIB that only follows `takeChanges`, driven by the same random operations.
private struct Twins {
  var random: RandomSource
  var table = RoutingTable()
  var naive = NaiveTable()
  var fib: [IPPrefix: ForwardingChange] = [:]
  let isV6: Bool

  init(seed: UInt64, isV6: Bool) { (random, self.isV6) = (RandomSource(seed: seed), isV6) }

  mutating func pick<T>(_ from: [T]) -> T { from[Int(random.below(UInt64(from.count)))] }

  /// Few values, so that prefixes nest, offers collide and next hops hit.
  mutating func address() -> IPAddress {
    let (a, b, c) = (UInt8(10 + random.below(2)), UInt8(random.below(3)) * 64, UInt8(random.below(4)))
    guard isV6 else { return IPAddress(a, b, 0, c) }
    return IPAddress(high: 0x2001_0db8_0000_0000 | UInt64(a) << 16 | UInt64(b) << 8, low: UInt64(c))
  }

  mutating func prefix() -> IPPrefix {
    let at = address()
    return IPPrefix(at, length: isV6 ? pick([0, 32, 48, 56, 58, 64, 126, 128]) : pick([0, 8, 9, 10, 16, 24, 30, 31, 32]))
  }

  mutating func route() -> Route {
    let source = pick([RouteSource.connected, .local, .static, .static, .static, .bgp, .bgp, .rip, .kernel, .nhrp, .nhrp])
    let isRecursive = (source == .static || source == .bgp) && random.below(2) == 0
    let isDiscard = source == .static && random.below(12) == 0
    let hasHop = isRecursive || source == .nhrp || random.below(2) == 0
    return Route(
      prefix: prefix(), source: source, distance: pick([nil, nil, nil, 5, 250, 255]), metric: UInt32(random.below(2)),
      nextHop: hasHop ? address() : nil, interface: isRecursive ? nil : pick(Port.all), tag: UInt32(random.below(2)),
      isDiscard: isDiscard)
  }

  mutating func step() {
    switch random.below(20) {
    case 0...8: addOne(route())
    case 9...12: removeOne()
    case 13: removeMany(pick(RouteSource.allCases), pick([nil, Port.tunnel0, Port.lan]))
    case 14...15: override(prefix())
    case 16: unoverride(naive.overrides.isEmpty ? prefix() : pick(naive.overrides.map(\.prefix)))
    case 17...18: flip(pick(Port.all))
    default: turn(pick(Port.all))
    }
  }

  mutating func addOne(_ route: Route) {
    table.add(route)
    naive.add(route)
  }

  mutating func removeOne() {
    guard !naive.routes.isEmpty else { return }
    let gone = pick(naive.routes)
    let (hop, id) = (random.below(2) == 0 ? gone.nextHop : nil, random.below(2) == 0 ? gone.interface : nil)
    table.remove(prefix: gone.prefix, source: gone.source, nextHop: hop, interface: id)
    naive.routes.removeAll {
      $0.prefix == gone.prefix && $0.source == gone.source && (hop == nil || $0.nextHop == hop) && (id == nil || $0.interface == id)
    }
  }

  mutating func removeMany(_ source: RouteSource, _ id: InterfaceID?) {
    table.removeAll(source: source, interface: id)
    naive.routes.removeAll { $0.source == source && (id == nil || $0.interface == id) }
  }

  mutating func override(_ prefix: IPPrefix) {
    let (hop, id) = (address(), pick(Port.tunnels))
    table.setOverride(prefix, nextHop: hop, interface: id, at: .start)
    naive.overrides.removeAll { $0.prefix == prefix }
    naive.overrides.append((prefix, hop, id))
  }

  mutating func unoverride(_ prefix: IPPrefix) {
    table.removeOverride(prefix)
    naive.overrides.removeAll { $0.prefix == prefix }
  }

  mutating func flip(_ id: InterfaceID) {
    let isUp = naive.down.contains(id)
    table.setInterface(id, isUp: isUp)
    if isUp { naive.down.removeAll { $0 == id } } else { naive.down.append(id) }
  }

  mutating func turn(_ id: InterfaceID) {
    let isTunnel = !naive.tunnels.contains(id)
    table.setKind(id, isTunnel: isTunnel)
    if isTunnel { naive.tunnels.append(id) } else { naive.tunnels.removeAll { $0 == id } }
  }

  /// Applies the changes to the FIB; false where they are out of order or say nothing new.
  mutating func follow() -> Bool {
    let changes = table.takeChanges()
    let isOrdered = zip(changes, changes.dropFirst()).allSatisfy { $0.prefix < $1.prefix }
    var isNews = true
    for change in changes {
      let old = fib[change.prefix]
      isNews = isNews && (old?.action != change.action || old?.hostWay != change.hostWay || old?.overriding != change.overriding)
      isNews = isNews && change.formerHostWay == old?.hostWay
      fib[change.prefix] = change.action == nil ? nil : change
    }
    return isOrdered && isNews
  }
}

@Suite("Random operations against the rules said plainly") struct RandomOperationTests {
  @Test("the FIB that follows the changes is the one worked out from scratch", arguments: 1...24)
  func changes(_ seed: UInt64) {
    var twins = Twins(seed: seed, isV6: seed % 4 == 0)
    for step in 0..<150 {
      twins.step()
      guard step % 3 == 2 || step > 100 else { continue }
      let isOrderedNews = twins.follow()
      #expect(isOrderedNews)
      var expected = 0
      for prefix in twins.naive.prefixes {
        let (now, said) = (twins.naive.forwarding(prefix), twins.fib[prefix])
        expected += now == nil ? 0 : 1
        #expect(now?.action == said?.action && now?.hostWay == said?.hostWay && now?.overriding == said?.overriding, "seed \(seed) step \(step) \(prefix)")
      }
      #expect(twins.fib.count == expected)
    }
  }

  @Test("longest matches, entries and candidates are those worked out from scratch", arguments: 101...124)
  func views(_ seed: UInt64) {
    var twins = Twins(seed: seed, isV6: seed % 4 == 0)
    for step in 0..<120 {
      twins.step()
      if step % 7 == 0 { _ = twins.table.takeChanges() }
      let (table, naive, address) = (twins.table, twins.naive, twins.address())
      for below in [true, false] {
        let found = table.entry(for: address, includingShortcuts: !below)
        #expect(found?.route == naive.match(address, below: below)?.route, "seed \(seed) step \(step) \(address)")
      }
      var expected: RouteMatch?
      if let found = naive.match(address, below: true), case .via(let id, let hop, _) = found.way {
        let isConnected = found.route.source == .connected || found.route.source == .local
        let metric = isConnected ? 0 : found.route.metric
        expected = RouteMatch(prefix: found.route.prefix, interface: id, nextHop: hop, isConnected: isConnected, metric: metric)
      }
      #expect(table.longestMatch(for: address, vrf: .default) == expected, "seed \(seed) step \(step) \(address)")
      guard step % 10 == 9 else { continue }
      #expect(table.entries.map(\.route) == naive.prefixes.compactMap { naive.chosen($0, below: false)?.route })
      for prefix in naive.prefixes {
        #expect(Set(table.candidates(prefix)) == Set(naive.routes.filter { $0.prefix == prefix }))
        #expect(table.hasRoute(exactly: prefix, vrf: .default) == (naive.chosen(prefix, below: true) != nil))
      }
    }
  }

  @Test("a chosen recursive route leaves as its next hop does, and never through itself", arguments: 201...216)
  func consistency(_ seed: UInt64) {
    var twins = Twins(seed: seed, isV6: false)
    for _ in 0..<200 {
      twins.step()
      for entry in twins.table.entries where entry.route.isRecursive {
        let hop = entry.route.nextHop ?? .anyV4
        let under = twins.table.longestMatch(for: hop, vrf: .default)
        #expect(under?.interface == entry.resolvedInterface)
        #expect((under?.nextHop ?? hop) == entry.resolvedNextHop)
        #expect(under?.prefix != entry.route.prefix)
      }
    }
  }

  @Test(
    "a clipped claim holds no address that leaves elsewhere, and a route's own claim is clipped no further than needed",
    arguments: 301...324)
  func clipping(_ seed: UInt64) {
    var random = RandomSource(seed: seed)
    var table = makeTable([staticRoute("10.0.0.0/25", Port.lan)])
    for _ in 0..<(1 + seed % 8) {
      let (at, length) = (UInt8(random.below(256)), 24 + Int(random.below(9)))
      let id = Port.all[Int(random.below(2))]
      table.add(Route(prefix: IPPrefix(IPAddress(10, 0, 0, at), length: length), source: .static, interface: id))
    }
    for host in UInt8.min...UInt8.max {
      let address = IPAddress(10, 0, 0, host)
      guard let match = table.longestMatch(for: address, vrf: .default) else { continue }
      let claim = IPPrefix(address, length: 24)
      let network = IPPrefix(address, length: table.clippedLength(of: claim, around: address, vrf: .default))
      for other in UInt8.min...UInt8.max where network.contains(IPAddress(10, 0, 0, other)) {
        #expect(table.longestMatch(for: IPAddress(10, 0, 0, other), vrf: .default)?.interface == match.interface)
      }
      let needed = table.entries.filter { match.prefix.covers($0.route.prefix) && $0.resolvedInterface != match.interface }
        .map { address.commonPrefixLength(with: $0.route.prefix.address) + 1 }
      let length = table.clippedLength(of: match.prefix, around: address, vrf: .default)
      #expect(length == needed.reduce(Int(match.prefix.length), max))
    }
  }

  @Test("ten thousand shortcuts come and go, and nothing is left of them")
  func churn() {
    var table = makeSpoke()
    let before = table.entries
    _ = table.takeChanges()
    let nodes = table.nodeCount
    for i in 0..<10_000 {
      let host = IPPrefix(host: IPAddress(v4: 0xc0a8_0000 + UInt32(i) * 3 + 600))
      table.add(Route(prefix: host, source: .nhrp, nextHop: ip("10.0.0.12"), interface: Port.tunnel0))
    }
    let come = table.takeChanges()
    #expect(come.count == 10_000)
    table.removeAll(source: .nhrp, interface: nil)
    let gone = table.takeChanges()
    #expect(gone.count == 10_000 && gone.allSatisfy { $0.action == nil })
    #expect(table.entries == before)
    #expect(table.nodeCount == nodes)
    table.add(shortcut("192.168.2.0/24", via: "10.0.0.12"))
    #expect(table.entry(for: ip("192.168.2.9"), includingShortcuts: true)?.resolvedNextHop == ip("10.0.0.12"))
  }
}
