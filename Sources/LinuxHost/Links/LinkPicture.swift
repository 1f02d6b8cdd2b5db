// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

/// What the kernel said of its links, addresses and routes, put together, and how that differs from what the node was told.
///
/// The kernel speaks of links by index and in single messages; the node wants whole interfaces by name. So this keeps the
/// kernel's rows and compares pictures: a rename is one interface gone and another come. Left out are loopback
/// and IPv6 link-local addresses, what leads into our own TUN devices, and the routes the kernel makes for connected networks, which
/// the node makes for itself.
struct LinkPicture {
  private struct Link {
    var row: LinkRow
    var addresses: [InterfaceAddress] = []
  }

  private struct RouteKey: Hashable, Comparable {
    var prefix: IPPrefix
    var gateway: IPAddress?
    var interface: String

    static func < (a: RouteKey, b: RouteKey) -> Bool {
      if a.prefix != b.prefix { return a.prefix < b.prefix }
      if a.gateway != b.gateway { return (a.gateway ?? .anyV4) < (b.gateway ?? .anyV4) }
      return a.interface < b.interface
    }
  }

  private var links: [UInt32: Link] = [:]
  private var routes: Set<KernelRoute> = []
  /// What was known before a resync and has not been reported again.
  private var unseenLinks: Set<UInt32> = []
  private var unseenAddresses: [UInt32: Set<InterfaceAddress>] = [:]
  private var unseenRoutes: Set<KernelRoute> = []
  private var isResyncing = true
  private var routesChanged = false
  private var toldInterfaces: [String: HostInterface] = [:]
  private var toldRoutes: [RouteKey: UInt32] = [:]

  /// Whether the kernel's first report is complete.
  private(set) var isComplete = false

  /// RTPROT_KERNEL: made by the kernel itself for an address.
  private static let kernelProtocol: UInt8 = 2

  // MARK: What the kernel says

  mutating func take(_ event: LinkEvent) {
    switch event {
    case .link(let row):
      unseenLinks.remove(row.index)
      if links[row.index]?.row.name != row.name { routesChanged = true }
      links[row.index, default: Link(row: row)].row = row
    case .linkGone(let index, _): forget(index)
    case .address(let index, let address, let added): takeAddress(index, address, added)
    case .route(let route, let added): takeRoute(route, added)
    case .routesReplaced(let prefix, let metric):
      routes = routes.filter { $0.prefix != prefix || $0.metric != metric }
      routesChanged = true
    case .resyncBegan: beginResync()
    case .resyncEnded: endResync()
    }
  }

  private mutating func takeAddress(_ index: UInt32, _ address: InterfaceAddress, _ added: Bool) {
    unseenAddresses[index]?.remove(address)
    links[index]?.addresses.removeAll { $0 == address }
    if added { links[index]?.addresses.append(address) }
  }

  private mutating func takeRoute(_ route: KernelRoute, _ added: Bool) {
    guard Self.isTold(route.prefix), route.kind == .unicast, route.protocolNumber != KernelRoute.ownProtocol,
      route.protocolNumber != Self.kernelProtocol
    else { return }
    unseenRoutes.remove(route)
    if added { routes.insert(route) } else { routes.remove(route) }
    routesChanged = true
  }

  private mutating func forget(_ index: UInt32) {
    links[index] = nil
    routes = routes.filter { $0.interfaceIndex != index }
    routesChanged = true
  }

  private mutating func beginResync() {
    isResyncing = true
    unseenLinks = Set(links.keys)
    unseenAddresses = links.mapValues { Set($0.addresses) }
    unseenRoutes = routes
  }

  private mutating func endResync() {
    for index in unseenLinks { forget(index) }
    for (index, gone) in unseenAddresses { links[index]?.addresses.removeAll { gone.contains($0) } }
    routes.subtract(unseenRoutes)
    routesChanged = true
    (isResyncing, isComplete) = (false, true)
  }

  // MARK: What the node is told

  /// The index of a link by name, as far as it was reported.
  func index(of name: String) -> UInt32? { links.first { $0.value.row.name == name }?.key }

  /// Whether a link was reported up.
  func isUp(_ index: UInt32) -> Bool { links[index]?.row.isUp ?? false }

  /// What changed since the last call; nothing while a resync is under way.
  mutating func changes() -> [HostEvent] {
    guard !isResyncing else { return [] }
    var events = interfaceChanges()
    if routesChanged { events += routeChanges() }
    routesChanged = false
    return events
  }

  private mutating func interfaceChanges() -> [HostEvent] {
    let now = Dictionary(links.values.filter { !Self.isOurs($0.row) }.map { ($0.row.name, Self.interface($0)) }) { first, _ in first }
    var events: [HostEvent] = []
    for name in toldInterfaces.keys.sorted() where now[name] == nil {
      events.append(.interface(HostInterface(name: name, exists: false, isUp: false)))
    }
    for name in now.keys.sorted() where now[name] != toldInterfaces[name] {
      if let interface = now[name] { events.append(.interface(interface)) }
    }
    toldInterfaces = now
    return events
  }

  private mutating func routeChanges() -> [HostEvent] {
    var now: [RouteKey: UInt32] = [:]
    for route in routes {
      guard let link = links[route.interfaceIndex], !Self.isOurs(link.row) else { continue }
      let key = RouteKey(prefix: route.prefix, gateway: route.gateway, interface: link.row.name)
      now[key] = min(now[key] ?? .max, route.metric)
    }
    var events: [HostEvent] = []
    for (key, metric) in toldRoutes.sorted(by: { $0.key < $1.key }) where now[key] != metric {
      events.append(.hostRoute(Self.route(key, metric), isPresent: false))
    }
    for (key, metric) in now.sorted(by: { $0.key < $1.key }) where toldRoutes[key] != metric {
      events.append(.hostRoute(Self.route(key, metric), isPresent: true))
    }
    toldRoutes = now
    return events
  }

  private static func route(_ key: RouteKey, _ metric: UInt32) -> HostRoute {
    HostRoute(prefix: key.prefix, gateway: key.gateway, interface: key.interface, metric: metric)
  }

  private static func interface(_ link: Link) -> HostInterface {
    // IPv4 first: it is what an interface is known by.
    let told = link.addresses.filter { !$0.address.isLoopback && !$0.address.isLinkLocal }
    let addresses = told.filter(\.address.isV4) + told.filter { !$0.address.isV4 }
    return HostInterface(
      name: link.row.name, isUp: link.row.isRunning, mtu: Int(clamping: link.row.mtu),
      addresses: addresses.map { HostAddress($0.address, length: $0.prefixLength) })
  }

  /// Not IPv6 multicast, nor what is on every link alike.
  private static func isTold(_ prefix: IPPrefix) -> Bool {
    prefix.address.isV4 || !prefix.address.isMulticast && !prefix.address.isLinkLocal
  }

  /// A TUN device named like a tunnel of ours: the node knows it already, from its configuration.
  private static func isOurs(_ row: LinkRow) -> Bool { row.kind == "tun" && row.name.hasPrefix("Tunnel") }
}
