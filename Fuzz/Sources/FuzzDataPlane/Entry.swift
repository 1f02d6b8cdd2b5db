// SPDX-License-Identifier: GPL-3.0-or-later
import FuzzDriver
import DataPlane
import ProtocolKit
import Wire

/// Gives the bytes to a hub's forwarding core: as an outer packet, as an inner one, and behind a good outer header and GRE key.
private func fuzzDataPlane(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let core = makeCore()
  var batch = PacketBatch(slots: 4, slotSize: 4_096)
  var punts = PuntQueue()
  if batch.append(bytes) { core.inbound(&batch, at: .start, &punts) }
  batch.removeAll()
  if batch.append(bytes) { core.outbound(&batch, from: InterfaceID(1), at: .start, &punts) }
  batch.removeAll()
  if batch.append(wrapped(bytes)) { core.inbound(&batch, at: .start, &punts) }
  while punts.popFirst() != nil {}
  return 0
}

private let hub = IPAddress(198, 51, 100, 1), spoke = IPAddress(198, 51, 100, 11)

private func makeCore() -> ForwardingCore {
  let core = ForwardingCore(pairLimit: 16, peerLimit: 16)
  var tunnel = TunnelForwarding()
  (tunnel.source, tunnel.key, tunnel.networkID) = (hub, 42, 1)
  (tunnel.redirects, tunnel.resolves, tunnel.adjustMSS, tunnel.mtu) = (true, true, 1_360, 1_400)
  tunnel.addresses = [IPAddress(10, 0, 0, 1)]
  core.apply(.tunnel(InterfaceID(1), tunnel), at: .start)
  core.apply(.adjacency(InterfaceID(1), nextHop: IPAddress(10, 0, 0, 11), nbma: spoke), at: .start)
  core.apply(.route(.default, IPPrefix(IPAddress(10, 0, 0, 0), length: 8), .tunnel(InterfaceID(1), nextHop: nil)), at: .start)
  return core
}

private func wrapped(_ inner: [UInt8]) -> [UInt8] {
  var w = ByteWriter()
  w.u16(0x4500)
  w.u16(UInt16(clamping: 28 + inner.count))
  w.u32(0)
  w.u16(0xff2f)
  w.u16(0)
  w.put(spoke.bytes + hub.bytes)
  w.patch(u16: InternetChecksum.of(w.bytes), at: 10)
  w.u32(0x2000_0800)
  w.u32(42)
  w.put(inner)
  return w.bytes
}

@main enum Entry {
  static func main() { fuzz { fuzzDataPlane($0, $1) } }
}
