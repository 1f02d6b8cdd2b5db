// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

@Suite struct FIBTests {
  /// A prefix around few addresses, so that prefixes nest and collide.
  private func prefix(_ random: inout RandomSource, v6: Bool) -> IPPrefix {
    if v6 {
      let high = 0x2001_0db8_0000_0000 | random.below(4) << 30 | random.below(4)
      let low = random.below(2) == 0 ? random.below(16) : random.next()
      return IPPrefix(IPAddress(high: high, low: low), length: Int(random.below(129)))
    }
    let bits = random.below(3) == 0 ? random.next() : 0x0a00_0000 | random.below(64) << 12 | random.below(8)
    return IPPrefix(IPAddress(v4: UInt32(truncatingIfNeeded: bits)), length: Int(random.below(33)))
  }

  @Test("longest match, exact match, count and order agree with a linear scan through thousands of changes", arguments: [1, 2, 3], [false, true])
  func againstLinearScan(_ seed: UInt64, _ v6: Bool) throws {
    var random = RandomSource(seed: seed)
    var fib = FIB()
    var model: [IPPrefix: ForwardingAction] = [:]
    for step in 0..<1500 {
      let p = prefix(&random, v6: v6)
      if random.below(5) < 3 {
        let action = ForwardingAction.host(InterfaceID(UInt16(random.below(1000))))
        try #require(fib.insert(p, action) == model.updateValue(action, forKey: p))
      } else {
        let victim = random.below(2) == 0 ? p : model.keys.sorted().randomElement(using: &random) ?? p
        try #require(fib.remove(victim) == model.removeValue(forKey: victim))
      }
      try #require(fib.count == model.count)
      try #require(fib.exact(p) == model[p])
      for _ in 0..<2 {
        let address = random.below(2) == 0 ? prefix(&random, v6: v6).address : p.address
        let best = model.keys.filter { $0.contains(address) }.max { $0.length < $1.length }
        let found = fib.longestMatch(for: address)
        try #require(found?.prefix == best)
        try #require(found?.action == best.flatMap { model[$0] })
        try #require(fib.action(for: address) == found?.action)
      }
      if step % 250 == 0 { try #require(fib.routes.map(\.prefix) == model.keys.sorted()) }
    }
    for p in model.keys.sorted() { fib.remove(p) }
    #expect(fib.count == 0)
    #expect(fib.nodeCapacity == 0)
  }

  @Test("tens of thousands of routes that come and go are found as in a dictionary", arguments: [1, 2])
  func large(_ seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    var fib = FIB()
    var model: [IPPrefix: ForwardingAction] = [:]
    func prefix() -> IPPrefix {
      let bits = 0x0a00_0000 | random.below(1 << 8) << 16 | random.below(1 << 16)
      return IPPrefix(IPAddress(v4: UInt32(bits)), length: 8 + Int(random.below(25)))
    }
    func check(_ address: IPAddress) throws {
      let best = (0...32).reversed().lazy.map { IPPrefix(address, length: $0) }.first { model[$0] != nil }
      try #require(fib.longestMatch(for: address)?.prefix == best)
      try #require(fib.action(for: address) == best.flatMap { model[$0] })
    }
    for round in 0..<3 {
      while model.count < 30_000 {
        let (p, action) = (prefix(), ForwardingAction.host(InterfaceID(UInt16(random.below(1000)))))
        try #require(fib.insert(p, action) == model.updateValue(action, forKey: p))
      }
      for p in model.keys.sorted() where random.below(8) > 0 || round == 2 {
        try #require(fib.remove(p) == model.removeValue(forKey: p))
      }
      try #require(fib.count == model.count)
      for _ in 0..<5_000 { try check(prefix().address) }
      try #require(fib.routes.map(\.prefix) == model.keys.sorted())
    }
    #expect(fib.nodeCapacity == 0)
  }

  @Test("families do not see each other's defaults")
  func families() {
    var fib = FIB()
    fib.insert(net("0.0.0.0/0"), .discard)
    fib.insert(net("::/0"), .host(InterfaceID(6)))
    #expect(fib.action(for: ip("10.0.0.1")) == .discard)
    #expect(fib.action(for: ip("2001:db8::1")) == .host(InterfaceID(6)))
    #expect(fib.routes.map(\.prefix) == [net("0.0.0.0/0"), net("::/0")])
    fib.remove(net("::/0"))
    #expect(fib.action(for: ip("2001:db8::1")) == nil)
    #expect(fib.action(for: ip("0.0.0.0")) == .discard)
  }

  @Test("n routes need fewer than 2n nodes, and freed ones are used again")
  func memory() {
    var fib = FIB()
    for round in 0..<3 {
      for n in 0..<1000 as Range<UInt32> { fib.insert(IPPrefix(IPAddress(v4: n &* 0x9e37_79b9), length: 24 + round), .discard) }
      #expect(fib.nodeCapacity < 2 * 1000)
      for n in 1..<1000 as Range<UInt32> { fib.remove(IPPrefix(IPAddress(v4: n &* 0x9e37_79b9), length: 24 + round)) }
      fib.remove(IPPrefix(IPAddress(v4: 0), length: 24 + round))
    }
  }
}
