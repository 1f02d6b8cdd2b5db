// SPDX-License-Identifier: GPL-3.0-or-later

import CommandGrammar
import Testing
import Wire

@Suite struct CommandSetTests {
  private static func prefixes(_ word: String) -> [String] { (1...word.count).map { String(word.prefix($0)) } }

  @Test("every abbreviation of show ip nhrp brief is read or called ambiguous, as its neighbours demand")
  func abbreviations() {
    for show in Self.prefixes("show") {
      for ip in Self.prefixes("ip") {
        for nhrp in Self.prefixes("nhrp") {
          for brief in Self.prefixes("brief") {
            // `s` and `sh` also begin shutdown, `i` also interface and ipv6: the words behind them decide.
            #expect(Sample.console.came("\(show) \(ip) \(nhrp) \(brief)") == .to("show ip nhrp brief"))
          }
          let short: Came = ip == "i" ? .ambiguous("i", at: show.count + 1) : .to("show ip nhrp")
          // `show interface n` is a Linux interface called n.
          #expect(Sample.console.came("\(show) \(ip) \(nhrp)") == short)
        }
      }
    }
  }

  @Test("lines of exec mode come to what IOS makes of them", arguments: [
    ("", Came.empty), ("   \t\r", .empty), ("! remark", .empty), ("# remark", .empty), ("  !", .empty),
    ("show version", .to("show version")), ("SHOW Version\r", .to("show version")), ("\tsh \t ver  ", .to("show version")),
    ("sh ip int br", .to("show ip interface brief")), ("sh int tu0", .to("show interface Tunnel0")),
    ("sh int Tunnel 0", .to("show interface Tunnel0")), ("sh int", .to("show interface")), ("sh int tu", .incomplete),
    ("sh", .ambiguous("sh", at: 0)), ("sho", .incomplete), ("shu", .to("shutdown")), ("s", .ambiguous("s", at: 0)),
    ("  sh foo", .ambiguous("sh", at: 2)), ("  sho foo", .invalid(at: 6)), ("show i", .ambiguous("i", at: 5)), ("show ip", .incomplete),
    ("show ip r", .to("show ip route")), ("show ipv r", .to("show ipv6 route")), ("show i r", .ambiguous("i", at: 5)),
    ("show ip foo", .invalid(at: 8)), ("show ip neighbors", .invalid(at: 8)), ("show ipv nei", .to("show ipv6 neighbors")), ("show ip route brief", .invalid(at: 14)), ("show ip nhrp brief x", .invalid(at: 19)),
    ("foo", .invalid(at: 0)), ("show\tip\tfoo", .invalid(at: 8)), ("show ip route 10.0.0.0/33", .invalid(at: 14)),
    ("show ip route 10.0.0.0/8", .to("show ip route 10.0.0.0/8")), ("showx", .invalid(at: 0)),
    ("ping 10.0.0.1 repeat 1001", .invalid(at: 21)), ("ping 10.0.0.1 r 5", .to("ping 10.0.0.1 repeat 5")),
    ("ping 10.0.0.300", .invalid(at: 5)), ("ping hub.example", .to("ping hub.example")), ("ping 10.0.0.1 repeat", .incomplete),
    ("ping x repeat +5", .invalid(at: 14)), ("ping x repeat 99999999999999999999", .invalid(at: 14)),
    ("clear c", .ambiguous("c", at: 6)), ("clear cr", .incomplete), ("clear cr sa", .to("clear crypto sa")),
    ("clear cr sa peer 2001:db8::1", .to("clear crypto sa peer 2001:db8::1")), ("cl ip ro *", .to("clear ip route *")),
    ("no show version", .invalid(at: 3)), ("no debug nhrp", .to("debug nhrp", negated: true)), ("n debug nhrp", .invalid(at: 0)),
    ("no debug", .incomplete), ("def debug nhrp", .to("debug nhrp", negated: true)),
  ])
  func execLines(line: String, came: Came) {
    #expect(Sample.console.came(line) == came, "\(line)")
  }

