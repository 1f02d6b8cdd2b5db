// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import Testing

/// Lines as typed and as written back.
struct PolicyCase: Sendable, CustomTestStringConvertible {
  var typed: String
  var written: [String]
  init(_ typed: String, _ written: [String]? = nil) {
    self.typed = typed
    self.written = written ?? typed.split(separator: "\n").map(String.init)
  }
  var testDescription: String { typed }
}

@Suite("Lines of lists, route-maps and key chains") struct PolicyLineTests {
  static let lists: [PolicyCase] = [
    .init("ip prefix-list A seq 5 permit 10.0.0.0/8 le 24"),
    .init(
      "ip prefix-list A permit 10.1.2.3/8\nip pref A deny 0.0.0.0/0 le 32",
      ["ip prefix-list A seq 5 permit 10.0.0.0/8", "ip prefix-list A seq 10 deny 0.0.0.0/0 le 32"]),
    .init("ip prefix-list A description of branches\nip prefix-list A seq 7 permit 10.0.0.0/8 ge 16 le 24"),
    .init(
      "ip prefix-list A seq 7 permit 1.0.0.0/8\nip prefix-list A permit 2.0.0.0/8",
      ["ip prefix-list A seq 7 permit 1.0.0.0/8", "ip prefix-list A seq 10 permit 2.0.0.0/8"]),
    .init("ipv6 prefix-list A seq 5 permit 2001:db8::/32 ge 48"),
    .init(
      "ip prefix-list A seq 5 permit 1.0.0.0/8\nip prefix-list A seq 10 permit 2.0.0.0/8\nno ip prefix-list A seq 5",
      ["ip prefix-list A seq 10 permit 2.0.0.0/8"]),
    .init("ip prefix-list A seq 5 permit 1.0.0.0/8\nno ip prefix-list A permit 1.0.0.0/8", []),
    .init("ip prefix-list A seq 5 permit 1.0.0.0/8\nno ip prefix-list A", []),
    .init(
      "access-list 10 permit 10.0.0.0 0.255.255.255\naccess-list 10 deny any",
      ["ip access-list standard 10", " 10 permit 10.0.0.0 0.255.255.255", " 20 deny any"]),
    .init(
      "access-list 10 permit host 10.0.0.1\naccess-list 10 permit 10.0.0.2\naccess-list 10 remark of ours",
      ["ip access-list standard 10", " 10 permit 10.0.0.1", " 20 permit 10.0.0.2", " 30 remark of ours"]),
    .init("access-list 1300 permit any log\nno access-list 1300 permit any log", []),
    .init(
      "ip access-list standard LAN\n 15 permit 10.0.0.0 0.0.0.255\n permit 10.1.0.0 0.0.0.255\n no 15",
      ["ip access-list standard LAN", " 25 permit 10.1.0.0 0.0.0.255"]),
    .init(
      "ip access-list extended X\n 10 permit ip host 10.0.0.0 host 255.255.255.0\n 20 permit ip 10.0.0.0 0.0.255.255 any\n 30 permit tcp any any eq 179"
    ),
    .init("access-list 100 permit ip any any", ["ip access-list extended 100", " 10 permit ip any any"]),
    .init(
      "ipv6 access-list V6\n permit ipv6 2001:db8::/32 any\n deny ipv6 any any",
      ["ipv6 access-list V6", " sequence 10 permit ipv6 2001:db8::/32 any", " sequence 20 deny ipv6 any any"]),
    .init(
      "ip as-path access-list 1 permit ^$\nip as-path access-list 1 deny _65001_\nip as-path access-list 2 permit ^(65001|65002)(_[0-9]+)*$"
    ),
    .init("ip as-path access-list 1 permit ^$\nno ip as-path access-list 1", []),
    .init("ip community-list 1 permit 100:1 no-export", ["ip community-list 1 permit 6553601 no-export"]),
    .init(
      "ip bgp-community new-format\nip community-list standard C deny 6553601\nip community-list standard C permit internet",
      ["ip bgp-community new-format", "ip community-list standard C deny 100:1", "ip community-list standard C permit internet"]),
    .init("ip community-list expanded E permit _100:[0-9]+_"), .init("ip community-list 100 permit .*"),
    .init("ip large-community-list 1 permit 65000:1:2\nip large-community-list expanded L permit ^65000:"),
  ]

