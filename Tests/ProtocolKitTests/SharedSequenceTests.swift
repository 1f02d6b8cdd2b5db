// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Testing

@Suite struct SharedSequenceTests {
  @Test("numbers count from 1; each is itself and no other")
  func counting() {
    let a = SharedSequence(), b = SharedSequence()
    #expect([a.next(), a.next(), a.next()] == [1, 2, 3])
    #expect((a.last, b.last) == (3, 0))
    #expect(a == a && a != b)
    #expect(SharedSequence(last: 0xffff_fffe).next() == 0xffff_ffff)
  }

  @Test("of many takers at once no two get one number")
  func threads() async {
    let sequence = SharedSequence()
    let taken = await withTaskGroup(of: [UInt64].self) { group in
      for _ in 0..<4 { group.addTask { (0..<20_000).map { _ in sequence.next() } } }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(Set(taken).count == 80_000)
    #expect(sequence.last == 80_000)
  }
}
