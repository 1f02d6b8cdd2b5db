// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import ProtocolKit
import Testing
import Wire

/// Two and more engines back to back.
struct CloudTests {
  private let hub = IPAddress(10, 0, 0, 1)
  private func spoke(_ i: Int) -> IPAddress { IPAddress(10, 0, 0, UInt8(10 + i)) }

  private let hubLines = """
    router bgp 65001
     neighbor SPOKES peer-group
     neighbor SPOKES remote-as 65001
     bgp listen range 10.0.0.0/24 peer-group SPOKES
     neighbor SPOKES route-reflector-client
    """
  private let spokeLines = "router bgp 65001\n neighbor 10.0.0.1 remote-as 65001\n network 192.168.N.0"

  private func cloud(_ count: Int, hubMore: String = "") throws -> BGPCloud {
    let cloud = BGPCloud()
    try cloud.add("hub", hub, hubLines + hubMore)
    for i in 1...count {
      let s = try cloud.add("spoke\(i)", spoke(i), spokeLines.replacing("N", with: "\(i)"))
      cloud.offer(s, "192.168.\(i).0/24")
    }
    return cloud
  }

  @Test("two neighbours that call each other at once keep one session and exchange routes")
  func pair() throws {
    let cloud = BGPCloud()
    for (me, you) in [(1, 2), (2, 1)] {
      let i = try cloud.add(
        "r\(me)", IPAddress(10, 0, 0, UInt8(me)),
        "router bgp 6500\(me)\n neighbor 10.0.0.\(you) remote-as 6500\(you)\n network 192.168.\(me).0")
      cloud.offer(i, "192.168.\(me).0/24")
    }
    cloud.run(.seconds(15))
    #expect(cloud.established(0) == 1 && cloud.established(1) == 1)
    #expect(cloud.nodes.map { $0.streams.count } == [1, 1])
    #expect(cloud.nextHops(0, "192.168.2.0/24") == [IPAddress(10, 0, 0, 2)])
    #expect(cloud.nextHops(1, "192.168.1.0/24") == [hub])
    cloud.takeBack(1, "192.168.2.0/24")
    cloud.run(.seconds(1))
    #expect(cloud.nextHops(0, "192.168.2.0/24").isEmpty)
    cloud.run(.seconds(3600))
    #expect(cloud.nodes.allSatisfy { $0.records.filter { $0.kind == .bgpUp }.count == 1 })
  }

  @Test("spokes join a hub that never heard of them; phase 2 keeps the spoke's next hop, phase 3 puts the hub's, RFC 4456")
  func phases() throws {
    let two = try cloud(3)
    two.run(.seconds(15))
    #expect(two.established(0) == 3)
    #expect(two.nextHops(1, "192.168.2.0/24") == [spoke(2)])
    #expect(two.nextHops(0, "192.168.3.0/24") == [spoke(3)])
    let three = try cloud(3, hubMore: "\n neighbor SPOKES next-hop-self all")
    three.run(.seconds(15))
    #expect(three.nextHops(1, "192.168.2.0/24") == [hub])
  }

  @Test("a summary and a default from the hub are all that spokes hear (phase 3)")
  func summary() throws {
    let cloud = try cloud(
      2,
      hubMore:
        "\n aggregate-address 192.168.0.0 255.255.0.0 summary-only\n neighbor SPOKES default-originate\n neighbor SPOKES next-hop-self all")
    cloud.run(.seconds(15))
    #expect(cloud.nodes[1].table.keys.sorted().map { "\($0)" } == ["0.0.0.0/0", "192.168.0.0/16"])
    cloud.takeBack(1, "192.168.1.0/24")
    cloud.takeBack(2, "192.168.2.0/24")
    cloud.run(.seconds(1))
    #expect(cloud.nodes[1].table.keys.map { "\($0)" } == ["0.0.0.0/0"])
  }

  @Test("spokes of one AS behind a hub of another hear each other by as-override")
  func asOverride() throws {
    let cloud = BGPCloud()
    try cloud.add(
      "hub", hub,
      "router bgp 65000\n neighbor S peer-group\n neighbor S remote-as 65001\n bgp listen range 10.0.0.0/24 peer-group S"
        + "\n neighbor S as-override\n neighbor S next-hop-self"
    )
    for i in 1...2 {
      let s = try cloud.add("s\(i)", spoke(i), "router bgp 65001\n neighbor 10.0.0.1 remote-as 65000\n network 192.168.\(i).0")
      cloud.offer(s, "192.168.\(i).0/24")
    }
    cloud.run(.seconds(15))
    #expect(cloud.nextHops(1, "192.168.2.0/24") == [hub])
    #expect(cloud.nodes[1].engine.row(for: IPPrefix(IPAddress(192, 168, 1, 0), length: 24))?.paths.count == 1)
  }

