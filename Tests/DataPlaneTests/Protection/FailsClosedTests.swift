// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// The policy fails closed: whatever changes come in whatever order, nothing leaves or enters a protected tunnel in clear.
@Suite struct FailsClosedTests {
  static let tunnels = [InterfaceID(100), InterfaceID(101), InterfaceID(102)]
  static let sources = [ip("198.51.100.1"), ip("198.51.100.2")]
  static let canary = Array("canary: in clear on no wire".utf8)

  /// What the test knows of a tunnel.
  struct Model {
    var source: IPAddress?
    var destination: IPAddress?
    var key: UInt32?
    var group: UInt16 = 0
  }

  final class World {
    let core = ForwardingCore(pairLimit: 64, peerLimit: 64, associationLimit: 24)
    var random: RandomSource
    var models: [InterfaceID: Model] = [:]
    var punts = PuntQueue()
    var now = Instant.start
    var sealedOut = 0, clearOut = 0, opened = 0, refused = 0
    var sequence: UInt64 = 0
    var inbound: [SecurityAssociation] = []

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    func pick<T>(_ list: [T]) -> T { list[Int(random.below(UInt64(list.count)))] }
    func chance(_ n: UInt64) -> Bool { random.below(n) == 0 }
    func nbma() -> IPAddress { IPAddress(203, 0, 113, UInt8(1 + random.below(6))) }
    func peer() -> ProtectionID { ProtectionID(UInt32(random.below(8))) }
    func apply(_ change: DataPlaneChange) { core.apply(change, at: now) }
  }

