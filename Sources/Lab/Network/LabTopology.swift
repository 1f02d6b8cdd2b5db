// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// How a cloud's spokes talk with each other.
public enum DMVPNPhase: Int, Sendable, CaseIterable {
  /// Point-to-point GRE to the hub: all through the hub.
  case one = 1
  /// Next-hop resolution: a spoke knows each other spoke as a next hop.
  case two = 2
  /// Redirect and shortcuts: spokes know only the hub until it points further.
  case three = 3
}

/// Where the hosts of a cloud are.
public enum LANStyle: Sendable {
  /// Each node has a LAN with one host, reached by static routes.
  case behindNodes
  /// There are no LANs: a spoke's traffic has the spoke's own tunnel address. All of it is inside the tunnel's network, so that no node's
  /// configuration says anything of another spoke, and a new spoke is reachable as soon as it has registered.
  case hostRoutesByRegistration
}

/// How a cloud's tunnels are protected.
public enum LabProtection: String, Sendable, CaseIterable {
  /// Plain GRE.
  case none
  /// IKEv2 with one key for all.
  case psk
  /// IKEv2 with a certificate for each node.
  case certificate
}

/// How a cloud's nodes learn of each other's LANs.
public enum LabRouting: String, Sendable, CaseIterable {
  /// `ip route` lines in every file: the hub's names every spoke's LAN.
  case `static`
  /// RIP version 2.
  case rip
  /// On-demand routing: stubs tell their LANs by CDP, and get a default route. Not for phase 2.
  case odr
  /// BGP-4 within one AS: the hub reflects (phase 2), or says one word for all (phases 1 and 3). Its file names no spoke.
  case bgp
}

/// One hub or spoke.
public struct LabNode: Sendable, Equatable {
  /// What a node is in its cloud.
  public enum Role: Sendable {
    /// A next hop server.
    case hub
    /// A next hop client.
    case spoke
  }

  /// `hub1`, `spoke1`
  public var name: String
  /// Hub or spoke.
  public var role: Role
  /// Its number among its like, from 1.
  public var number: Int
  /// The address of its own outer interface; a private one behind a NAT.
  public var nbma: IPAddress
  /// The length of the outer interface's network.
  public var nbmaLength: Int
  /// The address by which the others see it: the NAT's, or its own.
  public var publicNBMA: IPAddress
  /// Where its default route in the outer network leads.
  public var nbmaGateway: IPAddress
  /// Its address on the tunnel.
  public var tunnelAddress: IPAddress
  /// The network behind it; nil for none.
  public var lan: IPPrefix?
  /// Its own address on the LAN.
  public var lanAddress: IPAddress?
  /// The host that talks: on the LAN, or the node itself by its tunnel address.
  public var host: IPAddress
  /// Its link to the outer network.
  public var link: LinkSettings
  /// The NAT in front of it: an index into the topology's `nats`.
  public var nat: Int?
}

/// A NAT in front of one or several nodes.
public struct LabNAT: Sendable, Equatable {
  /// The address the outside sees.
  public var publicAddress: IPAddress
  /// The inside address that gets unsolicited packets; nil for none.
  public var staticInside: IPAddress?
  /// How long a mapping lives without traffic.
  public var mappingLifetime: Duration = .seconds(600)
}

/// A cloud as a description: who is there, with which addresses and links. Nodes are numbered hubs first, then spokes.
public struct LabTopology: Sendable, Equatable {
  /// The phase all nodes are configured for.
  public let phase: DMVPNPhase
  /// Where the hosts are.
  public let lanStyle: LANStyle
  /// All nodes, hubs first.
  public internal(set) var nodes: [LabNode] = []
  /// All NATs.
  public internal(set) var nats: [LabNAT] = []
  /// How many of the nodes are hubs.
  public let hubCount: Int
  /// `ip nhrp holdtime` of all nodes in seconds; nil leaves the default.
  public var holdTimeSeconds: Int?
  /// How the tunnels are protected.
  public var protection = LabProtection.none
  /// How the nodes learn of each other's LANs.
  public var routing = LabRouting.static
  /// Whether tunnels and LANs have IPv6 addresses beside their IPv4 ones.
  public var hasIPv6 = false
  /// Whether the configurations name all nodes by `ip host`; done up to 50 nodes.
  public var namesPeers: Bool
  /// The configuration files of the nodes, where they are not made of the plan (`site`).
  var files: [String] = []
  let plan: AddressPlan

