// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Wire

/// Bytes of hexadecimal text; blanks are ignored.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// Address of text that a test knows to be right.
func ip(_ text: String) -> IPAddress { IPAddress(text)! }
func net(_ text: String) -> IPPrefix { IPPrefix(text)! }

/// An IPv4 packet built by hand, field by field, with none of the module's own code.
struct IPv4 {
  var tos: UInt8 = 0
  var id: UInt16 = 0x1234
  var dontFragment = false
  var moreFragments = false
  var offset: UInt16 = 0
  var ttl: UInt8 = 64
  var proto: UInt8 = 17
  var source: IPAddress
  var destination: IPAddress
  var options: [UInt8] = []
  var payload: [UInt8] = []

  init(_ source: String, _ destination: String, proto: UInt8 = 17, payload: [UInt8] = [], ttl: UInt8 = 64, dontFragment: Bool = false) {
    (self.source, self.destination) = (ip(source), ip(destination))
    (self.proto, self.payload, self.ttl, self.dontFragment) = (proto, payload, ttl, dontFragment)
  }

  var bytes: [UInt8] {
    var w = ByteWriter()
    w.u8(0x40 | UInt8(5 + options.count / 4))
    w.u8(tos)
    w.u16(UInt16(20 + options.count + payload.count))
    w.u16(id)
    w.u16((dontFragment ? 0x4000 : 0) | (moreFragments ? 0x2000 : 0) | offset)
    w.u8(ttl)
    w.u8(proto)
    w.u16(0)
    w.put(source.bytes)
    w.put(destination.bytes)
    w.put(options)
    w.patch(u16: slowChecksum(w.bytes), at: 10)
    w.put(payload)
    return w.bytes
  }
}

/// RFC 1071 word by word: an independent check of the fast sums.
func slowChecksum(_ bytes: [UInt8]) -> UInt16 {
  var sum: UInt32 = 0
  for i in stride(from: 0, to: bytes.count, by: 2) {
    sum += UInt32(bytes[i]) << 8 | (i + 1 < bytes.count ? UInt32(bytes[i + 1]) : 0)
  }
  while sum >> 16 != 0 { sum = sum & 0xffff + sum >> 16 }
  return ~UInt16(sum)
}

func u16(_ bytes: [UInt8], _ at: Int) -> UInt16 { UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1]) }
func u32(_ bytes: [UInt8], _ at: Int) -> UInt32 { UInt32(u16(bytes, at)) << 16 | UInt32(u16(bytes, at + 2)) }

/// The same bytes with two replaced and, if wished, the IPv4 header checksum made right again.
func patched(_ bytes: [UInt8], at: Int, u16 value: UInt16, fixesHeader: Bool = false) -> [UInt8] {
  var out = bytes
  (out[at], out[at + 1]) = (UInt8(value >> 8), UInt8(value & 255))
  guard fixesHeader else { return out }
  (out[10], out[11]) = (0, 0)
  let sum = slowChecksum(Array(out[..<(Int(out[0] & 15) * 4)]))
  (out[10], out[11]) = (UInt8(sum >> 8), UInt8(sum & 255))
  return out
}

func udp(_ port: UInt16, _ data: [UInt8] = []) -> [UInt8] {
  var w = ByteWriter()
  w.u16(40_000)
  w.u16(port)
  w.u16(UInt16(8 + data.count))
  w.u16(0)
  w.put(data)
  return w.bytes
}

/// An ICMP message with a right checksum.
func icmp(_ type: UInt8, _ rest: [UInt8]) -> [UInt8] {
  var out = [type, 0, 0, 0] + rest
  let sum = slowChecksum(out)
  (out[2], out[3]) = (UInt8(sum >> 8), UInt8(sum & 255))
  return out
}

