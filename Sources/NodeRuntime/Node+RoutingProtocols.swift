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
  var refused: [IPPrefix: RouteUpdate] = [:]
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
      let addresses = t.address.map { [IPPrefixAddress($0.address, length: $0.length)] } ?? []
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

  /// Gives the table what a protocol learned, but for a route that would lead a tunnel's own packets into it.
  private func apply(_ update: RouteUpdate) {
    table.apply(update)
    guard case .paths(let prefix, let source, let routes) = update else { return }
    routing.refused[prefix] = nil
    guard !routes.isEmpty, mayHoldUnderlay(prefix) else { return }
    for id in tunnels.keys.sorted() where !bypassesTable(id) {
      guard let state = tunnels[id], let (found, nbma) = RecursionCheck.offendingRoute(nbma: liveNBMA(state, id), tunnel: id, in: table),
        found == prefix
      else { continue }
      table.apply(.paths(prefix, source, []))
      if routing.refused.count < RoutingState.refusedLimit { routing.refused[prefix] = update }
      record(JournalRecord(.recursiveRouteRefused, interface: id, a: prefix.address, b: nbma, x: UInt32(prefix.length)))
      return
    }
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
    for (_, update) in routing.refused.sorted(by: { $0.key < $1.key }) { apply(update) }
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

  func platformName(of id: InterfaceID) -> String { settings.platformName(of: name(of: id)) }

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
    let event = DatagramPort.Event.receivedLink(p.interface, protocolType: 0x2000, nbmaSource: p.nbmaSource, bytes: p.bytes)
    guard let speakers = announcements.speakers(for: p.peer) else { return took(event) }
    debug(event)
    enqueue(odr: .heard(event, as: speakers))
  }

  /// Something came in for a routing protocol.
  func took(_ event: DatagramPort.Event) {
    debug(event)
    switch event {
    case .received(let d) where d.destinationPort == RIPNumbers.port: enqueue(rip: .port(event))
    case .receivedLink: enqueue(odr: .port(event))
    case .received: break
    }
  }
}
