// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Which addresses nodes have. No two of these ranges overlap:
///
/// - outer: hubs 198.51.100.0/24; spokes 203.0.113.0/24 or, in large clouds, 100.64.0.0/10; behind NATs 198.18.0.0/15; routers 192.0.2.0/24
/// - tunnel: 10.0.0.0/16, hubs .0.1–.0.10, spokes from .0.11 on, 240 to each third octet
/// - LANs: hubs 10.255.h.0/24; spokes 192.168.k.0/24 up to 250, then 172.16.0.0/24 and on
struct AddressPlan: Sendable, Equatable {
  /// Whether the spokes' outer addresses come from 100.64.0.0/10.
  var isLarge: Bool

  /// Spokes that 203.0.113.0/24 has room for beside its gateway.
  static let smallLimit = 250

  /// Networks that hold all spokes' LANs of a cloud with `spokes` spokes.
  static func spokeLANs(spokes: Int) -> [IPPrefix] {
    let first = IPPrefix(IPAddress(192, 168, 0, 0), length: 16)
    return spokes > 250 ? [IPPrefix(IPAddress(172, 16, 0, 0), length: 12), first] : [first]
  }

  /// The network that holds all hubs' LANs.
  static let hubLANs = IPPrefix(IPAddress(10, 255, 0, 0), length: 16)

  func hub(_ number: Int, _ style: LANStyle, _ link: LinkSettings) -> LabNode {
    let h = UInt8(truncatingIfNeeded: number)
    return node(
      .hub, number, nbma: IPAddress(198, 51, 100, h), length: 24, gateway: IPAddress(198, 51, 100, 254),
      tunnel: IPAddress(10, 0, 0, h), lan: IPPrefix(IPAddress(10, 255, h, 0), length: 24), style, link)
  }

  func spoke(_ number: Int, _ style: LANStyle, _ link: LinkSettings) -> LabNode {
    let k = UInt32(number)
    let nbma = isLarge ? 0x6440_0000 + (k - 1) / 250 * 256 + (k - 1) % 250 + 1 : 0xcb00_7100 + k
    let lan = k <= 250 ? 0xc0a8_0000 + k * 256 : 0xac10_0000 + (k - 251) * 256
    return node(
      .spoke, number, nbma: IPAddress(v4: nbma), length: isLarge ? 10 : 24,
      gateway: isLarge ? IPAddress(100, 127, 255, 254) : IPAddress(203, 0, 113, 254),
      tunnel: IPAddress(v4: 0x0a00_0000 + (k - 1) / 240 * 256 + (k - 1) % 240 + 11), lan: IPPrefix(IPAddress(v4: lan), length: 24),
      style, link)
  }

  /// Address, length and gateway of spoke `number` behind a NAT.
  static func inside(_ number: Int) -> (IPAddress, Int, IPAddress) {
    let k = UInt32(number)
    return (IPAddress(v4: 0xc612_0000 + (k - 1) / 250 * 256 + (k - 1) % 250 + 1), 15, IPAddress(198, 19, 255, 254))
  }

  /// Node `number` of a site, 0 for the hub: the addresses of the files in `config/`.
  static func siteNode(_ number: Int) -> LabNode {
    let k = UInt8(truncatingIfNeeded: number == 0 ? 1 : number + 10)
    var node = AddressPlan(isLarge: false).node(
      number == 0 ? .hub : .spoke, max(1, number), nbma: IPAddress(198, 51, 100, k), length: 24, gateway: IPAddress(198, 51, 100, 254),
      tunnel: IPAddress(10, 0, 0, k), lan: IPPrefix(IPAddress(192, 168, k, 0), length: 24), .behindNodes, LinkSettings())
    if number == 0 { node.name = "hub" }
    return node
  }

  private func node(
    _ role: LabNode.Role, _ number: Int, nbma: IPAddress, length: Int, gateway: IPAddress, tunnel: IPAddress, lan: IPPrefix,
    _ style: LANStyle, _ link: LinkSettings
  ) -> LabNode {
    let hasLAN = style == .behindNodes
    return LabNode(
      name: (role == .hub ? "hub" : "spoke") + String(number), role: role, number: number, nbma: nbma, nbmaLength: length,
      publicNBMA: nbma, nbmaGateway: gateway, tunnelAddress: tunnel, lan: hasLAN ? lan : nil,
      lanAddress: hasLAN ? IPAddress(v4: lan.address.v4Bits + 1) : nil,
      host: hasLAN ? IPAddress(v4: lan.address.v4Bits + 10) : tunnel, link: link, nat: nil)
  }
}
