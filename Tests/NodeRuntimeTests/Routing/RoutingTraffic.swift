// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Wire

/// What neighbours of the hub say, byte by byte: the cloud's spokes run no routing protocol.
extension Cloud {
  static let ripHub = "router rip\n version 2\n network 10.0.0.0\n no auto-summary"
  static let odrHub = " cdp enable\nrouter odr"
  static let bgpHub = """
    router bgp 65000
     bgp router-id 10.0.0.1
     bgp listen range 10.0.0.0/24 peer-group SPOKES
     neighbor SPOKES peer-group
     neighbor SPOKES remote-as 65000
     neighbor 10.0.0.77 remote-as 65077
    """

  private static func words(_ values: [UInt32]) -> [UInt8] {
    values.flatMap { value in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
  }

  /// A RIP response (RFC 2453 §3.6) of a spoke.
  func rip(from spoke: IPAddress, _ routes: [(IPPrefix, metric: UInt32)]) {
    let entries = routes.flatMap { [0, 2, 0, 0] + Cloud.words([$0.0.address.v4Bits, $0.0.mask.v4Bits, 0, $0.metric]) }
    let datagram = Datagram(
      interface: hub.tunnel, source: spoke, destination: IPAddress(224, 0, 0, 9), sourcePort: 520, destinationPort: 520, ttl: 1,
      bytes: [2, 2, 0, 0] + entries)
    give(hub, .datagram(.received(datagram)))
  }

  /// A CDP packet of a stub: its name, its address, and its networks.
  func cdp(_ name: String, nbma: IPAddress, _ address: IPAddress, _ networks: [IPPrefix]) {
    func tlv(_ type: UInt8, _ value: [UInt8]) -> [UInt8] { [0, type, 0, UInt8(4 + value.count)] + value }
    var bytes: [UInt8] = [2, 180, 0, 0] + tlv(1, Array(name.utf8)) + tlv(2, [0, 0, 0, 1, 1, 1, 0xcc, 0, 4] + address.bytes)
    bytes += tlv(7, networks.flatMap { $0.address.bytes + [UInt8($0.length)] })
    // The quirk of odd lengths is not what is tested here.
    if bytes.count % 2 == 1 { bytes += tlv(3, [48]) }
    let sum = InternetChecksum.of(bytes)
    (bytes[2], bytes[3]) = (UInt8(sum >> 8), UInt8(sum & 255))
    give(hub, .datagram(.receivedLink(hub.tunnel, protocolType: 0x2000, nbmaSource: nbma, bytes: bytes)))
  }

  // MARK: BGP

  /// A message (RFC 4271 §4.1).
  static func bgp(_ type: UInt8, _ body: [UInt8] = []) -> [UInt8] {
    [UInt8](repeating: 0xff, count: 16) + [UInt8((body.count + 19) >> 8), UInt8((body.count + 19) & 255), type] + body
  }

  static func open(_ identifier: IPAddress) -> [UInt8] { bgp(1, [4, 0xfd, 0xe8, 0, 180] + identifier.bytes + [0]) }

  /// An UPDATE of our own AS.
  static func update(_ networks: [IPPrefix], nextHop: IPAddress, withdrawing: [IPPrefix] = []) -> [UInt8] {
    func nlri(_ p: IPPrefix) -> [UInt8] { [UInt8(p.length)] + p.address.bytes.prefix((Int(p.length) + 7) / 8) }
    let attributes: [UInt8] = networks.isEmpty ? [] : [0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 3, 4] + nextHop.bytes + [0x40, 5, 4, 0, 0, 0, 100]
    let gone = withdrawing.flatMap(nlri)
    return bgp(
      2, [UInt8(gone.count >> 8), UInt8(gone.count & 255)] + gone + [0, UInt8(attributes.count)] + attributes + networks.flatMap(nlri))
  }

  func bgp(_ stream: StreamID, _ bytes: [UInt8]) { give(hub, .stream(.received(stream, bytes))) }

  /// A spoke connects, and the session stands.
  func bgpSession(_ spoke: IPAddress) -> StreamID {
    let stream = StreamID(0x8000_0000 + UInt32(spoke.bytes[3]))
    give(hub, .stream(.accepted(stream, local: IPAddress(10, 0, 0, 1), remote: spoke, remotePort: 40_000)))
    bgp(stream, Cloud.open(spoke))
    bgp(stream, Cloud.bgp(4))
    return stream
  }
}
