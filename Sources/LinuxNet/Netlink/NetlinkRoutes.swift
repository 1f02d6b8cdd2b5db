// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Wire

/// Asks and changes the host's links, addresses and routes. Each call is one request and its answer, within five
/// seconds or an error; one thread at a time.
public final class NetlinkRoutes {
  let socket: NetlinkSocket

  /// Opens the request socket.
  public init() throws(SystemError) { socket = try NetlinkSocket(groups: 0, isBlocking: true) }

  // MARK: What is there

  /// All links.
  public func links() throws(SystemError) -> [LinkRow] {
    var rows: [LinkRow] = []
    try socket.perform(.dump(NetlinkNumber.dumpLink), "list interfaces") { if let row = LinkRow($0) { rows.append(row) } }
    return rows
  }

  /// All addresses, with the index of their link.
  public func addresses() throws(SystemError) -> [(index: UInt32, address: InterfaceAddress)] {
    var rows: [(index: UInt32, address: InterfaceAddress)] = []
    try socket.perform(.dump(NetlinkNumber.dumpAddress), "list addresses") {
      if let row = InterfaceAddress.parse($0) { rows.append(row) }
    }
    return rows
  }

  /// All routes of both families in one table.
  public func routes(table: UInt32 = KernelRoute.mainTable) throws(SystemError) -> [KernelRoute] {
    var rows: [KernelRoute] = []
    for family in [AF_INET, AF_INET6] {
      do {
        try socket.perform(.dump(NetlinkNumber.dumpRoute, family: family, table: table), "list routes") {
          rows += KernelRoute.parse($0)
        }
      } catch where [ENOENT, EAFNOSUPPORT, EOPNOTSUPP, EPROTONOSUPPORT].contains(error.errno) {
        continue  // a table that holds nothing yet, or a host without IPv6
      }
    }
    return rows.filter { $0.table == table }
  }

  // MARK: Links

  /// Sets a link up or down, and its MTU where given.
  public func setLink(_ index: UInt32, isUp: Bool? = nil, mtu: UInt32? = nil) throws(SystemError) {
    let flags: UInt32 = isUp == true ? 1 : 0
    let change: UInt32 = isUp == nil ? 0 : 1
    let fixed: [UInt8] = [UInt8(AF_UNSPEC), 0, 0, 0] + hostBytes(index) + hostBytes(flags) + hostBytes(change)
    var request = NetlinkRequest(type: NetlinkNumber.newLink, flags: NetlinkNumber.acknowledge, fixed: fixed)
    if let mtu { request.attribute(LinkAttribute.mtu, mtu) }
    try socket.perform(request, "change interface \(index)")
  }

  // MARK: Addresses

  /// Gives a link an address, or changes the one it has. Without `addsPrefixRoute` the kernel makes no connected route.
  public func installAddress(
    _ own: InterfaceAddress, onLink index: UInt32, addsPrefixRoute: Bool = true
  ) throws(SystemError) {
    var request = addressRequest(
      NetlinkNumber.newAddress, NetlinkNumber.acknowledge | NetlinkNumber.create | NetlinkNumber.replace, own, index)
    // Nobody else can hold an IPv6 address of ours on a link we are the only end of.
    let flags = (addsPrefixRoute ? 0 : AddressAttribute.noPrefixRoute) | (own.address.isV4 ? 0 : AddressAttribute.noDuplicateDetection)
    if flags != 0 { request.attribute(AddressAttribute.flags, flags) }
    try socket.perform(request, "add address \(own.address)/\(own.prefixLength)")
  }

  /// Takes an address off a link. False when it was not there.
  @discardableResult
  public func removeAddress(_ own: InterfaceAddress, onLink index: UInt32) throws(SystemError) -> Bool {
    let request = addressRequest(NetlinkNumber.deleteAddress, NetlinkNumber.acknowledge, own, index)
    return try succeeds(request, "remove address \(own.address)/\(own.prefixLength)", unless: [EADDRNOTAVAIL, ENODEV])
  }

  private func addressRequest(_ type: UInt16, _ flags: UInt16, _ own: InterfaceAddress, _ index: UInt32) -> NetlinkRequest {
    let family = UInt8(own.address.isV4 ? AF_INET : AF_INET6)
    let fixed = [family, UInt8(clamping: own.prefixLength), 0, 0] + hostBytes(index)
    var request = NetlinkRequest(type: type, flags: flags, fixed: fixed)
    request.attribute(AddressAttribute.local, own.address.bytes)
    request.attribute(AddressAttribute.address, own.address.bytes)
    return request
  }

