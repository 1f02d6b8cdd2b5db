// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing

@Suite struct AntiReplayWindowTests {
  /// A number, and whether a window of 1024 takes it after all those above.
  typealias Step = (number: UInt64, isTaken: Bool)

  static let table: [Step] = [
    (0, false), (1, true), (1, false), (9, true), (8, true), (7, true), (7, false), (9, false), (10, true), (2, true), (2, false),
    // The whole window in front of the highest, and the first number behind it.
    (1030, true), (7, false), (6, false), (11, true), (11, false), (1029, true), (64, true), (63, true), (65, true), (64, false),
    // Jumps by less than a word, a word, the ring, and more than the ring.
    (1031, true), (1094, true), (1095, true), (1159, true), (1095, false), (136, true), (135, false), (136, false),
    (3207, true), (2183, false), (2184, true), (3206, true), (2184, false), (900_000, true), (3207, false), (899_999, true),
    (898_977, true), (898_976, false), (899_999, false), (900_000, false),
    // The end of 32 bits.
    (0xffff_fffe, true), (0xffff_fffe, false), (0xffff_ffff, true), (0xffff_ffff, false), (0xffff_fc00, true), (0xffff_fbff, false),
    (1, false),
  ]

  /// A window in a class, so that an expectation may change it.
  private final class Subject {
    private var window: AntiReplayWindow
    init(size: Int, usesESN: Bool = false) { window = AntiReplayWindow(size: size, usesESN: usesESN) }
    var highest: UInt64 { window.highest }
    func judge(_ low: UInt32) -> UInt64? { window.judge(low) }
    @discardableResult func accept(_ number: UInt64) -> Bool { window.accept(number) }
  }

  /// A packet with a number wrongly inferred fails its integrity check, and is not accepted.
  private func take(_ window: Subject, _ number: UInt64) -> Bool {
    guard window.judge(UInt32(truncatingIfNeeded: number)) == number else { return false }
    window.accept(number)
    return true
  }

  @Test("each number is taken once, and none that is as old as the window (RFC 4303 §3.4.3)")
  func table() {
    let window = Subject(size: 1024)
    for (i, step) in Self.table.enumerated() { #expect(take(window, step.number) == step.isTaken, "step \(i): \(step.number)") }
  }

  @Test("a number is free until it is accepted: what a forger sends moves nothing")
  func judging() {
    let window = Subject(size: 64)
    #expect(window.judge(4_000_000) == 4_000_000)
    #expect(window.judge(5) == 5)
    #expect(window.accept(5))
    #expect(window.highest == 5)
    #expect(!window.accept(3))
    #expect(window.highest == 5)
  }

  @Test("sizes are raised to 64 and cut to 4096; 0 takes everything but 0")
  func sizes() {
    for (asked, kept) in [(1, 64), (64, 64), (100, 100), (4096, 4096), (100_000, 4096)] as [(Int, UInt64)] {
      let window = Subject(size: asked)
      #expect(take(window, 1_000_000))
      #expect(window.judge(UInt32(1_000_001 - kept)) != nil)
      #expect(window.judge(UInt32(1_000_000 - kept)) == nil)
    }
    let off = Subject(size: 0)
    #expect([5, 5, 1, 900_000, 5].map { take(off, $0) } == [true, true, true, true, true])
    #expect(off.judge(0) == nil)
    #expect(off.highest == 900_000)
  }

  @Test("extended numbers: the high half follows from where the window is (RFC 4303 Appendix A2)")
  func extended() {
    let window = Subject(size: 1024, usesESN: true)
    let two32: UInt64 = 1 << 32
    // Case B at the start: what would lie below 0 is nothing.
    #expect(window.judge(0xffff_ff00) == nil)
    #expect(take(window, 1))
    #expect(take(window, 0xffff_0000))
    // Case A: behind the window's bottom is the next half.
    #expect(window.judge(0xffff_0000 - 1024) == two32 | 0xffff_0000 - 1024)
    #expect(window.judge(0xffff_0000 - 1023) == 0xffff_0000 - 1023)
    #expect(window.judge(7) == two32 | 7)
    #expect(take(window, 0xffff_fff0))
    #expect(take(window, two32))
    // Case B: the window lies across.
    #expect(take(window, 0xffff_fff1))
    #expect(take(window, two32 + 100))
    #expect(!take(window, 0xffff_fff0))
    #expect(take(window, 0xffff_fff2))
    #expect(take(window, two32 + 1022))
    #expect(window.judge(0xffff_ffff) == 0xffff_ffff)
    #expect(take(window, two32 + 1023))
    // Case A again: now 2³²-1 is outside, and stands for the next one.
    #expect(window.judge(0xffff_ffff) == two32 | 0xffff_ffff)
    #expect(take(window, two32 * 2 - 1) && take(window, two32 * 2 + 5) && !take(window, two32 * 2 - 1))
  }

  @Test("beyond the last of 64 bits there is nothing")
  func end() {
    let window = Subject(size: 64, usesESN: true)
    window.accept(.max - 5)
    #expect(window.judge(0xffff_ffff) == .max)
    #expect(window.judge(3) == nil)
  }

  @Test("a hundred thousand numbers agree with a set of all that were taken", arguments: [64, 128, 1000, 1024, 4096], [false, true])
  func model(_ size: Int, _ usesESN: Bool) {
    let window = Subject(size: size, usesESN: usesESN)
    var random = RandomSource(seed: UInt64(size) + (usesESN ? 1 : 0))
    var taken: Set<UInt64> = []
    var top: UInt64 = usesESN ? (1 << 32) - 20_000 : 0
    if usesESN {
      window.accept(top)
      taken.insert(top)
    }
    for _ in 0..<20_000 {
      let span = UInt64(size)
      let number: UInt64
      switch random.below(10) {
      case 0: number = top + random.below(span * 2) + 1
      case 1...4: number = top + random.below(3) + 1
      default: number = top - min(top, random.below(span + span / 4))
      }
      let isNew = number > 0 && (number > top || top - number < span) && !taken.contains(number)
      let wasTaken = take(window, number)
      if wasTaken != isNew { Issue.record("\(number) at \(top)") }
      guard isNew else { continue }
      taken.insert(number)
      top = max(top, number)
    }
    #expect(window.highest == top)
  }
}
