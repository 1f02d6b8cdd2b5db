// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Interfaces
import NHRP
import Routing
import Wire

/// What the whole of a configuration makes wrong or questionable, and which line is meant.
public struct ConfigurationFinding: Sendable, Equatable {
  /// An error or a warning.
  public var level: ConfigurationDiagnostic.Level
  /// The interface whose section it is about; nil for global lines.
  public var interface: String?
  /// The section of another kind that it is about; nil for global lines and interfaces.
  public var section: SectionPlace?
  /// The first words of the line that is meant, spelled out; empty for the section's head.
  public var about: String
  /// What the operator reads.
  public var text: String

  /// Makes a finding.
  public init(level: ConfigurationDiagnostic.Level, interface: String?, section: SectionPlace? = nil, about: String, text: String) {
    (self.level, self.interface, self.section, self.about, self.text) = (level, interface, section, about, text)
  }
}

/// Judges a whole configuration: a pure function of the candidate, before anything is changed.
public enum ConfigurationValidator {
  /// What is wrong or questionable, interface by interface in the order of `show running-config`, then routes.
  public static func check(_ settings: NodeSettings) -> [ConfigurationFinding] {
    var findings = Findings()
    let all = settings.interfaceNames.compactMap { settings.interfaces[$0] }
    for configuration in all {
      findings.interface = configuration.interface.name
      checkAddress(configuration.interface, among: all, &findings)
      guard configuration.interface.isTunnel else { continue }
      checkTunnel(configuration, settings, &findings)
      checkSizes(configuration.interface, &findings)
      checkNHRP(configuration, &findings)
      checkIPv6(configuration, &findings)
    }
    checkSharedSources(all, settings, &findings)
    findings.interface = nil
    for route in settings.staticRoutes { checkRoute(route, settings, &findings) }
    checkCrypto(settings, &findings)
    checkPolicy(settings, &findings)
    checkBGP(settings, &findings)
    checkStubProtocols(settings, &findings)
    return findings.list
  }

  /// What only the text shows: lines that are spelled out although they are the default, on the wrong kind of node.
  static func checkExplicit(_ settings: NodeSettings, isWritten: (String, String) -> Bool) -> [ConfigurationFinding] {
    var findings = Findings()
    for configuration in settings.interfaceNames.compactMap({ settings.interfaces[$0] }) where configuration.interface.isTunnel {
      let name = configuration.interface.name
      findings.interface = name
      let dynamic = "ip nhrp map multicast dynamic", shortcut = "ip nhrp shortcut"
      if !configuration.nhrp.servers.isEmpty, isWritten(name, dynamic) {
        findings.warn(dynamic, "\(name) is a spoke (it has next hop servers): '\(dynamic)' is a hub's line and does nothing here")
      }
      if configuration.interface.tunnel.mode == .point, isWritten(name, shortcut) {
        findings.warn(shortcut, "\(name) is point-to-point: '\(shortcut)' does nothing here, shortcuts need 'tunnel mode gre multipoint'")
      }
    }
    return findings.list
  }

  /// Collects findings about one section.
  struct Findings {
    var interface: String?
    var section: SectionPlace?
    private(set) var list: [ConfigurationFinding] = []

    mutating func warn(_ about: String, _ text: String) { add(.warning, about, text) }
    mutating func fail(_ about: String, _ text: String) { add(.error, about, text) }

    private mutating func add(_ level: ConfigurationDiagnostic.Level, _ about: String, _ text: String) {
      list.append(ConfigurationFinding(level: level, interface: interface, section: section, about: about, text: text))
    }
  }
}

// Addresses and routes.
extension ConfigurationValidator {
  private static func checkAddress(_ interface: InterfaceSettings, among all: [InterfaceConfiguration], _ findings: inout Findings) {
    guard let own = interface.address else { return }
    let network = own.network
    if own.length < 31, own.address == network.address || own.address == network.broadcast {
      findings.fail("ip address", "Bad mask /\(own.length) for address \(own.address)")
    }
    let others = all.prefix { $0.interface.name != interface.name }
    if let other = others.first(where: { $0.interface.address?.address == own.address }) {
      findings.fail("ip address", "\(own.address) is also the address of \(other.interface.name)")
    } else if let other = others.first(where: { $0.interface.address?.network.overlaps(network) ?? false }) {
      findings.warn("ip address", "\(network) overlaps with \(other.interface.name)")
    }
  }

  private static func checkRoute(_ route: StaticRoute, _ settings: NodeSettings, _ findings: inout Findings) {
    let isV4 = route.prefix.address.isV4
    let about = isV4 ? "ip route \(route.prefix.address) \(route.prefix.mask)" : "ipv6 route \(route.prefix)"
    if let track = route.track, !settings.tracks.contains(where: { $0.number == track }) {
      let isKept = settings.kept.contains { $0.text.hasPrefix("track \(track) ") }
      findings.warn(about, "route \(route.prefix) is not used: object \(track), which it tracks, is not \(isKept ? "acted on" : "defined")")
    }
    if let next = route.nextHop,
      let owner = settings.interfaceNames.first(where: { settings.interfaces[$0]?.interface.address?.address == next })
    {
      findings.fail(about, "Invalid next hop address \(next): it is this node's own, on \(owner)")
    }
    guard let name = route.interface else { return }
    guard let configuration = settings.interfaces[name] else {
      if settings.platformNames[name] == nil {
        findings.warn(about, "route \(route.prefix) waits for interface \(name), which is not in this configuration")
      }
      return
    }
    if route.nextHop == nil, configuration.interface.isTunnel, configuration.interface.tunnel.mode == .multipoint {
      findings.warn(
        about, "route \(route.prefix) over multipoint \(name) has no next hop: every destination would have to be resolved by itself")
    }
  }

  private static func checkSharedSources(_ all: [InterfaceConfiguration], _ settings: NodeSettings, _ findings: inout Findings) {
    let tunnels = all.map(\.interface).filter { $0.isTunnel && !$0.isShutdown && $0.tunnel.source != nil }
    for (index, tunnel) in tunnels.enumerated() {
      guard let other = tunnels[..<index].first(where: { conflict($0.tunnel, tunnel.tunnel, settings) }) else { continue }
      findings.interface = tunnel.name
      let key = tunnel.tunnel.key.map { "key \($0)" } ?? "no key"
      findings.fail(
        "tunnel source",
        "\(tunnel.name) and \(other.name) have the same source and \(key): packets cannot be told apart; give each its 'tunnel key'")
    }
  }

  /// Packets are told apart by local address and key; two point-to-point tunnels also by their far ends.
  private static func conflict(_ a: TunnelSettings, _ b: TunnelSettings, _ settings: NodeSettings) -> Bool {
    guard a.key == b.key, let x = a.source, let y = b.source, place(x, settings) == place(y, settings) else { return false }
    return a.mode == .multipoint || b.mode == .multipoint || a.destination == b.destination
  }

  /// An address where it is known, else the interface's name.
  static func place(_ source: TunnelSource, _ settings: NodeSettings) -> String {
    guard case .interface(let name) = source else { return source.text }
    return settings.interfaces[name]?.interface.address.map { "\($0.address)" } ?? name
  }
}
