// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import IKE
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("A protected tunnel fails closed")
struct FailClosedTests {
  /// Everything that makes or ends protection, one after the other, while all spokes talk and forgers send clear GRE.
  private static let script: [(second: Double, name: String, act: @Sendable (Cloud) -> Void)] = [
    (8, "rekey", { $0.rekeyAtOnce(0, 1, ikeToo: true) }),
    (9, "rekey of a shortcut", { $0.rekeyAtOnce(2, 3) }),
    (12, "clear crypto session at the hub", { $0.clearCryptoSessions(0) }),
    (18, "clear crypto session at a spoke", { $0.clearCryptoSessions(2) }),
    (24, "a spoke's link is cut, both ways", { $0.underlay.setLink(1, isUp: false) }),
    (70, "and joined again", { $0.underlay.setLink(1, isUp: true) }),
    (80, "another lifetime", { configured($0, 0, "crypto ipsec profile DMVPN", "set security-association lifetime seconds 600") }),
    (84, "another algorithm at one end", { configured($0, 1, "crypto ipsec transform-set LAB esp-gcm 128") }),
    (92, "and back", { configured($0, 1, "crypto ipsec transform-set LAB esp-gcm 256") }),
    (100, "another key at the hub", { configured($0, 0, "crypto ikev2 keyring LAB", "peer ANY", "pre-shared-key another-key-altogether") }),
    (112, "and back", { configured($0, 0, "crypto ikev2 keyring LAB", "peer ANY", "pre-shared-key dmvpn-lab-shared-key") }),
    (130, "the tunnel is shut down", { configured($0, 3, "interface Tunnel0", "shutdown") }),
    (134, "and brought back", { configured($0, 3, "interface Tunnel0", "no shutdown") }),
    (145, "a spoke is killed", { $0.kill(2) }),
    (190, "a spoke stops", { $0.input(1, .event(.stop)) }),
    (195, "the hub stops", { $0.input(0, .event(.stop)) }),
  ]

  private static func configured(_ cloud: Cloud, _ node: Int, _ lines: String...) {
    let said = cloud.console(node, (["configure terminal"] + lines + ["end"]).joined(separator: " ; "))
    for line in said.split(separator: "\n") where line.hasPrefix("%") { Issue.record("node \(node): \(line)") }
  }

  @Test("start, rekeys, dead peers, other profiles and keys, clear, stop: nothing in clear leaves, nothing in clear comes in (RFC 4301 §5)")
  func everything() throws {
    let cloud = try Cloud.protected(spokes: 3, seed: 5)
    let trace = UnderlayTrace(cloud)
    talk(cloud, from: 0, to: 198)
    let forger = Forger(cloud)
    for step in Self.script { cloud.at(.at(step.second), step.act) }
    cloud.run(to: 200)
    expectNothingInClear(trace)
    #expect(forger.sent > 3_000 && forger.passed.isEmpty, "\(forger.passed.prefix(3))")
    // The script did what it says: peers died, keys were wrong, and between all that the cloud worked.
    #expect(!cloud.records(0, .peerDead).isEmpty && !cloud.failures(0).isEmpty)
    #expect(cloud.records(0, .clearPacketRefused).count > 20)
    for second in [7.0, 11, 17, 23, 79, 99, 129, 144] { #expect(answered(cloud, second) > 20, "at \(second) s") }
    #expect(answered(cloud, 106, to: 0) == 0, "with another key at the hub")
  }

  @Test("protection taken off one end: the other end sends nothing in clear and takes nothing; put back, all works again")
  func oneEnd() throws {
    let cloud = try Cloud.protected(spokes: 2, seed: 6)
    let trace = UnderlayTrace(cloud)
    talk(cloud, from: 0, to: 78)
    cloud.at(.at(10)) { Self.configured($0, 1, "interface Tunnel0", "no tunnel protection ipsec profile DMVPN") }
    cloud.at(.at(30)) { Self.configured($0, 1, "interface Tunnel0", "tunnel protection ipsec profile DMVPN") }
    cloud.run(to: 10)
    let drops = cloud.nodes.map(\.core.drops)
    cloud.run(to: 29.9)
    #expect(cloud.drops(0, since: drops[0])["clearOnProtected"] ?? 0 > 10, "what it says in clear is refused")
    #expect(answered(cloud, 20, from: 1) == 0 && answered(cloud, 20, to: 1) == 0)
    cloud.run(to: 80)
    let clear = trace.packets.filter { !$0.isProtected || $0.holdsProbe }
    #expect(clear.allSatisfy { $0.from == 1 && $0.at >= .at(10) && $0.at < .at(30.01) })
    #expect(!clear.isEmpty, "an unprotected tunnel is what was asked for there")
    #expect(answered(cloud, 75) > 15)
  }

  @Test("a tunnel that cannot be protected, for want of a profile or of a key, says nothing at all")
  func impossible() throws {
    let cloud = try Cloud.protected(spokes: 2, seed: 7)
    cloud.run(to: 5)
    for lines in [["no crypto ikev2 keyring LAB"], ["no crypto ipsec profile DMVPN"], ["no crypto ikev2 profile LAB"]] {
      _ = cloud.console(1, (["configure terminal"] + lines + ["end"]).joined(separator: " ; "))
    }
    let trace = UnderlayTrace(cloud)
    talk(cloud, from: 5, to: 25)
    cloud.run(to: 30)
    expectNothingInClear(trace)
    #expect(answered(cloud, 20, from: 1) == 0 && answered(cloud, 20, from: 2) > 0 || answered(cloud, 20) > 0)
  }

  /// Each spoke pings its two neighbours and the hub, ten times a second.
  private func talk(_ cloud: Cloud, from start: Double, to end: Double) {
    let spokes = cloud.topology.spokeCount
    for a in 1...spokes {
      for b in 0...spokes where b != a {
        cloud.talk(node: a, b, from: start + Double(a * 4 + b) / 1_000, packets: Int((end - start) * 10))
      }
    }
  }

  private func expectNothingInClear(_ trace: UnderlayTrace) {
    let clear = trace.packets.filter { !$0.isProtected || $0.holdsProbe }
    #expect(
      trace.packets.count > 100 && clear.isEmpty,
      "\(clear.count) packets, the first from \(clear.first?.from ?? -1) at \(String(describing: clear.first?.at))")
  }

