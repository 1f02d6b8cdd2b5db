// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// Bytes no person would type.
  @Suite("The console's endurance", .requires(.executable))
  struct ConsoleRobustnessTests {
    @Test("random bytes for 20 s: no signal, no hang, and the end within a second of the hang-up", arguments: [UInt64(1), 2])
    func randomBytes(seed: UInt64) async throws {
      try await Bench.with { bench in
        var random = Generator(state: seed &* 0x9e37_79b9_7f4a_7c15)
        let clock = ContinuousClock(), end = clock.now + .seconds(10)
        var consoles = 0
        while clock.now < end {
          consoles += 1
          try await torment(bench, &random, until: end)
        }
        print("seed \(seed): \(consoles) consoles, \(random.count) bytes")
      }
    }

    /// One console until it leaves of its own accord (a random `Q` may well say so) or time is up.
    private func torment(_ bench: Bench, _ random: inout Generator, until end: ContinuousClock.Instant) async throws {
      let directory = await bench.directory
      let terminal = try PseudoTerminal(
        ["env", "-C", directory.path, try Program.required(), "lab", "phase3"],
        environment: ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "XDG_STATE_HOME": directory.path])
      await bench.undo { await terminal.stop() }
      try await eventually("the console draws") { terminal.read().count > 500 }
      while ContinuousClock.now < end {
        terminal.write(random.keys())
        _ = terminal.read()
        if let status = await terminal.process.wait(timeout: .milliseconds(5)) {
          #expect(status == 0, "the console ended with \(status)")
          return
        }
      }
      try await answers(terminal)
      terminal.hangUp()
      let status = await terminal.process.wait(timeout: .seconds(1))
      #expect(status == 129 || status == 0, "the console ended with \(status.map(String.init) ?? "nothing: it runs on")")
    }

    /// Not hung: it still draws when asked to.
    private func answers(_ terminal: PseudoTerminal) async throws {
      try await eventually("the console redraws", timeout: .seconds(20)) {
        // The bytes may have begun a paste, in which Ctrl-L is text: end it first.
        terminal.write(Array("\u{1b}[201~".utf8) + [0x0c])
        return terminal.read().count > 200 || !terminal.process.isRunning
      }
    }
  }
}

/// Keys, whole and broken, from a seed.
private struct Generator {
  var state: UInt64
  var count = 0

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  /// A burst: random bytes, mostly; now and then words, escape sequences and control keys, which reach deeper.
  mutating func keys() -> [UInt8] {
    let known = [
      "show ", "ip ", "nhrp ", "?", "\t", "\r", "\u{1b}[A", "\u{1b}[B", "\u{1b}OP", "\u{1b}", "\u{12}", "\u{13}", "\u{03}", "\u{18}",
      "\u{07}",
      "\u{1b}[200~", "\u{1b}[201~", "\u{16}", "/", "j", "z", "p", ":", "conf t\r", "end\r", "console spoke2\r", "| include ", "é",
      "\u{1b}3", "\u{1b}[0n",
    ]
    var result: [UInt8] = []
    for _ in 0..<(1 + next() % 24) {
      if next() % 3 == 0 { result += Array(known[Int(next() % UInt64(known.count))].utf8) } else { result.append(UInt8(next() & 0xff)) }
    }
    count += result.count
    return result
  }
}
