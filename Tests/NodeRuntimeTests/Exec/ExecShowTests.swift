// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Shows have the layouts that IOS users and their parsers know")
struct ExecShowTests {
  /// Registered at 1 ms, a shortcut of spoke 1 at 5.005 s, looked at after 11 s.
  static func formed(hubLines: String = "", spokeLines: String = "") -> Cloud {
    let cloud = Cloud(hubLines: hubLines, spokeLines: spokeLines)
    cloud.run(seconds: 5)
    cloud.flow()
    cloud.run(seconds: 5)
    return cloud
  }

  static let legend = """
    Legend: Attrb --> S - Static, D - Dynamic, I - Incomplete
            N - NATed, L - Local, X - No Socket
            T1 - Route Installed, T2 - Nexthop-override, B - BGP
            C - CTS Capable, I2 - Temporary
            # Ent --> Number of NHRP entries with same NBMA peer
            NHS Status: E --> Expecting Replies, R --> Responding, W --> Waiting
            UpDn Time --> Up or Down Time for a Tunnel
    ==========================================================================

    """

  @Test("show dmvpn of a spoke: entries of one NBMA address are counted once and continued below")
  func dmvpn() {
    let cloud = Self.formed()
    let head = "Interface: Tunnel0, IPv4 NHRP Details \nType:Spoke, NHRP Peers:2, \n"
    let table = """

       # Ent  Peer NBMA Addr Peer Tunnel Add State  UpDn Tm Attrb
       ----- --------------- --------------- ----- -------- -----
           1 198.51.100.1           10.0.0.1    UP 00:00:10     S
           2 198.51.100.12         10.0.0.12    UP 00:00:05     D
                                   10.0.0.12    UP 00:00:05   DT1
      """
    let expected = Self.legend + "\n" + head + table
    #expect(cloud.text("show dmvpn", of: cloud.spoke1) == expected)
  }

  @Test("show dmvpn can be limited to a peer, to a tunnel, to static or dynamic entries")
  func dmvpnLimited() {
    let cloud = Self.formed()
    func rows(_ line: String) -> [String] {
      cloud.text(line + " | include _UP_|    UP ", of: cloud.spoke1).split(separator: "\n").map { $0.split(separator: " ").last.map(String.init) ?? "" }
    }
    #expect(rows("show dmvpn") == ["S", "D", "DT1"])
    #expect(rows("show dmvpn static") == ["S"])
    #expect(rows("show dmvpn dynamic") == ["D", "DT1"])
    #expect(rows("show dmvpn peer nbma 198.51.100.12") == ["D", "DT1"])
    #expect(rows("show dmvpn peer tunnel hub") == ["S"])
    #expect(rows("show dmvpn interface Tunnel0 peer tunnel spoke2") == ["D", "DT1"])
    #expect(rows("show dmvpn interface Tunnel9") == [])
  }

  @Test("show dmvpn detail adds the tunnel, its servers and the target networks")
  func dmvpnDetail() {
    let cloud = Self.formed()
    let body = """
      Interface Tunnel0 is up/up, Addr. is 10.0.0.11, VRF ""\("" + " ")
         Tunnel Src./Dest. addr: 198.51.100.11/MGRE, Tunnel VRF ""
         Protocol/Transport: "multi-GRE/IP", Protect ""\("" + " ")
         Interface State Control: Disabled
         nhrp event-publisher : Disabled

      IPv4 NHS:
      10.0.0.1  RE priority = 0 cluster = 0
      Type:Spoke, Total NBMA Peers (v4/v6): 2

      # Ent  Peer NBMA Addr Peer Tunnel Add State  UpDn Tm Attrb    Target Network
      ----- --------------- --------------- ----- -------- ----- -----------------
          1 198.51.100.1           10.0.0.1    UP 00:00:10     S       10.0.0.1/32
          2 198.51.100.12         10.0.0.12    UP 00:00:05     D      10.0.0.12/32
                                  10.0.0.12    UP 00:00:05   DT1   192.168.12.0/24


      Crypto Session Details:\("" + " ")
      --------------------------------------------------------------------------------

      Pending DMVPN Sessions:

      """
    #expect(cloud.text("show dmvpn detail", of: cloud.spoke1) == Self.legend + "\n" + body)
  }

  @Test("an entry without an answer is UNKNOWN, never up, IX; a silent server stays in NHRP")
  func dmvpnIncomplete() {
    let cloud = Cloud()
    cloud.run(seconds: 2)
    cloud.silent = [cloud.spoke2.nbma]
    cloud.flow()
    let text = cloud.text("show dmvpn", of: cloud.spoke1)
    #expect(text.contains("\n     1 UNKNOWN           192.168.12.10  NHRP    never    IX"), "\(text)")
    let lonely = Cloud()
    lonely.silent = [lonely.hub.nbma]
    lonely.run(seconds: 3)
    let other = lonely.text("show dmvpn", of: lonely.spoke1)
    #expect(other.contains("\n     1 198.51.100.1           10.0.0.1  NHRP    never     S"), "\(other)")
  }

