// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Testing

@Suite struct TimerQueueTests {
  @Test("equal deadlines fire in the order they were set; setting again moves to the end")
  func order() {
    var q = TimerQueue<String>()
    let at = Instant.start + .seconds(1)
    for key in ["a", "b", "c"] { q.set(key, at: at) }
    q.set("a", at: at)
    var fired: [String] = []
    while let key = q.popDue(at: at) { fired.append(key) }
    #expect(fired == ["b", "c", "a"])
  }

  @Test("a cancelled timer neither fires nor keeps its deadline")
  func cancel() {
    var q = TimerQueue<Int>()
    q.set(1, at: Instant.start + .seconds(1))
    q.set(2, at: Instant.start + .seconds(2))
    q.cancel(1)
    #expect(q.nextDeadline == Instant.start + .seconds(2) && q.count == 1 && !q.isSet(1))
    #expect(q.popDue(at: Instant.start + .seconds(1)) == nil)
  }

  @Test("behaves like a sorted list under random use", arguments: 1...20)
  func random(seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    var q = TimerQueue<Int>()
    var model: [Int: (Instant, Int)] = [:]
    var now = Instant.start
    for step in 0..<3_000 {
      let key = Int(random.below(40))
      switch random.below(4) {
      case 0, 1:
        let at = now + .milliseconds(Int64(random.below(500)))
        q.set(key, at: at)
        model[key] = (at, step)
      case 2:
        q.cancel(key)
        model[key] = nil
      default:
        now = now + .milliseconds(Int64(random.below(50)))
        let due = model.filter { $0.value.0 <= now }.sorted { ($0.value.0, $0.value.1) < ($1.value.0, $1.value.1) }.map(\.key)
        var fired: [Int] = []
        while let k = q.popDue(at: now) { fired.append(k) }
        #expect(fired == due)
        for k in due { model[k] = nil }
      }
      #expect(q.nextDeadline == model.values.map(\.0).min() && q.count == model.count)
    }
  }
}

@Suite struct RandomSourceTests {
  /// The published first outputs of SplitMix64 for seed 1234567 (Vigna's reference program).
  @Test("is SplitMix64")
  func reference() {
    var r = RandomSource(seed: 1_234_567)
    #expect((0..<5).map { _ in r.next() } == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431, 16_408_922_859_458_223_821])
  }

  @Test("streams are split by label, and drawing from one does not move another")
  func streams() {
    let node = RandomSource(seed: 5)
    var a = node.split("nhrp"), b = node.split("nhrp"), c = node.split("ike")
    #expect(a.next() == b.next())
    #expect(a.next() != c.next())
  }

  @Test("jitter only shortens, by at most its percentage")
  func jitter() {
    var r = RandomSource(seed: 9)
    for _ in 0..<1_000 {
      let d = r.jittered(.seconds(200), percent: 5)
      #expect(d <= .seconds(200) && d >= .seconds(190))
    }
    #expect(r.jittered(.zero, percent: 50) == .zero && r.below(0) == 0)
  }
}
