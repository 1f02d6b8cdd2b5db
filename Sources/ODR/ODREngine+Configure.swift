// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// Settings and interfaces coming, changing and going.
extension ODREngine {
  mutating func configure(_ new: ODRSettings, _ turn: inout Turn<Output>) {
    let old = settings
    guard old != new else { return }
    settings = new
    refreshInterfaces(&turn)
    let changedSides = (old.router == nil) != (new.router == nil) || old.isStub != new.isStub
    if changedSides { forgetRoutes(where: { _ in true }, &turn) }
    if old.policy != new.policy || old.router?.distributeLists != new.router?.distributeLists { filterAgain(&turn) }
    if old.router?.timers != new.router?.timers { for prefix in routes.keys.sorted() { timers.set(.route(prefix), at: turn.now) } }
    if old.router?.distance != new.router?.distance || old.router?.maximumPaths != new.router?.maximumPaths {
      unpublished.formUnion(routes.keys)
    }
    if changedSides || old.cdp != new.cdp || old.device != new.device { for i in interfaces.indices { advertiseSoon(i, &turn) } }
  }

  mutating func noteLink(_ link: RoutingInterface, _ turn: inout Turn<Output>) {
    guard links[link.id] != link else { return }
    links[link.id] = link
    followLinks(&turn)
  }

  mutating func forgetLink(_ id: InterfaceID, _ turn: inout Turn<Output>) {
    guard links.removeValue(forKey: id) != nil else { return }
    followLinks(&turn)
  }

  /// A stub's networks may have changed.
  private mutating func followLinks(_ turn: inout Turn<Output>) {
    refreshInterfaces(&turn)
    guard settings.isStub else { return }
    for i in interfaces.indices { advertiseSoon(i, &turn) }
  }

  private mutating func refreshInterfaces(_ turn: inout Turn<Output>) {
    let old = interfaces
    let running = links.keys.sorted().compactMap { id in links[id].flatMap { runs(on: $0) ? $0 : nil } }
    for i in old.indices where !running.contains(where: { $0.id == old[i].link.id }) { leave(i, &turn) }
    interfaces = running.map { link in
      var interface = old.first { $0.link.id == link.id } ?? CDPInterface(link: link)
      interface.link = link
      return interface
    }
    for i in interfaces.indices where !old.contains(where: { $0.link.id == interfaces[i].link.id }) { advertise(i, &turn) }
  }

  private func runs(on link: RoutingInterface) -> Bool {
    settings.cdp.runs && link.isUp && link.isTunnel && settings.interfaces[link.name]?.isEnabled == true
  }

  /// CDP no longer runs on an interface: what was learned there goes.
  private mutating func leave(_ i: Int, _ turn: inout Turn<Output>) {
    let id = interfaces[i].link.id
    if links[id]?.isUp == true { takeLeave(i, &turn) }
    timers.cancel(.advertise(id))
    for key in neighbours.keys.sorted() where key.interface == id { dropNeighbour(key, &turn) }
    forgetRoutes(where: { $0.interface == id }, &turn)
  }

  /// Their networks keep their own timers: the next packet may be a minute away.
  mutating func clearNeighbours(_ turn: inout Turn<Output>) {
    for key in neighbours.keys.sorted() { dropNeighbour(key, &turn) }
    for i in interfaces.indices { advertiseSoon(i, &turn) }
  }

  /// Nobody can be asked: what the last packets said is offered anew, without paths that are kept but not used and without hold-down.
  mutating func clearRoutes(_ only: IPPrefix?, now: Instant) {
    for prefix in only.map({ [$0] }) ?? routes.keys.sorted() where routes[prefix] != nil {
      routes[prefix]?.paths.removeAll(where: \.isInvalid)
      for i in routes[prefix]?.paths.indices ?? 0..<0 { routes[prefix]?.paths[i].since = now }
      routes[prefix]?.heldUntil = nil
      routes[prefix]?.isCleared = true
      unpublished.insert(prefix)
    }
  }

  private mutating func forgetRoutes(where isMeant: (ODRHop) -> Bool, _ turn: inout Turn<Output>) {
    for prefix in routes.keys.sorted() {
      for path in routes[prefix]?.paths ?? [] where isMeant(path.hop) { removePath(prefix, path.hop, &turn) }
    }
  }

  mutating func filterAgain(_ turn: inout Turn<Output>) {
    for prefix in routes.keys.sorted() {
      for path in routes[prefix]?.paths ?? [] where !admits(prefix, path.hop) || !limits.allows(prefix, from: path.hop.address) {
        removePath(prefix, path.hop, &turn)
      }
    }
  }
}
