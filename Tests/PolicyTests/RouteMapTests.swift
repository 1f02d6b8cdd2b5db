// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import Testing
import Wire

@Suite("Route-maps") struct RouteMapTests {
  static let lists = """
    ip bgp-community new-format
    ip prefix-list TEN permit 10.0.0.0/8 le 32
    ip prefix-list HOPS permit 172.16.0.0/12 le 32
    access-list 1 permit 10.0.0.0 0.255.255.255
    ip as-path access-list 1 permit ^65001_
    ip community-list 1 permit 100:1 100:2
    ip community-list 100 permit _100:[0-9]+_
    ip large-community-list 1 permit 65000:1:1

    """

  static func route() -> PolicyRoute {
    PolicyRoute(
      prefix: net("10.1.0.0/16"), nextHop: ip("172.16.0.1"), interface: "Tunnel0", source: "bgp 65000", type: .externalType1, metric: 100,
      tag: 7, localPreference: 200, asPath: [.sequence([65001, 65002])], communities: [100 << 16 | 1, 100 << 16 | 2, 100 << 16 | 3],
      largeCommunities: [LargeCommunity(65000, 1, 1)])
  }

  static func apply(_ map: String, _ route: inout PolicyRoute) -> Bool {
    let editor = PolicyEditor(lists + map)
    #expect(editor.refusals == [])
    return editor.settings.apply(routeMap: "R", to: &route)
  }

  @Test(
    "an entry matches when each criterion does",
    arguments: [
      ("match ip address prefix-list TEN", true), ("match ip address 1", true), ("match ip address prefix-list HOPS", false),
      ("match ip address prefix-list HOPS TEN", true), ("match ip next-hop prefix-list HOPS", true), ("match ip next-hop 1", false),
      ("match ipv6 address prefix-list TEN", false), ("match interface Tunnel0", true), ("match interface Tunnel1", false),
      ("match local-preference 200", true), ("match local-preference 100 300", false), ("match tag 7", true), ("match tag 1 2", false),
      ("match metric 100", true), ("match metric 90 +- 10", true),
      ("match metric 90 +- 9", false), ("match as-path 1", true), ("match as-path 9", true), ("match community 1", true),
      ("match community 1 exact-match", false), ("match community 100", true), ("match community 9", false),
      ("match large-community 1 exact-match", true), ("match source-protocol bgp", true), ("match source-protocol bgp 65000", true),
      ("match source-protocol bgp 65001", false), ("match source-protocol connected static", false), ("match route-type external", true),
      ("match route-type external type-2", false), ("match route-type internal", false), ("match tag 7\n match metric 1", false),
      ("description nothing asked", true),
    ])
  func matching(line: String, isPermitted: Bool) {
    var route = Self.route()
    #expect(Self.apply("route-map R permit 10\n " + line, &route) == isPermitted)
    #expect(route == Self.route())
  }

  @Test("a route-map that is not there denies; so does its end; a deny entry leaves the route as it was")
  func ends() {
    var route = Self.route()
    #expect(!Self.apply("", &route))
    #expect(!Self.apply("route-map R permit 10\n match tag 1", &route))
    #expect(!Self.apply("route-map R deny 10\n set metric 5\nroute-map R permit 20", &route))
    #expect(route == Self.route())
  }

  @Test("set changes what it names, and nothing else")
  func changes() {
    var route = Self.route()
    let map = """
      route-map R permit 10
       set metric +20
       set tag 9
       set local-preference 300
       set weight 11
       set origin igp
       set as-path prepend 64999 64999
       set community 100:9 100:1 additive
       set large-community none
       set ip next-hop 10.9.9.9
      """
    #expect(Self.apply(map, &route))
    #expect(route.metric == 120)
    #expect((route.tag, route.localPreference, route.weight, route.origin) == (9, 300, 11, .igp))
    #expect(route.asPath == [.sequence([64999, 64999, 65001, 65002])])
    #expect(route.communities == [1, 2, 3, 9].map { 100 << 16 | $0 })
    #expect(route.largeCommunities.isEmpty)
    #expect(route.nextHop == ip("10.9.9.9") && route.nextHopChoice == .address(ip("10.9.9.9")))
  }

  @Test("metrics stay within their 32 bits; last-as repeats the nearest AS; comm-list deletes one by one")
  func edges() {
    var route = Self.route()
    #expect(Self.apply("route-map R permit 10\n set metric -101\n set as-path prepend last-as 2\n set comm-list 100 delete", &route))
    #expect(route.metric == 0)
    #expect(route.asPath == [.sequence([65001, 65001, 65001, 65002])])
    #expect(route.communities == [])
    route.metric = .max
    #expect(Self.apply("route-map R permit 10\n set metric +1\n set ip next-hop unchanged", &route))
    #expect(route.metric == .max)
    #expect(route.nextHopChoice == .unchanged && route.nextHop == ip("172.16.0.1"))
  }

  @Test("a path whose first sequence is full gets another one (RFC 4271 §4.3)")
  func fullSegment() {
    var path: [ASPathSegment] = [.sequence(Array(repeating: 1, count: 255))]
    ASPathSegment.prepend([2, 3], to: &path)
    #expect(path.count == 2 && path[0] == .sequence([2, 3]))
    path = [.set([4, 5])]
    ASPathSegment.prepend([2], to: &path)
    #expect(ASPathSegment.text(path) == "2 {4,5}")
  }

