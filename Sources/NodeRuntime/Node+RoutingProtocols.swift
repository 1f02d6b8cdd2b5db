// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Interfaces
import ODR
import Policy
import ProtocolKit
import RIP
import Routing
import Wire

/// What the node keeps for its routing protocols.
struct RoutingState {
  /// What the protocols were told of interfaces.
  var interfaces: [InterfaceID: RoutingInterface] = [:]
  /// Ports of protocols by tunnel, whose datagrams the packet path hands up.
  var tunnelPorts: [InterfaceID: Set<UInt16>] = [:]
  /// The addresses that tunnels' lives depend on, in order; nil when they may have changed.
  var underlay: [IPAddress]?
  /// Learned routes that would lead a tunnel's own packets into it.
  var refused: [RefusedOffer: RouteUpdate] = [:]
  /// NBMA addresses that this turn gave up, while routes are refused.
  var leftNBMA: [IPAddress] = []
  /// Whose routes are judged here: static ones are by themselves, and the host answers for its own.
  static let learned: Set<RouteSource> = [.bgp, .rip, .odr]
  /// More than this many are forgotten: they come again with the protocol's next word.
  static let refusedLimit = 256
  /// Changes of the table that one turn carries on: about a millisecond of work, and a few more where the kernel takes them.
  static let changesPerTurn = 1_024
  /// How many the present turn has carried on.
  var changesTaken = 0
  /// What each protocol runs by.
  var rip = RIPSettings()
  var odr = ODRSettings()
  var bgp: BGPSettings?
  var policy = PolicySettings()
}

/// What one protocol offers for one network.
struct RefusedOffer: Hashable, Comparable {
  let prefix: IPPrefix
  let source: RouteSource

  static func < (a: RefusedOffer, b: RefusedOffer) -> Bool {
    a.prefix != b.prefix ? a.prefix < b.prefix : a.source.rawValue < b.source.rawValue
  }
}

/// Between routing protocols, the table and the network.
///
/// ```
///   settings, interfaces ──▶ protocol ──▶ routes ──▶ RIB ──▶ what others redistribute ──▶ protocol
///                               │ ▲
///                     datagrams ▼ │
///          tunnels: packet path; other interfaces: sockets of the host
/// ```
extension Node {
  // MARK: Configuration

  /// Tells the protocols of settings and interfaces that are others than before.
  func refreshRoutingProtocols() {
    let policy = policyWithKeys
    let rip = settings.ripSettings(policy)
    if rip != routing.rip {
      routing.rip = rip
      enqueue(rip: .configure(rip))
    }
    let odr = settings.odrSettings(policy)
    if odr != routing.odr {
      routing.odr = odr
      enqueue(odr: .configure(odr))
    }
    if policy != routing.policy {
      routing.policy = policy
      enqueue(bgp: .policy(policy))
    }
    if settings.bgp.settings != routing.bgp {
      routing.bgp = settings.bgp.settings
      enqueue(bgp: .configure(settings.bgp.settings))
    }
    refreshRoutingInterfaces()
  }

  private func refreshRoutingInterfaces() {
    let now = currentRoutingInterfaces
    for id in routing.interfaces.keys.sorted() where now[id] == nil {
      enqueue(rip: .interfaceGone(id))
      enqueue(odr: .interfaceGone(id))
      enqueue(bgp: .interfaceGone(id))
    }
    for (id, interface) in now.sorted(by: { $0.key < $1.key }) where routing.interfaces[id] != interface {
      enqueue(rip: .interface(interface))
      enqueue(odr: .interface(interface))
      enqueue(bgp: .interface(interface))
    }
    routing.interfaces = now
  }

