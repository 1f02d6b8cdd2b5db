// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import ProtocolKit
import Testing
import Wire

struct BGPCommandTests {
  private func written(_ text: String) throws -> [String] {
    var root = BGPConfiguration()
    try Lines.read(text, &root, BGPCommands.all)
    return Lines.write(root)
  }

  static let hub = """
    router bgp 65001
     bgp router-id 10.0.0.1
     bgp log-neighbor-changes
     bgp graceful-restart
     bgp listen range 10.0.0.0/24 peer-group SPOKES
     bgp listen limit 200
     timers bgp 10 30
     neighbor SPOKES peer-group
     neighbor SPOKES remote-as 65001
     neighbor SPOKES password 0 7 secrets
     neighbor SPOKES fall-over
     neighbor 10.0.0.9 remote-as 65002 alternate-as 65003 65004
     neighbor 10.0.0.9 description to the core
     neighbor 10.0.0.9 ttl-security hops 1
     neighbor 10.0.0.9 timers 3 9
     neighbor 10.0.0.10 peer-group SPOKES
     neighbor 10.0.0.10 shutdown
     network 10.1.0.0 mask 255.255.255.0
     network 192.168.1.0 route-map TAGGED
     aggregate-address 192.168.0.0 255.255.0.0 as-set summary-only
     redistribute connected metric 5 route-map CONN
     redistribute rip
     neighbor SPOKES send-community both
     neighbor SPOKES route-reflector-client
     neighbor SPOKES next-hop-self all
     neighbor SPOKES default-originate
     neighbor SPOKES prefix-list LANS in
     neighbor SPOKES maximum-prefix 10 80 restart 5
     neighbor 10.0.0.9 additional-paths disable
     neighbor 10.0.0.9 allowas-in 1
     neighbor 10.0.0.9 remove-private-as all
     neighbor 10.0.0.9 soft-reconfiguration inbound
     neighbor 10.0.0.9 route-map OUT out
     neighbor 10.0.0.9 weight 7
     bgp additional-paths send receive
     maximum-paths 4
     maximum-paths ibgp 2
     distance bgp 30 210 210
    """

  @Test("what is written is what was typed, and reads to the same settings again")
  func roundTrip() throws {
    let lines = try written(Self.hub)
    #expect(lines.joined(separator: "\n") == Self.hub)
    #expect(try Lines.bgp(lines.joined(separator: "\n")) == Lines.bgp(Self.hub))
  }

  @Test("families that are entered are written in their sections; what was typed before for IPv4 moves there")
  func families() throws {
    let text = """
      router bgp 65001
       no bgp default ipv4-unicast
       neighbor 10.0.0.2 remote-as 65002
       neighbor 2001:DB8::2 remote-as external
       network 10.1.0.0 mask 255.255.0.0
       address-family ipv6 unicast
        network 2001:db8:1::/48
        aggregate-address 2001:db8::/32 summary-only
        neighbor 2001:db8::2 activate
       exit-address-family
       address-family ipv4
        neighbor 10.0.0.2 activate
       exit-address-family
      """
    let expected = """
      router bgp 65001
       bgp log-neighbor-changes
       no bgp default ipv4-unicast
       neighbor 10.0.0.2 remote-as 65002
       neighbor 2001:db8::2 remote-as external
       !
       address-family ipv4
        network 10.1.0.0 mask 255.255.0.0
        neighbor 10.0.0.2 activate
       exit-address-family
       !
       address-family ipv6
        network 2001:db8:1::/48
        aggregate-address 2001:db8::/32 summary-only
        neighbor 2001:db8::2 activate
       exit-address-family
      """
    #expect(try written(text).joined(separator: "\n") == expected)
    #expect(try written(expected).joined(separator: "\n") == expected)
  }

  @Test("every line has a no that takes it back")
  func negation() throws {
    let lines = Self.hub.split(separator: "\n").map { $0.drop { $0 == " " } }
    var text = Self.hub
    for line in lines.reversed() where !line.hasPrefix("router") && !line.hasPrefix("bgp log") { text += "\n no " + line }
    #expect(try written(text) == ["router bgp 65001", " bgp log-neighbor-changes"])
    #expect(try written(Self.hub + "\nno router bgp 65001").isEmpty)
  }

  @Test("no fall-over is written, and its default is not")
  func fallOver() throws {
    let head = "router bgp 65001\n bgp log-neighbor-changes\n neighbor 10.0.0.2 remote-as 65002"
    let off = head + "\n no neighbor 10.0.0.2 fall-over"
    #expect(try written(off).joined(separator: "\n") == off)
    #expect(try written(off + "\n default neighbor 10.0.0.2 fall-over").joined(separator: "\n") == head)
  }

  @Test(
    "what makes no sense is refused in words",
    arguments: [
      ("router bgp 0", "AS number"), ("router bgp 65001\nrouter bgp 65002", "already running"),
      ("router bgp 1\nneighbor 10.0.0.2 shutdown", "remote-as"), ("router bgp 1\nneighbor X remote-as 5", "peer-group"),
      ("router bgp 1\nneighbor 10.0.0.2 peer-group X", "must be configured"),
      ("router bgp 1\ntimers bgp 1 2", "3 seconds"), ("router bgp 1\nnetwork 10.1.1.1 mask 255.255.0.0", "Inconsistent"),
      ("router bgp 1\nneighbor 10.0.0.2 remote-as 5\nneighbor 10.0.0.2 password 7 0822455D0A16", "type 7"),
    ])
  func refusals(text: String, words: String) {
    #expect { try self.written(text) } throws: { error in (error as? CommandRefusal)?.message.contains(words) == true }
  }

  @Test(
    "AS numbers of four octets are read in both forms, RFC 5396",
    arguments: [("65536", 65536), ("1.0", 65536), ("65535.65535", UInt32.max)])
  func asNumbers(text: String, number: UInt32) { #expect(ASNumberText.read(text) == number) }

  @Test("no part of a password is in a description of the settings")
  func secrets() throws {
    let settings = try #require(try Lines.bgp(Self.hub))
    #expect(!"\(settings)".contains("secrets"))
    #expect(!String(reflecting: settings).contains("secrets"))
  }
}
