// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import IKE
import Interfaces
import NHRP
import ProtocolKit
import Routing
import Wire

/// From settings and the host's interfaces to tunnels in force.
extension Node {
  /// Brings everything in line with `new`, touching only what differs. Cannot fail: `new` was validated.
  func apply(_ new: NodeSettings) {
    let old = settings
    settings = new
    takeLeave()
    for name in old.interfaceNames where new.interfaces[name] == nil { removeInterface(name) }
    requestMaterial(wantedMaterial)
    refreshInterfaces()
    // A tunnel's settings decide with (`tunnel route-via`) whether a route is recursive.
    if old.staticRoutes != new.staticRoutes || old.interfaces != new.interfaces { reinstallStatics() }
    if old.tracks != new.tracks { configureTracks(new.tracks) }
    settle()
  }

  /// Brings every configured interface in line with settings and host.
  func refreshInterfaces() {
    for name in settings.interfaceNames {
      guard let configuration = settings.interfaces[name] else { continue }
      if configuration.interface.isTunnel { refreshTunnel(name, configuration) } else { checkAddress(configuration.interface) }
    }
    refreshProtection()
    refreshRoutingProtocols()
  }

  /// Tunnels that end by configuration say so while they still can: NHRP takes back what it gave out, then IKE deletes its associations.
  private func takeLeave() {
    func configuration(_ id: InterfaceID) -> InterfaceConfiguration? { settings.interfaces[name(of: id)] }
    let up = tunnels.filter { $0.value.isUp }
    let moved = up.filter { id, state in configuration(id).flatMap { sourceAddress($0).0 } != state.forwarding.source }.keys.sorted()
    for id in moved where configuration(id)?.interface.isShutdown ?? true { enqueue(.leaving(id)) }
    settle()
    tellProtection(protection.policies.filter { !moved.contains($0.interface) }, protection.globals)
  }

  private func removeInterface(_ name: String) {
    let id = id(of: name)
    guard let state = tunnels.removeValue(forKey: id) else { return }
    keepalives.set(id, nil, at: now)
    for family in IPFamily.allCases { enqueue(.configure(id, nil, family: family)) }
    settle()
    removeConnected(state, id)
    if state.underlay != nil { effects.append(.underlay(id, nil)) }
    if state.device != nil { effects.append(.tunnelDevice(name: name, interface: id, nil)) }
    effects.append(.dataPlane(.tunnel(id, nil)))
  }

  // MARK: One tunnel

  private func refreshTunnel(_ name: String, _ configuration: InterfaceConfiguration) {
    let id = id(of: name)
    table.setKind(id, isTunnel: true)
    var state = tunnels[id] ?? TunnelState()
    let (source, reason) = sourceAddress(configuration)
    state.downReason = reason
    updateDevice(id, configuration, &state)
    updateUnderlay(id, configuration, source, &state)
    updateForwarding(id, configuration, source, &state)
    keepalives.set(id, reason == nil ? configuration.interface.tunnel.sentKeepalive : nil, at: now)
    if keepalives.isLost(id) { state.downReason = "the other end does not answer keepalives" }
    updateLine(id, source, isUp: state.downReason == nil, &state)
    updateConnected(id, configuration, &state)
    tunnels[id] = state
    enqueue(.configure(id, nhrpInterface(name, configuration, source: source, isUp: state.isUp)))
    enqueue(.configure(id, nhrpInterfaceV6(name, configuration, source: source, isUp: state.isUp), family: .v6))
    settle()
  }

  /// The outer source, and why the tunnel cannot work without; nil reason when it can. A tunnel that should be protected and cannot be
  /// has none: it stays down.
  private func sourceAddress(_ c: InterfaceConfiguration) -> (IPAddress?, String?) {
    let (address, reason) = plainSourceAddress(c)
    guard let address, let problem = protectionProblem(of: c, local: address) else { return (address, reason) }
    return (nil, problem)
  }

