// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("debug of routing protocols")
struct RoutingDebugTests {
  private static let network = IPPrefix(IPAddress(172, 16, 5, 0), length: 24), spoke = IPAddress(10, 0, 0, 11)

  /// The lines without their time.
  private func lines(_ cloud: Cloud) -> [String] {
    let lines = cloud.logs(cloud.hub).map { String($0.dropFirst("*00:00:02.000: ".count)) }
    cloud.hub.replies = []
    return lines
  }

  @Test(
    "each is switched on and off in IOS' words",
    arguments: [
      ("ip bgp", "BGP", "IP routing"), ("ip bgp updates", "BGP updates", "IP routing"), ("ip bgp events", "BGP events", "IP routing"),
      ("ip bgp keepalives", "BGP keepalives", "IP routing"), ("ip rip", "RIP protocol", "IP routing"),
      ("ip rip events", "RIP event", "IP routing"),
      ("ip routing", "IP routing", "IP routing"), ("cdp packets", "CDP packet info", "CDP"),
    ])
  func switches(line: String, title: String, heading: String) {
    let cloud = Cloud()
    #expect(cloud.text("debug \(line)") == "\(title) debugging is on")
    #expect(cloud.text("show debugging") == "\(heading):\n  \(title) debugging is on")
    #expect(cloud.text("undebug \(line)") == "\(title) debugging is off" && cloud.text("show debugging") == "")
    cloud.ask("debug \(line)")
    cloud.ask("undebug all")
    #expect(cloud.text("show debugging") == "")
  }

  @Test("debug ip rip tells each entry, debug ip rip events only how many")
  func rip() {
    // Else it has nothing to say where it heard it.
    let cloud = Cloud(hubLines: " no ip split-horizon\n" + Cloud.ripHub)
    cloud.run(seconds: 2)
    cloud.ask("debug ip rip")
    cloud.hub.replies = []
    cloud.rip(from: Self.spoke, [(Self.network, 1), (IPPrefix(IPAddress(172, 16, 6, 0), length: 24), 16)])
    let all = lines(cloud)
    #expect(
      Array(all.prefix(3)) == [
        "RIP: received v2 update from 10.0.0.11 on Tunnel0", "     172.16.5.0/24 via 0.0.0.0 in 1 hops",
        "     172.16.6.0/24 via 0.0.0.0 in 16 hops  (inaccessible)",
      ])
    #expect(all.contains("RIP-DB: network_update with 172.16.5.0/24 succeeds"), "\(all)")
    cloud.ask("undebug all ; debug ip rip events")
    cloud.hub.replies = []
    cloud.run(seconds: 40)
    let sent = lines(cloud)
    #expect(sent.contains("RIP: Update sent via Tunnel0") && !sent.contains { $0.contains("metric") }, "\(sent)")
    #expect(sent.contains("RIP: sending v2 update to 224.0.0.9 via Tunnel0 (10.0.0.1)"), "\(sent)")
  }

  @Test("debug cdp packets: who sent what, with ODR's networks")
  func cdp() {
    let cloud = Cloud(hubLines: Cloud.odrHub)
    cloud.run(seconds: 2)
    cloud.ask("debug cdp packets")
    cloud.hub.replies = []
    cloud.cdp("spoke1", nbma: cloud.spoke1.nbma, Self.spoke, [Self.network])
    let all = lines(cloud)
    #expect(Array(all.prefix(2)) == ["CDP-PA: Packet received from spoke1 on interface Tunnel0", "CDP-PA:   ODR prefixes: 172.16.5.0/24"])
    cloud.run(seconds: 70)
    #expect(lines(cloud).contains("CDP-PA: version 2 packet sent out on Tunnel0"))
  }

  @Test("debug ip bgp: the session; keepalives and updates have switches of their own")
  func bgp() {
    let cloud = Cloud(hubLines: Cloud.bgpHub)
    cloud.run(seconds: 2)
    cloud.ask("debug ip bgp ; debug ip bgp updates ; debug ip bgp keepalives ; debug ip routing")
    cloud.hub.replies = []
    let stream = cloud.bgpSession(Self.spoke)
    let session = lines(cloud)
    #expect(
      session.starts(with: [
        "BGP: 10.0.0.11 passive open to 10.0.0.1",
        "BGP: 10.0.0.11 sending OPEN, version 4, my as: 65000, holdtime 180 seconds, ID 10.0.0.1",
        "BGP: 10.0.0.11 rcv OPEN w/ remote AS 65000, version 4, holdtime 180 seconds, ID 10.0.0.11", "BGP: 10.0.0.11 sending KEEPALIVE",
      ]), "\(session)")
    #expect(
      session.contains("BGP: 10.0.0.11 received KEEPALIVE, length (excl. header) 0")
        && session.contains("BGP: 10.0.0.11 went from OpenConfirm to Established"))
    // In two pieces: a message is told when it is whole.
    let update = Cloud.update([Self.network], nextHop: Self.spoke)
    cloud.bgp(stream, Array(update[..<30]))
    #expect(lines(cloud).isEmpty)
    cloud.bgp(stream, Array(update[30...]))
    cloud.run(seconds: 1)
    let learned = lines(cloud)
    #expect(
      learned.starts(with: [
        "BGP(0): 10.0.0.11 rcvd UPDATE w/ attr: origin i, nexthop 10.0.0.11, localpref 100", "BGP(0): 10.0.0.11 rcvd 172.16.5.0/24",
      ]),
      "\(learned)")
    #expect(learned.contains("BGP(0): Revise route installing 172.16.5.0/24 -> 10.0.0.11(global) to main IP table"))
    #expect(learned.contains("RT: add 172.16.5.0/24 via 10.0.0.11, bgp metric [200/0]"))
    cloud.bgp(stream, Cloud.update([], nextHop: Self.spoke, withdrawing: [Self.network]))
    cloud.run(seconds: 1)
    let lost = lines(cloud)
    #expect(
      lost.first == "BGP(0): 10.0.0.11 rcv UPDATE about 172.16.5.0/24 -- withdrawn" && lost.contains("RT: delete route to 172.16.5.0/24"),
      "\(lost)")
  }

  @Test("who begins to debug in the middle of a stream sees whole messages only")
  func middle() {
    let cloud = Cloud(hubLines: Cloud.bgpHub)
    let stream = cloud.bgpSession(Self.spoke)
    cloud.run(seconds: 2)
    let update = Cloud.update([Self.network], nextHop: Self.spoke)
    cloud.bgp(stream, Array(update[..<25]))
    cloud.ask("debug ip bgp updates")
    cloud.hub.replies = []
    cloud.bgp(stream, Array(update[25...]) + Cloud.update([IPPrefix(IPAddress(172, 16, 6, 0), length: 24)], nextHop: Self.spoke))
    let all = lines(cloud).filter { $0.contains("rcvd 1") }
    #expect(all == ["BGP(0): 10.0.0.11 rcvd 172.16.6.0/24"])
  }

  @Test("a condition lets through what concerns the peer")
  func conditions() {
    let cloud = Cloud(hubLines: Cloud.ripHub)
    cloud.run(seconds: 2)
    cloud.ask("debug ip rip ; debug nhrp condition peer tunnel 10.0.0.12")
    cloud.hub.replies = []
    cloud.rip(from: Self.spoke, [(Self.network, 1)])
    #expect(lines(cloud).isEmpty)
    cloud.rip(from: IPAddress(10, 0, 0, 12), [(Self.network, 1)])
    #expect(lines(cloud).first == "RIP: received v2 update from 10.0.0.12 on Tunnel0")
  }
}

