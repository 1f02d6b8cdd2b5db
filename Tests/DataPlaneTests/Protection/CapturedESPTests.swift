// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import Foundation
import ProtocolKit
import Testing
import Wire

/// ESP that the Linux kernel sealed, and strongSwan negotiated: `Captures/esp-packets.txt`.
@Suite struct CapturedESPTests {
  struct Packet {
    var name: String
    /// What tshark says of what is inside.
    var protocolType: UInt16
    var length: Int
    var addresses: [IPAddress]
    var bytes: [UInt8]

    var source: IPAddress { IPPacketAddresses.source(of: bytes) ?? .anyV4 }
    var destination: IPAddress { IPPacketAddresses.destination(of: bytes) ?? .anyV4 }
  }

  /// One capture with the associations whose keys charon logged.
  struct Capture: CustomTestStringConvertible {
    var name: String
    var associations: [SecurityAssociation] = []
    var packets: [Packet] = []
    var testDescription: String { name }
  }

  static let captures: [Capture] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Captures/esp-packets.txt")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    var found: [Capture] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.components(separatedBy: " | ")
      let name = parts[1].split(separator: " ")[0]
      if found.last?.name != String(name) { found.append(Capture(name: String(name))) }
      if parts[0] == "association" {
        found[found.count - 1].associations.append(association(parts))
      } else {
        found[found.count - 1].packets.append(packet(parts))
      }
    }
    return found
  }()

  private static func association(_ parts: [String]) -> SecurityAssociation {
    let name = parts[2].split(separator: " "), suite = parts[3].split(separator: "/").compactMap { UInt16($0) }
    let ends = AssociationEndpoints(local: ip(String(name[2])), remote: ip(String(name[1])))
    return SecurityAssociation(
      direction: .inbound, spi: UInt32(name[0], radix: 16) ?? 0, peer: ProtectionID(ends.remote.v4Bits & 0xff), group: 7, mode: .transport,
      endpoints: ends, suite: ESPSuite(encryption: suite[0], keyBits: suite[1], integrity: suite[2]), keys: SecretBytes(hex(parts[4])))
  }

  private static func packet(_ parts: [String]) -> Packet {
    let facts = parts[2].split(separator: " ").map(String.init)
    return Packet(
      name: parts[1], protocolType: UInt16(facts[0], radix: 16) ?? 0, length: Int(facts[1]) ?? 0,
      addresses: facts[2...].compactMap { IPAddress($0) }, bytes: hex(parts[3]))
  }

  /// The node that is `address` in the captures: .1, .11 or .12, with 172.16.0 and 192.168 networks numbered alike.
  private func node(at address: IPAddress, _ capture: Capture) -> ForwardingCore {
    let core = ForwardingCore()
    let own = address.v4Bits & 0xff
    var tunnel = TunnelForwarding()
    (tunnel.source, tunnel.key, tunnel.protectionGroup) = (address, 42, 7)
    tunnel.addresses = [IPAddress(172, 16, 0, UInt8(own))]
    core.apply(.tunnel(Hub.tun, tunnel), at: .start)
    core.apply(.route(.default, net("172.16.0.0/24"), .tunnel(Hub.tun, nextHop: nil)), at: .start)
    for n in [1, 11, 12] as [UInt8] {
      let hop = IPAddress(172, 16, 0, n), lan = IPPrefix(IPAddress(192, 168, n, 0), length: 24)
      core.apply(.route(.default, lan, UInt32(n) == own ? .host(Hub.lan) : .tunnel(Hub.tun, nextHop: hop)), at: .start)
      guard UInt32(n) != own else { continue }
      core.apply(.adjacency(Hub.tun, nextHop: hop, nbma: IPAddress(198, 51, 100, n), peer: ProtectionID(UInt32(n))), at: .start)
    }
    for association in capture.associations where association.endpoints.local == address { core.apply(.associate(association), at: .start) }
    return core
  }

  @Test("the fixture is there: the ESP packets of three captures, under 34 associations")
  func fixture() {
    #expect(Self.captures.map(\.packets.count) == [113, 108, 110])
    #expect(Self.captures.map(\.associations.count) == [12, 10, 12])
  }

  @Test("every packet is opened and delivered, forwarded or punted, with what tshark sees inside", arguments: captures)
  func delivered(_ capture: Capture) {
    var nodes: [IPAddress: ForwardingCore] = [:]
    for packet in capture.packets {
      let core = nodes[packet.destination] ?? node(at: packet.destination, capture)
      nodes[packet.destination] = core
      var batch = PacketBatch(slots: 1), queue = PuntQueue()
      _ = batch.append(packet.bytes)
      core.inbound(&batch, at: .start, &queue)
      check(packet, Hub.results(batch)[0], queue.drain())
      // The same once more is a replay.
      batch.removeAll()
      _ = batch.append(packet.bytes)
      core.inbound(&batch, at: .start, &queue)
      let again = batch.verdict(of: 0)
      #expect(again == .drop(.espReplay), "\(packet.name)")
    }
    let opened = nodes.values.map { $0.associationCounters.inbound.map(\.counters.packets).reduce(0, +) }.reduce(0, +)
    #expect(opened == UInt64(capture.packets.count))
  }

  private func check(_ packet: Packet, _ result: Result, _ punts: [PuntedPacket]) {
    if packet.protocolType == 0x2001 {
      #expect(result.verdict == .punted, "\(packet.name)")
      #expect(punts.first?.kind == .nhrp && punts.first?.bytes.count == packet.length, "\(packet.name)")
      #expect(punts.first?.peer == ProtectionID(packet.source.v4Bits & 0xff), "\(packet.name)")
      return
    }
    let isTransit = packet.addresses[1].v4Bits >> 24 == 192 && packet.addresses[1].v4Bits >> 8 & 0xff != packet.destination.v4Bits & 0xff
    if isTransit {
      // There is no outbound association in this test: it was opened, and went no further.
      #expect(result.verdict == .drop(.noAssociation), "\(packet.name)")
      return
    }
    guard case .host = result.verdict else {
      Issue.record("\(packet.name): \(result.verdict)")
      return
    }
    #expect(result.bytes.count == packet.length, "\(packet.name)")
    #expect(IPPacketAddresses.source(of: result.bytes) == packet.addresses[0], "\(packet.name)")
    #expect(IPPacketAddresses.destination(of: result.bytes) == packet.addresses[1], "\(packet.name)")
  }

  @Test("each of them cut or turned anywhere is refused, and the next good one is taken")
  func disturbed() throws {
    var random = RandomSource(seed: 11)
    for capture in Self.captures {
      let packet = try #require(capture.packets.first)
      let core = node(at: packet.destination, capture)
      for _ in 0..<2000 {
        var bytes = packet.bytes
        bytes[20 + Int(random.below(UInt64(bytes.count - 20)))] ^= UInt8(1 + random.below(255))
        var batch = PacketBatch(slots: 1), queue = PuntQueue()
        _ = batch.append(bytes)
        core.inbound(&batch, at: .start, &queue)
        guard case .drop = batch.verdict(of: 0) else {
          Issue.record("taken: \(bytes)")
          return
        }
      }
      var batch = PacketBatch(slots: 1), queue = PuntQueue()
      _ = batch.append(packet.bytes)
      core.inbound(&batch, at: .start, &queue)
      if case .drop(let reason) = batch.verdict(of: 0) { Issue.record("\(packet.name): \(reason)") }
    }
  }
}