  private func plainSourceAddress(_ c: InterfaceConfiguration) -> (IPAddress?, String?) {
    let t = c.interface.tunnel
    if c.interface.isShutdown { return (nil, "administratively down") }
    if let mode = t.unsupportedMode { return (nil, "tunnel mode \(mode) is not supported") }
    if let failure = tunnels[id(of: c.interface.name)]?.deviceFailure { return (nil, failure) }
    if t.mode == .point, t.destination == nil { return (nil, "no tunnel destination") }
    switch t.source {
    case nil: return (nil, "no tunnel source")
    case .address(let a):
      guard a.isV4 != t.isOverIPv6 else { return (nil, "tunnel source \(a) does not fit the tunnel mode") }
      let isOurs = hostInterfaces.values.contains { $0.exists && $0.isUp && $0.addresses.contains { $0.address == a } }
      return isOurs ? (a, nil) : (nil, "waiting for address \(a)")
    case .interface(let name): return sourceAddress(of: name, t.isOverIPv6 ? .v6 : .v4)
    }
  }

  private func sourceAddress(of name: String, _ family: IPFamily) -> (IPAddress?, String?) {
    let platform = settings.platformName(of: name)
    guard let host = hostInterfaces[platform], host.exists else { return (nil, "waiting for interface \(platform)") }
    guard host.isUp else { return (nil, "interface \(platform) is down") }
    let interface = settings.interfaces[name]?.interface
    let configured = family == .v4 ? interface?.address?.address : interface?.ipv6.addresses.first?.address
    let own = host.addresses.map(\.address).filter { $0.family == family && !$0.isLinkLocal }
    guard let address = own.first(where: { $0 == configured }) ?? own.first else { return (nil, "interface \(platform) has no address") }
    return (address, nil)
  }

  private func updateDevice(_ id: InterfaceID, _ c: InterfaceConfiguration, _ state: inout TunnelState) {
    let device = c.interface.isShutdown
      ? nil
      : TunnelDevice(
        address: c.interface.address.map { HostAddress($0.address, length: $0.length) }, mtu: innerMTU(c),
        ipv6: c.interface.ipv6Networks.map { HostAddress($0.address, length: $0.length) })
    guard device != state.device else { return }
    state.device = device
    effects.append(.tunnelDevice(name: c.interface.name, interface: id, device))
  }

  private func updateUnderlay(_ id: InterfaceID, _ c: InterfaceConfiguration, _ source: IPAddress?, _ state: inout TunnelState) {
    let binding = source.map {
      UnderlayBinding(
        source: $0, device: c.interface.tunnel.routeVia.map(settings.platformName(of:)),
        setsDontFragment: c.interface.tunnel.discoversPathMTU, isProtected: c.interface.tunnel.protectionProfile != nil)
    }
    guard binding != state.underlay else { return }
    state.underlay = binding
    effects.append(.underlay(id, binding))
  }

  /// The largest inner packet: configured, or what is left of the source's MTU behind outer header and GRE.
  private func innerMTU(_ c: InterfaceConfiguration) -> Int {
    if let mtu = c.interface.ipMTU { return mtu }
    let t = c.interface.tunnel
    var outer = 1500
    if case .interface(let name)? = t.source, let host = hostInterfaces[settings.platformName(of: name)], host.exists { outer = host.mtu }
    func left(_ suite: ESPSuite?, _ mode: IPsecMode) -> Int {
      EncapsulationOverhead.largestInner(
        underlayMTU: outer, key: t.key != nil, suite: suite, mode: mode, udp: true, checksum: t.sendsChecksum, sequence: t.usesSequence,
        isOverV6: t.isOverIPv6)
    }
    // The widest of the suites that may be agreed on, in UDP, for a NAT may turn up.
    let sets = t.protectionProfile.flatMap(settings.crypto.ipsecProfile).map(settings.crypto.transformSets(of:)) ?? []
    return max(68, sets.map { left($0.suite, $0.mode) }.min() ?? left(nil, .transport))
  }