@Suite("Records of routing protocols")
struct RoutingRecordTests {
  private let journal = JournalText(interfaceName: { _ in "Tunnel0" }, peerName: { "\($0)" })

  @Test("every kind has its words and its place")
  func words() {
    for kind in JournalKind.allCases where kind.rawValue >= JournalKind.bgpUp.rawValue {
      let row = journal.row(
        JournalRecord(kind, interface: InterfaceID(1), a: IPAddress(10, 0, 0, 11), b: IPAddress(198, 51, 100, 11), x: 6, y: 4))
      #expect(row.text != "\(kind)" && ["BGP", "RIP", "ODR", "TRACK"].contains(row.facility), "\(kind)")
    }
  }

  @Test("a session that ends because NHRP lost the neighbour says so, RFC 9384")
  func linkDown() {
    let cloud = Cloud(hubLines: Cloud.bgpHub)
    cloud.ask("terminal monitor")
    _ = cloud.bgpSession(IPAddress(10, 0, 0, 11))
    cloud.run(seconds: 5)
    #expect(cloud.text("show ip bgp summary").contains("\n*10.0.0.11 "))
    cloud.ask("clear ip nhrp 10.0.0.11")
    cloud.run(seconds: 1)
    #expect(cloud.logs(cloud.hub).contains { $0.hasSuffix("%BGP-5-ADJCHANGE: neighbor 10.0.0.11 Down cease, link down") })
    #expect(!cloud.text("show ip bgp summary").contains("\n*10.0.0.11 "))
  }

  @Test("no bgp log-neighbor-changes: sessions that come and go are in the journal and not in the log", arguments: [true, false])
  func log(isOn: Bool) {
    let cloud = Cloud(hubLines: Cloud.bgpHub + (isOn ? "" : "\n no bgp log-neighbor-changes"))
    cloud.ask("terminal monitor")
    let stream = cloud.bgpSession(IPAddress(10, 0, 0, 11))
    cloud.give(cloud.hub, .stream(.closed(stream, .reset)))
    let logs = cloud.logs(cloud.hub)
    for word in ["Up", "Down"] {
      let line = "%BGP-5-ADJCHANGE: neighbor 10.0.0.11 \(word)"
      #expect(logs.contains { $0.contains(line) } == isOn)
      #expect(cloud.text("show logging").contains(line) == isOn)
    }
    #expect(cloud.text("show logging").contains("neighbor 10.0.0.11 up") == false)
    #expect(cloud.text("show journal").contains("neighbor 10.0.0.11 up, AS 65000"))
  }

  @Test("a wrong attribute that is left out, and one that costs the routes, are told apart, RFC 7606 §2")
  func updateErrors() {
    func text(_ x: UInt32, _ y: UInt32) -> String { journal.row(JournalRecord(.bgpUpdateError, a: IPAddress(10, 0, 0, 11), x: x, y: y)).text }
    #expect(text(6, 1) == "update of 10.0.0.11 has a wrong attribute 6, which is left out")
    #expect(text(8, 2) == "update of 10.0.0.11 has a wrong attribute 8: its routes are treated as withdrawn")
    #expect(text(0, 2) == "update of 10.0.0.11 has wrong attributes: its routes are treated as withdrawn")
  }
}
