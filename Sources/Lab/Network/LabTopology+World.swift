// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import Wire

// The world around the nodes, made from the description.
extension LabTopology {
  /// The internet with all nodes attached: node `i` of the topology is node `i` there.
  public func makeUnderlay() -> Underlay {
    var underlay = Underlay()
    for nat in nats {
      _ = underlay.add(
        NATBox(publicAddress: nat.publicAddress, staticInside: nat.staticInside, mappingLifetime: nat.mappingLifetime))
    }
    for node in nodes { underlay.attach(node) }
    return underlay
  }

  /// The host behind a node; with `.hostRoutesByRegistration` it is the node's own IP stack.
  public func makeHost(_ index: Int) -> LabHost {
    let node = nodes[index]
    let v6 = hasIPv6 ? [node.hostV6].compactMap { $0 } : []
    return LabHost(node: index, addresses: [node.host] + v6, gateway: node.lanAddress)
  }

  /// A node's own IP stack, which answers pings to the node's inner addresses.
  public func makeStack(_ index: Int) -> LabHost {
    let node = nodes[index]
    let v6 = hasIPv6 ? [node.tunnelAddressV6, node.linkLocalAddress, node.lanAddressV6].compactMap { $0 } : []
    return LabHost(node: index, addresses: v6 + [node.tunnelAddress] + (node.lanAddress.map { [$0] } ?? []), gateway: nil)
  }

  /// The physical interfaces of a node, as its host system would tell of them.
  public func hostInterfaces(of index: Int) -> [HostInterface] {
    let node = nodes[index]
    var interfaces = [
      HostInterface(name: "eth0", mtu: node.link.mtu, addresses: [HostAddress(node.nbma, length: node.nbmaLength)])
    ]
    if let lan = node.lan, let address = node.lanAddress {
      let v6 = hasIPv6 ? node.lanAddressV6.map { [HostAddress($0, length: 48)] } ?? [] : []
      interfaces.append(HostInterface(name: lanDevice, addresses: [HostAddress(address, length: Int(lan.length))] + v6))
    }
    return interfaces
  }

  /// What the nodes' hosts call the interface of the LAN.
  private var lanDevice: String { files.isEmpty ? "eth1" : "lan0" }

  /// The routes of a node's host system: a default route into the outer network; with ODR, which gives the default route to the tunnel,
  /// routes to the others' outer networks.
  public func hostRoutes(of index: Int) -> [HostRoute] {
    // A site's outer network is one link.
    guard files.isEmpty else { return [] }
    let outer = routing == .odr ? Set(nodes.map { IPPrefix($0.publicNBMA, length: 24) }).sorted() : [.defaultV4]
    return outer.map { HostRoute(prefix: $0, gateway: nodes[index].nbmaGateway, interface: "eth0") }
  }
}

extension Underlay {
  /// Attaches a node of a topology, behind its NAT if it has one, and gives its number.
  @discardableResult
  public mutating func attach(_ node: LabNode) -> Int {
    guard let nat = node.nat else { return attach(node.nbma, link: node.link) }
    return attach(node.nbma, behind: nat, link: node.link)
  }
}
