// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Screens
import Testing

@Suite("A frame takes any text and stays a frame")
struct FrameTests {
  private func put(_ text: String, columns: Int = 12, tier: GlyphTier = .braille) -> String {
    var frame = Frame(rows: 1, columns: columns, tier: tier)
    frame.put(text, at: Position(row: 0, column: 0))
    return String(frame.text.dropLast())
  }

  @Test("escape sequences, bidirectional controls and private characters become question marks")
  func sanitizes() {
    #expect(put("\u{1b}[31mred") == "?[31mred")
    #expect(put("a\u{202e}b\u{2069}c") == "a?b?c")
    #expect(put("a\u{9b}b\u{7f}c\u{e000}d") == "a?b?c?d")
    #expect(put("a\u{200b}b\u{feff}") == "a?b?")
    #expect(put("e\u{301}x") == "ex")
  }

  @Test("wide characters take two cells and are never cut in half")
  func wide() {
    #expect(put("漢字ab", columns: 5) == "漢字a")
    #expect(put("a漢字", columns: 4) == "a漢")
    var frame = Frame(rows: 1, columns: 6)
    frame.put("漢字漢", at: Position(row: 0, column: 0))
    frame.put("x", at: Position(row: 0, column: 1))
    frame.put("字", at: Position(row: 0, column: 3))
    #expect(frame.text == " x 字\n")
    #expect(frame.cells.map(\.width) == [1, 1, 1, 2, 0, 1])
  }

  @Test("the ascii tier shows nothing above 0x7e")
  func ascii() {
    #expect(put("┌─●é漢✓", tier: .ascii) == "+-*??y")
    #expect(put("━┃●⠿é", tier: .cp437) == "═║•?é")
    #expect(put("⠿▃", tier: .block) == "·▃")
  }

  @Test("text outside of the frame is dropped")
  func outside() {
    var frame = Frame(rows: 2, columns: 4)
    frame.put("abcdef", at: Position(row: 0, column: -2))
    frame.put("x", at: Position(row: 5, column: 0))
    frame.put("x", at: Position(row: -1, column: 0))
    frame.put("abc", at: Position(row: 1, column: 3))
    #expect(frame.text == "cdef\n   a\n")
  }

  @Test("a frame becomes an SVG without raw markup of its text")
  func picture() throws {
    var frame = Frame(rows: 1, columns: 20)
    frame.put("<b>&amp", at: Position(row: 0, column: 0), .crit)
    let svg = FramePicture.svg(frame, try #require(BuiltInThemes.theme("dark")))
    #expect(svg.contains("&lt;b&gt;&amp;amp"))
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
  }

  @Test("colour output resets at each line's end")
  func colors() throws {
    var frame = Frame(rows: 1, columns: 3)
    frame.put("ok", at: Position(row: 0, column: 0), .ok)
    let text = frame.ansi(try #require(BuiltInThemes.theme("dark")))
    #expect(text.hasPrefix("\u{1b}[0;38;5;"))
    #expect(text.hasSuffix("\u{1b}[0m\n"))
  }
}

@Suite("Numbers and times are worded as on a router")
struct WordingTests {
  @Test(
    "ages have the form of IOS",
    arguments: [(199, "00:03:19"), (86399, "23:59:59"), (208_800, "2d10h"), (2_160_000, "3w4d"), (33_000_000, "1y2w"), (-5, "00:00:00")])
  func ages(_ seconds: Int, _ text: String) { #expect(Wording.age(.seconds(seconds)) == text) }

  @Test(
    "numbers keep three digits",
    arguments: [
      (0, "0"), (999, "999"), (1000, "1.0k"), (8149, "8.1k"), (41_200_000, "41.2M"), (999_999, "999k"), (1_000_000, "1.0M"),
      (UInt64.max, "18.4E"),
    ] as [(UInt64, String)])
  func numbers(_ value: UInt64, _ text: String) { #expect(Wording.short(value) == text) }

  @Test("sparklines scale to their largest value")
  func sparklines() {
    #expect(Wording.sparkline([0, 1, 7, 14]) == "▁▁▄█")
    #expect(Wording.sparkline([0, 0]) == "▁▁")
    #expect(Wording.sparkline([.max, 1]) == "█▁")
  }
}

@Suite("The view keeps what was said and selected")
struct ViewTests {
  @Test("output is split into lines wherever it was cut")
  func output() {
    var output = OutputText()
    output.append("one\r\ntw")
    output.append("o\nthree")
    output.appendLine("four")
    #expect(output.lines == ["one", "two", "three", "four"])
    output.scroll(by: 99)
    #expect(output.scroll == 3)
    output.append("five\n")
    #expect(output.scroll == 4)
  }

  @Test("the output keeps its newest ten thousand lines")
  func bounded() {
    var output = OutputText()
    for _ in 0..<11 { output.append(String(repeating: "x\n", count: 1000)) }
    #expect(output.lines.count == OutputText.lineLimit)
  }

  @Test("a selection stays with its row when rows before it go away")
  func selection() {
    #expect(Listing.selected(["b", "c"], Selection(index: 2, key: "c")) == 1)
    #expect(Listing.selected(["a", "b"], Selection(index: 5, key: "gone")) == 1)
    #expect(Listing.selected([], Selection(index: 0, key: "")) == nil)
  }

  @Test(
    "a filter is words, exclusions, fields and severities",
    arguments: [("spoke5", 2), ("!spoke", 2), ("fac=nhrp|cmd", 7), ("sev<=4", 2), ("fac!=nhrp", 2), ("nhrp lost", 1)])
  func filter(_ text: String, _ count: Int) {
    var view = ViewState()
    view.filter = text
    #expect(Listing.events(Fixtures.hub(), view).count == count)
  }

  @Test("rates are bits per second between pictures")
  func rates() throws {
    var history = RateHistory()
    var snapshot = Fixtures.hub()
    history.absorb(snapshot)
    snapshot.at = snapshot.at + .seconds(2)
    snapshot.peers[0].bytesIn += 1000
    history.absorb(snapshot)
    let peer = try #require(history[Listing.key(snapshot.peers[0])])
    #expect(peer.inbound.last == 4000)
    #expect(peer.outbound.last == 0)
  }
}
