// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import ProtocolKit
import Testing

@Suite struct EventQueueTests {
  @Test func `events come out by time, and those of one time in the order they went in`() {
    var queue = EventQueue<Int>()
    var random = RandomSource(seed: 7)
    var expected: [(Int64, Int)] = []
    for i in 0..<5_000 {
      let time = Int64(random.below(300))
      expected.append((time, i))
      queue.push(i, at: Instant(nanoseconds: time))
    }
    expected.sort { $0 < $1 }
    for (time, i) in expected {
      #expect(queue.nextTime == Instant(nanoseconds: time))
      let event = queue.popFirst()
      #expect(event?.at.nanoseconds == time && event?.payload == i)
    }
    #expect(queue.isEmpty && queue.popFirst() == nil && queue.nextTime == nil)
  }

  @Test func `pushes between pops keep the order, and slots are used again`() {
    var queue = EventQueue<[UInt8]>(capacity: 8)
    var random = RandomSource(seed: 11)
    var now = Instant.start
    var lastTags: (Instant, UInt64) = (.start, 0)
    var tag: UInt64 = 0
    for step in 0..<20_000 {
      if step % 3 != 2 || queue.isEmpty {
        tag += 1
        queue.push(bytes(tag), at: now + .nanoseconds(Int64(random.below(50))))
      } else if let (at, payload) = queue.popFirst() {
        let popped = payload.reduce(0) { $0 << 8 | UInt64($1) }
        #expect(at >= now)
        // At one time the older goes first.
        if at == lastTags.0 { #expect(popped > lastTags.1) }
        (now, lastTags) = (at, (at, popped))
      }
    }
  }

  @Test func `what is not due stays`() {
    var queue = EventQueue<String>()
    queue.push("later", at: Instant(nanoseconds: 10))
    queue.push("first", at: Instant(nanoseconds: 5))
    #expect(queue.popFirst(notAfter: Instant(nanoseconds: 4)) == nil)
    #expect(queue.popFirst(notAfter: Instant(nanoseconds: 5))?.payload == "first")
    #expect(queue.popFirst(notAfter: Instant(nanoseconds: 9)) == nil)
    #expect(queue.count == 1)
    queue.removeAll()
    #expect(queue.isEmpty)
  }

  @Test func `the last instant can be waited for`() {
    var queue = EventQueue<Int>()
    queue.push(1, at: .distantFuture)
    #expect(queue.popFirst()?.payload == 1)
  }

  private func bytes(_ tag: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: tag >> UInt64(56 - 8 * $0)) } }
}
