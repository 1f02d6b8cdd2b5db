// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import IKE
import Interfaces
import NHRP
import ODR
import Policy
import RIP
import Routing
import Wire

/// A line, or a section with its lines, of a feature this node does not act on: kept, printed back, named in a report.
public struct KeptLine: Sendable, Equatable {
  /// The line as typed, without indent.
  public var text: String
  /// The lines under it, as typed with one space of indent less.
  public var children: [String]

  /// Keeps `text` with `children` under it.
  public init(text: String, children: [String] = []) { (self.text, self.children) = (text, children) }
}

/// All that is configured on one interface.
public struct InterfaceConfiguration: Sendable, Equatable {
  /// The interface's own lines.
  public var interface: InterfaceSettings
  /// `ip nhrp …`
  public var nhrp = NHRPSettings()
  /// `ipv6 nhrp …`
  public var nhrpV6 = NHRPSettings()
  /// `ip rip …`, `ip split-horizon`
  public var rip = RIPInterfaceSettings()
  /// `cdp enable`
  public var cdp = CDPInterfaceSettings()
  /// What stands behind the name in the section's first line: `type tunnel`, `point-to-point`; printed back.
  public var headSuffix: String?
  /// Lines of features this node does not act on.
  public var kept: [String] = []

  /// An interface called `name`.
  public init(name: String) { interface = InterfaceSettings(name: name) }
}

/// One `ip host` line.
public struct HostName: Sendable, Equatable {
  /// The name, taken wherever an address is.
  public var name: String
  /// Its address.
  public var address: IPAddress

  /// Calls `address` by `name`.
  public init(name: String, address: IPAddress) { (self.name, self.address) = (name, address) }
}

/// The configuration of a node as a value: what the lines of a file say, nothing of what happened since.
public struct NodeSettings: Sendable, Equatable {
  /// `hostname`
  public var hostname = "dmvpn"
  /// `ip host`, in the order given.
  public var hosts: [HostName] = []
  /// `platform interface GigabitEthernet1 eth0`: what Linux calls an interface of the file.
  public var platformNames: [String: String] = [:]
  /// Interfaces by name.
  public var interfaces: [String: InterfaceConfiguration] = [:]
  /// `ip route`, in the order given.
  public var staticRoutes: [StaticRoute] = []
  /// `track`
  public var tracks: [TrackedObject] = []
  /// Lists, route-maps, key chains.
  public var policy = PolicySettings()
  /// `router rip`
  public var rip = RIPConfiguration()
  /// `router bgp`
  public var bgp = BGPConfiguration()
  /// `router odr`, `cdp …`
  public var odr = ODRConfiguration()
  /// `crypto …`
  public var crypto = CryptoSettings()
  /// Lines of features this node does not act on, in the order given.
  public var kept: [KeptLine] = []

  /// Nothing configured.
  public init() {}

  /// Interface names in the order `show running-config` prints them: tunnels by number, then the others by name.
  public var interfaceNames: [String] {
    interfaces.keys.sorted { a, b in
      let (x, y) = (a.interfaceSortKey, b.interfaceSortKey)
      return (x.0, x.1, x.2) < (y.0, y.1, y.2)
    }
  }

  /// What RIP runs by, with these lists and keys.
  func ripSettings(_ policy: PolicySettings) -> RIPSettings {
    RIPSettings(router: rip.router, interfaces: interfaces.mapValues(\.rip).filter { $0.value != RIPInterfaceSettings() }, policy: policy)
  }

  /// What ODR and CDP run by, with these lists.
  func odrSettings(_ policy: PolicySettings) -> ODRSettings {
    var all = ODRSettings()
    (all.router, all.cdp, all.policy) = (odr.router, odr.cdp, policy)
    all.interfaces = interfaces.mapValues(\.cdp).filter { $0.value.isEnabled }
    all.device.name = hostname
    all.runsRoutingProtocol = rip.router != nil || bgp.settings != nil
    return all
  }

  /// Whether a tunnel is protected, and not by IKEv2.
  func usesIKEv1(_ interface: String) -> Bool {
    guard let profile = interfaces[interface]?.interface.tunnel.protectionProfile else { return false }
    return crypto.ipsecProfile(profile).map { $0.ikev2Profile == nil } ?? false
  }

  /// The name configured for an address by `ip host`; nil when there is none.
  public func name(of address: IPAddress) -> String? { hosts.first { $0.address == address }?.name }
  /// The address configured for a name by `ip host`.
  public func address(of name: String) -> IPAddress? { hosts.first { $0.name == name }?.address }
  /// What Linux calls an interface: its platform name, else the name itself.
  public func platformName(of interface: String) -> String { platformNames[interface] ?? interface }
}

extension String {
  /// Tunnels first; the kind's letters, then the number at the end.
  var interfaceSortKey: (Int, String, Int) {
    let digits = reversed().prefix { $0.isASCII && $0.isNumber }.count
    let kind = String(dropLast(digits))
    return (kind == "Tunnel" ? 0 : 1, kind, Int(suffix(digits)) ?? 0)
  }
}
