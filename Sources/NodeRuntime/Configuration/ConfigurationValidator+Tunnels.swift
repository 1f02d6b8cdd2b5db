// SPDX-License-Identifier: GPL-3.0-or-later
import Interfaces
import NHRP
import Wire

/// Tunnels and NHRP: mistakes that a node takes in silence and that cost an operator an afternoon.
extension ConfigurationValidator {
  /// What an Ethernet underlay carries; the real path may carry less.
  private static let underlayMTU = 1500
  /// The GRE header without options.
  private static let greBytes = 4
  /// IP and TCP headers without options.
  private static let tcpHeaderBytes = 40
  /// Characters of the NHRP authentication string that IOS keeps.
  private static let authenticationLimit = 8

  static func checkTunnel(_ configuration: InterfaceConfiguration, _ settings: NodeSettings, _ findings: inout Findings) {
    let name = configuration.interface.name, tunnel = configuration.interface.tunnel
    checkSource(name, tunnel, settings, &findings)
    if let mode = tunnel.unsupportedMode {
      findings.warn("tunnel mode", "tunnel \(name) stays down: 'tunnel mode \(mode)' is not available in this version")
    } else if tunnel.mode == .point, tunnel.destination == nil {
      findings.warn("", "tunnel \(name) stays down: point-to-point without 'tunnel destination'; a hub needs 'tunnel mode gre multipoint'")
    } else if tunnel.mode == .multipoint, tunnel.destination != nil {
      findings.warn("tunnel destination", "\(name) is multipoint: its tunnel destination is not used")
    }
    if let destination = tunnel.destination, let source = tunnel.source, place(source, settings) == "\(destination)" {
      findings.fail("tunnel destination", "\(name) leads from \(destination) to itself")
    }
    for vrf in configuration.kept
    where vrf.hasPrefix("tunnel vrf ") || vrf.hasPrefix("vrf forwarding ") || vrf.hasPrefix("ip vrf forwarding ") {
      findings.warn(vrf, "'\(vrf)' is not acted on: \(name) uses the global routing table")
    }
    checkKeepalive(name, tunnel, &findings)
    checkProtection(configuration, settings, &findings)
  }

  /// The answer would come back in clear, which a protected tunnel does not take: the line would go down for good.
  private static func checkKeepalive(_ name: String, _ tunnel: TunnelSettings, _ findings: inout Findings) {
    guard tunnel.keepalive != nil, tunnel.sentKeepalive == nil else { return }
    if tunnel.mode == .multipoint {
      findings.warn("keepalive", "\(name) is multipoint: 'keepalive' does nothing here, as on IOS")
    } else if tunnel.protectionProfile != nil {
      findings.fail(
        "keepalive", "\(name) is protected: 'keepalive' does not work with 'tunnel protection', for answers come in clear; IKE's 'dpd' does")
    } else if tunnel.isOverIPv6 {
      findings.warn("keepalive", "\(name) is over IPv6: 'keepalive' does nothing here")
    }
  }

  private static func checkSource(_ name: String, _ tunnel: TunnelSettings, _ settings: NodeSettings, _ findings: inout Findings) {
    switch tunnel.source {
    case nil: findings.warn("", "tunnel \(name) stays down: no 'tunnel source'")
    case .interface(name): findings.fail("tunnel source", "\(name) cannot be its own source")
    case .interface(let source) where settings.interfaces[source] == nil && settings.platformNames[source] == nil:
      findings.warn("tunnel source", "tunnel \(name) waits for its source: interface \(source) is not in this configuration")
    case .interface, .address: break
    }
    if let via = tunnel.routeVia, settings.interfaces[via] == nil, settings.platformNames[via] == nil {
      findings.warn("tunnel route-via", "tunnel \(name) is routed via interface \(via), which is not in this configuration")
    }
  }

  static func checkSizes(_ interface: InterfaceSettings, _ findings: inout Findings) {
    let tunnel = interface.tunnel
    let overhead = (tunnel.isOverIPv6 ? 40 : 20) + greBytes + 4 * [tunnel.key != nil, tunnel.sendsChecksum, tunnel.usesSequence].filter { $0 }.count
    let fits = underlayMTU - overhead
    if let mtu = interface.ipMTU, mtu > fits {
      findings.warn(
        "ip mtu",
        "ip mtu \(mtu) is too large: with \(overhead) bytes of encapsulation an underlay of \(underlayMTU) bytes takes \(fits); 1400 leaves room for IPsec"
      )
    }
    let mtu = min(interface.ipMTU ?? fits, fits)
    if let mss = interface.adjustMSS, mss > mtu - tcpHeaderBytes {
      findings.warn(
        "ip tcp adjust-mss", "ip tcp adjust-mss \(mss) is too large for \(mtu) bytes of inner packets: at most \(mtu - tcpHeaderBytes)")
    }
  }

