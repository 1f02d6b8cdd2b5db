// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Interfaces
import LinuxNet
import NodeRuntime
import Routing
import Wire

/// One thing about the host that would keep a tunnel from working, or make it "up, but no traffic".
public struct PreflightFinding: Sendable, Equatable {
  /// How bad it is.
  public enum Level: String, Sendable, Comparable {
    /// Nothing works, or some packets surely do not.
    case error
    /// It may be meant so.
    case warning
    /// Errors come first.
    public static func < (a: Level, b: Level) -> Bool { a == .error && b == .warning }
  }

  /// How bad it is.
  public var level: Level
  /// What is so, and what comes of it.
  public var what: String
  /// The command that mends it; empty where there is none.
  public var mend: String

  /// Makes a finding.
  public init(_ level: Level, _ what: String, mend: String = "") { (self.level, self.what, self.mend) = (level, what, mend) }

  /// `warning: …; mend: …`
  public var text: String { "\(level.rawValue): \(what)" + (mend.isEmpty ? "" : "; mend: \(mend)") }
}

/// What a node needs of its host, asked before it is missed. Reads only.
public enum Preflight {
  /// Everything that is to be said, errors first.
  public static func check(settings: NodeSettings) -> [PreflightFinding] {
    let host = Host.current
    return sorted(
      device() + findings(settings, on: host) + reversePath(settings, host) + keyExchange(settings) + kernelTunnels(settings, host))
  }

  /// What follows from a configuration and the facts of a host.
  package static func findings(_ settings: NodeSettings, on host: Host) -> [PreflightFinding] {
    sorted(
      capabilities(settings, host) + forwarding(settings, host) + interfaces(settings, host) + addresses(settings, host)
        + firewall(settings, host) + defaultRoute(settings, host))
  }

  private static func sorted(_ findings: [PreflightFinding]) -> [PreflightFinding] {
    findings.enumerated().sorted { ($0.element.level, $0.offset) < ($1.element.level, $1.offset) }.map(\.element)
  }

  /// The host's side, asked once.
  package struct Host: Sendable {
    package var links: [LinkRow] = []
    package var addresses: [(index: UInt32, address: LinuxNet.InterfaceAddress)] = []
    package var routes: [KernelRoute] = []
    package var capabilities = CapabilitySet.node
    package var firstUnprivilegedPort = 1_024
    package var forwardsIPv4: Bool? = true, forwardsIPv6: Bool? = true
    package var firewalls: [InputFirewall] = []
    /// Where this program is.
    package var program = "dmvpn"

    /// A host without interfaces, and without a fault.
    package init() {}

    /// This one.
    static var current: Host {
      var host = Host()
      let netlink = try? NetlinkRoutes()
      (host.links, host.addresses) = ((try? netlink?.links()) ?? [], (try? netlink?.addresses()) ?? [])
      host.routes = (try? netlink?.routes()) ?? []
      (host.capabilities, host.firstUnprivilegedPort) = (Privileges.effective, HostFacts.firstUnprivilegedPort)
      (host.forwardsIPv4, host.forwardsIPv6) = (HostFacts.forwardsIPv4, HostFacts.forwardsIPv6)
      host.firewalls = HostFacts.inputFirewalls()
      if let program = ownExecutable { host.program = program }
      return host
    }

    private static var ownExecutable: String? {
      guard let path = realpath("/proc/self/exe", nil) else { return nil }
      defer { free(path) }
      return String(cString: path)
    }

    func link(_ name: String) -> LinkRow? { links.first { $0.name == name } }

    /// An interface's addresses that a tunnel may have as its source.
    func addresses(of name: String, isV4: Bool = true) -> [LinuxNet.InterfaceAddress] {
      guard let link = link(name) else { return [] }
      return addresses.filter { $0.index == link.index && $0.address.address.isV4 == isV4 && !$0.address.address.isLinkLocal }
        .map(\.address)
    }
  }

  // MARK: The process

  private static func device() -> [PreflightFinding] {
    switch HostFacts.tunAvailability {
    case .usable: []
    case .missing:
      [PreflightFinding(.error, "/dev/net/tun is missing: no tunnel interface can be made", mend: "modprobe tun")]
    case .refused(let error): [PreflightFinding(.error, "\(error)", mend: "chmod 0666 /dev/net/tun")]
    }
  }

  /// A capability, what setcap calls it, and what there is not without it.
  private typealias Need = (capability: CapabilitySet, name: String, use: String)

  private static func capabilities(_ settings: NodeSettings, _ host: Host) -> [PreflightFinding] {
    var needs: [Need] = [
      (.networkAdministration, "cap_net_admin", "tunnel interfaces and routes"), (.rawSockets, "cap_net_raw", "GRE and ESP packets"),
    ]
    let low = ownPorts(settings, host).filter { $0.number < host.firstUnprivilegedPort }.map(\.text)
    if !low.isEmpty { needs.append((.bindLowPorts, "cap_net_bind_service", low.joined(separator: ", no "))) }
    // It sets what it is told and takes the rest away: all that is needed has to be in it.
    let mend = "setcap \(needs.map(\.name).joined(separator: ","))+ep \(host.program)"
    return needs.filter { !host.capabilities.contains($0.capability) }.map {
      PreflightFinding(.error, "the capability \($0.name.uppercased()) is missing: no \($0.use)", mend: mend)
    }
  }

  /// The ports that the node opens by this configuration.
  private static func ownPorts(_ settings: NodeSettings, _ host: Host) -> [(number: Int, text: String)] {
    var ports: [(number: Int, text: String)] = []
    if hasProtection(settings) { ports.append((500, "UDP port 500 (IKE)")) }
    if settings.bgp.settings != nil { ports.append((179, "TCP port 179 (BGP)")) }
    if !ripInterfaces(settings, host).isEmpty { ports.append((520, "UDP port 520 (RIP)")) }
    return ports
  }

  /// The host's names of the interfaces where RIP uses the kernel's sockets. In tunnels it needs none.
  static func ripInterfaces(_ settings: NodeSettings, _ host: Host) -> [String] {
    guard let networks = settings.rip.router?.networks else { return [] }
    func isOurs(_ address: IPAddress) -> Bool { networks.contains { $0.contains(address) } }
    let configured = settings.interfaces.values.map(\.interface).filter { $0.address.map { isOurs($0.address) } ?? false }.map(\.name)
    let there = host.links.filter { !$0.isLoopback && host.addresses(of: $0.name).contains { isOurs($0.address) } }.map(\.name)
    return Set(configured.map(settings.platformName(of:)) + there).filter { !$0.hasPrefix("Tunnel") }.sorted()
  }

  private static func forwarding(_ settings: NodeSettings, _ host: Host) -> [PreflightFinding] {
    let what = "packets of the LAN do not reach the tunnel, nor the tunnel's the LAN"
    let usesV6 = settings.staticRoutes.contains { !$0.prefix.address.isV4 } || hasInnerIPv6(settings)
    var found: [PreflightFinding] = []
    if host.forwardsIPv4 == false {
      found.append(PreflightFinding(.warning, "net.ipv4.ip_forward is 0: \(what)", mend: "sysctl -w net.ipv4.ip_forward=1"))
    }
    if usesV6, host.forwardsIPv6 == false {
      found.append(
        PreflightFinding(.warning, "net.ipv6.conf.all.forwarding is 0: IPv6 \(what)", mend: "sysctl -w net.ipv6.conf.all.forwarding=1"))
    }
    return found
  }
}
