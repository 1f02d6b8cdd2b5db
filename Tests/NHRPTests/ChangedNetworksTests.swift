// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

@Suite("Networks whose routes changed")
struct ChangedNetworksTests {
  /// A network out of a small space, so that many of them overlap.
  private func network(_ random: inout RandomSource, isV4: Bool) -> IPPrefix {
    let word = UInt32(truncatingIfNeeded: random.next()) & 0x0f0f_0f00
    let address = isV4 ? IPAddress(v4: 0x0a00_0000 | word) : IPAddress(high: 0x2001_0db8_0000_0000 | UInt64(word), low: 0)
    return IPPrefix(address, length: isV4 ? 8 + Int(random.next() % 25) : 32 + Int(random.next() % 40))
  }

  @Test("touch exactly what a look at each of them would find, whatever their number", arguments: [0, 1, 16, 17, 400])
  func sameAsOneByOne(count: Int) {
    var random = RandomSource(seed: UInt64(count) + 1)
    let networks = (0..<count).map { network(&random, isV4: $0 % 3 != 0) }
    let changed = ChangedNetworks(networks)
    var touched = 0
    for i in 0..<2_000 {
      let asked = network(&random, isV4: i % 2 == 0)
      let expected = networks.contains { $0.overlaps(asked) }
      #expect(changed.overlap(asked) == expected, "\(asked)")
      if expected { touched += 1 }
    }
    #expect(count == 0 || touched > 0)
  }
}
