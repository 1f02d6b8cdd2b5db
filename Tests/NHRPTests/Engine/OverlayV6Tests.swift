// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// What IPv6 in the overlay adds: link-local addresses, and both versions on one tunnel.
@Suite("NHRP for IPv6") struct OverlayV6Tests {
  private let f = FamilyStar.v6

  @Test("a registration binds the global address and the link-local one, byte for byte as RFC 2332 §5.2.3 lays it out")
  func registrationBytes() throws {
    let (cloud, hub, a, _) = f.build(spoke: { $0.authentication = "cloud" })
    hub.config.settings.authentication = "cloud"
    start(cloud)
    let sent = try #require(cloud.sent(.registrationRequest, from: a).first)
    let own = a.address.bytes, nbma = f.outer(11).bytes, hubs = f.inner(1).bytes
    let mandatory: [UInt8] = [16, 16, 0x80, 0x02] + UInt32(11_001).bigEndianBytes + nbma + own + hubs
    let entries: [UInt8] = [0, 0xff, 0, 0, 0, 0, 1, 44, 0, 0, 0, 0] + [0, 0xff, 0, 0, 0, 0, 1, 44, 4, 0, 16, 0] + nbma + f.local(11).bytes
    let nat: [UInt8] = [0, 128, 0, 0, 0, 0, 0, 0, 4, 0, 16, 0] + f.outer(1).bytes + hubs
    let extensions: [UInt8] =
      [0x80, 3, 0, 0, 0x80, 4, 0, 0, 0x80, 5, 0, 0, 0, 9, 0, 32] + nat + [0x80, 7, 0, 9, 0, 0, 0, 1] + Array("cloud".utf8) + [0x80, 0, 0, 0]
    let header: [UInt8] = [0, 1, 0x86, 0xdd, 0, 0, 0, 0, 0, 255]
    let size = UInt16(20 + mandatory.count + entries.count + extensions.count), offset = UInt16(20 + mandatory.count + entries.count)
    #expect(Array(sent.bytes[..<10]) == header)
    #expect(Array(sent.bytes[10..<12]) == [UInt8(size >> 8), UInt8(size & 255)] && sent.bytes.count == Int(size))
    #expect(Array(sent.bytes[14..<20]) == [UInt8(offset >> 8), UInt8(offset & 255), 1, 3, 4, 0])
    #expect(Array(sent.bytes[20...]) == mandatory + entries + extensions)
    #expect(InternetChecksum.isValid(sent.bytes))
    for address in [f.inner(11), f.local(11)] {
      #expect(hub.mapping(address).map { $0.flags.isSuperset(of: [.registered, .unique]) && $0.nbma == f.outer(11) } == true)
      #expect(hub.adjacencies[address] == f.outer(11))
    }
    #expect(a.servers.first?.isResponding == true)
  }

  @Test("a spoke behind NAT is found under both of its addresses where the server sees it")
  func nat() {
    let (cloud, hub, a, _) = f.build()
    a.publicNBMA = ip("203.0.113.77")
    start(cloud)
    for address in [f.inner(11), f.local(11)] {
      #expect(hub.mapping(address)?.nbma == a.publicNBMA && hub.mapping(address)?.claimedNBMA == f.outer(11))
    }
    #expect(a.snapshot?.natAddress == a.publicNBMA)
  }

  @Test("a link-local next hop is resolved through the server to its peer, which answers under that address; no route is made of it")
  func linkLocal() {
    let (cloud, hub, a, b) = f.build()
    start(cloud)
    cloud.handle(.resolutionWanted(tunnel, nextHop: f.local(12)), at: a)
    cloud.run(for: .milliseconds(100))
    #expect(cloud.sent(.resolutionRequest, from: hub, to: b).count == 1)
    #expect(a.adjacencies[f.local(12)] == f.outer(12) && a.shortcuts.isEmpty)
    #expect(cloud.sent(.resolutionReply).last?.entries.first?.protocolAddress == f.local(12))
    cloud.handle(.resolutionWanted(tunnel, nextHop: f.local(1)), at: a)
    cloud.run(for: .milliseconds(100))
    #expect(a.adjacencies[f.local(1)] == f.outer(1), "the server's own")
    cloud.handle(.resolutionWanted(tunnel, nextHop: f.local(77)), at: a)
    cloud.run(for: .milliseconds(100))
    #expect(a.mapping(f.local(77))?.kind == .negative, "nobody's: no binding")
  }

