// SPDX-License-Identifier: GPL-3.0-or-later
import Interfaces
import LinuxNet
import NodeRuntime
import Wire

// What has to come in through the host's firewalls.
extension Preflight {
  /// A packet that this node lives on, and what there is not without it.
  private struct Visitor: Hashable {
    var packet: FirewallPacket
    var level: PreflightFinding.Level
    var use: String
  }

  static func firewall(_ settings: NodeSettings, _ host: Host) -> [PreflightFinding] {
    let visitors = tunnels(settings).flatMap { Self.visitors(of: $0.interface.tunnel, settings, host) } + routingVisitors(settings, host)
    var found: [PreflightFinding] = []
    for wall in host.firewalls {
      for visitor in visitors where !wall.mayPass(visitor.packet) {
        let finding = PreflightFinding(
          visitor.level, "\(name(of: wall)) drops \(visitor.packet.text): \(visitor.use)", mend: wall.commandAccepting(visitor.packet))
        // Another tunnel's, or the same by another interface.
        if !found.contains(finding) { found.append(finding) }
      }
    }
    return found
  }

  private static func name(of wall: InputFirewall) -> String {
    wall.program == .nft ? "nft (\(wall.place))" : "\(wall.program.rawValue) (\(wall.place))"
  }

  /// A protected tunnel's GRE is inside ESP, which this program opens: the host never sees it.
  private static func visitors(of tunnel: TunnelSettings, _ settings: NodeSettings, _ host: Host) -> [Visitor] {
    let (isV4, interfaces) = (!tunnel.isOverIPv6, arrivals(of: tunnel, settings, host))
    guard tunnel.protectionProfile != nil else {
      return [Visitor(packet: .gre(isV4: isV4, on: interfaces), level: .error, use: "nothing comes out of tunnels")]
    }
    return [
      Visitor(packet: .udp(500, isV4: isV4, on: interfaces), level: .error, use: "no peer can begin a key exchange (IKE)"),
      Visitor(
        packet: .esp(isV4: isV4, on: interfaces), level: .error, use: "nothing comes out of protected tunnels without a NAT on the way"),
      Visitor(
        packet: .udp(4500, isV4: isV4, on: interfaces), level: .warning, use: "nothing comes out of protected tunnels with a NAT on the way"
      ),
    ]
  }

  /// The interfaces that a tunnel's packets come in by; empty: any. An address that no wire carries is reached by the others.
  private static func arrivals(of tunnel: TunnelSettings, _ settings: NodeSettings, _ host: Host) -> [String] {
    var names = underlayNames(tunnel, settings)
    if case .address(let source)? = tunnel.source {
      names += host.links.filter { host.addresses(of: $0.name, isV4: source.isV4).contains { $0.address == source } }.map(\.name)
    }
    let isInside = names.contains { name in host.link(name).map { $0.isLoopback || $0.kind == "dummy" } ?? false }
    return isInside ? [] : Set(names).sorted()
  }

  private static func routingVisitors(_ settings: NodeSettings, _ host: Host) -> [Visitor] {
    let rip = ripInterfaces(settings, host)
    let speakers = settings.bgp.settings == nil ? [] : [FirewallPacket.tcp(179)]
    return speakers.map { Visitor(packet: $0, level: .warning, use: "no BGP neighbor can open a session") }
      + rip.map { Visitor(packet: .udp(520, on: [$0]), level: .warning, use: "RIP hears no neighbor on \($0)") }
  }
}