  @Test("lines of interface mode come to what IOS makes of them", arguments: [
    ("ip add 10.0.0.1 255.255.255.0", Came.to("ip address 10.0.0.1 255.255.255.0")),
    ("ip add 10.0.0.1 255.0.255.0", .invalid(at: 16)), ("ip add 10.0.0.1 255.255.255.0 sec", .to("ip address 10.0.0.1 255.255.255.0 secondary")),
    ("ip nhrp net 1", .to("ip nhrp network-id 1")), ("ip nhrp net 0", .invalid(at: 12)),
    ("ip nhrp map mul dyn", .to("ip nhrp map multicast dynamic")), ("ip nhrp map mutlicast dynamic", .invalid(at: 12)),
    ("ip nhrp map 10.0.0.1 192.0.2.1", .to("ip nhrp map 10.0.0.1 192.0.2.1")), ("ip nhrp map 10.0.0.1", .incomplete),
    ("ip nhrp nhs 10.0.0.1 nbma hub.example multicast priority 3", .to("ip nhrp nhs 10.0.0.1 nbma hub.example multicast priority 3")),
    ("ip nhrp nhs 10.0.0.1 pri 256", .invalid(at: 25)), ("ip nhrp nhs 10.0.0.1 multicast", .invalid(at: 21)),
    ("tun mode gre mul", .to("tunnel mode gre multipoint")), ("tun mode grep multipoint", .invalid(at: 9)),
    ("tun so e0/0", .to("tunnel source Ethernet0/0")), ("tun so Fa 0/0", .to("tunnel source FastEthernet0/0")),
    ("tun so eth0", .to("tunnel source eth0")), ("tun so 192.0.2.1", .to("tunnel source 192.0.2.1")),
    ("tun so 2001:db8::1", .invalid(at: 7)), ("tun so Gi0/x", .invalid(at: 7)),
    ("description  to  the | hub ", .to("description to  the | hub")), ("description", .incomplete),
    ("ip mtu 1400 x", .invalid(at: 12)), ("tunnel", .incomplete), ("no sh", .to("shutdown", negated: true)),
  ])
  func interfaceLines(line: String, came: Came) {
    #expect(Sample.console.came(line, .interface) == came, "\(line)")
  }

  @Test("no takes the leading part of a command that names all words before its first value", arguments: [
    ("no ip mtu 1400", Came.to("ip mtu 1400", negated: true)), ("no ip mtu", .to("ip mtu", negated: true)),
    ("no ip", .incomplete), ("no", .incomplete), ("NO shut", .to("shutdown", negated: true)),
    ("no ip nhrp nhs", .to("ip nhrp nhs", negated: true)), ("no ip nhrp nhs 10.0.0.1", .to("ip nhrp nhs 10.0.0.1", negated: true)),
    ("no ip nhrp nhs 10.0.0.1 nbma", .to("ip nhrp nhs 10.0.0.1 nbma", negated: true)),
    ("no ip nhrp nhs x", .invalid(at: 15)), ("no ip nhrp map", .to("ip nhrp map", negated: true)),
    ("no ip nhrp map multicast", .to("ip nhrp map multicast", negated: true)),
    ("no ip nhrp map multicast dynamic", .to("ip nhrp map multicast dynamic", negated: true)),
    ("no ip nhrp redirect", .to("ip nhrp redirect", negated: true)), ("no ip address", .to("ip address", negated: true)),
    ("no tunnel mode", .incomplete), ("no tunnel mode gre multipoint", .to("tunnel mode gre multipoint", negated: true)),
    ("no description whatever it was", .to("description whatever it was", negated: true)),
    ("default ip mtu", .to("ip mtu", negated: true)), ("def ip mtu 9", .invalid(at: 11)), ("de ip mtu", .to("description ip mtu")),
    ("no no ip mtu", .invalid(at: 3)), ("no foo", .invalid(at: 3)),
  ])
  func noForms(line: String, came: Came) {
    #expect(Sample.console.came(line, .interface) == came, "\(line)")
  }

  @Test("a command that begins like default keeps its abbreviations")
  func defaultInformation() {
    #expect(Sample.console.came("def originate", .router) == .to("default-information originate"))
    #expect(Sample.console.came("no default-information originate", .router) == .to("default-information originate", negated: true))
    guard case .match(_, _, true, true, "network 10.0.0.0") = Sample.console.parse("default network 10.0.0.0", mode: .router) else {
      Issue.record("default network was not read")
      return
    }
  }

  @Test("values have their types, prefixes keep host bits, names are asked for once and only for the chosen command")
  func arguments() throws {
    var asked: [String] = []
    let resolve = { (name: String) -> IPAddress? in
      asked.append(name)
      return IPAddress(192, 0, 2, 1)
    }
    let nhs = try #require(Sample.console.arguments("ip nhrp nhs 10.0.0.1 nb hub.example mul pri 7", .interface, resolve: resolve))
    #expect(nhs.has("multicast") && nhs.has("NBMA") && !nhs.has("mul") && !nhs.has("secondary"))
    #expect(nhs.address("nhs") == IPAddress(10, 0, 0, 1) && nhs.address("nbma") == IPAddress(192, 0, 2, 1))
    #expect(nhs[text: "nbma"] == "hub.example" && nhs.int("priority") == 7 && nhs.int("nhs") == nil && nhs[text: "x"] == nil)
    #expect(asked == ["hub.example"])
    let six = try #require(Sample.console.arguments("ipv6 address 2001:db8::1/64", .interface))
    #expect(six.address("address") == IPAddress("2001:db8::1") && six.prefix("address") == IPPrefix("2001:db8::/64"))
    let unknown = try #require(Sample.console.arguments("ping nobody"))
    #expect(unknown.address("host") == nil && unknown[text: "host"] == "nobody")
    #expect(Sample.console.arguments("sh int gi 0/1")?[text: "if"] == "GigabitEthernet0/1")
    #expect(Sample.console.arguments("description a  b", .interface)?[text: "text"] == "a  b")
  }