  private var currentRoutingInterfaces: [InterfaceID: RoutingInterface] {
    var all: [InterfaceID: RoutingInterface] = [:]
    for (id, state) in tunnels {
      guard let t = settings.interfaces[name(of: id)]?.interface else { continue }
      // Link-local addresses last: protocols take the first that fits.
      let own = ([t.address].compactMap { $0 } + t.ipv6.addresses).map { IPPrefixAddress($0.address, length: $0.length) }
      let addresses = own + (t.linkLocalAddress().map { [IPPrefixAddress($0, length: 64)] } ?? [])
      all[id] = RoutingInterface(
        id: id, name: name(of: id), isUp: state.isUp, isTunnel: true, isMultipoint: t.tunnel.mode == .multipoint, addresses: addresses,
        mtu: state.forwarding.mtu)
    }
    for host in hostInterfaces.values where host.exists {
      let name = configuredName(ofPlatform: host.name), id = id(of: name)
      guard tunnels[id] == nil else { continue }
      all[id] = RoutingInterface(
        id: id, name: name, isUp: host.isUp, isTunnel: false, isMultipoint: false,
        addresses: host.addresses.map { IPPrefixAddress($0.address, length: $0.length) }, mtu: host.mtu)
    }
    return all
  }

  // MARK: What protocols want

  func perform(_ output: RIPEngine.Output, _ cause: EventID) {
    switch output {
    case .routes(let updates): for update in updates { apply(update) }
    case .port(let effect): perform(effect)
    case .redistribute(let sources): table.redistribute(into: .rip, from: Set(sources))
    }
  }

  func perform(_ output: ODREngine.Output, _ cause: EventID) {
    switch output {
    case .routes(let updates): for update in updates { apply(update) }
    case .port(let effect): perform(effect)
    case .redistribute(let sources): table.redistribute(into: .odr, from: Set(sources))
    }
  }

  func perform(_ output: BGPEngine.Output, _ cause: EventID) {
    switch output {
    case .routes(let updates): for update in updates { apply(update) }
    case .stream(let effect):
      debug(effect)
      effects.append(.stream(effect))
    case .redistribute(let sources): table.redistribute(into: .bgp, from: Set(sources))
    }
  }

  /// Gives the table what a protocol learned, but for a route that would lead a tunnel's own packets into it. `isAgain`: it was refused
  /// before, and that was said.
  private func apply(_ update: RouteUpdate, isAgain: Bool = false) {
    table.apply(update)
    switch update {
    case .withdrawAll(let source): routing.refused = routing.refused.filter { $0.key.source != source }
    case .paths(let prefix, let source, _):
      if !routing.refused.isEmpty { routing.refused[RefusedOffer(prefix: prefix, source: source)] = nil }
      guard mayHoldUnderlay(prefix) else { return }
      for (id, state) in tunnels.sorted(by: { $0.key < $1.key }) where !bypassesTable(id) {
        refuseLearned(leading: liveNBMA(state, id).filter(prefix.contains), into: id, isAgain: isAgain)
      }
    }
  }

  /// Takes out of the table what protocols learned that leads a tunnel's NBMA addresses into it, until each has another way or none. Where a
  /// peer that NHRP found has no other way, the routes stay: without its default a spoke would lose the hub for a shortcut that works no
  /// better for it.
  func refuseLearned(leading addresses: [IPAddress], into id: InterfaceID, isAgain: Bool = false) {
    guard learnsRoutes else { return }
    for nbma in addresses {
      let offers = refuseLearned(leading: nbma, into: id)
      if offers.isEmpty { continue }
      if table.entry(for: nbma, includingShortcuts: false) == nil, !isConfigured(nbma, id) {
        for offer in offers { if let update = routing.refused.removeValue(forKey: offer) { table.apply(update) } }
      } else if !isAgain {
        for offer in offers { recordRefused(offer.prefix, nbma, id) }
      }
    }
  }

  private func refuseLearned(leading nbma: IPAddress, into id: InterfaceID) -> [RefusedOffer] {
    var offers: [RefusedOffer] = []
    while let (prefix, _) = RecursionCheck.offendingRoute(nbma: [nbma], tunnel: id, in: table) {
      guard let source = table.entry(for: nbma, includingShortcuts: false)?.route.source, RoutingState.learned.contains(source) else { break }
      refuse(prefix, of: source)
      offers.append(RefusedOffer(prefix: prefix, source: source))
    }
    return offers
  }

