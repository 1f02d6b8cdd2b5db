// SPDX-License-Identifier: GPL-3.0-or-later
import Testing
import Wire

@Suite struct IPAddressTests {
  @Test("dotted quads are read and written as they are", arguments: ["0.0.0.0", "10.0.0.1", "198.51.100.255", "255.255.255.255"])
  func dottedQuads(text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == text)
    #expect(address.isV4 && address.byteCount == 4)
  }

  @Test("text that is no address is refused", arguments: [
    "", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.-4", "1.2.3.4 ", "a.b.c.d", "0001.2.3.4", "1::2::3", ":::", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1.2.3", "+1.2.3.4",
  ])
  func noAddress(text: String) { #expect(IPAddress(text) == nil) }

  /// RFC 5952 §4 and the examples of RFC 4291 §2.2.
  @Test("IPv6 is written as RFC 5952 wants it", arguments: [
    ("2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"), ("FF01:0:0:0:0:0:0:101", "ff01::101"), ("0:0:0:0:0:0:0:1", "::1"),
    ("0:0:0:0:0:0:0:0", "::"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
    ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("fe80::1.2.3.4", "fe80::102:304"),
  ])
  func ipv6(given: String, written: String) throws {
    let address = try #require(IPAddress(given))
    #expect(address.description == written)
    #expect(IPAddress(written) == address)
    #expect(IPAddress(bytes: address.bytes) == address)
  }

  @Test("classes of addresses")
  func classes() {
    #expect(IPAddress(224, 0, 0, 9).isMulticast && IPAddress(224, 0, 0, 9).isLinkLocalMulticast)
    #expect(IPAddress(239, 1, 1, 1).isMulticast && !IPAddress(239, 1, 1, 1).isLinkLocalMulticast)
    #expect(!IPAddress(223, 255, 255, 255).isMulticast)
    #expect(IPAddress(255, 255, 255, 255).isBroadcast && IPAddress(127, 0, 0, 1).isLoopback)
    #expect(IPAddress("ff02::9")?.isLinkLocalMulticast == true && IPAddress("::1")?.isLoopback == true)
    #expect(IPAddress.anyV4.isUnspecified && IPAddress.anyV6.isUnspecified && IPAddress.anyV4 != IPAddress.anyV6)
  }

  @Test("bits and common prefixes count in the address' own family")
  func bits() {
    #expect(IPAddress(128, 0, 0, 0).bit(0) && !IPAddress(127, 255, 255, 255).bit(0) && IPAddress(0, 0, 0, 1).bit(31))
    #expect(!IPAddress(0, 0, 0, 1).bit(32) && !IPAddress(0, 0, 0, 1).bit(-1))
    #expect(IPAddress(10, 0, 0, 0).commonPrefixLength(with: IPAddress(10, 0, 0, 1)) == 31)
    #expect(IPAddress(10, 0, 0, 0).commonPrefixLength(with: IPAddress(10, 0, 0, 0)) == 32)
  }
}

@Suite struct IPPrefixTests {
  @Test("a prefix drops its host bits, for every length of both families")
  func masking() {
    for (address, width) in [(IPAddress(255, 255, 255, 255), 32), (IPAddress(high: .max, low: .max), 128)] {
      for length in 0...width {
        let p = IPPrefix(address, length: length)
        #expect(Int(p.length) == length && p.address.isV4 == address.isV4)
        #expect((0..<width).allSatisfy { p.address.bit($0) == ($0 < length) })
        #expect(p.contains(address))
      }
    }
  }

  @Test("containing, covering and overlapping")
  func relations() throws {
    let net = try #require(IPPrefix("192.168.0.0/16"))
    #expect(net.contains(IPAddress(192, 168, 255, 1)) && !net.contains(IPAddress(192, 169, 0, 0)))
    #expect(net.covers(try #require(IPPrefix("192.168.4.0/24"))) && !net.covers(.defaultV4) && IPPrefix.defaultV4.covers(net))
    #expect(net.overlaps(.defaultV4))
    #expect(!IPPrefix.defaultV4.contains(try #require(IPAddress("2001:db8::1"))))
  }

  @Test("masks and lengths belong together; masks with holes are refused")
  func masks() throws {
    for length in 0...32 {
      let mask = IPPrefix(IPAddress(255, 255, 255, 255), length: length).mask
      #expect(IPPrefix.length(ofMask: mask) == length)
    }
    #expect(IPPrefix.length(ofMask: IPAddress(255, 0, 255, 0)) == nil && IPPrefix.length(ofMask: IPAddress(0, 0, 0, 255)) == nil)
    #expect(try #require(IPPrefix("10.1.2.0/24")).broadcast == IPAddress(10, 1, 2, 255))
    #expect(try #require(IPPrefix("10.1.2.0/31")).broadcast == nil)
  }

  @Test("text out of range is refused", arguments: ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "/8", "2001:db8::/129"])
  func badText(text: String) { #expect(IPPrefix(text) == nil) }
}
