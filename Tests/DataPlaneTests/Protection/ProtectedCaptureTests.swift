// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

@Suite struct ProtectedCaptureTests {
  /// Long enough that it stands nowhere by chance.
  static let canary = Array("canary: in clear only inside".utf8)

  @Test("a capture shows the packet as on the wire and what is inside, in both directions, and no key", arguments: Suite.all)
  func capture(_ suite: Suite) {
    for (mode, isEncapsulated) in [(.transport, false), (.tunnel, true)] as [(IPsecMode, Bool)] {
      let hub = ProtectedHub(suite, mode: mode, isEncapsulated: isEncapsulated)
      hub.hub.apply(.capture(CaptureFilter(addresses: [])))
      let inbound = IPv4("172.16.0.11", "172.16.0.1", payload: udp(9, Self.canary)).bytes
      let outbound = IPv4("192.168.1.7", "192.168.11.2", payload: udp(9, Self.canary)).bytes
      let wire = hub.sealed(11, 1, inbound)
      #expect(hub.hub.receive(wire).bytes == inbound)
      let sent = hub.hub.send(outbound).bytes
      let taken = hub.core.takeCaptured()
      #expect(taken.map(\.direction) == [.inbound, .inbound, .outbound, .outbound])
      #expect(taken.map(\.isInner) == [false, true, false, true])
      #expect(taken.map(\.bytes) == [wire, inbound, sent, outbound])
      #expect(taken.map(\.originalLength) == taken.map(\.bytes.count))
      let isEncrypted = suite.value.encryption != 11
      #expect(taken.map { contains($0.bytes, Self.canary) } == [!isEncrypted, true, !isEncrypted, true])
      for packet in taken {
        for spi in [0x100b, 0x200b] as [UInt32] { expectNoKey(suite.keys(spi), packet.bytes) }
      }
    }
  }

  private func expectNoKey(_ keys: SecretBytes, _ bytes: [UInt8]) {
    keys.withBytes { key in
      for start in stride(from: 0, to: max(1, key.count - 8), by: 4) {
        #expect(!contains(bytes, Array(key[start..<min(key.count, start + 8)])))
      }
    }
  }

  @Test("filters see inner and outer addresses; what was not opened is not captured, and leaves nothing behind for the next packet")
  func filter() {
    let hub = ProtectedHub()
    hub.hub.apply(.capture(CaptureFilter(addresses: [ip("172.16.0.11")], snapLength: 40)))
    let inner = IPv4("172.16.0.11", "172.16.0.1", payload: udp(9, Self.canary)).bytes
    let wire = hub.sealed(11, 1, inner)
    #expect(hub.hub.receive(patched(wire, at: 60, u16: 0)).verdict == .drop(.espForged))
    #expect(hub.hub.receive(gre("198.51.100.11", "198.51.100.1", inner)).verdict == .drop(.clearOnProtected))
    #expect(hub.core.takeCaptured().isEmpty)
    _ = hub.hub.receive(hub.sealed(12, 1, IPv4("172.16.0.12", "172.16.0.1").bytes))
    #expect(hub.core.takeCaptured().isEmpty)
    _ = hub.hub.receive(wire)
    let taken = hub.core.takeCaptured()
    #expect(taken.map(\.bytes) == [Array(wire.prefix(40)), Array(inner.prefix(40))])
    #expect(taken.map(\.originalLength) == [wire.count, inner.count])
  }

  @Test("an association prints without its key, and so do notices")
  func printing() {
    let association = ProtectedHub().association(.outbound, 11)
    let text = "\(association) \(String(reflecting: association))"
    #expect(text.contains("<20 secret bytes>"))
    association.keys.withBytes { key in #expect(!text.contains("\(Array(key))")) }
  }
}

/// Whether `bytes` hold `part`.
func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
  guard let first = part.first, bytes.count >= part.count else { return false }
  return (0...bytes.count - part.count).contains { bytes[$0] == first && bytes[$0..<$0 + part.count].elementsEqual(part) }
}