  /// What IPv6 in the overlay adds.
  static func checkIPv6(_ configuration: InterfaceConfiguration, _ findings: inout Findings) {
    let name = configuration.interface.name, nhrp = configuration.nhrpV6, tunnel = configuration.interface.tunnel
    if let key = nhrp.authentication, key.utf8.count > authenticationLimit {
      findings.fail(
        "ipv6 nhrp authentication",
        "'\(key)' has \(key.utf8.count) characters, the NHRP authentication string at most \(authenticationLimit)")
    }
    if nhrp != NHRPSettings(), nhrp.networkID == nil {
      findings.warn("ipv6 nhrp", "NHRP for IPv6 does not run on \(name): no 'ipv6 nhrp network-id'")
    }
    if nhrp.networkID != nil, !configuration.interface.ipv6.isOn {
      findings.warn("ipv6 nhrp network-id", "NHRP for IPv6 does not run on \(name): no 'ipv6 address', no 'ipv6 enable'")
    }
    for (line, address) in [("tunnel source", tunnel.source?.address), ("tunnel destination", tunnel.destination)] {
      guard let address, address.isV4 == tunnel.isOverIPv6 else { continue }
      findings.warn(line, "tunnel \(name) stays down: '\(line) \(address)' and 'tunnel mode gre …\(tunnel.isOverIPv6 ? " ipv6" : "")' do not fit")
    }
  }

  static func checkNHRP(_ configuration: InterfaceConfiguration, _ findings: inout Findings) {
    let name = configuration.interface.name, nhrp = configuration.nhrp
    let isMultipoint = configuration.interface.tunnel.mode == .multipoint && configuration.interface.tunnel.unsupportedMode == nil
    if let key = nhrp.authentication, key.utf8.count > authenticationLimit {
      findings.fail(
        "ip nhrp authentication", "'\(key)' has \(key.utf8.count) characters, the NHRP authentication string at most \(authenticationLimit)"
      )
    }
    guard nhrp.networkID != nil else {
      if nhrp != NHRPSettings() || isMultipoint && configuration.nhrpV6.networkID == nil {
        findings.warn("", "NHRP does not run on \(name): no 'ip nhrp network-id'")
      }
      return
    }
    if configuration.interface.address == nil { findings.warn("", "NHRP does not run on \(name): no 'ip address'") }
    if let seconds = nhrp.registrationSeconds, seconds >= nhrp.holdTimeSeconds {
      findings.warn(
        "ip nhrp registration timeout",
        "\(name) registers every \(seconds) s, but a registration is forgotten after \(nhrp.holdTimeSeconds) s")
    }
    if nhrp.redirect, !isMultipoint { findings.warn("ip nhrp redirect", "\(name) is point-to-point: 'ip nhrp redirect' does nothing here") }
    checkRoles(name, nhrp, isMultipoint: isMultipoint, &findings)
    for server in nhrp.servers { checkServer(server, configuration, isMultipoint: isMultipoint, &findings) }
  }

  private static func checkRoles(_ name: String, _ nhrp: NHRPSettings, isMultipoint: Bool, _ findings: inout Findings) {
    guard !nhrp.servers.isEmpty else {
      if isMultipoint, !nhrp.redirect, nhrp.maps.count == 1, nhrp.multicastMaps == nhrp.maps.map(\.nbma) {
        findings.warn("ip nhrp map", "\(name) has a mapping but no 'ip nhrp nhs': it never registers, and nobody learns of it")
      }
      if isMultipoint, !nhrp.multicastDynamic, nhrp.multicastMaps.isEmpty {
        findings.warn("no ip nhrp map multicast dynamic", "\(name) sends multicast to nobody: routing protocols find no neighbours")
      }
      return
    }
    if nhrp.redirect {
      findings.warn("ip nhrp redirect", "\(name) is a spoke (it has next hop servers): 'ip nhrp redirect' is a hub's line")
    }
    if nhrp.serverOnly {
      findings.warn("ip nhrp server-only", "\(name) has next hop servers, and 'ip nhrp server-only' keeps it from registering with them")
    }
  }

  private static func checkServer(
    _ server: NextHopServerSettings, _ configuration: InterfaceConfiguration, isMultipoint: Bool, _ findings: inout Findings
  ) {
    let name = configuration.interface.name
    guard let address = server.address else {
      if server.nbma == nil { findings.warn("ip nhrp nhs dynamic", "\(name): 'ip nhrp nhs dynamic' needs 'nbma' to be found") }
      return
    }
    let about = "ip nhrp nhs \(address)"
    let isMapped = server.nbma != nil || configuration.nhrp.maps.contains { $0.address == address }
    if isMultipoint, !isMapped {
      findings.warn(about, "\(name) never asks next hop server \(address): neither 'nbma' nor 'ip nhrp map \(address) …' says where it is")
    }
    guard let own = configuration.interface.address else { return }
    if own.address == address {
      findings.warn(about, "next hop server \(address) is \(name)'s own address")
    } else if own.length < 32, !own.network.contains(address) {
      findings.warn(about, "next hop server \(address) lies outside \(name)'s network \(own.network)")
    }
  }
}

extension TunnelSource {
  /// The address, where it is one.
  fileprivate var address: IPAddress? { if case .address(let a) = self { a } else { nil } }
}
