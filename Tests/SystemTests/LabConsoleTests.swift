// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// `dmvpn lab` with a person in front of it: keys typed into a terminal of tmux, the screen read back.
  @Suite("The lab's console", .requires(.tmux, .tshark, .executable))
  struct LabConsoleTests {
    @Test("in 80x24 the hub's console shows at least three spokes, and shortcuts form while one looks")
    func shortcutsForm() async throws {
      try await Bench.with { bench in
        let terminal = try await Self.lab(bench)
        try await terminal.shows("three spokes or more are up", timeout: .seconds(30)) { Self.peersUp($0) >= 3 }
        let first = Self.shortcuts(
          try await terminal.shows("shortcuts have formed", timeout: .seconds(30)) { Self.shortcuts($0) >= 2 && $0.contains("✓ up") })
        try await terminal.shows("more shortcuts than \(first) form", timeout: .seconds(30)) { Self.shortcuts($0) > first }
        let rows = try await terminal.rows()
        #expect(rows.count == 24)
        #expect(rows[0].hasPrefix(" hub1 Tu0 10.0.0.1 peers"))
        #expect(rows[0].hasSuffix("LIVE"))
        #expect(rows[22].hasPrefix("[1Over] 2Map"))
        #expect(rows[23].hasPrefix("hub1#"))
        for name in ["spoke1", "spoke2", "spoke3"] { #expect(rows.contains { $0.contains("●\(name)") }, "no \(name) on the map") }
      }
    }

    @Test("commands are typed, completed, explained, recalled; the console moves to a spoke; exit leaves a sane terminal")
    func commands() async throws {
      try await Bench.with { bench in
        let terminal = try await Self.lab(bench)
        try await terminal.shows("all five spokes are up", timeout: .seconds(30)) { Self.peersUp($0) == 5 }
        try await terminal.enter("show dmvpn")
        let shown = try await terminal.shows("10.0.0.13", "Attrb")
        #expect(shown.firstMatch(of: /203\.0\.113\.\d+ +10\.0\.0\.1\d +UP/) != nil, "\(shown)")
        try await terminal.press("PageUp", "PageUp")
        try await terminal.shows("▶ hub1# show dmvpn")
        try await terminal.type("sh")
        try await terminal.press("Tab")
        try await terminal.shows("the word is completed") { $0.contains("\nhub1# show") }
        try await terminal.type("?")
        try await terminal.shows("running-config", "Current operating configuration")
        try await terminal.type("ver")
        try await terminal.press("Enter")
        try await terminal.shows("▶ hub1# show ver", "dmvpn")
        try await terminal.press("Up", "Up")
        try await terminal.shows("the line before the last is back") { $0.contains("\nhub1# show dmvpn\n") }
        try await terminal.press("C-c")
        try await terminal.enter("shwo")
        try await terminal.shows("% Invalid input detected at '^' marker.")
        try await terminal.enter("console spoke1")
        try await terminal.shows("the prompt is the spoke's") { $0.contains("\nspoke1#") && $0.hasPrefix(" spoke1 Tu0 10.0.0.11") }
        try await Self.leaves(terminal) { try await terminal.enter("exit") }
      }
    }

    @Test("ten screens by Alt and digits and by function keys; the picture follows the terminal's size; Q leaves")
    func screens() async throws {
      try await Bench.with { bench in
        let terminal = try await Self.lab(bench)
        try await terminal.shows("shortcuts have formed", timeout: .seconds(30)) { Self.shortcuts($0) >= 2 }
        let tabs = ["1Over", "2Map", "3Cuts", "4SA", "5Flow", "6Nhrp", "7Rt", "8Log", "9Cap", "0Alm"]
        for tab in tabs {
          try await terminal.press("M-\(tab.prefix(1))")
          try await terminal.shows("[\(tab)]")
        }
        for (index, tab) in tabs.enumerated() {
          try await terminal.press("F\(index + 1)")
          try await terminal.shows("[\(tab)]")
        }
        try await terminal.press("F1")
        for (columns, rows) in [(120, 40), (80, 24), (200, 60), (40, 10), (80, 24)] {
          try await terminal.resize(columns: columns, rows: rows)
          try await terminal.shows("the picture fills \(columns)x\(rows)") { Self.fills($0, columns: columns, rows: rows) }
        }
        try await terminal.press("Escape")
        try await terminal.shows("the panes have the keys") { $0.contains("┏") }
        try await Self.leaves(terminal) { try await terminal.press("Q") }
      }
    }

    @Test("d writes a capture of the selected peer to the prompt; Enter starts it, and the file has inner and outer packets")
    func capture() async throws {
      try await Bench.with { bench in
        let terminal = try await Self.lab(bench)
        try await terminal.shows("three spokes or more are up", timeout: .seconds(30)) { Self.peersUp($0) >= 3 }
        try await terminal.press("Escape")
        try await terminal.shows("the panes have the keys") { $0.contains("┏") }
        try await terminal.press("j")
        try await terminal.press("d")
        let screen = try await terminal.shows("\nhub1# monitor capture CAP peer spoke")
        let peer = try #require(screen.firstMatch(of: /CAP peer (spoke\d+)/)).1
        try await terminal.press("Enter")
        try await terminal.enter("ping \(peer)")
        try await terminal.shows("!!!!!", "100 percent")
        try await terminal.enter("show monitor capture")
        try await terminal.shows("CAP.pcapng", "Active")
        try await terminal.enter("monitor capture CAP stop")
        try await terminal.press("C-l")
        try await Self.leaves(terminal) { try await terminal.enter("exit") }
        try await Self.judge(terminal.directory.appending(path: "CAP.pcapng"))
      }
    }

    @Test("the picture of the documentation is the same each time it is drawn, and shows shortcuts")
    func picture() async throws {
      try await Bench.with { bench in
        let script = Shell.quote(Program.root.appending(path: "scripts/picture").path)
        let files = await ["a", "b"].map { bench.directory.appending(path: "\($0).svg") }
        for file in files {
          try await Shell.run("DMVPN_EXECUTABLE=\(Shell.quote(try Program.required())) \(script) \(Shell.quote(file.path))")
        }
        let pictures = try files.map { try String(contentsOf: $0, encoding: .utf8) }
        #expect(pictures[0] == pictures[1])
        #expect(pictures[0].hasPrefix("<svg") && pictures[0].contains("hub1") && pictures[0].contains("✓"))
      }
    }

    @Test("without colour where NO_COLOR is set")
    func noColor() async throws {
      try await Bench.with { bench in
        let terminal = try await Self.lab(bench, environment: ["NO_COLOR": "1"])
        try await terminal.shows("shortcuts have formed", timeout: .seconds(30)) { Self.shortcuts($0) >= 2 }
        try await terminal.enter("show dmvpn")
        try await terminal.shows("Attrb")
        try await Self.leaves(terminal) { try await terminal.enter("exit") }
        let text = String(decoding: terminal.bytes(), as: UTF8.self)
        let colors = text.matches(of: /\u{1b}\[([0-9;:]*)m/).flatMap {
          $0.1.split(whereSeparator: { ";:".contains($0) }).compactMap { Int($0) }
        }
        .filter { (30...38).contains($0) || (40...48).contains($0) || (90...107).contains($0) }
        #expect(colors.isEmpty, "colours were set: \(Set(colors).sorted())")
        #expect(text.contains("\u{1b}["), "nothing was drawn")
      }
    }

    @Test("in ASCII on a VT100 in the C locale")
    func ascii() async throws {
      try await Bench.with { bench in
        let terminal = try await Self.lab(bench, term: "vt100", environment: ["LC_ALL": "C", "LANG": "C"])
        try await terminal.shows("shortcuts have formed", timeout: .seconds(30)) { Self.shortcuts($0) >= 2 }
        try await terminal.enter("show dmvpn")
        try await terminal.shows("Attrb")
        for digit in 1...9 { try await terminal.press("M-\(digit)") }
        try await terminal.shows("[9Cap]")
        try await Self.leaves(terminal) { try await terminal.enter("exit") }
        let strange = terminal.bytes().filter { $0 > 0x7e || $0 == 0x0e }
        #expect(strange.isEmpty, "\(strange.count) bytes are not ASCII, such as \(strange.prefix(8))")
      }
    }
  }
}

extension SystemSuite.LabConsoleTests {
  /// The lab in a terminal; comes back when the console is there.
  static func lab(_ bench: Bench, term: String = "tmux-256color", environment: [String: String] = [:]) async throws -> Terminal {
    let terminal = try await bench.terminal("\(Shell.quote(try Program.required())) lab phase3", term: term, environment: environment)
    try await terminal.shows("hub1 Tu0", "hub1#", "[1Over]", timeout: .seconds(20))
    return terminal
  }

  static func peersUp(_ screen: String) -> Int { screen.firstMatch(of: /peers (\d+)\/\d+/).flatMap { Int($0.1) } ?? 0 }
  static func shortcuts(_ screen: String) -> Int { screen.firstMatch(of: /cuts (\d+)/).flatMap { Int($0.1) } ?? 0 }

  /// First row status, last but one tabs, last the prompt, and the widest row as wide as the terminal.
  static func fills(_ screen: String, columns: Int, rows: Int) -> Bool {
    let lines = screen.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    return lines.count == rows && lines[0].hasPrefix(" hub1") && lines[rows - 2].contains("1Over") && lines[rows - 1].hasPrefix("hub1#")
      && lines.map(\.count).max() == columns
  }

  /// Leaves the console: status 0, the user's screen and settings are back.
  static func leaves(_ terminal: Terminal, _ wish: () async throws -> Void) async throws {
    #expect(try await terminal.isAlternate() || terminal.bytes().count > 0)
    try await wish()
    #expect(try await terminal.status() == 0)
    #expect(terminal.isSane, "the terminal's settings are not what they were")
    try await terminal.shows("ended with status 0")
    #expect(try await !terminal.isAlternate(), "the alternate screen is still shown")
    let text = String(decoding: terminal.bytes(), as: UTF8.self)
    for mode in ["1000", "1002", "1004", "2004", "1049"] where text.contains("\u{1b}[?\(mode)h") {
      let on = text.ranges(of: "\u{1b}[?\(mode)h").last?.lowerBound, off = text.ranges(of: "\u{1b}[?\(mode)l").last?.lowerBound
      #expect(off ?? text.startIndex > on ?? text.endIndex, "mode \(mode) was left on")
    }
  }

  /// The capture's two halves, as tshark sees them.
  static func judge(_ file: URL) async throws {
    let outer = try await Shell.run("tshark -r \(file.path) -Y 'esp' -T fields -e frame.number 2>/dev/null")
    let inner = try await Shell.run("tshark -r \(file.path) -Y 'icmp && !gre' -T fields -e frame.number 2>/dev/null")
    let malformed = try await Shell.run("tshark -r \(file.path) -Y '_ws.malformed' -T fields -e frame.number 2>/dev/null")
    #expect(!outer.isEmpty, "no outer packets, which the lab protects")
    #expect(!inner.isEmpty, "no inner packets with echoes")
    #expect(malformed.isEmpty)
  }
}
