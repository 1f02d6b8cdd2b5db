// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Testing
import Wire

@Suite("The prefix an answer may claim, RFC 2332 §6.3") struct ClippingTests {
  /// An egress spoke: a LAN of /16 with holes that lead elsewhere.
  private func makeEgress() -> RoutingTable {
    makeTable([
      staticRoute("0.0.0.0/0", Port.wan), connected("10.1.0.0/16", Port.lan), local("10.1.0.1", Port.lan),
      staticRoute("10.1.128.0/17", Port.tunnel0), staticRoute("10.1.64.0/24", Port.lan), discard("10.1.32.0/24"),
      shortcut("10.1.16.0/24", via: "10.0.0.9"),
    ])
  }

  @Test(
    "a claim is shortened to what leaves the same way",
    arguments: [
      // NHRP's own route 10.1.16.0/24 does not clip; Null0 and the tunnel do.
      ("10.1.0.0/16", "10.1.0.7", 19), ("10.1.0.0/16", "10.1.16.7", 19), ("10.1.0.0/16", "10.1.0.1", 19),
      ("10.1.0.0/16", "10.1.33.1", 24), ("10.1.0.0/16", "10.1.96.1", 18), ("10.1.0.0/16", "10.1.64.9", 18),
      ("10.1.0.0/24", "10.1.0.7", 24), ("10.1.128.0/17", "10.1.200.1", 17), ("10.1.0.7/32", "10.1.0.7", 32),
      // A claim wider than the route would cover what the default route carries elsewhere.
      ("10.0.0.0/8", "10.1.200.1", 17), ("0.0.0.0/0", "10.1.0.7", 19), ("10.1.32.0/24", "10.1.32.1", 32),
      ("0.0.0.0/0", "11.0.0.1", 8),
    ])
  func clipped(_ prefix: String, _ address: String, _ length: Int) {
    #expect(makeEgress().clippedLength(of: net(prefix), around: ip(address), vrf: .default) == length)
  }

  @Test("without a route, or in another VRF, the host alone is claimed")
  func unreachable() {
    #expect(makeTable().clippedLength(of: net("10.0.0.0/8"), around: ip("10.0.0.1"), vrf: .default) == 32)
    #expect(makeTable().clippedLength(of: net("2001:db8::/32"), around: ip("2001:db8::1"), vrf: .default) == 128)
    #expect(makeEgress().clippedLength(of: net("10.1.0.0/16"), around: ip("10.1.0.7"), vrf: VRFID(1)) == 32)
  }
}