  /// `crypto ipsec df-bit`: the tunnel's own line counts, else that of the interface it leaves by, else that of the node.
  private func protectedDontFragment(_ c: InterfaceConfiguration) -> ProtectedDontFragment {
    var line = c.interface.tunnel.protectedDontFragment
    if line == nil, case .interface(let name)? = c.interface.tunnel.source {
      line = settings.interfaces[name]?.interface.tunnel.protectedDontFragment
    }
    return line ?? settings.crypto.dontFragment ?? .copy
  }

  func updateForwarding(_ id: InterfaceID, _ c: InterfaceConfiguration, _ source: IPAddress?, _ state: inout TunnelState) {
    var f = TunnelForwarding()
    let t = c.interface.tunnel
    f.source = source
    f.destination = t.mode == .point ? t.destination : nil
    (f.key, f.sendsChecksum, f.usesSequence) = (t.key, t.sendsChecksum, t.usesSequence)
    f.addresses = c.interface.allAddresses
    (f.mtu, f.ipv6MTU) = (innerMTU(c), c.interface.ipv6.mtu)
    f.adjustMSS = c.interface.adjustMSS.map { UInt16(clamping: $0) }
    f.ttl = UInt8(clamping: t.ttl)
    f.tos = t.tos.map { UInt8(clamping: $0) }
    f.setsDontFragment = t.discoversPathMTU
    f.protectedDontFragment = protectedDontFragment(c)
    // The core tells NHRP of packets of either version; whether that wants to hear of them it knows itself.
    let running = [c.nhrp, c.nhrpV6].filter { $0.networkID != nil }
    f.networkID = running.first?.networkID
    f.redirects = running.contains(where: \.redirect)
    f.icmpRedirectNetwork = c.interface.sendsICMPRedirects ? c.interface.address?.network : nil
    f.resolves = t.mode == .multipoint && running.contains { !$0.serverOnly }
    f.fallbackNextHops = state.fallback
    f.protectionGroup = protectionGroup(of: id, c)
    f.routingPorts = (routing.tunnelPorts[id] ?? []).sorted()
    guard f != state.forwarding || tunnels[id] == nil else { return }
    state.forwarding = f
    effects.append(.dataPlane(.tunnel(id, f)))
  }

  private func updateLine(_ id: InterfaceID, _ source: IPAddress?, isUp: Bool, _ state: inout TunnelState) {
    guard isUp != state.isUp || tunnels[id] == nil else { return }
    state.isUp = isUp
    state.since = now
    state.waitingSince = isUp ? nil : now
    table.setInterface(id, isUp: isUp)
    if isUp {
      record(JournalRecord(.interfaceUp, interface: id, a: source ?? .anyV4))
    } else if tunnels[id] != nil {
      record(JournalRecord(.interfaceDown, interface: id))
    } else {
      record(JournalRecord(.sourceWaiting, interface: id))
    }
  }

  private func updateConnected(_ id: InterfaceID, _ c: InterfaceConfiguration, _ state: inout TunnelState) {
    // Link-local addresses are on no route: the tunnel a packet is on says which is meant.
    let all = [c.interface.address].compactMap { $0 } + c.interface.ipv6.addresses
    guard state.connected != all.map(\.network) || tunnels[id]?.forwarding.addresses != c.interface.allAddresses else { return }
    removeConnected(state, id)
    for address in all {
      table.add(Route(prefix: address.network, source: .connected, interface: id, installed: now))
      guard address.length < address.address.bitWidth else { continue }
      table.add(Route(prefix: IPPrefix(host: address.address), source: .local, interface: id, installed: now))
    }
    state.connected = all.map(\.network)
  }

  private func removeConnected(_ state: TunnelState, _ id: InterfaceID) {
    table.removeAll(source: .connected, interface: id)
    table.removeAll(source: .local, interface: id)
  }

