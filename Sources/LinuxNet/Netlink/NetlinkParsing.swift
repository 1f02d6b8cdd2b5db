// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Wire

extension LinkRow {
  /// Reads a link message; nil where it is broken or about a bridge port rather than a link.
  init?(_ message: NetlinkMessage) {
    guard message.body.load(UInt8.self, at: 0) == UInt8(AF_UNSPEC), let index = message.body.load(UInt32.self, at: 4),
      let flags = message.body.load(UInt32.self, at: 8)
    else { return nil }
    let attributes = message.attributes(from: 16)
    guard let name = attributes.text(LinkAttribute.name) else { return nil }
    func has(_ bit: UInt32) -> Bool { flags & bit != 0 }
    // IFF_UP 0x1, IFF_LOOPBACK 0x8, IFF_POINTOPOINT 0x10, IFF_RUNNING 0x40
    self.init(
      index: index, name: name, isUp: has(0x1), isRunning: has(0x1) && has(0x40), mtu: attributes.u32(LinkAttribute.mtu) ?? 0,
      isLoopback: has(0x8), isPointToPoint: has(0x10),
      kind: attributes.nested(LinkAttribute.linkInfo)?.text(LinkAttribute.infoKind) ?? "")
  }
}

extension InterfaceAddress {
  /// Reads an address message: the link's index and the address.
  static func parse(_ message: NetlinkMessage) -> (index: UInt32, address: InterfaceAddress)? {
    guard let length = message.body.load(UInt8.self, at: 1), let index = message.body.load(UInt32.self, at: 4) else { return nil }
    let attributes = message.attributes(from: 8)
    // On a point-to-point link IFA_ADDRESS is the far end and IFA_LOCAL ours; IPv6 often has IFA_ADDRESS alone.
    guard let own = attributes.address(AddressAttribute.local) ?? attributes.address(AddressAttribute.address) else { return nil }
    return (index, InterfaceAddress(own, prefixLength: min(Int(length), own.bitWidth)))
  }
}

extension KernelRoute {
  /// Reads a route message into one route per next hop; empty for what is no route of ours to know
  /// (local and broadcast entries, cached ones, other families).
  static func parse(_ message: NetlinkMessage) -> [KernelRoute] {
    guard let fixed = RouteFixedPart(message.body), fixed.flags & RouteAttribute.flagCloned == 0,
      let kind = Kind(rawValue: fixed.kind)
    else { return [] }
    let attributes = message.attributes(from: RouteFixedPart.byteCount)
    guard let prefix = fixed.prefix(attributes.address(RouteAttribute.destination)) else { return [] }
    let route = KernelRoute(
      prefix: prefix, gateway: attributes.address(RouteAttribute.gateway),
      interfaceIndex: attributes.u32(RouteAttribute.outgoingInterface) ?? 0, metric: attributes.u32(RouteAttribute.priority) ?? 0,
      protocolNumber: fixed.protocolNumber, table: attributes.u32(RouteAttribute.table) ?? UInt32(fixed.table), kind: kind,
      preferredSource: attributes.address(RouteAttribute.preferredSource),
      isGatewayOnLink: fixed.flags & RouteAttribute.flagOnLink != 0)
    guard let hops = attributes[RouteAttribute.multipath] else { return [route] }
    return route.expanded(over: hops)
  }

  /// One route per entry of RTA_MULTIPATH: length, flags, weight, interface, attributes.
  private func expanded(over hops: NetlinkBytes) -> [KernelRoute] {
    var routes: [KernelRoute] = []
    var at = 0
    while let length = hops.load(UInt16.self, at: at), length >= 8, let index = hops.load(UInt32.self, at: at + 4),
      let rest = hops.part(from: at + 8, to: at + Int(length))
    {
      var route = self
      route.interfaceIndex = index
      route.gateway = NetlinkAttributes(rest).address(RouteAttribute.gateway)
      routes.append(route)
      at += (Int(length) + 3) & ~3
    }
    return routes
  }
}

/// `struct rtmsg`.
private struct RouteFixedPart {
  static let byteCount = 12
  var family: UInt8
  var length: UInt8
  var table: UInt8
  var protocolNumber: UInt8
  var kind: UInt8
  var flags: UInt32

  init?(_ body: NetlinkBytes) {
    guard let flags = body.load(UInt32.self, at: 8), let first = body.load(UInt64.self, at: 0) else { return nil }
    let bytes = hostBytes(first)
    (family, length, table, protocolNumber, kind) = (bytes[0], bytes[1], bytes[4], bytes[5], bytes[7])
    self.flags = flags
  }

  /// The route's network; a missing destination is the default route of the family.
  func prefix(_ destination: IPAddress?) -> IPPrefix? {
    switch Int32(family) {
    case AF_INET where destination?.isV4 ?? true: IPPrefix(destination ?? .anyV4, length: Int(length))
    case AF_INET6 where !(destination?.isV4 ?? false): IPPrefix(destination ?? .anyV6, length: Int(length))
    default: nil
    }
  }
}