  // MARK: Routes

  /// Installs a route. With `replaces` it takes the place of one with the same prefix, metric and table,
  /// *whoever made that*; without, such a one is the error EEXIST.
  public func install(_ route: KernelRoute, replaces: Bool = true) throws(SystemError) {
    let flags = NetlinkNumber.acknowledge | NetlinkNumber.create | (replaces ? NetlinkNumber.replace : NetlinkNumber.exclusive)
    try socket.perform(route.request(NetlinkNumber.newRoute, flags: flags), "install route \(route.prefix)")
  }

  /// Removes a route that matches in prefix, table, protocol, and (where given) interface, gateway and metric.
  /// False when there was none.
  @discardableResult
  public func remove(_ route: KernelRoute) throws(SystemError) -> Bool {
    try succeeds(
      route.request(NetlinkNumber.deleteRoute, flags: NetlinkNumber.acknowledge), "remove route \(route.prefix)",
      unless: [ESRCH, ENOENT, ENODEV])
  }

  /// Removes all routes of one protocol, over one interface or over all. Returns how many there were.
  @discardableResult
  public func flushRoutes(
    protocolNumber: UInt8 = KernelRoute.ownProtocol, interfaceIndex: UInt32? = nil, table: UInt32 = KernelRoute.mainTable
  ) throws(SystemError) -> Int {
    var removed = 0
    for route in try routes(table: table)
    where route.protocolNumber == protocolNumber && (interfaceIndex ?? route.interfaceIndex) == route.interfaceIndex {
      if try remove(route) { removed += 1 }
    }
    return removed
  }

  private func succeeds(_ request: NetlinkRequest, _ purpose: String, unless absent: [Int32]) throws(SystemError) -> Bool {
    do {
      try socket.perform(request, purpose)
      return true
    } catch where absent.contains(error.errno) {
      return false
    }
  }
}

extension KernelRoute {
  /// The request to make or remove this route.
  func request(_ type: UInt16, flags: UInt16) -> NetlinkRequest {
    let isRemoval = type == NetlinkNumber.deleteRoute
    let family = UInt8(prefix.address.isV4 ? AF_INET : AF_INET6)
    let fixed: [UInt8] = [
      family, prefix.length, 0, 0, table < 256 ? UInt8(table) : 0, protocolNumber, scope(isRemoval), kind.rawValue,
    ]
    var request = NetlinkRequest(
      type: type, flags: flags, fixed: fixed + hostBytes(isGatewayOnLink ? RouteAttribute.flagOnLink : UInt32(0)))
    request.attribute(RouteAttribute.destination, prefix.address.bytes)
    if table >= 256 { request.attribute(RouteAttribute.table, table) }
    if interfaceIndex != 0 { request.attribute(RouteAttribute.outgoingInterface, interfaceIndex) }
    if let gateway { request.attribute(RouteAttribute.gateway, gateway.bytes) }
    if metric != 0 { request.attribute(RouteAttribute.priority, metric) }
    if let preferredSource { request.attribute(RouteAttribute.preferredSource, preferredSource.bytes) }
    return request
  }

  /// IPv4 wants to know how far away the destinations are; a removal says "whatever".
  private func scope(_ isRemoval: Bool) -> UInt8 {
    guard prefix.address.isV4 else { return RouteAttribute.scopeUniverse }
    if isRemoval { return RouteAttribute.scopeNowhere }
    return kind == .unicast && gateway == nil ? RouteAttribute.scopeLink : RouteAttribute.scopeUniverse
  }
}

extension NetlinkRequest {
  /// Asks for everything of a kind.
  static func dump(_ type: UInt16, family: Int32 = AF_UNSPEC, table: UInt32 = KernelRoute.mainTable) -> NetlinkRequest {
    let family = UInt8(family)
    switch type {
    case NetlinkNumber.dumpLink:
      return NetlinkRequest(type: type, flags: NetlinkNumber.dump, fixed: [family] + [UInt8](repeating: 0, count: 15))
    case NetlinkNumber.dumpAddress:
      return NetlinkRequest(type: type, flags: NetlinkNumber.dump, fixed: [family] + [UInt8](repeating: 0, count: 7))
    default:
      var request = NetlinkRequest(type: type, flags: NetlinkNumber.dump, fixed: [family] + [UInt8](repeating: 0, count: 11))
      request.attribute(RouteAttribute.table, table)
      return request
    }
  }
}