  private func nhrpInterface(_ name: String, _ c: InterfaceConfiguration, source: IPAddress?, isUp: Bool) -> NHRPInterface {
    NHRPInterface(
      name: name, settings: c.nhrp, address: c.interface.address?.address, isUp: isUp, nbma: source,
      destination: c.interface.tunnel.mode == .point ? c.interface.tunnel.destination : nil,
      isProtected: c.interface.tunnel.protectionProfile != nil)
  }

  private func nhrpInterfaceV6(_ name: String, _ c: InterfaceConfiguration, source: IPAddress?, isUp: Bool) -> NHRPInterface {
    let own = c.interface.ipv6Addresses()
    return NHRPInterface(
      name: name, settings: c.nhrpV6, address: own.first, isUp: isUp, nbma: source,
      destination: c.interface.tunnel.mode == .point ? c.interface.tunnel.destination : nil,
      isProtected: c.interface.tunnel.protectionProfile != nil, furtherAddresses: Array(own.dropFirst()))
  }

  // MARK: The host's side

  func hostInterfaceChanged(_ new: HostInterface) {
    let old = hostInterfaces[new.name]
    guard old != new else { return }
    hostInterfaces[new.name] = new
    let id = id(of: configuredName(ofPlatform: new.name))
    table.setKind(id, isTunnel: false)
    table.setInterface(id, isUp: new.exists && new.isUp)
    table.removeAll(source: .connected, interface: id)
    table.removeAll(source: .local, interface: id)
    if new.exists {
      for a in new.addresses {
        table.add(Route(prefix: a.network, source: .connected, interface: id, installed: now))
        if a.length < a.address.bitWidth { table.add(Route(prefix: IPPrefix(host: a.address), source: .local, interface: id, installed: now)) }
      }
    }
    refreshInterfaces()
    reinstallStatics()
  }

  func hostRouteChanged(_ route: HostRoute, isPresent: Bool) {
    if isPresent { hostRoutes.insert(route) } else { hostRoutes.remove(route) }
    let id = id(of: configuredName(ofPlatform: route.interface))
    if isPresent {
      table.add(
        Route(
          prefix: route.prefix, source: .kernel, distance: route.distance, metric: route.metric, nextHop: route.gateway, interface: id,
          installed: now))
    } else {
      table.remove(prefix: route.prefix, source: .kernel, nextHop: route.gateway, interface: id)
    }
    reinstallStatics()
  }

  func tunnelDeviceAnswered(_ name: String, _ failure: String?) {
    let id = id(of: name)
    guard tunnels[id] != nil, tunnels[id]?.deviceFailure != failure else { return }
    tunnels[id]?.deviceFailure = failure
    refreshInterfaces()
  }

  /// The name of the configuration for an interface of the host: its own where none is given.
  func configuredName(ofPlatform name: String) -> String {
    settings.platformNames.filter { $0.value == name }.keys.min() ?? name
  }

  /// A physical interface's configured address is compared with the host's, never set.
  private func checkAddress(_ interface: InterfaceSettings) {
    guard let wanted = interface.address, let host = hostInterfaces[settings.platformName(of: interface.name)], host.exists else { return }
    let has = host.addresses.contains { $0.address == wanted.address && $0.length == wanted.length }
    let id = id(of: interface.name)
    guard !has, !mismatches.contains(id) else { return }
    mismatches.insert(id)
    record(JournalRecord(.addressMismatch, interface: id, a: wanted.address, b: host.addresses.first?.address ?? .anyV4, x: UInt32(wanted.length)))
  }
}

extension InterfaceSettings {
  /// The node's addresses on a tunnel: IPv4, then IPv6, the link-local one last.
  fileprivate var allAddresses: [IPAddress] { (address.map { [$0.address] } ?? []) + ipv6Addresses() }
  /// The IPv6 ones with their networks.
  fileprivate var ipv6Networks: [InterfaceAddress] {
    ipv6.addresses + (linkLocalAddress().map { [InterfaceAddress(address: $0, length: 64)] } ?? [])
  }
}