  @Test("a redirect about link-local hosts is followed too")
  func linkLocalRedirect() {
    let (cloud, hub, a, _) = f.build()
    start(cloud)
    cloud.handle(.redirectWanted(tunnel, nbmaSource: f.outer(11), packet: f.packet(from: f.local(11), to: f.local(12))), at: hub)
    cloud.run(for: .milliseconds(100))
    #expect(cloud.sent(.trafficIndication, to: a).count == 1)
    #expect(a.adjacencies[f.local(12)] == f.outer(12) && a.shortcuts.isEmpty)
  }

  @Test("an answer for a link-local address under the peer's global one, as others give it, leads there all the same")
  func answeredGlobally() throws {
    let (cloud, hub, a, _) = f.build()
    cloud.loses = { $0.type == .resolutionRequest }
    start(cloud)
    cloud.handle(.resolutionWanted(tunnel, nextHop: f.local(12)), at: a)
    let asked = try #require(cloud.sent(.resolutionRequest, from: a).first?.packet)
    var reply = asked
    let entry = ClientInformationEntry(prefixLength: 128, holdingTimeSeconds: 300, nbma: f.outer(12), protocolAddress: f.inner(12))
    reply.body = .request(try #require(asked.mandatory?.reply(flags: [.destinationStable], entries: [entry])))
    cloud.deliver(reply, from: hub.publicNBMA, to: a)
    #expect(a.adjacencies[f.local(12)] == f.outer(12) && a.shortcuts.isEmpty)
  }

  @Test("a peer may have the link-local address that this node has on another tunnel")
  func sameLinkLocalElsewhere() {
    let (cloud, hub, _, _) = f.build()
    start(cloud)
    var other = hub.config
    (other.address, other.nbma, other.furtherAddresses) = (ip("2001:db8:0:2::1"), ip("198.51.100.2"), [f.local(11)])
    cloud.handle(.configure(lan, other, family: .v6), at: hub)
    cloud.run(for: .seconds(110))
    #expect(hub.mapping(f.local(11))?.nbma == f.outer(11))
  }

  @Test("leaving takes both addresses back; what moves takes both along")
  func withdrawal() {
    let (cloud, hub, a, b) = f.build()
    start(cloud)
    cloud.handle(.leaving(tunnel), at: a)
    cloud.run(for: .milliseconds(100))
    #expect(hub.mapping(f.inner(11)) == nil && hub.mapping(f.local(11)) == nil && hub.adjacencies[f.local(11)] == nil)
    b.config.nbma = ip("203.0.113.12")
    b.publicNBMA = ip("203.0.113.12")
    cloud.configure(b)
    cloud.run(for: .milliseconds(100))
    for address in [f.inner(12), f.local(12)] { #expect(hub.mapping(address)?.nbma == b.publicNBMA, "\(address)") }
    #expect(b.servers.first?.lastCode == 0)
  }

  @Test("a link-local address that is refused leaves the global one registered")
  func refusedFurther() {
    let (cloud, hub, a, b) = f.build()
    b.config.furtherAddresses = [f.local(11)]
    start(cloud)
    #expect(hub.mapping(f.local(11))?.nbma == f.outer(11))
    #expect(b.servers.first?.isResponding == true && b.servers.first?.lastCode == 0)
    #expect(b.records.contains { $0.kind == .registrationRefused && $0.c == f.local(11) && $0.x == 14 })
    #expect(a.records.allSatisfy { $0.kind != .registrationRefused })
  }

  // MARK: Both versions on one tunnel

  private func dual() -> (cloud: Cloud, hub: Station, a: Station, b: Station) {
    let (cloud, hub, a, b) = f.build()
    let v4 = FamilyStar(overlay: .v4, underlay: .v4)
    for (n, s) in zip([1, 11, 12] as [UInt8], [hub, a, b]) {
      s.second = v4.station(n, settings { n == 1 ? ($0.redirect = true) : ($0.servers = [v4.server(1)]) }).config
      s.second?.settings.networkID = 2
      s.routes.add("10.0.0.0/24", tunnel)
      if n != 1 { s.routes.add("192.168.0.0/16", tunnel, via: v4.inner(1)) }
      s.routes.add("192.168.\(n).0/24", lan)
    }
    for n in [11, 12] as [UInt8] { hub.routes.add("192.168.\(n).0/24", tunnel, via: v4.inner(n)) }
    return (cloud, hub, a, b)
  }

  @Test("IPv4 and IPv6 register, ask and answer beside each other on one tunnel, whatever their network numbers")
  func bothFamilies() {
    let (cloud, hub, a, _) = dual()
    start(cloud)
    #expect(hub.mappings(.v4).count == 2 && hub.mappings(.v6).count == 4)
    #expect(hub.multicast == [f.outer(11), f.outer(12)], "one list, nobody twice")
    #expect(a.fallback == [inner(1), f.inner(1)])
    for packet in [ipPacket(from: host(11), to: host(12)), f.packet(from: f.host(11), to: f.host(12))] {
      cloud.handle(.redirectWanted(tunnel, nbmaSource: outer(11), packet: packet), at: hub)
    }
    cloud.run(for: .milliseconds(100))
    #expect(a.shortcuts.keys.map(\.description).sorted() == ["192.168.12.0/24", "2001:db8:12::/48"])
    #expect(a.adjacencies[inner(12)] == outer(12) && a.adjacencies[f.inner(12)] == outer(12))
  }

  @Test("one version that ends leaves the other as it was")
  func oneEnds() {
    let (cloud, hub, a, _) = dual()
    start(cloud)
    cloud.handle(.configure(tunnel, nil, family: .v6), at: a)
    cloud.run(for: .seconds(1))
    #expect(a.adjacencies == [inner(1): outer(1)] && a.fallback == [inner(1)] && a.multicast == [outer(1)])
    #expect(hub.mapping(f.inner(11)) == nil && hub.mapping(f.local(11)) == nil && hub.mapping(inner(11)) != nil)
    #expect(hub.multicast == [outer(11), outer(12)])
    var scope = NHRPClearScope()
    scope.family = .v4
    cloud.handle(.clear(scope), at: hub)
    #expect(hub.mappings(.v4).isEmpty && hub.mappings(.v6).count == 2)
  }

  @Test("a message for a version that does not run here, or with addresses of the other, is counted and ignored")
  func wrongFamily() {
    let (cloud, hub, _, _) = f.build()
    start(cloud)
    let before = hub.mappings.count
    cloud.deliver(registration(13), from: outer(13), to: hub)
    var mixed = registration(13)
    mixed.header.protocolType = NHRPAssignments.protocolTypeIPv6
    cloud.deliver(mixed, from: outer(13), to: hub)
    #expect(hub.mappings.count == before)
    #expect(hub.snapshot?.traffic.malformed == [.unsupportedAddressFamily: 1, .badAddressLength: 1])
  }

  @Test("one protected peer serves both versions; a certificate limits global addresses and lets the first have a link-local one")
  func protected() {
    let (cloud, hub, a, _) = dual()
    for s in [hub, a] {
      s.config.isProtected = true
      s.second?.isProtected = true
    }
    start(cloud)
    cloud.handle(.protectionUp(tunnel, NHRPProtectedPeer(id: ProtectionID(1), nbma: f.outer(1))), at: a)
    let limited = NHRPProtectedPeer(id: ProtectionID(11), nbma: f.outer(11), addresses: [f.inner(11), inner(11)])
    cloud.handle(.protectionUp(tunnel, limited), at: hub)
    cloud.run(for: .milliseconds(100))
    for address in [f.inner(11), f.local(11), inner(11)] { #expect(hub.mapping(address)?.peer == ProtectionID(11), "\(address)") }
    let thief = NHRPProtectedPeer(id: ProtectionID(12), nbma: f.outer(12), addresses: [f.inner(12)])
    cloud.handle(.protectionUp(tunnel, thief), at: hub)
    let stolen = NHRPPacket(
      .registrationRequest, flags: [], requestID: 9, sourceNBMA: f.outer(12), sourceProtocol: f.inner(12), destinationProtocol: f.inner(1),
      entries: [
        ClientInformationEntry(prefixLength: 128, holdingTimeSeconds: 300),
        ClientInformationEntry(prefixLength: 128, holdingTimeSeconds: 300, nbma: f.outer(12), protocolAddress: f.local(11)),
      ], hopCount: 255, extensions: clientExtensions())
    cloud.handle(.packet(tunnel, nbmaSource: f.outer(12), bytes: stolen.encode(), peer: ProtectionID(12)), at: hub)
    #expect(cloud.sent(.registrationReply).last?.entries.map(\.code.rawValue) == [0, 14])
    #expect(hub.mapping(f.local(11))?.nbma == f.outer(11))
    cloud.handle(.protectionDown(tunnel, ProtectionID(11)), at: hub)
    for address in [f.inner(11), f.local(11), inner(11)] { #expect(hub.mapping(address) == nil && hub.adjacencies[address] == nil, "\(address)") }
  }

  // MARK: Hostile

  @Test("every message of an IPv6 cloud, cut or with bytes turned and sealed again, traps nothing and leaves tables sane", arguments: [.v4, .v6] as [IPFamily])
  func hostile(_ underlay: IPFamily) {
    var star = FamilyStar.v6
    star.underlay = underlay
    let (cloud, hub, a, b) = star.build(hub: { $0.maxSendPackets = 1_000_000 }, spoke: { $0.maxSendPackets = 1_000_000 })
    start(cloud)
    cloud.handle(.redirectWanted(tunnel, nbmaSource: star.outer(11), packet: star.packet(from: star.host(11), to: star.host(12))), at: hub)
    cloud.handle(.resolutionWanted(tunnel, nextHop: star.local(12)), at: a)
    cloud.run(for: .seconds(200))
    let samples = cloud.crossings.map(\.bytes)
    cloud.forget()
    var random = RandomSource(seed: 6)
    for sample in samples { for n in 0..<sample.count { #expect(throws: NHRPDecodeError.self) { try NHRPPacket.decode(Array(sample[..<n])) } } }
    for n in 0..<8_000 {
      var bytes = samples[Int(random.below(UInt64(samples.count)))]
      for _ in 0..<random.below(5) {
        bytes[Int(random.below(UInt64(bytes.count)))] = [0, 1, 4, 16, 0xff, 0xfe, UInt8(truncatingIfNeeded: random.next())][Int(random.below(7))]
      }
      if random.below(4) > 0 { bytes = resealed(bytes) }
      cloud.deliver(bytes, from: [star.outer(1), star.outer(11), star.outer(66)][Int(random.below(3))], to: [hub, a, b][Int(random.below(3))])
      if n % 100 == 0 { cloud.run(for: .milliseconds(Int(random.below(4_000)))) }
    }
    for m in [hub, a, b].flatMap(\.mappings) {
      #expect(!m.target.isDefault && !m.target.address.isV4 && !m.via.isMulticast && !m.via.isV4)
      if m.target.address.isLinkLocal { #expect(m.target.isHost && !m.flags.contains(.rib) && !m.flags.contains(.nho)) }
    }
  }
}

extension UInt32 {
  fileprivate var bigEndianBytes: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self >> $0) } }
}
