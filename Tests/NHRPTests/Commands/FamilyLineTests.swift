// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import NHRP
import Testing
import Wire

/// `ip nhrp …` and `ipv6 nhrp …` are one set of lines, for addresses of two kinds.
@Suite struct FamilyLineTests {
  private static func typed(_ lines: [String], _ family: IPFamily) -> (settings: NHRPSettings, written: [String], invalid: [String]) {
    let commands = NHRPCommands.commands(family)
    let grammar = CommandSet(commands.map(\.spec))
    var settings = NHRPSettings()
    var invalid: [String] = []
    for line in lines {
      guard case .match(let command, let arguments, let negated, let isDefault, _) = grammar.parse(line, mode: .interface),
        (try? command.apply(&settings, CommandInput(arguments: arguments, negated: negated, isDefault: isDefault))) != nil
      else {
        invalid.append(line)
        continue
      }
    }
    return (settings, commands.flatMap { $0.write(settings) }, invalid)
  }

  private static func lines(_ word: String, _ server: String, _ nbma: String) -> [String] {
    [
      "\(word) nhrp authentication CLOUD", "\(word) nhrp map multicast \(nbma)", "\(word) nhrp map \(server) \(nbma)",
      "\(word) nhrp network-id 7", "\(word) nhrp holdtime 300", "\(word) nhrp nhs \(server) nbma \(nbma) multicast priority 2 cluster 1",
      "\(word) nhrp nhs dynamic nbma hub.example", "\(word) nhrp nhs cluster 1 max-connections 2", "\(word) nhrp nhs fallback 30",
      "\(word) nhrp registration no-unique", "\(word) nhrp registration timeout 60", "\(word) nhrp max-send 100 every 10",
      "\(word) nhrp server-only", "no \(word) nhrp shortcut", "\(word) nhrp redirect timeout 5",
    ]
  }

  @Test("all lines of either family come back as they were typed, with NBMA addresses of either", arguments: IPFamily.allCases, IPFamily.allCases)
  func roundTrip(_ inner: IPFamily, _ outer: IPFamily) {
    let server = inner == .v4 ? "10.0.0.1" : "2001:db8:0:1::1", nbma = outer == .v4 ? "198.51.100.1" : "2001:db8:ff::1"
    let lines = FamilyLineTests.lines(inner.word, server, nbma)
    let typed = FamilyLineTests.typed(lines, inner)
    #expect(typed.invalid.isEmpty && Set(typed.written) == Set(lines) && typed.written.count == lines.count)
    #expect(FamilyLineTests.typed(typed.written, inner).settings == typed.settings)
    #expect(typed.settings.servers.first?.nbma == IPAddress(nbma).map(NBMAReference.address))
  }

  @Test("the same lines of the two families make the same settings but for the addresses")
  func parity() {
    let (v4, v6) = (IPFamily.v4, IPFamily.v6)
    var a = FamilyLineTests.typed(FamilyLineTests.lines(v4.word, "10.0.0.1", "198.51.100.1"), v4).settings
    let b = FamilyLineTests.typed(FamilyLineTests.lines(v6.word, "2001:db8:0:1::1", "198.51.100.1"), v6).settings
    a.maps[0].address = b.maps[0].address
    a.servers[0].address = b.servers[0].address
    #expect(a == b)
    #expect(NHRPCommands.defaultLines(b, v6) == NHRPCommands.defaultLines(a, v4).map { "ipv6" + $0.dropFirst(2) })
  }

  @Test("a tunnel address of the other family is not taken")
  func mixed() {
    let wrong = ["ip nhrp map 2001:db8::1 198.51.100.1", "ip nhrp nhs 2001:db8::1"]
    #expect(FamilyLineTests.typed(wrong, .v4).invalid == wrong)
    let wrong6 = ["ipv6 nhrp map 10.0.0.1 198.51.100.1", "ipv6 nhrp nhs 10.0.0.1"]
    #expect(FamilyLineTests.typed(wrong6, .v6).invalid == wrong6)
  }
}