  /// Whether a routing protocol runs. Without one a shortcut that comes or goes has nothing to be judged by.
  private var learnsRoutes: Bool { routing.bgp != nil || routing.rip.router != nil || !routing.odr.interfaces.isEmpty || routing.odr.router != nil }

  private func recordRefused(_ prefix: IPPrefix, _ nbma: IPAddress, _ id: InterfaceID) {
    record(JournalRecord(.recursiveRouteRefused, interface: id, a: prefix.address, b: nbma, x: UInt32(prefix.length)))
  }

  private func isConfigured(_ nbma: IPAddress, _ id: InterfaceID) -> Bool {
    tunnels[id].map { configuredNBMA($0, id).contains(nbma) } ?? false
  }

  private func refuse(_ prefix: IPPrefix, of source: RouteSource) {
    let routes = table.candidates(prefix).filter { $0.source == source }
    table.apply(.paths(prefix, source, []))
    guard routing.refused.count < RoutingState.refusedLimit else { return }
    routing.refused[RefusedOffer(prefix: prefix, source: source)] = .paths(prefix, source, routes)
  }

  /// Whether any tunnel's life depends on an address inside a network.
  private func mayHoldUnderlay(_ prefix: IPPrefix) -> Bool {
    if routing.underlay == nil { routing.underlay = Set(tunnels.flatMap { liveNBMA($0.value, $0.key) }).sorted() }
    let all = routing.underlay ?? []
    var (low, high) = (0, all.count)
    while low < high {
      let middle = (low + high) / 2
      if all[middle] < prefix.address { low = middle + 1 } else { high = middle }
    }
    return low < all.count && prefix.contains(all[low])
  }

  /// Routes that were refused may do no harm any more: the ways to the underlay changed.
  func reconsiderRefused() {
    routing.leftNBMA = []
    for offer in routing.refused.keys.sorted() { reconsider(offer) }
  }

  /// The same for those that hold an address which no tunnel needs any more; once for all that a turn gave up.
  func reconsiderLeft() {
    guard !routing.leftNBMA.isEmpty else { return }
    let left = routing.leftNBMA
    routing.leftNBMA = []
    for offer in routing.refused.keys.sorted() where left.contains(where: offer.prefix.contains) { reconsider(offer) }
  }

  private func reconsider(_ offer: RefusedOffer) {
    if let update = routing.refused[offer] { apply(update, isAgain: true) }
  }

  /// A peer's NBMA address came, changed or went: routes that were harmless may lead to it now, and refused ones be harmless.
  func underlayMoved(_ id: InterfaceID, from old: IPAddress?, to new: IPAddress?) {
    routing.underlay = nil
    guard old != new, !bypassesTable(id) else { return }
    if let new { refuseLearned(leading: [new], into: id) }
    if let old, !routing.refused.isEmpty { routing.leftNBMA.append(old) }
  }

  /// Tells the protocols what they redistribute, as the table chose it.
  func redistribute() {
    for (target, changes) in table.takeRedistribution() {
      switch target {
      case .rip: enqueue(rip: .redistributed(changes))
      case .odr: enqueue(odr: .redistributed(changes))
      case .bgp: enqueue(bgp: .redistributed(changes))
      case .connected, .local, .static, .kernel, .nhrp: break
      }
    }
  }

  private func perform(_ effect: DatagramPort.Effect) {
    debug(effect)
    switch effect {
    case .join(let id, let port, _) where tunnels[id] != nil: setPort(port, on: id, isWanted: true)
    case .leave(let id, let port, _) where tunnels[id] != nil: setPort(port, on: id, isWanted: false)
    case .send(let d) where tunnels[d.interface] != nil: send(d)
    case .sendLink(let id, let protocolType, let bytes):
      effects.append(.inject(.toMany(id, protocolType: protocolType, bytes: bytes)))
    case .join(let id, _, _), .leave(let id, _, _): effects.append(.routingPort(device: platformName(of: id), effect))
    case .send(let d): effects.append(.routingPort(device: platformName(of: d.interface), effect))
    }
  }

