// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

/// One packet to a protected hub that is wrong in one way.
struct ProtectedDropCase: Sendable, CustomTestStringConvertible {
  var reason: DropReason
  var note = ""
  var suite = Suite.gcm
  var mode = IPsecMode.transport
  var isEncapsulated = false
  var isAssociationError = false
  var prepare: @Sendable (ProtectedHub) -> Void = { _ in }
  var packet: @Sendable (ProtectedHub) -> [UInt8]
  var testDescription: String { "\(reason.name) \(note)" }

  func makeHub() -> ProtectedHub {
    let hub = ProtectedHub(suite, mode: mode, isEncapsulated: isEncapsulated)
    prepare(hub)
    return hub
  }

  /// A sealed packet, changed before it is sealed.
  static func sealed(
    _ reason: DropReason, _ note: String = "", suite: Suite = .gcm, mode: IPsecMode = .transport, isEncapsulated: Bool = false,
    isError: Bool = true, _ change: @escaping @Sendable (inout ESPBuilder) -> Void
  ) -> ProtectedDropCase {
    ProtectedDropCase(
      reason: reason, note: note, suite: suite, mode: mode, isEncapsulated: isEncapsulated, isAssociationError: isError,
      packet: { $0.sealed(11, 1, ProtectedHub.toHub, change) })
  }

  /// A packet of raw bytes in IPv4.
  static func raw(
    _ reason: DropReason, _ note: String = "", source: String = "198.51.100.11", destination: String = "198.51.100.1", proto: UInt8 = 50,
    isError: Bool = false, _ payload: [UInt8]
  ) -> ProtectedDropCase {
    ProtectedDropCase(
      reason: reason, note: note, isAssociationError: isError,
      packet: { _ in IPv4(source, destination, proto: proto, payload: payload).bytes })
  }

  static func datagram(_ port: UInt16, _ data: [UInt8], length: Int? = nil) -> [UInt8] {
    hex("1194") + [UInt8(port >> 8), UInt8(port & 255)] + [0, UInt8(length ?? 8 + data.count), 0, 0] + data
  }

  private static let ike = [UInt8](repeating: 1, count: 24) + [0, 0, 0, 28]
  private static let cbc = Suite.all[4]
  private static let inner = ProtectedHub.toHub

  static let all: [ProtectedDropCase] = escaped + outside + inside + selectors

  /// Wrong before any association is looked at.
  private static let outside: [ProtectedDropCase] = [
    raw(.espTruncated, "seven bytes", [0, 0, 0x10, 0x0b, 0, 0, 0]),
    raw(.espTruncated, "no room for the ICV", isError: true, hex("0000100b 00000001") + [UInt8](repeating: 0, count: 25)),
    raw(.espTruncated, "not in whole words", isError: true, hex("0000100b 00000001") + [UInt8](repeating: 0, count: 27)),
    raw(.unknownSPI, "", [0, 0, 0x99, 0x99] + [UInt8](repeating: 0, count: 60)),
    raw(.unknownSPI, "SPI 0", [UInt8](repeating: 0, count: 60)),
    raw(.martian, "unknown SPI from a multicast address", source: "224.0.0.1", [0, 0, 0x99, 0x99] + [UInt8](repeating: 0, count: 60)),
    raw(.notGRE, "ESP to another address", destination: "198.51.100.2", [0, 0, 0x99, 0x99] + [UInt8](repeating: 0, count: 60)),
    raw(.notGRE, "IKE to another address", destination: "198.51.100.2", proto: 17, datagram(500, ike)),
    raw(.notGRE, "another port", proto: 17, datagram(501, ike)),
    raw(.notGRE, "UDP without a header", proto: 17, [0x11, 0x94, 0x11, 0x94, 0, 8, 0]),
    raw(.notGRE, "another protocol", proto: 51, ike),
    raw(.truncated, "UDP longer than its packet", proto: 17, datagram(500, ike, length: 37)),
    raw(.truncated, "UDP shorter than its header", proto: 17, datagram(4500, ike, length: 7)),
    raw(.natKeepalive, "", proto: 17, datagram(4500, [0xff])),
    raw(.espTruncated, "one byte that is no keepalive", proto: 17, datagram(4500, [0xfe])),
    raw(.espTruncated, "nothing", proto: 17, datagram(4500, [])),
    raw(.ikeLength, "a marker and nothing", proto: 17, datagram(4500, [0, 0, 0, 0])),
    raw(.ikeLength, "a header cut", proto: 17, datagram(500, Array(ike.dropLast()))),
    raw(.ikeLength, "shorter than it says", proto: 17, datagram(500, Array(ike.dropLast()) + [29])),
    raw(.martian, "IKE from nowhere", source: "0.0.0.0", proto: 17, datagram(500, ike)),
    raw(.ownNBMALoop, "IKE from ourselves", source: "198.51.100.1", proto: 17, datagram(500, ike)),
    ProtectedDropCase(
      reason: .notForUs, isAssociationError: true,
      packet: { $0.sealed(11, 1, inner) { $0.destination = ip("198.51.100.2") } }),
  ]

