// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Pictures of routing protocols for consoles")
struct RoutingSnapshotTests {
  private static let network = IPPrefix(IPAddress(172, 16, 5, 0), length: 24), spoke = IPAddress(10, 0, 0, 11)

  @Test("BGP: who is up, since when, with how many prefixes; a configured neighbour that is not there comes first and is an alarm")
  func bgp() throws {
    let cloud = Cloud(hubLines: Cloud.bgpHub)
    let stream = cloud.bgpSession(Self.spoke)
    cloud.bgp(stream, Cloud.update([Self.network], nextHop: Self.spoke))
    cloud.run(seconds: 72)
    let picture = cloud.hub.node.snapshot()
    #expect(picture.protocols == [RoutingProtocolRow("BGP", neighborsUp: 1, neighborsAll: 2, networks: 1)])
    #expect(picture.neighbors.map(\.address) == [IPAddress(10, 0, 0, 77), Self.spoke])
    let up = try #require(picture.neighbors.last)
    #expect(up.name == "spoke1" && up.interface == "Tunnel0" && up.state == "Established" && up.health == .up && up.since == .start)
    #expect(up.prefixesIn == 1 && up.isDynamic && up.asNumber == 65000)
    #expect(picture.neighbors[0].health == .down && picture.neighbors[0].prefixesIn == nil)
    #expect(picture.alarms.contains { $0.text.contains("show ip bgp neighbors 10.0.0.77") })
    #expect(picture.routes.contains { $0.code == "B" && $0.prefix == Self.network && $0.interface == "Tunnel0" })
  }

  @Test("RIP: heard, then late, then forgotten; ways of equal cost are counted")
  func rip() throws {
    let cloud = Cloud(hubLines: Cloud.ripHub)
    cloud.run(seconds: 2)
    for last in [11, 12] { cloud.rip(from: IPAddress(10, 0, 0, UInt8(last)), [(Self.network, 1)]) }
    cloud.run(seconds: 40)
    let picture = cloud.hub.node.snapshot()
    #expect(picture.neighbors.map(\.state) == ["heard", "heard"] && picture.neighbors.map(\.prefixesIn) == [1, 1])
    #expect(picture.routes.first { $0.prefix == Self.network }?.paths == 2)
    cloud.run(seconds: 10)
    #expect(cloud.hub.node.snapshot().neighbors.map(\.health) == [.late, .late])
    #expect(cloud.hub.node.snapshot().protocols.first?.neighborsUp == 0)
    cloud.run(seconds: 200)
    #expect(cloud.hub.node.snapshot().neighbors.isEmpty)
  }

  @Test("ODR: a stub by the name it gives itself where no host line names it")
  func odr() {
    let cloud = Cloud(hubLines: Cloud.odrHub)
    cloud.run(seconds: 2)
    cloud.cdp("branch-40", nbma: cloud.spoke1.nbma, IPAddress(10, 0, 0, 40), [Self.network])
    let picture = cloud.hub.node.snapshot()
    #expect(picture.protocols.map(\.name) == ["ODR"])
    #expect(picture.neighbors.map(\.name) == ["branch-40"] && picture.neighbors.map(\.prefixesIn) == [1])
  }

  @Test("a console gets them over the socket's codec as they are")
  func codec() throws {
    let cloud = Cloud(hubLines: Cloud.bgpHub)
    _ = cloud.bgpSession(Self.spoke)
    let reply = ConsoleReply.snapshot(cloud.hub.node.snapshot())
    #expect(try ConsoleCodec.decodeReply(ConsoleCodec.encode(reply)) == reply)
  }

  @Test("where nothing runs there is nothing to see")
  func nothing() {
    let picture = Cloud().hub.node.snapshot()
    #expect(picture.protocols.isEmpty && picture.neighbors.isEmpty)
  }
}