  // Asked for each route of the kernel: the settings are not to be copied for it.
  func platformName(of id: InterfaceID) -> String {
    let name = name(of: id)
    return settings.platformNames[name] ?? name
  }

  private func setPort(_ port: UInt16, on id: InterfaceID, isWanted: Bool) {
    if isWanted { routing.tunnelPorts[id, default: []].insert(port) } else { routing.tunnelPorts[id]?.remove(port) }
    guard let configuration = settings.interfaces[name(of: id)], var state = tunnels[id] else { return }
    updateForwarding(id, configuration, state.forwarding.source, &state)
    tunnels[id] = state
  }

  private func send(_ d: Datagram) {
    guard let packet = InnerDatagram.udp(d) else { return }
    let isToMany = d.destination.isMulticast || d.destination.isBroadcast || isNetworkBroadcast(d.destination, on: d.interface)
    let protocolType: UInt16 = d.source.isV4 ? 0x0800 : 0x86dd
    effects.append(.inject(isToMany ? .toMany(d.interface, protocolType: protocolType, bytes: packet) : .inner(.default, bytes: packet)))
  }

  private func isNetworkBroadcast(_ address: IPAddress, on id: InterfaceID) -> Bool {
    routing.interfaces[id]?.addresses.contains { $0.network.broadcast == address } ?? false
  }

  // MARK: What performers of ports ask

  /// Whether an address is one of the node's own.
  public func owns(_ address: IPAddress) -> Bool {
    routing.interfaces.values.contains { $0.addresses.contains { $0.address == address } }
  }

  /// The address that packets of the node itself to `destination` leave with; nil where no route leads there.
  public func sourceAddress(towards destination: IPAddress) -> IPAddress? {
    guard let match = table.longestMatch(for: destination, vrf: .default), let interface = routing.interfaces[match.interface] else { return nil }
    let fitting = interface.addresses.filter { $0.address.isV4 == destination.isV4 }
    return (fitting.first { $0.network.contains(destination) } ?? fitting.first)?.address
  }

  // MARK: What comes in

  /// A datagram of a routing protocol that came out of a tunnel.
  func takeRouting(_ p: PuntedPacket) {
    guard let datagram = InnerDatagram.parse(p.bytes, on: p.interface), maySpeak(p.peer, as: datagram.source) else { return }
    took(.received(datagram))
  }

  /// A packet of CDP, which names its sender itself.
  func takeCDP(_ p: PuntedPacket) {
    let event = DatagramPort.Event.receivedLink(p.interface, protocolType: 0x2000, nbmaSource: p.nbmaSource, peer: p.peer, bytes: p.bytes)
    guard let speakers = announcements.speakers(for: p.peer) else { return took(event) }
    debug(event)
    enqueue(odr: .heard(event, as: speakers))
  }

  /// Something came in for a routing protocol.
  func took(_ event: DatagramPort.Event) {
    debug(event)
    switch event {
    case .received(let d) where d.destinationPort == RIPNumbers.port: enqueue(rip: .port(event))
    case .receivedLink(let id, _, let nbma, let peer, let bytes):
      let stolen = addressOfAnother(in: bytes, from: nbma, peer, on: id)
      enqueue(odr: stolen.map { .impostor(id, address: $0, nbma: nbma) } ?? .port(event))
    case .received: break
    }
  }

  /// A tunnel address that a CDP packet names and NHRP knows to be another peer's: what CDP says of itself nobody vouches for.
  private func addressOfAnother(in bytes: [UInt8], from nbma: IPAddress, _ peer: ProtectionID, on id: InterfaceID) -> IPAddress? {
    guard let packet = try? CDPPacket.decode(bytes) else { return nil }
    let named = packet.addresses + [packet.gateway].compactMap { $0 }
    return named.first { address in
      guard address.isV4, let known = nhrp.mapping(for: IPPrefix(host: address), on: id), known.isUsable, known.kind != .local else { return false }
      // Behind a NAT several peers have one address.
      return known.peer != .none && peer != .none ? known.peer != peer : known.nbma != nbma
    }
  }
}
