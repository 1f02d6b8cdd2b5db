// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Interfaces
import LinuxNet
import NodeRuntime
import ProtocolKit
import Routing
import Wire

// What the configured tunnels and interfaces need of the host.
extension Preflight {
  static func tunnels(_ settings: NodeSettings) -> [InterfaceConfiguration] {
    settings.interfaceNames.compactMap { settings.interfaces[$0] }.filter { $0.interface.isTunnel && !$0.interface.isShutdown }
  }

  /// Whether the node speaks IKE.
  static func hasProtection(_ settings: NodeSettings) -> Bool {
    tunnels(settings).contains { $0.interface.tunnel.protectionProfile != nil }
  }

  /// Whether a tunnel or a LAN has IPv6; what is only below tunnels is not forwarded.
  static func hasInnerIPv6(_ settings: NodeSettings) -> Bool {
    let outer = underlays(settings).map(\.name)
    return settings.interfaceNames.contains { name in
      settings.interfaces[name]?.interface.ipv6.isOn == true && !outer.contains(settings.platformName(of: name))
    }
  }

  /// Host names of the interfaces that a tunnel's packets leave by.
  static func underlayNames(_ tunnel: TunnelSettings, _ settings: NodeSettings) -> [String] {
    var names = [tunnel.routeVia].compactMap(\.self)
    if case .interface(let name)? = tunnel.source { names.append(name) }
    return names.map(settings.platformName(of:))
  }

  /// Those of all tunnels, each with whether one of them wants IPv4 or IPv6 there.
  private static func underlays(_ settings: NodeSettings) -> [(name: String, families: [Bool])] {
    var families: [String: Set<Bool>] = [:]
    for tunnel in tunnels(settings).map(\.interface.tunnel) {
      for name in underlayNames(tunnel, settings) { families[name, default: []].insert(!tunnel.isOverIPv6) }
    }
    return families.sorted { $0.key < $1.key }.map { ($0.key, [true, false].filter($0.value.contains)) }
  }

  // MARK: Interfaces

  static func interfaces(_ settings: NodeSettings, _ host: Host) -> [PreflightFinding] {
    var found: [PreflightFinding] = []
    for (name, families) in underlays(settings) {
      guard let link = host.link(name) else {
        found.append(
          PreflightFinding(
            .error, "there is no interface \(name), which a tunnel's packets leave by",
            mend: "platform interface NAME-OF-THE-FILE NAME-ON-THIS-HOST (in the configuration; ip link lists them)"))
        continue
      }
      if !link.isUp { found.append(PreflightFinding(.error, "interface \(name) is down", mend: "ip link set \(name) up")) }
      found += families.filter { host.addresses(of: name, isV4: $0).isEmpty }.map { noAddress(name, isV4: $0) }
    }
    for tunnel in tunnels(settings) {
      guard case .address(let address)? = tunnel.interface.tunnel.source, !host.addresses.contains(where: { $0.address.address == address })
      else { continue }
      found.append(
        PreflightFinding(.error, "tunnel source \(address) is on no interface", mend: "ip address add \(address)/LENGTH dev INTERFACE"))
    }
    return found
  }

  private static func noAddress(_ name: String, isV4: Bool) -> PreflightFinding {
    let (family, example) = isV4 ? ("IPv4", "A.B.C.D") : ("global IPv6", "X:X:X:X::X")
    return PreflightFinding(
      .error, "interface \(name) has no \(family) address, which a tunnel's packets leave with",
      mend: "ip address add \(example)/LENGTH dev \(name)")
  }

  static func addresses(_ settings: NodeSettings, _ host: Host) -> [PreflightFinding] {
    settings.interfaceNames.compactMap { name in
      guard let interface = settings.interfaces[name]?.interface, !interface.isTunnel, let wanted = interface.address else { return nil }
      let platform = settings.platformName(of: name)
      guard host.link(platform) != nil else { return nil }
      let own = host.addresses(of: platform)
      guard !own.contains(where: { $0.address == wanted.address && $0.prefixLength == wanted.length }) else { return nil }
      let has = own.isEmpty ? "none" : own.map { "\($0.address)/\($0.prefixLength)" }.joined(separator: ", ")
      return PreflightFinding(
        .warning, "\(name) is configured with \(wanted.address)/\(wanted.length), but \(platform) has \(has); the host's address is used",
        mend: "ip address add \(wanted.address)/\(wanted.length) dev \(platform)")
    }
  }

