// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Wire

/// A hub's core with two hundred spokes, each with its network.
enum Forwarding {
  private static let tunnel = InterfaceID(1)
  private static let own = IPAddress(198, 51, 100, 1)
  private static let batches = 20_000
  private static let batchSize = 64

  private static func core() -> ForwardingCore {
    let core = ForwardingCore()
    var settings = TunnelForwarding()
    settings.source = own
    settings.key = 42
    settings.addresses = [IPAddress(10, 0, 0, 1)]
    (settings.networkID, settings.redirects, settings.resolves) = (1, true, true)
    core.apply(.tunnel(tunnel, settings), at: .start)
    core.apply(.route(.default, IPPrefix(IPAddress(10, 0, 0, 0), length: 16), .tunnel(tunnel, nextHop: nil)), at: .start)
    for n in UInt8(1)...200 {
      let hop = IPAddress(10, 0, 1, n)
      core.apply(.adjacency(tunnel, nextHop: hop, nbma: IPAddress(203, 0, 113, n)), at: .start)
      core.apply(.route(.default, IPPrefix(IPAddress(192, 168, n, 0), length: 24), .tunnel(tunnel, nextHop: hop)), at: .start)
    }
    return core
  }

  /// Inner packets of the hub's host to all spokes' networks.
  static func outbound() -> Int {
    let packets = (0..<batchSize).map { inner(from: IPAddress(10, 255, 1, 10), to: IPAddress(192, 168, UInt8($0 * 3 + 1), 10)) }
    return run(packets) { $0.outbound(&$1, from: tunnel, at: $3, &$2) }
  }

  /// Outer packets of spokes for other spokes' networks.
  static func hairpin() -> Int {
    let packets = (0..<batchSize).map { i in
      let (a, b) = (UInt8(i + 1), UInt8(i + 101))
      return outer(from: IPAddress(203, 0, 113, a), inner(from: IPAddress(192, 168, a, 10), to: IPAddress(192, 168, b, 10)))
    }
    return run(packets) { $0.inbound(&$1, at: $3, &$2) }
  }

  private static func run(_ packets: [[UInt8]], _ pass: (ForwardingCore, inout PacketBatch, inout PuntQueue, Instant) -> Void) -> Int {
    let core = core()
    var batch = PacketBatch(slots: batchSize), punts = PuntQueue()
    var sent = 0
    for round in 0..<batches {
      batch.removeAll()
      for packet in packets { _ = batch.append(packet) }
      pass(core, &batch, &punts, Instant(nanoseconds: Int64(round) * 10_000))
      for i in 0..<batch.count { if case .underlay = batch.verdict(of: i) { sent += 1 } }
      while punts.popFirst() != nil {}
    }
    precondition(sent == batches * batchSize, "\(sent) of \(batches * batchSize) packets were forwarded")
    return sent
  }

  // MARK: Packets

  private static func inner(from source: IPAddress, to destination: IPAddress) -> [UInt8] {
    ipv4(from: source, to: destination, protocol: 17, [UInt8](repeating: 0, count: 44))
  }

  private static func outer(from source: IPAddress, _ inner: [UInt8]) -> [UInt8] {
    ipv4(from: source, to: own, protocol: 47, [0x20, 0, 0x08, 0, 0, 0, 0, 42] + inner)
  }

  private static func ipv4(from source: IPAddress, to destination: IPAddress, protocol number: UInt8, _ payload: [UInt8]) -> [UInt8] {
    var w = ByteWriter()
    w.u16(0x4500)
    w.u16(UInt16(20 + payload.count))
    w.u32(0)
    w.put([64, number, 0, 0])
    w.put(source.bytes + destination.bytes)
    w.patch(u16: InternetChecksum.of(w.bytes), at: 10)
    return w.bytes + payload
  }
}
