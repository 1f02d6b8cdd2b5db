// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import ProtocolKit
import Routing
import Wire

/// Settings coming, changing and going.
extension RIPEngine {
  mutating func configure(_ new: RIPSettings, _ turn: inout Turn<Output>) {
    let old = settings
    guard new != old else { return }
    if old.router != nil, new.router == nil {
      farewell(&turn)
      forgetEverything(&turn)
    }
    settings = new
    guard new.router != nil else { return }
    refreshInterfaces(&turn)
    wantSources(&turn)
    refreshLocals(&turn)
    if old.policy != new.policy || old.router?.distributeLists != new.router?.distributeLists { filterAgain(&turn) }
    if old.router?.timers != new.router?.timers { setTimers(&turn) }
  }

  /// Other timers hold for what is there, too.
  private mutating func setTimers(_ turn: inout Turn<Output>) {
    setUpdateTimer(&turn)
    let life = Duration.seconds(router.timers.invalid)
    for prefix in table.order {
      if let heard = table[prefix]?.paths.map(\.heard).min() { timers.set(.route(prefix), at: max(turn.now, heard + life)) }
    }
    for key in neighbours.keys.sorted() {
      if let neighbour = neighbours[key] { timers.set(.neighbour(key), at: max(turn.now, neighbour.heard + life)) }
    }
  }

  /// Takes out all that runs.
  private mutating func forgetEverything(_ turn: inout Turn<Output>) {
    for interface in interfaces { leave(interface.id, &turn) }
    interfaces = []
    table = RIPTable()
    neighbours = [:]
    imports = [:]
    (changed, unpublished, jobs) = ([], [], [])
    timers = TimerQueue()
    nextUpdate = nil
    turn.emit(.routes([.withdrawAll(.rip)]))
    if !wantedSources.isEmpty { turn.emit(.redistribute([])) }
    wantedSources = []
  }

  /// Says which sources are redistributed, when that changed.
  private mutating func wantSources(_ turn: inout Turn<Output>) {
    let wanted = Set(router.redistributions.map(\.source)).sorted { $0.rawValue < $1.rawValue }
    guard wanted != wantedSources else { return }
    for (prefix, route) in imports where !wanted.contains(route.source) { imports[prefix] = nil }
    wantedSources = wanted
    turn.emit(.redistribute(wanted))
  }

  /// Paths that the lists or a certificate no longer let in go at once: at the neighbours' next update they would only not be refreshed.
  mutating func filterAgain(_ turn: inout Turn<Output>) {
    for prefix in table.order {
      guard let route = table[prefix] else { continue }
      for path in route.paths 
      where !limits.allows(prefix, from: path.neighbour.address)
        || admitted(prefix, from: path.neighbour, metric: path.metric, tag: path.tag) == nil
      {
        removePath(prefix, path.neighbour, &turn)
      }
    }
  }

  /// The neighbours are asked at once (RFC 2453 §3.9.1). What they answer is there before the next triggered update: it waits, so that
  /// others do not hear that the network is gone, and hold it down, for nothing.
  mutating func clear(_ only: IPPrefix?, _ turn: inout Turn<Output>) {
    for prefix in only.map({ [$0] }) ?? table.order { forget(prefix, &turn) }
    if !changed.isEmpty { pauseTriggeredUpdates(&turn) }
    for i in interfaces.indices { askForTable(i, &turn) }
  }

  private mutating func forget(_ prefix: IPPrefix, _ turn: inout Turn<Output>) {
    for path in table[prefix]?.paths ?? [] { removePath(prefix, path.neighbour, holdsDown: false, &turn) }
    // Who was held down before may speak now.
    let now = turn.now
    table.change(prefix) { $0.loss?.heldUntil = now }
  }
}