  /// Under an association, and wrong before or behind its integrity.
  private static let inside: [ProtectedDropCase] = [
    sealed(.espReplay, "number 0", isError: false) { $0.sequence = 0 },
    ProtectedDropCase(
      reason: .espReplay, prepare: { _ = $0.hub.receive($0.sealed(11, 1, inner)) }, packet: { $0.sealed(11, 1, inner) }),
    ProtectedDropCase(reason: .espForged, note: "ICV", packet: { patched($0.sealed(11, 1, inner), at: 70, u16: 0x1234) }),
    ProtectedDropCase(reason: .espForged, note: "sequence number", packet: { patched($0.sealed(11, 1, inner), at: 26, u16: 2) }),
    ProtectedDropCase(
      reason: .espForged, note: "another's SPI", packet: { patched($0.sealed(11, 1, inner), at: 22, u16: 0x100c) }),
    ProtectedDropCase(
      reason: .espForged, note: "ciphertext", suite: cbc, packet: { patched($0.sealed(11, 1, inner), at: 50, u16: 0x1234) }),
    sealed(.espPadding, "longer than the packet") { $0.padLength = 255 },
    sealed(.espPadding, "not 1, 2, 3", suite: cbc) { $0.padding = [UInt8](repeating: 0, count: 14 - $0.text.count % 16) },
    sealed(.espPadding, "counted from 0") { ($0.text, $0.padding) = ($0.text + [9, 9, 9, 9], [0, 1, 2, 3, 4, 5]) },
    sealed(.espNextHeader, "UDP") { $0.nextHeader = 17 },
    sealed(.espNextHeader, "IPv4 in transport mode") { $0.nextHeader = 4 },
    sealed(.espNextHeader, "GRE in tunnel mode", mode: .tunnel) { $0.nextHeader = 47 },
    sealed(.espDummy, isError: false) { $0.nextHeader = 59 },
    sealed(.truncated, "no GRE", isError: false) { $0.text = [] },
    sealed(.greVersion, isError: false) { $0.text[1] = 1 },
    sealed(.keyMismatch, isError: false) { $0.text[7] = 43 },
    ProtectedDropCase(
      reason: .espLimit, isAssociationError: true,
      prepare: {
        var association = $0.association(.inbound, 11)
        association.hardLimitBytes = 0
        $0.hub.apply(.associate(association))
      }, packet: { $0.sealed(11, 1, inner) }),
  ]

  /// Authentic, and not what the association is for.
  private static let selectors: [ProtectedDropCase] = [
    sealed(.espSelectors, "another source") { $0.source = ip("198.51.100.12") },
    sealed(.espSelectors, "another source, in UDP though nobody negotiated it") {
      ($0.source, $0.sourcePort) = (ip("198.51.100.12"), 4500)
    },
    sealed(.espSelectors, "inner source", mode: .tunnel) { $0.text = gre("198.51.100.12", "198.51.100.1", inner) },
    sealed(.espSelectors, "inner destination", mode: .tunnel) { $0.text = gre("198.51.100.11", "198.51.100.2", inner) },
    sealed(.espSelectors, "inner protocol", mode: .tunnel) { $0.text = IPv4("198.51.100.11", "198.51.100.1", proto: 6).bytes },
    sealed(.espSelectors, "IPv6", mode: .tunnel) {
      $0.text = hex("6000000000002f40") + ip("2001:db8::1").bytes + ip("2001:db8::2").bytes
    },
    sealed(.innerMalformed, "inner header cut", mode: .tunnel) { $0.text = Array($0.text.prefix(19)) },
    sealed(.innerMalformed, "inner length", mode: .tunnel) { $0.text = patched($0.text, at: 2, u16: 999, fixesHeader: true) },
    sealed(.innerChecksum, mode: .tunnel) { $0.text = patched($0.text, at: 8, u16: 0x1111) },
    sealed(.outerFragment, "inner fragment", mode: .tunnel) { $0.text = patched($0.text, at: 6, u16: 0x2000, fixesHeader: true) },
    ProtectedDropCase(
      reason: .espWrongGroup, isAssociationError: true,
      prepare: {
        var association = $0.association(.inbound, 11)
        association.group = 8
        $0.hub.apply(.associate(association))
      }, packet: { $0.sealed(11, 1, inner) }),
    ProtectedDropCase(
      reason: .espWrongGroup, note: "the tunnel is not protected any more", isAssociationError: true,
      prepare: {
        var tunnel = TunnelForwarding()
        (tunnel.source, tunnel.key) = (ip("198.51.100.1"), 42)
        $0.hub.apply(.tunnel(Hub.tun, tunnel))
      }, packet: { $0.sealed(11, 1, inner) }),
    ProtectedDropCase(
      reason: .noAssociation, note: "a hairpin to whom there is none",
      prepare: { $0.hub.apply(.dissociate(.outbound, spi: 0x200c, peer: ProtectionID(12))) },
      packet: { $0.sealed(11, 1, TransitTests.echo) }),
  ]

  /// Clear packets.
  private static let escaped: [ProtectedDropCase] = [
    ProtectedDropCase(reason: .clearOnProtected, packet: { _ in gre("198.51.100.11", "198.51.100.1", inner) }),
    ProtectedDropCase(reason: .clearOnProtected, note: "from a stranger", packet: { _ in gre("203.0.113.5", "198.51.100.1", inner) }),
    ProtectedDropCase(
      reason: .clearOnProtected, note: "CDP", packet: { _ in gre("198.51.100.11", "198.51.100.1", type: 0x2000, [1, 2]) }),
    ProtectedDropCase(reason: .keyMismatch, note: "clear", packet: { _ in gre("198.51.100.11", "198.51.100.1", key: 43, inner) }),
  ]
}