  /// Interfaces where answers may go out elsewhere than questions come in: underlay, LAN, tunnel.
  static func reversePath(_ settings: NodeSettings, _ host: Host) -> [PreflightFinding] {
    let underlay = underlays(settings).map(\.name)
    let rest = settings.interfaceNames.map { settings.platformName(of: $0) }.filter { !underlay.contains($0) }
    var found: [PreflightFinding] = []
    for name in underlay + rest {
      // A tunnel's device is not there yet: it will get the default.
      let isThere = host.link(name) != nil
      guard isThere || name.hasPrefix("Tunnel") else { continue }
      let filter =
        isThere
        ? HostFacts.effectiveReversePathFilter(of: name)
        : max(HostFacts.reversePathFilter(of: "default") ?? .off, HostFacts.reversePathFilter(of: "all") ?? .off)
      guard filter == .strict else { continue }
      found.append(
        PreflightFinding(
          .warning, "rp_filter is strict on \(name): packets are dropped in silence while a shortcut makes their way asymmetric",
          mend: isThere ? "sysctl -w net.ipv4.conf.\(name).rp_filter=2" : "sysctl -w net.ipv4.conf.default.rp_filter=2"))
    }
    return found
  }

  // MARK: Rivals

  static func keyExchange(_ settings: NodeSettings) -> [PreflightFinding] {
    guard hasProtection(settings) else { return [] }
    // This node may have opened its sockets by now.
    return HostFacts.udpPortUsers().filter { $0.processID != getpid() }.map { row in
      let who = row.processName.map { name in "\(name) (\(row.processID.map(String.init) ?? "?"))" } ?? "user \(row.userName)"
      return PreflightFinding(
        .error, "UDP port \(row.port) is held by \(who): this node's key exchange cannot use it",
        mend: row.processID.map { "kill \($0)" } ?? "")
    }
  }

  static func kernelTunnels(_ settings: NodeSettings, _ host: Host) -> [PreflightFinding] {
    var found: [PreflightFinding] = []
    for tunnel in tunnels(settings) {
      for source in sources(tunnel, settings, host) {
        for rival in HostFacts.kernelTunnels(local: source, key: tunnel.interface.tunnel.key) where rival.name != "gre0" {
          found.append(
            PreflightFinding(
              .error, "the kernel's tunnel \(rival.name) has the same source \(source) and key as \(tunnel.interface.name): both answer",
              mend: "ip link delete \(rival.name)"))
        }
      }
    }
    return found
  }

  private static func sources(_ tunnel: InterfaceConfiguration, _ settings: NodeSettings, _ host: Host) -> [IPAddress] {
    switch tunnel.interface.tunnel.source {
    case .address(let address): [address]
    case .interface(let name): host.addresses(of: settings.platformName(of: name)).map(\.address)
    case nil: []
    }
  }

  private static func leavesByTunnel(_ route: StaticRoute, _ settings: NodeSettings) -> Bool {
    guard !route.isDiscard else { return false }
    return tunnels(settings).map(\.interface).contains { tunnel in
      if let interface = route.interface { return interface == tunnel.name }
      return route.nextHop.map { tunnel.address?.network.contains($0) ?? false } ?? false
    }
  }

  /// A default route through a tunnel loses against one of the host's with a lower metric.
  static func defaultRoute(_ settings: NodeSettings, _ host: Host) -> [PreflightFinding] {
    guard settings.staticRoutes.contains(where: { $0.prefix == .defaultV4 && leavesByTunnel($0, settings) }) else { return [] }
    return host.routes.filter {
      $0.prefix.length == 0 && $0.prefix.address.isV4 && $0.metric < HostRoute.ownMetric
        && $0.protocolNumber != KernelRoute.ownProtocol
    }.map { route in
      let via = route.gateway.map { " via \($0)" } ?? ""
      let dev = host.links.first { $0.index == route.interfaceIndex }.map { " dev \($0.name)" } ?? ""
      return PreflightFinding(
        .warning,
        "the host's default route\(via) has metric \(route.metric) and beats the one through the tunnel (\(HostRoute.ownMetric))",
        mend: "ip route add default\(via)\(dev) metric 100; ip route delete default\(via)\(dev) metric \(route.metric)")
    }
  }
}
