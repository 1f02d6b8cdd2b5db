// SPDX-License-Identifier: GPL-3.0-or-later

import CommandGrammar
import Testing

@Suite struct OutputFilterTests {
  static let running = [
    "hostname hub", "!", "interface Tunnel0", " ip nhrp network-id 1", " tunnel mode gre multipoint", "!", "interface eth0", " ip address dhcp", "end",
  ]

  @Test("filters are cut off the command, abbreviated and chained", arguments: [
    ("show run", "show run", []), ("show run | i nhrp", "show run", [OutputFilter.include("nhrp")]),
    ("show run|inc nhrp", "show run", [.include("nhrp")]),
    ("sh run | include ^interface|ip address", "sh run", [.include("^interface|ip address")]),
    ("sh run | s Tunnel | e mode | c .", "sh run", [.section("Tunnel"), .exclude("mode"), .count(".")]),
    ("sh run | b eth0 | json", "sh run", [.begin("eth0"), .json]), ("sh run | no-more", "sh run", [.noMore]),
    ("sh run | redirect /tmp/x", "sh run", [.redirect("/tmp/x")]), ("sh run | a x", "sh run", [.append("x")]), ("sh run | t x ", "sh run", [.tee("x")]),
    ("find a\\|b | i c\\|d", "find a|b", [.include("c\\|d")]), ("x | i two words  ", "x", [.include("two words")]),
  ])
  func parsing(line: String, command: String, filters: [OutputFilter]) {
    let parsed = OutputFilter.parse(line)
    #expect(parsed.command == command && parsed.filters == filters && parsed.failure == nil)
  }

  @Test("bad filters fail at their column and never trap", arguments: [
    ("x |", CommandFailure.Reason.incomplete, 3), ("x | ", .incomplete, 4), ("x | foo y", .invalid, 4), ("x | i", .incomplete, 5), ("x | i (", .invalid, 6),
    ("x | i [a", .invalid, 6), ("x | i *", .invalid, 6), ("x | json y", .invalid, 9), ("x | tee", .incomplete, 7), ("x | i a | z b", .invalid, 10), ("|", .incomplete, 1),
    ("x | redirect a b", .invalid, 13),
  ])
  func failures(line: String, reason: CommandFailure.Reason, column: Int) throws {
    let failure = try #require(OutputFilter.parse(line).failure)
    #expect(failure.reason == reason && failure.column == column)
  }

  @Test("include, exclude, begin, count and section do what IOS does")
  func application() {
    let lines = Self.running
    #expect(OutputFilter.include("^interface").apply(to: lines) == ["interface Tunnel0", "interface eth0"])
    #expect(OutputFilter.exclude("^ |!").apply(to: lines) == ["hostname hub", "interface Tunnel0", "interface eth0", "end"])
    #expect(OutputFilter.begin("eth0").apply(to: lines) == Array(lines[6...]))
    #expect(OutputFilter.begin("nothing").apply(to: lines) == [])
    #expect(OutputFilter.count("interface").apply(to: lines) == ["Number of lines which match regexp = 2"])
    #expect(OutputFilter.section("Tunnel").apply(to: lines) == Array(lines[2...4]))
    #expect(OutputFilter.section("nhrp|dhcp").apply(to: lines) == Array(lines[2...4]) + Array(lines[6...7]))
    #expect(OutputFilter.section("end").apply(to: lines) == ["end"])
    #expect(OutputFilter.include("c\\|d").apply(to: ["c|d", "c"]) == ["c|d"])
    #expect(OutputFilter.json.apply(to: lines) == lines && OutputFilter.tee("x").apply(to: lines) == lines)
    #expect(OutputFilter.include("(").apply(to: lines) == [])
  }

  @Test("random expressions are refused or run, but never trap")
  func randomExpressions() {
    var random = Seeded(state: 3)
    let pieces = ["a", ".", "*", "+", "?", "(", ")", "[", "]", "{", "}", "1", ",", "^", "$", "\\", "|", "-", "d", ":", "<", "=", "!", "P", "é", "#", "&&"]
    for _ in 0..<3000 {
      let text = (0..<Int.random(in: 1...8, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
      for filter in OutputFilter.parse("x | i \(text)").filters { _ = filter.apply(to: ["", "a1", "ad:-a"]) }
    }
  }
}