  @Test("a keyword is preferred to a value, but a value still wins where the keyword leads nowhere")
  func keywordsAndValues() {
    let set = CommandSet([
      Sample.exec("find <what:word>"), Sample.exec("find all now"), Sample.exec("find address <a:ipv4>"),
      Sample.exec("go <host:host> fast"), Sample.exec("go home slowly"), Sample.exec("at <n:int(1-9)>"), Sample.exec("at <w:word>"),
      Sample.exec("at <l:line>"), Sample.exec("in"), Sample.exec("inside"),
    ])
    #expect(set.came("find all now") == .to("find all now"))
    #expect(set.came("find al") == .to("find al"))
    #expect(set.came("find a") == .to("find a"))
    #expect(set.came("find a now") == .to("find all now"))
    #expect(set.came("go home fast") == .to("go home fast"))
    #expect(set.came("go h s") == .to("go home slowly"))
    #expect(set.came("go home quickly") == .invalid(at: 8))
    #expect(set.came("at 5 z") == .to("at 5 z"))
    #expect(set.arguments("at 5")?.int("n") == 5)
    #expect(set.arguments("at 55")?[text: "w"] == "55")
    #expect(set.arguments("at 5 5")?[text: "l"] == "5 5")
    #expect(set.came("in") == .to("in") && set.came("ins") == .to("inside") && set.came("i") == .ambiguous("i", at: 0))
  }

  @Test("ambiguity inside one command is seen too, and the rest of the line may end it")
  func ambiguityWithinACommand() {
    let set = CommandSet([Sample.exec("nat { inbound | inside source } [<n:int(1-9)>]")])
    #expect(set.came("nat in 5") == .to("nat inbound 5"))
    #expect(set.came("nat in s") == .to("nat inside source"))
    #expect(set.came("nat in") == .ambiguous("in", at: 4))
    #expect(set.failure("nat in")?.expected == ["inbound", "inside"])
  }

  @Test("ten thousand seeded lines never trap, and every failure's column lies in its line")
  func randomLines() {
    var random = Seeded(state: 7)
    let pool = [
      "show", "sh", "ip", "i", "nhrp", "no", "default", "def", "interface", "Tunnel", "tu", "tu0", "0", "0/0", "10.0.0.1", "10.0.0.0/8", "::1", "brief",
      "map", "multicast", "dynamic", "|", "!", "#", "-1", "99999999999999999999", "é", "\u{301}", "\u{feff}", "\t", "\r\n", "<cr>", "clear", "*", "?",
      "description", "ping", "repeat", "eth0", "lo", "priority", "network", "area", "a/b:c", "/", "..", "255.255.255.0", String(repeating: "x", count: 300),
    ]
    for _ in 0..<10_000 {
      let count = Int.random(in: 0...9, using: &random)
      let line = (0..<count).map { _ in String(pool.randomElement(using: &random)!.prefix(Int.random(in: 1...300, using: &random))) }
        .joined(separator: Bool.random(using: &random) ? " " : "  ")
      let mode = CommandMode.standard.randomElement(using: &random)!
      if case .failure(let failure) = Sample.console.parse(line, mode: mode) {
        #expect((0...line.count).contains(failure.column))
        _ = failure.located(file: "f", line: 1) + failure.iosText(line: line, promptWidth: 5)
      }
      _ = Sample.console.help(line, mode: mode)
      _ = Sample.console.completions(line, mode: mode)
      _ = OutputFilter.parse(line)
      _ = PasteStripper.strip(line)
    }
  }

  @Test("what was read once is read the same from its canonical form")
  func canonicalIsStable() {
    for line in ["ip add 10.0.0.1 255.255.255.0 s", "tun so gi0/0.5", "ip nhrp nhs 1.2.3.4 nb h m", "desc x  y", "sh"] {
      guard case .to(let canonical, _) = Sample.console.came(line, .interface) else {
        Issue.record("\(line) was not read")
        continue
      }
      #expect(Sample.console.came(canonical, .interface) == .to(canonical))
    }
  }

  @Test("a large set and a long line take time in proportion, not in powers")
  func growth() {
    let set = CommandSet((0..<500).map { Sample.exec("a\($0) [x] [x] [x] [x] [x] [x] [x] [x] [<w:word>] [<v:word>]") })
    #expect(set.came("a x x x x x x x x x x y") == .ambiguous("a", at: 0))
    #expect(set.came("a499 x x x x x x x x x x y") == .invalid(at: 25))
    #expect(set.came("a499 x x") == .to("a499 x x"))
    let long = String(repeating: "word ", count: 20_000)
    #expect(Sample.console.came("description " + long, .interface) == .to("description " + long.dropLast()))
    #expect(Sample.console.came("show " + long) == .invalid(at: 5))
  }
}