  /// Pings of one second that were answered.
  private func answered(_ cloud: Cloud, _ second: Double, from: Int? = nil, to: Int? = nil) -> Int {
    cloud.ledger.flowIDs.reduce(0) { sum, id in
      guard let spec = cloud.ledger.spec(of: id), from ?? spec.sourceNode == spec.sourceNode,
        to ?? spec.destinationNode == spec.destinationNode
      else { return sum }
      return sum + cloud.ledger.probes(of: id).count { $0.sentAt >= .at(second) && $0.sentAt < .at(second + 1) && $0.answeredAt != nil }
    }
  }
}

/// Sends clear GRE with the tunnel's key to every node, from everybody's address and a stranger's, all the time.
final class Forger {
  private(set) var sent = 0
  /// Packets that no core stopped.
  private(set) var passed: [(node: Int, at: Instant)] = []
  private let isWatching: Bool

  init(_ cloud: Cloud, every interval: Duration = .milliseconds(150), until end: Double = 199, isWatching: Bool = true) {
    self.isWatching = isWatching
    var at = Instant.start + .milliseconds(40)
    while at < .at(end) {
      cloud.at(at) { [self] in forge($0) }
      at = at + interval
    }
  }

  private func forge(_ cloud: Cloud) {
    for to in cloud.nodes.indices {
      for from in cloud.nodes.indices where from != to {
        send(cloud, to, cloud.topology.nodes[from].publicNBMA, cloud.topology.nodes[from].host)
      }
      send(cloud, to, IPAddress(192, 0, 2, 77), IPAddress(192, 0, 2, 78))
    }
  }

  private func send(_ cloud: Cloud, _ to: Int, _ nbma: IPAddress, _ inner: IPAddress) {
    guard cloud.underlay.isUp(to) else { return }
    sent += 1
    let before = cloud.nodes[to].core.drops.reduce(0, +)
    cloud.input(to, .underlay(Self.packet(from: nbma, to: cloud.topology.nodes[to].nbma, inner, cloud.topology.nodes[to].host)))
    if isWatching, cloud.nodes[to].core.drops.reduce(0, +) <= before { passed.append((to, cloud.now)) }
  }

  /// An echo request in GRE with key 42.
  static func packet(from nbma: IPAddress, to own: IPAddress, _ source: IPAddress, _ destination: IPAddress) -> [UInt8] {
    let inner = LabPacket.echoRequest(
      from: source, to: destination, identifier: 9, sequenceNumber: 1, payload: [UInt8](repeating: 0x5a, count: 56))
    return LabPacket.ipv4(
      from: nbma, to: own, protocol: 47, payload: [0x20, 0, 0x08, 0, 0, 0, 0, 42] + inner)
  }
}

extension FailClosedTests {
  @Test("the forger's packets are good: without protection they reach the hosts")
  func forgerIsHeard() {
    let cloud = Cloud(.cloud(phase: .three, spokes: 2), seed: 5)
    cloud.run(to: 3)
    let before = cloud.nodes[0].core.drops.reduce(0, +),
      packets = cloud.nodes[0].core.tunnelCounters(InterfaceID(1))?.traffic.packetsIn ?? 0
    let spoke = cloud.topology.nodes[1], hub = cloud.topology.nodes[0]
    cloud.input(0, .underlay(Forger.packet(from: spoke.nbma, to: hub.nbma, spoke.host, hub.host)))
    #expect(cloud.nodes[0].core.drops.reduce(0, +) == before)
    #expect((cloud.nodes[0].core.tunnelCounters(InterfaceID(1))?.traffic.packetsIn ?? 0) == packets + 1)
  }
}
