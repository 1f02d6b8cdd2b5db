// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// Interfaces coming, changing and going.
extension RIPEngine {
  mutating func noteLink(_ link: RoutingInterface, _ turn: inout Turn<Output>) {
    guard links[link.id] != link else { return }
    links[link.id] = link
    refreshInterfaces(&turn)
    refreshLocals(&turn)
  }

  mutating func forgetLink(_ id: InterfaceID, _ turn: inout Turn<Output>) {
    guard links.removeValue(forKey: id) != nil else { return }
    refreshInterfaces(&turn)
    refreshLocals(&turn)
  }

  /// Whether an address is this node's own.
  func isOwn(_ address: IPAddress) -> Bool { links.values.contains { $0.addresses.contains { $0.address == address } } }

  /// Which interfaces take part now, and what follows for those that began or ceased.
  mutating func refreshInterfaces(_ turn: inout Turn<Output>) {
    let old = interfaces
    interfaces = links.keys.sorted().compactMap { id in links[id].flatMap(participant) }
    for interface in old where index(of: interface.id) == nil { dropInterface(interface.id, &turn) }
    for i in interfaces.indices {
      guard let before = old.first(where: { $0.id == interfaces[i].id }) else {
        enter(i, &turn)
        continue
      }
      interfaces[i].summaries = before.summaries
      // IPv6 addresses concern nobody here.
      let isRenumbered = before.link.addresses.filter(\.address.isV4) != interfaces[i].link.addresses.filter(\.address.isV4)
      if isRenumbered { forgetNeighbours(of: before.id, &turn) }
      if isRenumbered || before.isPassive && !interfaces[i].isPassive { askForTable(i, &turn) }
    }
    if interfaces.isEmpty {
      timers.cancel(.update)
      nextUpdate = nil
    } else if nextUpdate == nil {
      setUpdateTimer(&turn)
    }
  }

  /// The interface as it takes part; nil when it does not.
  private func participant(_ link: RoutingInterface) -> RIPInterface? {
    guard settings.router != nil, link.isUp else { return nil }
    let addresses = link.addresses.filter { a in a.address.isV4 && router.networks.contains { $0.contains(a.address) } }
    guard !addresses.isEmpty else { return nil }
    return RIPInterface(
      link: link, settings: settings.interfaces[link.name] ?? RIPInterfaceSettings(), isPassive: router.isPassive(link.name),
      addresses: addresses)
  }

  private mutating func enter(_ i: Int, _ turn: inout Turn<Output>) {
    guard interfaces[i].hasLink else { return }
    turn.emit(.port(.join(interfaces[i].id, port: RIPNumbers.port, group: RIPNumbers.group)))
    askForTable(i, &turn)
  }

  func leave(_ id: InterfaceID, _ turn: inout Turn<Output>) {
    turn.emit(.port(.leave(id, port: RIPNumbers.port, group: RIPNumbers.group)))
  }

  /// All that was learned over an interface goes with it.
  private mutating func dropInterface(_ id: InterfaceID, _ turn: inout Turn<Output>) {
    leave(id, &turn)
    jobs.removeAll { $0.interface == id }
    forgetNeighbours(of: id, &turn)
  }

  private mutating func forgetNeighbours(of id: InterfaceID, _ turn: inout Turn<Output>) {
    for prefix in table.order {
      for path in table[prefix]?.paths ?? [] where path.neighbour.interface == id {
        removePath(prefix, path.neighbour, holdsDown: false, &turn)
      }
    }
    for key in neighbours.keys.sorted() where key.interface == id { dropNeighbour(key, &turn) }
  }

  /// Asks the neighbours for all they have (RFC 2453 §3.9.1).
  mutating func askForTable(_ i: Int, _ turn: inout Turn<Output>) {
    let message = RIPMessage(.request, entries: [.wholeTable])
    for destination in destinations(of: i, &turn) {
      for version in sendVersions(i) { transmit(message, version: version, to: destination, on: i, &turn) }
    }
  }
}
