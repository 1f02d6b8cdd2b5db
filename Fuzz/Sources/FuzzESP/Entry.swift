// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import FuzzDriver
import IPsecCrypto
import ProtocolKit
import Wire

/// Gives the bytes to a protected hub: as ESP and as a datagram to IKE's ports, and, sealed with the right key, as what is inside of ESP.
/// The first byte chooses mode, encapsulation, the length of numbers and the suite. Hubs are kept, for making one costs more than a run;
/// all that one run leaves to the next is which numbers were taken.
private func fuzzESP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard count > 2 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: start, count: min(count, 1_800)))
  let hub = hubs[Int(bytes[0] & 15)]
  let rest = Array(bytes.dropFirst())
  hub.receive(outer(50, rest))
  hub.receive(outer(50, spi + rest))
  hub.receive(outer(17, datagram(500, rest)))
  hub.receive(outer(17, datagram(4_500, rest)))
  hub.receive(outer(17, datagram(4_500, [0, 0, 0, 0] + rest)))
  hub.receive(outer(17, rest))
  for step in [1, 2, 100] as [UInt64] { hub.receive(hub.wrapped(hub.sealed(rest, step))) }
  hub.drain()
  return 0
}

private nonisolated(unsafe) let hubs = (0..<16).map { ProtectedHub(choice: $0) }
private let hubAddress = IPAddress(198, 51, 100, 1), spoke = IPAddress(198, 51, 100, 11)
private let spi: [UInt8] = [0, 0, 0x10, 0x0b]

/// A hub with one spoke, whose association is known.
private final class ProtectedHub {
  private let core = ForwardingCore(pairLimit: 16, peerLimit: 16, associationLimit: 4)
  private var batch = PacketBatch(slots: 4, slotSize: 4_096)
  private var punts = PuntQueue()
  private let association: SecurityAssociation
  private let cipher: PacketCipher?
  private var number: UInt64 = 0

  init(choice: UInt8) {
    let port: UInt16 = choice & 2 == 0 ? 0 : 4_500
    let suite = choice & 8 == 0 ? ESPSuite(encryption: 20, keyBits: 128) : ESPSuite(encryption: 11, keyBits: 0, integrity: 12)
    let keys = SecretBytes([UInt8](repeating: 7, count: PacketCipher.keyBytes(of: suite) ?? 0))
    var association = SecurityAssociation(
      direction: .inbound, spi: 0x100b, peer: ProtectionID(1), group: 1, mode: choice & 1 == 0 ? .transport : .tunnel,
      endpoints: AssociationEndpoints(local: hubAddress, remote: spoke, localPort: port, remotePort: port), suite: suite, keys: keys)
    association.usesESN = choice & 4 != 0
    self.association = association
    cipher = try? PacketCipher(suite, keys: keys, direction: .outbound)
    configure()
  }

  private func configure() {
    var tunnel = TunnelForwarding()
    (tunnel.source, tunnel.key, tunnel.networkID, tunnel.protectionGroup) = (hubAddress, 42, 1, 1)
    (tunnel.redirects, tunnel.resolves, tunnel.adjustMSS, tunnel.mtu) = (true, true, 1_360, 1_400)
    tunnel.addresses = [IPAddress(10, 0, 0, 1)]
    core.apply(.tunnel(InterfaceID(1), tunnel), at: .start)
    core.apply(.adjacency(InterfaceID(1), nextHop: IPAddress(10, 0, 0, 11), nbma: spoke, peer: ProtectionID(1)), at: .start)
    core.apply(.route(.default, IPPrefix(IPAddress(10, 0, 0, 0), length: 8), .tunnel(InterfaceID(1), nextHop: nil)), at: .start)
    core.apply(.capture(CaptureFilter(addresses: [])), at: .start)
    core.apply(.associate(association), at: .start)
    var outbound = association
    outbound.direction = .outbound
    core.apply(.associate(outbound), at: .start)
  }

  /// `text`, padding and trailer included, as far as it is in whole blocks; numbered `step` behind the last.
  func sealed(_ text: [UInt8], _ step: UInt64) -> [UInt8] {
    guard let cipher else { return [] }
    number += step
    let whole = text.prefix(text.count / cipher.blockBytes * cipher.blockBytes)
    let low = UInt32(truncatingIfNeeded: number)
    var esp = spi + (0..<4).map { UInt8(truncatingIfNeeded: low >> (24 - 8 * $0)) } + [UInt8](repeating: 0, count: cipher.ivBytes)
    esp += whole + [UInt8](repeating: 0, count: cipher.icvBytes)
    let isSealed = esp.withUnsafeMutableBytes { packet in
      packet.baseAddress.map { cipher.seal($0, count: packet.count, sequence: number, usesESN: association.usesESN) } ?? false
    }
    return isSealed ? esp : []
  }

  func wrapped(_ esp: [UInt8]) -> [UInt8] {
    association.endpoints.isEncapsulated ? outer(17, datagram(4_500, esp)) : outer(50, esp)
  }

  func receive(_ packet: [UInt8]) {
    batch.removeAll()
    if batch.append(packet) { core.inbound(&batch, at: .start, &punts) }
  }

  func drain() {
    while punts.popFirst() != nil {}
    _ = core.takeNotices()
    _ = core.takeCaptured()
  }
}

private func outer(_ payloadProtocol: UInt8, _ payload: [UInt8]) -> [UInt8] {
  var w = ByteWriter()
  w.u16(0x4500)
  w.u16(UInt16(clamping: 20 + payload.count))
  w.u32(0)
  w.put([255, payloadProtocol, 0, 0])
  w.put(spoke.bytes + hubAddress.bytes)
  w.patch(u16: InternetChecksum.of(w.bytes), at: 10)
  w.put(payload)
  return w.bytes
}

private func datagram(_ port: UInt16, _ bytes: [UInt8]) -> [UInt8] {
  var w = ByteWriter()
  w.u16(4_500)
  w.u16(port)
  w.u16(UInt16(clamping: 8 + bytes.count))
  w.u16(0)
  w.put(bytes)
  return w.bytes
}

@main enum Entry {
  static func main() { fuzz { fuzzESP($0, $1) } }
}
