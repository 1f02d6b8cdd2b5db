// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import IKEParts
import IPsecCrypto
import ProtocolKit
import Wire

/// A hub's core and two hundred spokes', with and without ESP (transport mode, protocol 50): what a packet costs on its way out of the hub
/// and into it. Packets come and go in batches of 64, one for each of 64 spokes.
enum Protection {
  /// What stands between hub and spokes.
  enum Kind: String, CaseIterable {
    case clear = "GRE in clear"
    case gcm128 = "AES-GCM-128"
    case gcm256 = "AES-GCM-256"
    case cbcSHA256 = "AES-CBC-128 with HMAC-SHA-256-128"

    var suite: ESPSuite? {
      switch self {
      case .clear: nil
      case .gcm128: ESPSuite(encryption: EncryptionAlgorithm.aesGCM16.rawValue, keyBits: 128)
      case .gcm256: ESPSuite(encryption: EncryptionAlgorithm.aesGCM16.rawValue, keyBits: 256)
      case .cbcSHA256:
        ESPSuite(encryption: EncryptionAlgorithm.aesCBC.rawValue, keyBits: 128, integrity: IntegrityAlgorithm.hmacSHA256.rawValue)
      }
    }
  }

  private static let tunnel = InterfaceID(1), hub = IPAddress(198, 51, 100, 1)
  private static let spokes = 200, batchSize = 64

  /// Nanoseconds of processor that a packet of `bytes` takes out of the hub, and into it.
  static func nanoseconds(_ kind: Kind, bytes: Int, rounds: Int) -> (out: Double, into: Double) {
    let core = hubCore(kind), senders = (0..<spokes).map { spokeCore($0, kind) }
    var out = PacketBatch(slots: batchSize), into = PacketBatch(slots: batchSize), one = PacketBatch(slots: 1), punts = PuntQueue()
    var outTime = 0.0, intoTime = 0.0
    for round in 0..<rounds {
      let now = Instant(nanoseconds: Int64(round) * 10_000)
      out.removeAll()
      into.removeAll()
      for i in 0..<batchSize {
        let n = (round &* batchSize &+ i &* 3) % spokes
        _ = out.append(inner(from: host, to: network(n), bytes))
        one.removeAll()
        _ = one.append(inner(from: network(n), to: host, bytes))
        senders[n].outbound(&one, from: tunnel, at: now, &punts)
        _ = one.withBytes(0) { into.append($0) }
      }
      let began = ProcessFigures.threadSeconds
      leave(core, &out, at: now, &punts)
      let between = ProcessFigures.threadSeconds
      arrive(core, &into, at: now, &punts)
      outTime += between - began
      intoTime += ProcessFigures.threadSeconds - between
      check(out, into)
      while punts.popFirst() != nil {}
    }
    let packets = Double(rounds * batchSize)
    return (outTime * 1e9 / packets, intoTime * 1e9 / packets)
  }

  // What a profiler counts: `callgrind --toggle-collect='*leave*'`.
  @inline(never)
  private static func leave(_ core: ForwardingCore, _ batch: inout PacketBatch, at now: Instant, _ punts: inout PuntQueue) {
    core.outbound(&batch, from: tunnel, at: now, &punts)
  }

  @inline(never)
  private static func arrive(_ core: ForwardingCore, _ batch: inout PacketBatch, at now: Instant, _ punts: inout PuntQueue) {
    core.inbound(&batch, at: now, &punts)
  }

  private static func check(_ out: borrowing PacketBatch, _ into: borrowing PacketBatch) {
    for i in 0..<batchSize {
      if case .underlay = out.verdict(of: i) {} else { preconditionFailure("packet \(i) did not leave: \(out.verdict(of: i))") }
      if case .host = into.verdict(of: i) {} else { preconditionFailure("packet \(i) did not arrive: \(into.verdict(of: i))") }
    }
  }

  // MARK: Cores

  private static func hubCore(_ kind: Kind) -> ForwardingCore {
    let core = makeCore(hub, kind)
    core.apply(.route(.default, IPPrefix(host, length: 32), .host(tunnel)), at: .start)
    for n in 0..<spokes { connect(core, n, spoke(n), hop: IPAddress(10, 0, 1, UInt8(n)), network(n), kind, isHub: true) }
    return core
  }

  private static func spokeCore(_ n: Int, _ kind: Kind) -> ForwardingCore {
    let core = makeCore(spoke(n), kind)
    connect(core, n, hub, hop: IPAddress(10, 0, 0, 1), host, kind, isHub: false)
    return core
  }

  private static func makeCore(_ source: IPAddress, _ kind: Kind) -> ForwardingCore {
    let core = ForwardingCore()
    var settings = TunnelForwarding()
    (settings.source, settings.key, settings.mtu, settings.networkID) = (source, 42, 1_400, 1)
    settings.protectionGroup = kind.suite == nil ? 0 : 1
    core.apply(.tunnel(tunnel, settings), at: .start)
    return core
  }

  /// Makes `remote` the next hop for a network, and the associations with it.
  private static func connect(
    _ core: ForwardingCore, _ n: Int, _ remote: IPAddress, hop: IPAddress, _ network: IPAddress, _ kind: Kind, isHub: Bool
  ) {
    let peer = kind.suite == nil ? ProtectionID.none : ProtectionID(UInt32(n) + 1)
    core.apply(.adjacency(tunnel, nextHop: hop, nbma: remote, peer: peer), at: .start)
    core.apply(.route(.default, IPPrefix(network, length: 32), .tunnel(tunnel, nextHop: hop)), at: .start)
    guard let suite = kind.suite else { return }
    for isFromHub in [true, false] {
      let keys = [UInt8](repeating: UInt8(n), count: (PacketCipher.keyBytes(of: suite) ?? 0) - 1) + [isFromHub ? 1 : 2]
      core.apply(
        .associate(
          SecurityAssociation(
            direction: isFromHub == isHub ? .outbound : .inbound, spi: (isFromHub ? 0x1000 : 0x2000) + UInt32(n), peer: peer, group: 1,
            mode: .transport, endpoints: AssociationEndpoints(local: isHub ? hub : spoke(n), remote: remote), suite: suite,
            keys: SecretBytes(keys))), at: .start)
    }
  }

  // MARK: Packets

  private static let host = IPAddress(10, 255, 1, 10)
  private static func spoke(_ n: Int) -> IPAddress { IPAddress(203, 0, 113, UInt8(n)) }
  private static func network(_ n: Int) -> IPAddress { IPAddress(192, 168, UInt8(n), 10) }

  private static func inner(from source: IPAddress, to destination: IPAddress, _ bytes: Int) -> [UInt8] {
    var w = ByteWriter()
    w.u16(0x4500)
    w.u16(UInt16(bytes))
    w.u32(0)
    w.put([64, 17, 0, 0])
    w.put(source.bytes + destination.bytes)
    w.patch(u16: InternetChecksum.of(w.bytes), at: 10)
    return w.bytes + [UInt8](repeating: 0, count: bytes - 20)
  }
}