/// A GRE packet inside IPv4.
func gre(
  _ source: String, _ destination: String, key: UInt32? = 42, sequence: UInt32? = nil, type: UInt16 = 0x0800, checksum: Bool = false,
  tos: UInt8 = 0, _ payload: [UInt8]
) -> [UInt8] {
  let header = GREHeader(protocolType: type, key: key, sequenceNumber: sequence)
  var w = ByteWriter()
  header.encode(into: &w)
  var outer = IPv4(source, destination, proto: 47, payload: checksum ? header.sealed(over: payload) : w.bytes + payload)
  outer.tos = tos
  return outer.bytes
}

/// The hub of the captures made with FRR: 198.51.100.1, tunnel 172.16.0.1, key 42, spokes .11 and .12 with LANs behind.
struct Hub {
  static let tun = InterfaceID(100)
  static let lan = InterfaceID(1)
  let core: ForwardingCore
  var punts = PuntQueueBox()
  var now = Instant.start + .seconds(100)

  init(
    pairLimit: Int = 4096, peerLimit: Int = 65_536, associationLimit: Int = 1024, _ change: (inout TunnelForwarding) -> Void = { _ in }
  ) {
    core = ForwardingCore(pairLimit: pairLimit, peerLimit: peerLimit, associationLimit: associationLimit)
    var tunnel = TunnelForwarding()
    tunnel.source = ip("198.51.100.1")
    tunnel.key = 42
    tunnel.addresses = [ip("172.16.0.1"), ip("2001:db8::1")]
    tunnel.mtu = 1400
    (tunnel.networkID, tunnel.redirects) = (1, true)
    change(&tunnel)
    apply(.tunnel(Hub.tun, tunnel))
    route("172.16.0.1/32", .host(Hub.tun))
    route("172.16.0.0/24", .tunnel(Hub.tun, nextHop: nil))
    route("192.168.1.0/24", .host(Hub.lan))
    route("192.168.99.0/24", .discard)
    for n in [11, 12] {
      route("192.168.\(n).0/24", .tunnel(Hub.tun, nextHop: ip("172.16.0.\(n)")))
      adjacency("172.16.0.\(n)", "198.51.100.\(n)")
    }
  }

  func apply(_ change: DataPlaneChange) { core.apply(change, at: now) }
  func route(_ prefix: String, _ action: ForwardingAction?) { apply(.route(.default, net(prefix), action)) }
  func adjacency(_ nextHop: String, _ nbma: String?) { apply(.adjacency(Hub.tun, nextHop: ip(nextHop), nbma: nbma.map(ip))) }

  /// Sends packets through one direction and gives every slot's verdict and bytes.
  func run(_ packets: [UInt8]..., outbound: Bool, slotSize: Int = 2048, slots: Int = 64, growthLimit: Int = 1024) -> [Result] {
    var batch = PacketBatch(slots: slots, slotSize: slotSize, growthLimit: growthLimit)
    for packet in packets {
      guard batch.append(packet) else { return [] }
    }
    if outbound {
      core.outbound(&batch, from: Hub.tun, at: now, &punts.queue)
    } else {
      core.inbound(&batch, at: now, &punts.queue)
    }
    return Hub.results(batch)
  }

  func send(_ packet: [UInt8]) -> Result { run(packet, outbound: true)[0] }
  func receive(_ packet: [UInt8]) -> Result { run(packet, outbound: false)[0] }

  static func results(_ batch: borrowing PacketBatch) -> [Result] {
    var out: [Result] = []
    for i in 0..<batch.count { out.append(Result(verdict: batch.verdict(of: i), bytes: batch.packet(i))) }
    return out
  }
}

/// The queue lives in a class, so that a hub can be a `let` in a test.
final class PuntQueueBox {
  var queue = PuntQueue()
  func drain() -> [PuntedPacket] { queue.drain() }
}

struct Result {
  var verdict: Verdict
  var bytes: [UInt8]

  /// The GRE payload of an outer packet.
  var inner: [UInt8] { Array(bytes.dropFirst(20 + GRE.length(bytes))) }
}

enum GRE {
  static func length(_ outer: [UInt8]) -> Int { 4 + 4 * (outer[20] & 0xb0).nonzeroBitCount }
}