  @Test("a spoke that dies silently goes with the hold time, one whose tunnel is lost at once, and returns by itself")
  func failure() throws {
    let cloud = try cloud(2, hubMore: "\n timers bgp 3 9")
    cloud.run(.seconds(15))
    cloud.kill(1, tellsOthers: false)
    cloud.run(.seconds(5))
    #expect(cloud.nextHops(2, "192.168.1.0/24") == [spoke(1)])
    cloud.run(.seconds(7))
    #expect(cloud.nextHops(2, "192.168.1.0/24").isEmpty)
    cloud.handle(0, .neighborLost(spoke(2)))
    cloud.run(.milliseconds(100))
    #expect(cloud.nextHops(0, "192.168.2.0/24").isEmpty)
    cloud.run(.seconds(20))
    #expect(cloud.nextHops(0, "192.168.2.0/24") == [spoke(2)])
  }

  @Test("two hubs: a dead one's routes give way to the other's")
  func twoHubs() throws {
    let cloud = BGPCloud()
    for h in 1...2 {
      try cloud.add(
        "hub\(h)", IPAddress(10, 0, 0, UInt8(h)),
        "router bgp 65001\n timers bgp 3 9\n neighbor S peer-group\n neighbor S remote-as 65001"
          + "\n bgp listen range 10.0.0.0/24 peer-group S\n neighbor S route-reflector-client\n neighbor S next-hop-self all"
      )
    }
    for i in 1...4 {
      let s = try cloud.add(
        "s\(i)", spoke(i),
        "router bgp 65001\n neighbor 10.0.0.1 remote-as 65001\n neighbor 10.0.0.2 remote-as 65001\n network 192.168.\(i).0")
      cloud.offer(s, "192.168.\(i).0/24")
    }
    cloud.run(.seconds(15))
    #expect(cloud.nextHops(2, "192.168.4.0/24") == [hub])
    cloud.kill(0, tellsOthers: false)
    cloud.run(.seconds(10))
    for i in 1...4 {
      for j in 1...4 where i != j { #expect(cloud.nextHops(1 + i, "192.168.\(j).0/24") == [IPAddress(10, 0, 0, 2)]) }
    }
  }

  @Test("two hundred spokes come together: everybody hears everybody, in few messages")
  func many() throws {
    let cloud = BGPCloud(network: IPPrefix(IPAddress(10, 0, 0, 0), length: 16))
    try cloud.add(
      "hub", IPAddress(10, 0, 255, 1),
      "router bgp 65001\n neighbor S peer-group\n neighbor S remote-as 65001\n bgp listen limit 1000"
        + "\n bgp listen range 10.0.0.0/16 peer-group S\n neighbor S route-reflector-client"
    )
    for i in 1...200 {
      let s = try cloud.add(
        "s\(i)", IPAddress(10, 0, 1, UInt8(i)),
        "router bgp 65001\n neighbor 10.0.255.1 remote-as 65001\n network 172.16.\(i).0 mask 255.255.255.0")
      cloud.offer(s, "172.16.\(i).0/24")
    }
    cloud.run(.seconds(20))
    #expect(cloud.established(0) == 200)
    #expect(cloud.nodes.dropFirst().allSatisfy { $0.table.count == 199 })
    #expect(cloud.nodes[0].table.count == 200)
    // Each spoke's route has attributes of its own: 199 messages a spoke at least, and not many more.
    #expect(cloud.nodes[0].messagesSent < 200 * 199 * 3 / 2, "\(cloud.nodes[0].messagesSent) messages")
  }

  @Test("the same inputs give the same messages, byte for byte")
  func determinism() throws {
    let runs = try (0..<2).map { _ in
      let cloud = try cloud(5)
      cloud.run(.seconds(40))
      return cloud.nodes.map { "\($0.bytesSent) \($0.messagesSent) \($0.table.keys.sorted())" }
    }
    #expect(runs[0] == runs[1])
  }
}
