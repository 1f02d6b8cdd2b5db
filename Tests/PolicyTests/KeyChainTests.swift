// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Policy
import Testing

@Suite("Key chains") struct KeyChainTests {
  static func seconds(_ text: String) -> Int64 {
    Int64((try? Date(text, strategy: .iso8601))?.timeIntervalSince1970 ?? -1)
  }

  static let settings = PolicyEditor(
    """
    key chain K
     key 1
      key-string old
      send-lifetime 00:00:00 Jan 1 2024 00:00:00 Mar 1 2024
      accept-lifetime 00:00:00 Jan 1 2024 duration 5184001
     key 2
      key-string new
      send-lifetime 00:00:00 Feb 29 2024 infinite
     key 3
     key 4
      key-string file keys/four
    """
  ).settings

  @Test("the lowest key that holds sends; all that hold are accepted; a key without its bytes is none")
  func rollover() throws {
    let chain = try #require(Self.settings.keyChain("K"))
    func sent(_ at: String) -> UInt32? { chain.sendKey(at: Self.seconds(at))?.number }
    #expect(sent("2023-12-31T23:59:59Z") == nil)
    #expect(sent("2024-01-01T00:00:00Z") == 1)
    #expect(sent("2024-03-01T00:00:00Z") == 1)
    #expect(sent("2024-03-01T00:00:01Z") == 2)
    #expect(chain.acceptKeys(at: Self.seconds("2024-03-01T00:00:01Z")).map(\.number) == [1, 2])
    #expect(chain.acceptKeys(at: Self.seconds("2024-03-01T00:00:02Z")).map(\.number) == [2])
    #expect(chain.nextChange(after: Self.seconds("2024-02-01T00:00:00Z")) == Self.seconds("2024-02-29T00:00:00Z"))
  }

  @Test("keys of files come in by the host's hand, and none of them prints")
  func files() throws {
    #expect(Self.settings.keyFiles == ["keys/four"])
    let filled = Self.settings.withKeys { _ in KeyBytes("fourth".utf8) }
    #expect(filled.keyChain("K")?.acceptKeys(at: Self.seconds("2030-01-01T00:00:00Z")).map(\.number) == [2, 4])
    for text in ["\(filled)", String(reflecting: filled), PolicyShows.keyChains(filled, at: 0).joined()] {
      for secret in ["old", "new", "fourth"] { #expect(!text.contains(secret), "\(secret)") }
    }
    #expect(Self.settings.holdsKeys && !Self.settings.withoutKeys.holdsKeys)
  }

  @Test("show key chain has IOS' form, with a placeholder for the key")
  func shows() {
    let shown = PolicyShows.keyChains(Self.settings, at: Self.seconds("2024-02-01T00:00:00Z"))
    #expect(
      shown.prefix(7) == [
        "Key-chain K:", "    key 1 -- text \"<hidden>\"",
        "        accept lifetime (00:00:00 Jan 1 2024) - (duration 5184001 seconds) [valid now]",
        "        send lifetime (00:00:00 Jan 1 2024) - (00:00:00 Mar 1 2024) [valid now]", "    key 2 -- text \"<hidden>\"",
        "        accept lifetime (always valid) - (always valid) [valid now]", "        send lifetime (00:00:00 Feb 29 2024) - (infinite)",
      ])
  }

  @Test("times are read and written like Foundation's", arguments: [1994, 2000, 2023, 2024, 2028, 2035])
  func calendar(year: Int) throws {
    var dice = Dice(state: UInt64(year))
    let format = Date.VerbatimFormatStyle(
      format:
        "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) \(month: .abbreviated) \(day: .defaultDigits) \(year: .defaultDigits)",
      locale: Locale(identifier: "en_US"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
    for _ in 0..<20 {
      let seconds = Self.seconds("\(year)-01-01T00:00:00Z") + Int64.random(in: 0..<31_536_000, using: &dice)
      let text = Date(timeIntervalSince1970: Double(seconds)).formatted(format)
      let editor = PolicyEditor("key chain K\n key 1\n  send-lifetime \(text) infinite")
      #expect(editor.settings.keyChain("K")?.keys.first?.sendLifetime.start == seconds)
      #expect(editor.text.last == "  send-lifetime \(text) infinite")
    }
  }
}

@Suite("What show prints of policy") struct PolicyShowTests {
  static let settings = PolicyEditor(
    """
    ip prefix-list A seq 5 permit 10.0.0.0/8 le 24
    ip prefix-list B seq 5 deny 0.0.0.0/0
    access-list 10 permit 10.0.0.0 0.255.255.255
    access-list 10 remark ours
    access-list 100 permit ip any host 255.255.255.0
    ipv6 access-list V
     permit ipv6 any any
    route-map R permit 10
     match ip address prefix-list A B
     continue 20
     set metric 5
     set community 100:1 additive
    ip as-path access-list 1 permit ^$
    ip community-list 1 permit 100:1
    """
  ).settings

  @Test("prefix-lists, access-lists, route-maps, path and community lists have IOS' form")
  func forms() {
    #expect(
      PolicyShows.prefixLists(Self.settings, isV4: true, named: "A") == ["ip prefix-list A: 1 entries", "   seq 5 permit 10.0.0.0/8 le 24"])
    #expect(PolicyShows.prefixList(Self.settings, named: "A", deciding: net("10.0.0.0/9")) == ["   seq 5 permit 10.0.0.0/8 le 24"])
    #expect(
      PolicyShows.accessLists(Self.settings) == [
        "Standard IP access list 10", "    10 permit 10.0.0.0, wildcard bits 0.255.255.255", "Extended IP access list 100",
        "    10 permit ip any host 255.255.255.0", "IPv6 access list V", "    permit ipv6 any any sequence 10",
      ])
    #expect(
      PolicyShows.routeMaps(Self.settings) == [
        "route-map R, permit, sequence 10", "  Match clauses:", "    ip address prefix-lists: A B", "  Continue: sequence 20",
        "  Set clauses:", "    metric 5", "    community 6553601 additive", "  Policy routing matches: 0 packets, 0 bytes",
      ])
    #expect(PolicyShows.pathLists(Self.settings) == ["AS path access list 1", "    permit ^$"])
    #expect(PolicyShows.communityLists(Self.settings) == ["Community standard list 1", "    permit 6553601"])
  }
}