  @Test(
    "continue asks later entries about the route as it came, and does all sets in their order",
    arguments: [
      // A later entry sees the route as it came: tag 7, not 9.
      ("permit 10\n continue\n set tag 9\nroute-map R permit 20\n match tag 7\n set metric 1", true, 9, 1),
      ("permit 10\n continue\n set tag 9\nroute-map R permit 20\n match tag 9\n set metric 1", true, 9, 100),
      ("permit 10\n continue 30\n set tag 9\nroute-map R deny 20\nroute-map R permit 30\n set tag 10", true, 10, 100),
      ("permit 10\n continue\n set tag 9\nroute-map R deny 20\n match tag 7", false, 7, 100),
      ("permit 10\n continue 99\n set tag 9\nroute-map R deny 20", true, 9, 100),
      ("permit 10\n set tag 9\nroute-map R permit 20\n set metric 1", true, 9, 100),
    ] as [(String, Bool, UInt32, UInt32)])
  func continuing(map: String, isPermitted: Bool, tag: UInt32, metric: UInt32) {
    var route = Self.route()
    #expect(Self.apply("route-map R " + map, &route) == isPermitted)
    #expect(route.tag == tag)
    #expect(route.metric == metric)
  }
}

@Suite("Names that are not there") struct UndefinedListTests {
  @Test("every list that a route-map names and nobody defines is found, with the line that names it")
  func found() {
    let settings = PolicyEditor(
      RouteMapTests.lists + """
        route-map R permit 10
         match ip address prefix-list TEN MISSING
         match as-path 1 2
         match ipv6 address TEN
        route-map R permit 20
         match community 1
         set comm-list NONE delete
        """
    ).settings
    #expect(
      settings.undefinedLists.map { "\($0.entry): \($0.line) \($0.list)" } == [
        "R 10: match as-path 2", "R 10: match ip address prefix-list MISSING", "R 10: match ipv6 address TEN", "R 20: set comm-list NONE",
      ])
    #expect(settings.hasRouteMap("R") && !settings.hasRouteMap("S") && settings.hasAccessList("1") && settings.hasPrefixList("TEN"))
  }

  @Test("among many route-maps the right one answers")
  func many() {
    let text = (0..<40).map { "route-map M\($0) permit 10\n set tag \($0)\nroute-map \($0) permit 5\n set tag \(100 + $0)" }.joined(
      separator: "\n")
    let settings = PolicyEditor(text).settings
    for i in 0..<40 as Range<UInt32> {
      var route = PolicyRoute(prefix: net("10.0.0.0/8"))
      #expect(settings.apply(routeMap: "M\(i)", to: &route) && route.tag == i)
      #expect(settings.apply(routeMap: "\(i)", to: &route) && route.tag == 100 + i)
    }
    #expect(settings.routeMap("M").entries.isEmpty)
  }
}

@Suite("Filters of protocols") struct RouteFilterTests {
  @Test("every filter of the way and the interface must permit")
  func distribute() {
    let settings = PolicyEditor(
      "ip prefix-list TEN permit 10.0.0.0/8 le 32\nip prefix-list HUB permit 10.0.0.1/32\naccess-list 1 deny 10.9.0.0 0.0.255.255\naccess-list 1 permit any"
    ).settings
    let filters = [
      DistributeList(.prefixList("TEN", gateway: "HUB"), .inbound), DistributeList(.accessList("1"), .inbound, interface: "Tunnel0"),
      DistributeList(.accessList("1"), .outbound, source: "static"),
    ]
    func permits(_ prefix: String, _ way: RouteDirection, _ interface: String, _ gateway: String, _ source: String = "rip") -> Bool {
      var route = PolicyRoute(prefix: net(prefix), source: source)
      return settings.permits(filters, &route, way, interface: interface, gateway: ip(gateway))
    }
    #expect(permits("10.1.0.0/16", .inbound, "Tunnel0", "10.0.0.1"))
    #expect(!permits("11.1.0.0/16", .inbound, "Tunnel0", "10.0.0.1"))
    #expect(!permits("10.1.0.0/16", .inbound, "Tunnel0", "10.0.0.2"))
    #expect(!permits("10.9.0.0/16", .inbound, "Tunnel0", "10.0.0.1"))
    #expect(permits("10.9.0.0/16", .inbound, "Tunnel1", "10.0.0.1"))
    #expect(permits("10.9.0.0/16", .outbound, "Tunnel0", "10.0.0.1"))
    #expect(!permits("10.9.0.0/16", .outbound, "Tunnel0", "10.0.0.1", "static"))
  }

  @Test("the offset of the interface comes before the one for all")
  func offsets() {
    let settings = PolicyEditor("access-list 1 permit 10.0.0.0 0.255.255.255").settings
    let lists = [
      OffsetList(accessList: nil, .inbound, offset: 2), OffsetList(accessList: "1", .inbound, offset: 5, interface: "Tunnel0"),
    ]
    #expect(settings.offset(lists, net("10.0.0.0/8"), .inbound, interface: "Tunnel0") == 5)
    #expect(settings.offset(lists, net("11.0.0.0/8"), .inbound, interface: "Tunnel0") == 2)
    #expect(settings.offset(lists, net("10.0.0.0/8"), .inbound, interface: "Tunnel1") == 2)
    #expect(settings.offset(lists, net("10.0.0.0/8"), .outbound, interface: "Tunnel0") == 0)
  }
}
