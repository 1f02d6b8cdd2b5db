// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

// IPv6 in the overlay: the plan of its addresses, and what the configurations say of it.
//
// - tunnel: 2001:db8:0:1::/64, hubs ::1–::a, spokes from ::b on; link-local addresses end alike
// - LANs: spoke k 2001:db8:1000+k::/48, hub h 2001:db8:2000+h::/48 (k and h added in hexadecimal); the node ::1, its host ::10
extension LabNode {
  /// Its number on the tunnel, hubs before spokes.
  private var place: UInt64 { UInt64(role == .hub ? number : number + LabTopology.hubLimit) }
  /// Its IPv6 address on the tunnel.
  public var tunnelAddressV6: IPAddress { IPAddress(high: 0x2001_0db8_0000_0001, low: place) }
  /// The link-local address that it forms of it.
  public var linkLocalAddress: IPAddress { IPAddress(linkLocal: place) }
  /// The IPv6 network behind it; nil where there is no LAN.
  public var lanV6: IPPrefix? {
    guard lan != nil else { return nil }
    let group = UInt64(role == .hub ? 0x2000 : 0x1000) + UInt64(number)
    return IPPrefix(IPAddress(high: 0x2001_0db8_0000_0000 | group << 16, low: 0), length: 48)
  }
  /// Its own address on the LAN.
  public var lanAddressV6: IPAddress? { lanV6.map { IPAddress(high: $0.address.high, low: 1) } }
  /// That of the host there.
  public var hostV6: IPAddress? { lanV6.map { IPAddress(high: $0.address.high, low: 0x10) } }
}

extension LabTopology {
  /// The networks that hold all LANs.
  private static let spokeLANsV6 = IPPrefix(IPAddress(high: 0x2001_0db8_1000_0000, low: 0), length: 36)
  private static let hubLANsV6 = IPPrefix(IPAddress(high: 0x2001_0db8_2000_0000, low: 0), length: 36)

  /// The `ipv6 …` lines of a tunnel.
  func ipv6Lines(_ node: LabNode) -> [String] {
    guard hasIPv6 else { return [] }
    var lines = ["ipv6 address \(node.tunnelAddressV6)/64", "ipv6 nhrp network-id 6", "ipv6 nhrp authentication dmvpnlab"]
    if let holdTimeSeconds { lines.append("ipv6 nhrp holdtime \(holdTimeSeconds)") }
    guard node.role == .spoke else {
      let others = hubs.filter { $0.number != node.number }
      return lines + others.map { "ipv6 nhrp map \($0.tunnelAddressV6) \($0.nbma)" } + (phase == .three ? ["ipv6 nhrp redirect"] : [])
    }
    let servers = phase == .one ? hubs.prefix(1) : hubs
    lines += servers.map { "ipv6 nhrp nhs \($0.tunnelAddressV6) nbma \($0.nbma) multicast" }
    return lines + (phase == .three ? [] : ["no ipv6 nhrp shortcut"])
  }

  /// The `ipv6 route` lines of a node, as those of IPv4.
  func ipv6RouteLines(_ node: LabNode) -> [String] {
    guard hasIPv6, lanStyle == .behindNodes else { return [] }
    if node.role == .spoke, phase != .two {
      return [Self.hubLANsV6, Self.spokeLANsV6].map { "ipv6 route \($0) \(nodes[0].tunnelAddressV6)" }
    }
    let others = nodes.filter { $0.name != node.name && (node.role == .spoke || $0.role == .spoke || $0.number != node.number) }
    return others.compactMap { other in other.lanV6.map { "ipv6 route \($0) \(other.tunnelAddressV6)" } }
  }
}