  @Test("random changes and traffic: no GRE and no inner byte in clear from a protected tunnel, nothing clear delivered", arguments: 0..<8)
  func random(_ n: UInt64) {
    var (sealedOut, clearOut, opened, refused) = (0, 0, 0, 0)
    for seed in n * 5..<n * 5 + 5 {
      let world = World(seed: seed)
      run(world, captures: seed % 4 == 0)
      sealedOut += world.sealedOut
      clearOut += world.clearOut
      opened += world.opened
      refused += world.refused
    }
    #expect(
      sealedOut > 200 && clearOut > 200 && opened > 50 && refused > 200, "proves little: \(sealedOut) \(clearOut) \(opened) \(refused)")
  }

  private func run(_ world: World, captures: Bool) {
    world.apply(.route(.default, net("10.0.0.0/8"), .tunnel(InterfaceID(100), nextHop: nil)))
    world.apply(.route(.default, net("11.0.0.0/8"), .tunnel(InterfaceID(101), nextHop: nil)))
    world.apply(.route(.default, net("12.0.0.0/8"), .tunnel(InterfaceID(102), nextHop: nil)))
    world.apply(.route(.default, net("192.168.0.0/16"), .host(Hub.lan)))
    if captures { world.apply(.capture(CaptureFilter(addresses: []))) }
    for _ in 0..<600 {
      change(world)
      sendSome(world)
      receiveSome(world)
      _ = world.punts.drain()
      _ = world.core.takeNotices()
      world.now = world.now + .milliseconds(50)
    }
  }

  // MARK: Changes

  private func change(_ w: World) {
    switch w.random.below(12) {
    case 0, 1: changeTunnel(w)
    case 2, 3, 4: associate(w)
    case 5: w.apply(.dissociate(w.chance(2) ? .inbound : .outbound, spi: UInt32(0x1000 + w.random.below(16)), peer: w.peer()))
    case 6: w.apply(.moveAssociations(w.peer(), ends(w)))
    case 7, 8, 9:
      let hop = IPAddress(UInt8(10 + w.random.below(3)), 0, 0, UInt8(1 + w.random.below(4)))
      w.apply(.adjacency(w.pick(Self.tunnels), nextHop: hop, nbma: w.chance(5) ? nil : w.nbma(), peer: w.chance(3) ? .none : w.peer()))
    case 10: w.apply(.multicast(w.pick(Self.tunnels), (0..<w.random.below(5)).map { _ in w.nbma() }))
    default: w.apply(w.chance(2) ? .clearCounters : .forgetPairs(w.nbma()))
    }
  }

  private func changeTunnel(_ w: World) {
    let interface = w.pick(Self.tunnels)
    if w.chance(8) {
      w.models[interface] = nil
      return w.apply(.tunnel(interface, nil))
    }
    var model = Model()
    model.source = w.chance(8) ? nil : w.pick(Self.sources)
    model.destination = w.chance(4) ? w.nbma() : nil
    model.key = w.chance(4) ? nil : UInt32(w.random.below(3))
    model.group = w.pick([0, 1, 1, 2])
    w.models[interface] = model
    var tunnel = TunnelForwarding()
    (tunnel.source, tunnel.destination, tunnel.key, tunnel.protectionGroup) = (model.source, model.destination, model.key, model.group)
    (tunnel.networkID, tunnel.redirects, tunnel.resolves) = (1, true, true)
    tunnel.addresses = [IPAddress(UInt8(interface.rawValue - 90), 0, 0, 254)]
    tunnel.fallbackNextHops = [IPAddress(UInt8(interface.rawValue - 90), 0, 0, 1)]
    (tunnel.sendsChecksum, tunnel.usesSequence) = (w.chance(4), w.chance(4))
    w.apply(.tunnel(interface, tunnel))
  }

  private func ends(_ w: World) -> AssociationEndpoints {
    let port: UInt16 = w.chance(2) ? 0 : 4500
    return AssociationEndpoints(local: w.pick(Self.sources), remote: w.nbma(), localPort: port, remotePort: port)
  }

  private func associate(_ w: World) {
    let suite = w.pick(Suite.all), spi = UInt32(0x1000 + w.random.below(16))
    var association = SecurityAssociation(
      direction: w.chance(2) ? .inbound : .outbound, spi: spi, peer: w.peer(), group: UInt16(w.random.below(3)),
      mode: w.chance(2) ? .transport : .tunnel, endpoints: ends(w), suite: suite.value, keys: suite.keys(spi))
    association.usesESN = w.chance(4)
    if association.direction == .inbound { w.inbound = w.inbound.suffix(20) + [association] }
    w.apply(.associate(association))
  }

  // MARK: Traffic

  private func sendSome(_ w: World) {
    var batch = PacketBatch(slots: 8)
    for _ in 0..<4 {
      let destination = w.chance(4) ? "224.0.0.5" : "\(10 + w.random.below(3)).0.0.\(1 + w.random.below(4))"
      _ = batch.append(IPv4("192.168.1.1", destination, payload: udp(9, Self.canary), ttl: 5).bytes)
    }
    w.core.outbound(&batch, from: w.pick(Self.tunnels), at: w.now, &w.punts)
    let inject = InjectedPacket.gre(w.pick(Self.tunnels), nbma: w.nbma(), protocolType: 0x2001, bytes: Self.canary, peer: w.peer())
    w.core.inject(inject, into: &batch, at: w.now, &w.punts)
    let inner = IPv4("192.168.1.1", "11.0.0.2", payload: udp(9, Self.canary)).bytes
    w.core.inject(.inner(.default, bytes: inner), into: &batch, at: w.now, &w.punts)
    judge(Hub.results(batch), w)
  }

  private func receiveSome(_ w: World) {
    let source = w.nbma(), destination = w.pick(Self.sources), key = w.chance(4) ? nil : UInt32(w.random.below(3))
    let from = IPv4(
      "\(10 + w.random.below(3)).0.0.\(1 + w.random.below(4))", w.pick(["192.168.1.1", "11.0.0.3", "224.0.0.5"]),
      payload: udp(9, Self.canary)
    ).bytes
    let type: UInt16 = w.chance(4) ? 0x2001 : 0x0800
    // In clear: every protected tunnel must refuse it.
    receive(gre(source.description, destination.description, key: key, type: type, from), isClear: true, w)
    guard !w.inbound.isEmpty else { return }
    w.sequence += 1
    let association = w.pick(w.inbound)
    var esp = ESPBuilder(association, sequence: w.sequence)
    esp.isTunnelMode = association.mode == .tunnel
    let whole = gre(association.endpoints.remote.description, association.endpoints.local.description, key: key, type: type, from)
    esp.text = Array(whole[(esp.isTunnelMode ? 0 : 20)...])
    receive(esp.packet, isClear: false, w)
  }

  private func receive(_ packet: [UInt8], isClear: Bool, _ w: World) {
    var batch = PacketBatch(slots: 1)
    _ = batch.append(packet)
    let before = Self.tunnels.map { w.core.tunnelCounters($0)?.traffic.packetsIn ?? 0 }
    w.core.inbound(&batch, at: w.now, &w.punts)
    for (i, interface) in Self.tunnels.enumerated() {
      let taken = (w.core.tunnelCounters(interface)?.traffic.packetsIn ?? 0) > before[i]
      let isProtected = w.models[interface].map { $0.group != 0 } ?? false
      if taken, isProtected == isClear { Issue.record("\(interface) took \(isClear ? "clear GRE" : "ESP")") }
      if taken, !isClear { w.opened += 1 }
    }
    let results = Hub.results(batch)
    if isClear, case .drop(.clearOnProtected) = results[0].verdict { w.refused += 1 }
    judge(results, w)
  }

  /// Every packet for the underlay: GRE only from clear tunnels, and inner bytes only in GRE (or in ESP that does not encrypt).
  private func judge(_ results: [Result], _ w: World) {
    for result in results {
      guard case .underlay(let interface, let destination) = result.verdict else { continue }
      let group = w.models[interface]?.group ?? 0
      if Array(result.bytes[16..<20]) != destination.bytes { Issue.record("header and verdict differ") }
      switch (result.bytes[9], group) {
      case (47, 0): w.clearOut += 1
      case (50, 1...), (17, 1...):
        w.sealedOut += 1
        if contains(result.bytes, Self.canary), !w.isNull(result.bytes) { Issue.record("inner bytes in clear") }
      default: Issue.record("protocol \(result.bytes[9]) from \(interface) of group \(group)")
      }
    }
  }
}

extension FailsClosedTests.World {
  /// Whether a packet's key is that of the NULL suite: suites are drawn at random, so it is asked of the keys.
  func isNull(_ packet: [UInt8]) -> Bool {
    let suite = Suite.all[8]
    let at = packet[9] == 17 ? 28 : 20
    var association = SecurityAssociation(
      direction: .inbound, spi: u32(packet, at), peer: ProtectionID(1), group: 1, mode: .transport,
      endpoints: AssociationEndpoints(local: .anyV4, remote: .anyV4), suite: suite.value, keys: suite.keys(u32(packet, at)))
    for usesESN in [false, true] {
      association.usesESN = usesESN
      if Opened(packet, association) != nil { return true }
    }
    return false
  }
}