  static let maps: [PolicyCase] = [
    .init("route-map R", ["route-map R permit 10"]), .init("route-map R deny 20"),
    .init(
      """
      route-map R permit 10
       description first
       match as-path 1 2
       match community C exact-match
       match large-community L
       match ip address 10 LAN
       match ip address prefix-list A B
       match ip next-hop prefix-list N
       match ipv6 address prefix-list V
       match interface Tunnel0 GigabitEthernet0/1
       match local-preference 100 200
       match metric 10 20
       match route-type external type-1
       match source-protocol bgp 65000 connected
       match tag 7 8
       continue 30
       set metric +5
       set local-preference 200
       set weight 100
       set origin igp
       set tag 77
       set as-path prepend 65000 65000
       set community 100:1 no-export additive
       set comm-list C delete
       set large-community 65000:1:1
       set ip next-hop self
       set ipv6 next-hop 2001:db8::1
      """),
    .init(
      "route-map R permit 10\n set metric -5\n set community none\n set ip next-hop 10.0.0.1\n no set metric",
      ["route-map R permit 10", " set community none", " set ip next-hop 10.0.0.1"]),
    .init(
      "route-map R permit 10\n match ip address prefix-list A\n match ip address prefix-list B\n no match ip address prefix-list A",
      ["route-map R permit 10", " match ip address prefix-list B"]),
    .init(
      "route-map R permit 10\n set as-path prepend last-as 3\n set ip next-hop unchanged\n match metric 100 +- 5",
      ["route-map R permit 10", " match metric 100 +- 5", " set as-path prepend last-as 3", " set ip next-hop unchanged"]),
    .init(
      "route-map R permit 20\nroute-map R permit 10\nroute-map A deny 5",
      ["route-map A deny 5", "route-map R permit 10", "route-map R permit 20"]),
    .init("route-map R permit 20\nroute-map R permit 10\nno route-map R 20", ["route-map R permit 10"]),
    .init("route-map R permit 20\nroute-map R permit 10\nroute-map S permit 10\nno route-map R", ["route-map S permit 10"]),
    .init("route-map R permit 20\nroute-map R deny", ["route-map R deny 20"]),
    .init("route-map R permit 10\n match tag 1\n match tag 2\n no match tag", ["route-map R permit 10"]),
  ]

  static let chains: [PolicyCase] = [
    .init(
      "key chain K\n key 1\n  key-string s3cret\n  accept-lifetime 00:00:00 Jan 1 2020 infinite\n  send-lifetime 00:00:00 Jan 1 2020 duration 3600\n  cryptographic-algorithm hmac-sha-256"
    ),
    .init(
      "key chain K\n description of ours\n key 2\n  key-string file keys/rip\n key 1\n  key-string 0 6",
      ["key chain K", " description of ours", " key 1", "  key-string 0 6", " key 2", "  key-string file keys/rip"]),
    .init(
      "key chain K\n key 1\n  send-lifetime local 23:59:59 31 dec 2024 00:00:00 February 29 2028",
      ["key chain K", " key 1", "  send-lifetime local 23:59:59 Dec 31 2024 00:00:00 Feb 29 2028"]),
    .init("key chain K\n key 1\n  key-string 7 0822455D0A16", ["key chain K", " key 1", "  key-string cisco"]),
    .init("key chain K\n key 1\n key 2\n no key 1", ["key chain K", " key 2"]),
  ]

  @Test("are written back as IOS-XE 17 writes them, and read the same again", arguments: lists + maps + chains)
  func roundTrip(_ one: PolicyCase) {
    let editor = PolicyEditor(one.typed)
    #expect(editor.refusals == [])
    #expect(editor.text == one.written)
    let again = PolicyEditor(editor.text.joined(separator: "\n"))
    #expect(again.refusals == [])
    #expect(again.settings == editor.settings)
  }

  @Test(
    "are refused with a reason",
    arguments: [
      ("ip prefix-list A permit 10.0.0.0/8 ge 8", "Invalid prefix range for 10.0.0.0/8, make sure: len < ge-value <= le-value"),
      ("ip prefix-list A permit 10.0.0.0/8 ge 24 le 16", "Invalid prefix range for 10.0.0.0/8, make sure: len < ge-value <= le-value"),
      ("ip prefix-list A permit 10.0.0.0/8 le 33", "Invalid prefix range for 10.0.0.0/8, make sure: len < ge-value <= le-value"),
      ("ip prefix-list A permit 2001:db8::/32", "2001:db8::/32 is of the other family"),
      ("ip prefix-list A seq 5 permit 10.0.0.0/8\nip prefix-list A seq 5 deny 11.0.0.0/8", "Insertion failed - seq # exists: 5"),
      (
        "ip prefix-list A permit 10.0.0.0/8\nip prefix-list A permit 10.0.0.0/8",
        "Insertion failed - prefix-list entry exists: seq 5 permit 10.0.0.0/8"
      ),
      ("no ip prefix-list A", "Can't find specified prefix-list"),
      ("ip as-path access-list 1 permit (", "Malformed regular expression: parentheses or brackets do not match"),
      ("ip as-path access-list 1 permit *1", "Malformed regular expression: nothing stands before '*', '+' or '?'"),
      ("ip as-path access-list 1 permit (1)\\1", "Regular expressions that refer back cannot be matched here"),
      ("ip community-list 1 permit 65536:1", "'65536:1' is no community"),
      ("route-map R permit 20\n continue 10", "continue must lead to an entry behind this one (20)"),
      ("route-map R permit 10\nroute-map R permit 20\nroute-map R", "Please specify the entry by its sequence"),
      ("route-map R permit 10\n set as-path prepend 0", "'0' is no AS number"),
      ("access-list 100 permit ip any", "expected source and destination behind 'ip'"),
      ("key chain K\n key 1\n  accept-lifetime 00:00:00 Feb 30 2024 infinite", "expected a time and a date: hh:mm:ss Month day year"),
      ("key chain K\n key 1\n  key-string 7 zz", "Invalid encrypted key"),
    ])
  func refusals(_ typed: String, _ reason: String) {
    #expect(PolicyEditor(typed).refusals == [reason])
  }
}