  /// The tunnel's network.
  public static let tunnelNetwork = IPPrefix(IPAddress(10, 0, 0, 0), length: 16)
  /// The most spokes a topology takes.
  public static let spokeLimit = 4_000
  /// The most hubs a topology takes.
  public static let hubLimit = 10

  /// How many of the nodes are spokes.
  public var spokeCount: Int { nodes.count - hubCount }
  /// The hubs.
  public var hubs: ArraySlice<LabNode> { nodes[..<hubCount] }
  /// The spokes.
  public var spokes: ArraySlice<LabNode> { nodes[hubCount...] }
  /// The index of spoke `number` (from 1).
  public func index(ofSpoke number: Int) -> Int { hubCount + number - 1 }
  /// The index of the node called `name`; nil when there is none.
  public func index(named name: String) -> Int? { nodes.firstIndex { $0.name == name } }

  /// A cloud of `hubs` (1–10) hubs and `spokes` (0–4,000) spokes with addresses that never overlap.
  ///
  /// Up to 200 spokes have outer addresses 203.0.113.k, larger clouds take them from 100.64.0.0/10. `behindNATs` lists spokes (from 1) that
  /// stand behind NATs: the spokes of one list share the address of its first.
  public static func cloud(
    phase: DMVPNPhase, spokes: Int, hubs: Int = 1, lanStyle: LANStyle = .behindNodes, link: LinkSettings = LinkSettings(),
    hubLink: LinkSettings = LinkSettings(delay: .milliseconds(2)), behindNATs: [[Int]] = [], holdTimeSeconds: Int? = nil,
    protection: LabProtection = .none
  ) -> LabTopology {
    let spokes = max(0, min(spokes, spokeLimit)), hubs = max(1, min(hubs, hubLimit))
    var topology = LabTopology(
      phase: phase, lanStyle: lanStyle, hubCount: hubs, holdTimeSeconds: holdTimeSeconds, namesPeers: hubs + spokes <= 50,
      plan: AddressPlan(isLarge: spokes > 200))
    topology.protection = protection
    topology.nodes = (1...hubs).map { topology.plan.hub($0, lanStyle, hubLink) }
    for _ in 0..<spokes { topology.addSpoke(link: link) }
    for group in behindNATs { topology.putBehindNAT(group) }
    return topology
  }

  /// A hub and spokes that run by files of their own, in the order hub, spoke 1, spoke 2, …: those of `config/`, with the addresses that they
  /// have there.
  public static func site(phase: DMVPNPhase, routing: LabRouting, files: [String]) -> LabTopology {
    var topology = cloud(phase: phase, spokes: 0)
    (topology.routing, topology.files) = (routing, files)
    topology.nodes = files.indices.map(AddressPlan.siteNode)
    return topology
  }

  /// Adds the next spoke and gives its index; the addresses of the others stay. Nil when the addresses are used up.
  @discardableResult
  public mutating func addSpoke(link: LinkSettings = LinkSettings()) -> Int? {
    guard files.isEmpty, spokeCount < (plan.isLarge ? Self.spokeLimit : AddressPlan.smallLimit) else { return nil }
    nodes.append(plan.spoke(spokeCount + 1, lanStyle, link))
    return nodes.count - 1
  }

  /// Changes a node's link.
  public mutating func setLink(_ node: Int, _ settings: LinkSettings) { nodes[node].link = settings }

  /// Sends what a NAT's peers did not ask for to `inside`.
  public mutating func setStaticMapping(nat: Int, inside: IPAddress?) { nats[nat].staticInside = inside }

  private mutating func putBehindNAT(_ numbers: [Int]) {
    let members = numbers.filter { $0 >= 1 && $0 <= spokeCount && nodes[index(ofSpoke: $0)].nat == nil }
    guard let first = members.first else { return }
    let publicAddress = nodes[index(ofSpoke: first)].nbma
    nats.append(LabNAT(publicAddress: publicAddress))
    for number in members {
      let i = index(ofSpoke: number)
      nodes[i].nat = nats.count - 1
      nodes[i].publicNBMA = publicAddress
      (nodes[i].nbma, nodes[i].nbmaLength, nodes[i].nbmaGateway) = AddressPlan.inside(number)
    }
  }
}
