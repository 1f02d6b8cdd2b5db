// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

@Suite struct IKEPuntTests {
  private let own: UInt64 = 0x1122_3344_5566_7788
  private let theirs: UInt64 = 0xaabb_ccdd_eeff_0011

  private func message(_ initiator: UInt64, _ responder: UInt64, _ body: [UInt8] = []) -> [UInt8] {
    var w = ByteWriter()
    for spi in [initiator, responder] {
      w.u32(UInt32(spi >> 32))
      w.u32(UInt32(truncatingIfNeeded: spi))
    }
    w.u32(0x2920_2508)
    w.u32(0)
    w.u32(UInt32(28 + body.count))
    return w.bytes + body
  }

  private func datagram(_ port: UInt16, _ data: [UInt8], from source: UInt16 = 4500) -> [UInt8] {
    var w = ByteWriter()
    w.u16(source)
    w.u16(port)
    w.u16(UInt16(8 + data.count))
    w.u16(0xbeef)  // never looked at
    return IPv4("203.0.113.9", "198.51.100.1", proto: 17, payload: w.bytes + data).bytes
  }

  @Test("IKE on 500, and behind a non-ESP marker on 4500, is punted from its header on, with the ports (RFC 3948 §2.2)")
  func ports() {
    let hub = ProtectedHub()
    let bytes = message(theirs, 0, [1, 2, 3])
    #expect(hub.hub.receive(datagram(500, bytes, from: 500)).verdict == .punted)
    #expect(hub.hub.receive(datagram(4500, [0, 0, 0, 0] + bytes, from: 61_234)).verdict == .punted)
    let punts = hub.hub.punts.drain()
    #expect(punts.allSatisfy { $0.kind == .ikeStranger && $0.bytes == bytes && $0.interface == Hub.tun && $0.peer == .none })
    #expect(punts.map(\.sourcePort) == [500, 61_234])
    #expect(punts.map(\.destinationPort) == [500, 4500])
    #expect(punts.allSatisfy { $0.nbmaSource == ip("203.0.113.9") && $0.nbmaDestination == ip("198.51.100.1") })
  }

  @Test("messages with an SPI that IKE told of have a queue of their own, on either place; forgotten ones are strangers again")
  func known() {
    let hub = ProtectedHub()
    func kind(_ a: UInt64, _ b: UInt64) -> PuntClass? {
      _ = hub.hub.receive(datagram(500, message(a, b)))
      return hub.hub.punts.drain().first?.kind
    }
    #expect(kind(own, theirs) == .ikeStranger)
    hub.hub.apply(.ikeSPI(own, isKnown: true))
    hub.hub.apply(.ikeSPI(0, isKnown: true))
    #expect([kind(own, theirs), kind(theirs, own), kind(own, 0)] == [.ike, .ike, .ike])
    #expect([kind(theirs, 0), kind(0, 0)] == [.ikeStranger, .ikeStranger])
    hub.hub.apply(.ikeSPI(own, isKnown: false))
    #expect(kind(own, theirs) == .ikeStranger)
  }

  @Test("strangers fill their own queue only")
  func flood() {
    let hub = ProtectedHub()
    hub.hub.apply(.ikeSPI(own, isKnown: true))
    for n in 1...2000 as ClosedRange<UInt64> { _ = hub.hub.receive(datagram(500, message(n, 0))) }
    #expect(hub.core.punts(.ikeStranger) == 256)
    #expect(hub.core.drops(.puntQueueFull) == 1744)
    #expect(hub.hub.receive(datagram(500, message(own, theirs))).verdict == .punted)
  }

  @Test("an address of no protected tunnel takes no IKE; of two protected ones the lower number is told")
  func interface() {
    let clear = Hub()
    #expect(clear.receive(datagram(500, message(theirs, 0))).verdict == .drop(.notGRE))
    #expect(clear.receive(datagram(4500, [0xff])).verdict == .drop(.notGRE))
    let hub = ProtectedHub()
    var lower = TunnelForwarding()
    (lower.source, lower.key, lower.protectionGroup) = (ip("198.51.100.1"), 43, 8)
    hub.hub.apply(.tunnel(InterfaceID(9), lower))
    lower.protectionGroup = 0
    lower.key = 44
    hub.hub.apply(.tunnel(InterfaceID(8), lower))
    _ = hub.hub.receive(datagram(500, message(theirs, 0)))
    #expect(hub.hub.punts.drain().map(\.interface) == [InterfaceID(9)])
    hub.hub.apply(.tunnel(InterfaceID(9), nil))
    _ = hub.hub.receive(datagram(500, message(theirs, 0)))
    #expect(hub.hub.punts.drain().map(\.interface) == [Hub.tun])
  }

  @Test("a message may be as long as the limit, and not a byte longer")
  func length() {
    let hub = ProtectedHub()
    func receive(_ count: Int) -> Verdict {
      let bytes = message(theirs, 0, [UInt8](repeating: 0, count: count - 28))
      return hub.hub.run(datagram(500, bytes), outbound: false, slotSize: 20_000)[0].verdict
    }
    #expect(receive(Limits.ikeMessageBytes) == .punted)
    #expect(receive(Limits.ikeMessageBytes + 1) == .drop(.ikeLength))
  }
}