  @Test("show ip nhrp: three lines an entry and its NBMA address")
  func nhrp() {
    let cloud = Self.formed()
    #expect(
      cloud.text("show ip nhrp", of: cloud.spoke1) == """
        10.0.0.1/32 via 10.0.0.1
           Tunnel0 created 00:00:11, never expire
           Type: static, Flags: used
           NBMA address: 198.51.100.1
        10.0.0.12/32 via 10.0.0.12
           Tunnel0 created 00:00:05, expire 00:09:54
           Type: dynamic, Flags: router nat nhop
           NBMA address: 198.51.100.12
        192.168.12.0/24 via 10.0.0.12
           Tunnel0 created 00:00:05, expire 00:09:54
           Type: dynamic, Flags: router rib
           NBMA address: 198.51.100.12
        """)
    #expect(cloud.text("show ip nhrp shortcut", of: cloud.spoke1).hasPrefix("192.168.12.0/24 via 10.0.0.12\n"))
    #expect(cloud.text("show ip nhrp 192.168.12.77", of: cloud.spoke1).hasPrefix("192.168.12.0/24 via 10.0.0.12\n"))
    #expect(cloud.text("show ip nhrp hub", of: cloud.spoke1).hasPrefix("10.0.0.1/32 via 10.0.0.1\n"))
    #expect(cloud.text("show ip nhrp tu0", of: cloud.spoke1) == cloud.text("show ip nhrp", of: cloud.spoke1))
    #expect(cloud.text("show ip nhrp tunnel 0", of: cloud.spoke1) == cloud.text("show ip nhrp", of: cloud.spoke1))
    #expect(cloud.text("show ip nhrp static", of: cloud.spoke1).split(separator: "\n").count == 4)
  }

  @Test("show ip nhrp detail adds preference and the record an entry came from; a local entry has no socket and names its requester")
  func nhrpDetail() {
    let cloud = Self.formed()
    let text = cloud.text("show ip nhrp 192.168.12.0 detail", of: cloud.spoke2)
    #expect(text.contains("   Type: dynamic, Flags: router unique local\n   NBMA address: 198.51.100.12\n   Preference: 255\n    (no-socket)\n"), "\(text)")
    #expect(text.contains("\n  Requester: 10.0.0.11 Request ID: "))
    #expect(cloud.text("show ip nhrp detail", of: cloud.spoke1).contains("\n   Origin: journal "))
  }

  @Test("show ip nhrp brief: one line an entry, the interface clipped")
  func nhrpBrief() {
    let cloud = Self.formed()
    #expect(
      cloud.text("show ip nhrp brief") == """
           Target             Via            NBMA           Mode   Intfc   Claimed
        10.0.0.11/32          10.0.0.11      198.51.100.11  dynamic  Tu0     <   >
        10.0.0.12/32          10.0.0.12      198.51.100.12  dynamic  Tu0     <   >
        """)
  }

  @Test("show ip nhrp nhs: letters, and with detail counters and what is pending")
  func servers() {
    let cloud = Self.formed()
    let legend = "Legend: E=Expecting replies, R=Responding, W=Waiting, D=Dynamic"
    #expect(
      cloud.text("show ip nhrp nhs", of: cloud.spoke1)
        == legend + "\nTunnel0:\n10.0.0.1  RE  NBMA Address: 198.51.100.1 priority = 0 cluster = 0")
    let detail = cloud.text("show ip nhrp nhs detail", of: cloud.spoke1)
    #expect(detail.contains(" priority = 0 cluster = 0  req-sent 1  req-failed 0  repl-recv 1 (00:00:10 ago)\n Current Request ID: "), "\(detail)")
    #expect(detail.contains("\n Protection Socket Requested: FALSE"))
    let lonely = Cloud()
    lonely.silent = [lonely.hub.nbma]
    lonely.run(seconds: 4)
    let pending = lonely.text("show ip nhrp nhs detail", of: lonely.spoke1)
    #expect(pending.contains("10.0.0.1  E  NBMA Address"))
    #expect(pending.contains("\nPending Registration Requests:\nRegistration Request: Reqid ") && pending.hasSuffix(", Ret 4  NHS 10.0.0.1 expired (Tu0)"), "\(pending)")
  }

  @Test("show ip nhrp multicast, traffic, summary, redirect")
  func tables() {
    let cloud = Cloud()
    cloud.run(seconds: 5)
    cloud.ask("clear ip nhrp counters")
    cloud.flow()
    #expect(
      cloud.text("show ip nhrp multicast")
        == "  I/F     NBMA address\nTunnel0    198.51.100.11   Flags: dynamic (Enabled)\nTunnel0    198.51.100.12   Flags: dynamic (Enabled)")
    #expect(cloud.text("show ip nhrp multicast", of: cloud.spoke1).hasSuffix("198.51.100.1    Flags: nhs (Enabled)"))
    #expect(
      cloud.text("show ip nhrp traffic") == """
        Tunnel0: Max-send limit:10000Pkts/10Sec, Usage:0%
           Sent: Total 1
                 0 Resolution Request  0 Resolution Reply  0 Registration Request
                 0 Registration Reply  0 Purge Request  0 Purge Reply
                 0 Error Indication  1 Traffic Indication  0 Redirect Suppress
           Rcvd: Total 2
                 1 Resolution Request  1 Resolution Reply  0 Registration Request
                 0 Registration Reply  0 Purge Request  0 Purge Reply
                 0 Error Indication  0 Traffic Indication  0 Redirect Suppress
        """)
    #expect(cloud.text("show ip nhrp traffic detail").contains("\n   Fwd: Total 2\n         1 Resolution Request  1 Resolution Reply"))
    let summary = cloud.text("show ip nhrp summary", of: cloud.spoke1)
    #expect(summary.hasPrefix("IP NHRP cache 3 entries, ") && summary.contains("\n    1 static   2 dynamic    0 incomplete\n3 Remote\n"))
    #expect(summary.contains("\n        1 rib (1 H    0 nho)\n"))
    #expect(cloud.text("show ip nhrp redirect").contains("   Sent: 1, held back: 0, received: 0\n   Src: 192.168.11.10(Tunnel0) Dst: 192.168.12.10 "))
  }
}
