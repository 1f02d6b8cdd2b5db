// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import ProtocolKit
import Testing
import Wire

@Suite struct NATBoxTests {
  let publicAddress = IPAddress(203, 0, 113, 9)
  let inside1 = IPAddress(198, 18, 0, 1)
  let inside2 = IPAddress(198, 18, 0, 2)

  @Test func `addresses are rewritten both ways and the header checksum stays good, RFC 1624`() {
    var random = RandomSource(seed: 4)
    for _ in 0..<2_000 {
      let inside = IPAddress(v4: UInt32(truncatingIfNeeded: random.next())), peer = IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))
      var nat = NATBox(publicAddress: IPAddress(v4: UInt32(truncatingIfNeeded: random.next())))
      var packet = Sample.gre(from: inside, to: peer, count: 10)
      let payload = packet[20...]
      #expect(nat.outbound(&packet, at: .start) == true)
      #expect(Sample.hasGoodHeader(packet) && Sample.source(packet) == nat.publicAddress && Sample.destination(packet) == peer)
      #expect(packet[20...] == payload)
      var back = Sample.gre(from: peer, to: nat.publicAddress)
      #expect(nat.inbound(&back, at: .start) == inside)
      #expect(Sample.hasGoodHeader(back) && Sample.destination(back) == inside && Sample.source(back) == peer)
    }
  }

  @Test func `what nobody asked for is dropped, unless a static mapping names its host`() {
    var nat = NATBox(publicAddress: publicAddress)
    var packet = Sample.gre(from: Sample.a, to: publicAddress)
    let before = packet
    #expect(nat.inbound(&packet, at: .start) == nil && packet == before)
    var out = Sample.gre(from: inside1, to: Sample.b)
    #expect(nat.outbound(&out, at: .start) == true)
    #expect(nat.inbound(&packet, at: .start) == nil, "a mapping is for one peer only")
    nat.staticInside = inside2
    #expect(nat.inbound(&packet, at: .start) == inside2)
  }

  @Test func `towards one peer the latest inside host wins, towards another each keeps its own`() {
    var nat = NATBox(publicAddress: publicAddress)
    for (inside, peer) in [(inside1, Sample.a), (inside2, Sample.b), (inside2, Sample.a)] {
      var packet = Sample.gre(from: inside, to: peer)
      #expect(nat.outbound(&packet, at: .start) == true)
    }
    #expect(nat.inside(for: Sample.a, at: .start) == inside2)
    #expect(nat.inside(for: Sample.b, at: .start) == inside2)
    var packet = Sample.gre(from: inside1, to: Sample.a)
    #expect(nat.outbound(&packet, at: .start) == true)
    #expect(nat.inside(for: Sample.a, at: .start) == inside1)
    #expect(nat.mappingCount == 2)
  }

  @Test func `a mapping ends after its lifetime without traffic, and traffic from outside keeps it`() {
    var nat = NATBox(publicAddress: publicAddress, mappingLifetime: .seconds(30))
    var packet = Sample.gre(from: inside1, to: Sample.a)
    #expect(nat.outbound(&packet, at: .start) == true)
    var back = Sample.gre(from: Sample.a, to: publicAddress)
    #expect(nat.inbound(&back, at: .start + .seconds(20)) == inside1)
    var again = Sample.gre(from: Sample.a, to: publicAddress)
    #expect(nat.inbound(&again, at: .start + .seconds(49)) == inside1)
    var late = Sample.gre(from: Sample.a, to: publicAddress)
    #expect(nat.inbound(&late, at: .start + .seconds(79)) == nil)
  }

  @Test func `UDP is translated by ports: two inside hosts share the address, and each hears its own answers`() {
    var nat = NATBox(publicAddress: publicAddress)
    let insides = [inside1, inside2]
    let ports = insides.map { inside in
      var packet = LabPacket.udp(from: inside, port: 4500, to: Sample.a, port: 4500, payload: [1])
      #expect(nat.outbound(&packet, at: .start))
      #expect(Sample.source(packet) == publicAddress)
      return UInt16(packet[20]) << 8 | UInt16(packet[21])
    }
    #expect(ports[0] != ports[1])
    for (inside, port) in zip(insides, ports) {
      var answer = LabPacket.udp(from: Sample.a, port: 4500, to: publicAddress, port: port, payload: [2])
      #expect(nat.inbound(&answer, at: .start + .seconds(1)) == inside)
      #expect(answer[22] == 0x11 && answer[23] == 0x94)
    }
    var stranger = LabPacket.udp(from: Sample.b, port: 4500, to: publicAddress, port: ports[0], payload: [3])
    #expect(nat.inbound(&stranger, at: .start + .seconds(1)) == nil)
    nat.forgetMappings()
    var late = LabPacket.udp(from: Sample.a, port: 4500, to: publicAddress, port: ports[0], payload: [4])
    #expect(nat.inbound(&late, at: .start + .seconds(2)) == nil)
  }

  @Test func `on the underlay a node behind a NAT is seen by its public address and can be answered`() throws {
    var underlay = Underlay()
    underlay.attach(Sample.a)
    let nat = underlay.add(NATBox(publicAddress: publicAddress))
    underlay.attach(inside1, behind: nat)
    underlay.attach(Sample.b)
    var random = RandomSource(seed: 1)
    #expect(underlay.send(Sample.gre(from: Sample.a, to: publicAddress), from: 0, at: .start, random: &random).isEmpty)
    let out = try unwrap(underlay.send(Sample.gre(from: inside1, to: Sample.a), from: 1, at: .start, random: &random).first)
    #expect(out.to == 0 && Sample.source(out.packet) == publicAddress && Sample.hasGoodHeader(out.packet))
    let back = try unwrap(underlay.send(Sample.gre(from: Sample.a, to: publicAddress), from: 0, at: out.at, random: &random).first)
    #expect(back.to == 1 && Sample.destination(back.packet) == inside1 && Sample.hasGoodHeader(back.packet))
    #expect(underlay.send(Sample.gre(from: Sample.b, to: publicAddress), from: 2, at: .start, random: &random).isEmpty)
    #expect(underlay.counters.drops(.natRefused) == 2)
    underlay.setStaticMapping(nat: nat, inside: inside1)
    #expect(underlay.send(Sample.gre(from: Sample.b, to: publicAddress), from: 2, at: .start, random: &random).map(\.to) == [1])
  }

  @Test func `two nodes behind different NATs meet once both have sent`() throws {
    let other = IPAddress(203, 0, 113, 10)
    var underlay = Underlay()
    underlay.attach(inside1, behind: underlay.add(NATBox(publicAddress: publicAddress)))
    underlay.attach(inside2, behind: underlay.add(NATBox(publicAddress: other)))
    var random = RandomSource(seed: 1)
    #expect(underlay.send(Sample.gre(from: inside1, to: other), from: 0, at: .start, random: &random).isEmpty)
    let met = try unwrap(underlay.send(Sample.gre(from: inside2, to: publicAddress), from: 1, at: .start, random: &random).first)
    #expect(met.to == 0 && Sample.source(met.packet) == other && Sample.destination(met.packet) == inside1)
    #expect(Sample.hasGoodHeader(met.packet))
  }

  @Test func `an error to a node behind a NAT quotes the packet as it left`() throws {
    var underlay = Underlay()
    let nat = underlay.add(NATBox(publicAddress: publicAddress))
    underlay.attach(inside1, behind: nat)
    underlay.attach(Sample.a, link: LinkSettings(mtu: 600))
    var random = RandomSource(seed: 1)
    let packet = Sample.gre(from: inside1, to: Sample.a, count: 900, dontFragment: true)
    let error = try unwrap(underlay.send(packet, from: 0, at: .start, random: &random).first)
    #expect(error.to == 0 && Sample.destination(error.packet) == inside1)
    #expect(Array(error.packet[28..<48]) == Array(packet[..<20]))
  }
}
