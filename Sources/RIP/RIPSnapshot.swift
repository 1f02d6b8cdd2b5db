// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// What a screen shows of the process, copied at an instant.
public struct RIPSnapshot: Sendable, Equatable {
  /// The section `router rip`; nil while nothing runs.
  public var router: RIPRouter?
  /// The interfaces that take part, by number.
  public var interfaces: [RIPInterfaceSnapshot]
  /// The neighbours heard, by interface and address.
  public var neighbours: [RIPNeighbourSnapshot]
  /// When the next regular update is due.
  public var nextUpdate: Instant?
  /// Networks of the table, and those that are reachable.
  public var routeCount: Int
  /// What was counted.
  public var traffic: RIPTraffic
}

/// An interface that takes part.
public struct RIPInterfaceSnapshot: Sendable, Equatable {
  /// Which.
  public var id: InterfaceID
  /// Its name.
  public var name: String
  /// Whether it only listens.
  public var isPassive: Bool
  /// The versions it sends and takes.
  public var sends: [Int], receives: [Int]
  /// Its lines.
  public var settings: RIPInterfaceSettings
}

/// A neighbour.
public struct RIPNeighbourSnapshot: Sendable, Equatable {
  /// Where it is.
  public var interface: InterfaceID
  /// Who it is.
  public var address: IPAddress
  /// The version of its last response.
  public var version: UInt8
  /// When that came, and its first.
  public var heard: Instant, since: Instant
  /// Networks with a path to it, and entries refused.
  public var routeCount: Int, badEntries: UInt64
}

/// A network as `show ip rip database` lists it.
public struct RIPDatabaseRow: Sendable, Equatable {
  /// Where a network comes from.
  public enum Origin: Sendable, Equatable {
    /// An interface's own, by its name.
    case connected(String)
    /// Another source's, or the default.
    case redistributed
    /// The neighbours'.
    case learned
    /// Nobody's any more.
    case lost
  }

  /// One way to it.
  public struct Path: Sendable, Equatable {
    /// As the neighbour announces it.
    public var metric: UInt32
    /// Where packets go, and who said so.
    public var nextHop: IPAddress, neighbour: IPAddress
    /// The interface's name.
    public var interface: String
    /// When it was last heard of.
    public var heard: Instant
  }

  /// The network.
  public var prefix: IPPrefix
  /// Where it comes from.
  public var origin: Origin
  /// The metric of our own updates, for a local one.
  public var metric: UInt32
  /// The mark.
  public var tag: UInt16
  /// The ways to it.
  public var paths: [Path]
}

extension RIPEngine {
  /// The picture of the process, without the networks.
  public func snapshot() -> RIPSnapshot {
    RIPSnapshot(
      router: settings.router,
      interfaces: interfaces.indices.map { i in
        RIPInterfaceSnapshot(
          id: interfaces[i].id, name: interfaces[i].link.name, isPassive: interfaces[i].isPassive, sends: sendVersions(i),
          receives: receiveVersions(i), settings: interfaces[i].settings)
      },
      neighbours: neighbourRows(limit: .max), nextUpdate: nextUpdate, routeCount: table.count, traffic: traffic)
  }

  /// Networks, neighbours and interfaces; O(1).
  public func summary() -> (routes: Int, neighbours: Int, interfaces: Int) { (table.count, neighbours.count, interfaces.count) }

  /// At most `limit` neighbours, in order.
  public func neighbourRows(limit: Int) -> [RIPNeighbourSnapshot] {
    neighbours.keys.sorted().prefix(max(0, limit)).compactMap { key in
      neighbours[key].map {
        RIPNeighbourSnapshot(
          interface: key.interface, address: key.address, version: $0.version, heard: $0.heard, since: $0.since,
          routeCount: $0.routeCount, badEntries: $0.badEntries)
      }
    }
  }

  /// At most `limit` networks of the table, in order, those after `prefix` when one is given, those inside `within` when one is given.
  public func rows(after prefix: IPPrefix? = nil, within: IPPrefix? = nil, limit: Int) -> [RIPDatabaseRow] {
    let all = within.map { table.parts(of: $0) } ?? table.order[...]
    let rest = prefix.map { last in all.drop { $0 <= last } } ?? all
    return rest.prefix(max(0, limit)).compactMap { table[$0].map(row) }
  }

  private func row(_ route: RIPRoute) -> RIPDatabaseRow {
    let origin: RIPDatabaseRow.Origin
    switch route.local?.origin {
    case .connected(let id)?: origin = .connected(links[id]?.name ?? "")
    case .imported?, .defaultOrigination?: origin = .redistributed
    case nil: origin = route.paths.isEmpty ? .lost : .learned
    }
    return RIPDatabaseRow(
      prefix: route.prefix, origin: origin, metric: route.announcedMetric, tag: route.tag,
      paths: route.paths.map { path in
        RIPDatabaseRow.Path(
          metric: path.metric, nextHop: path.nextHop, neighbour: path.neighbour.address,
          interface: links[path.neighbour.interface]?.name ?? "", heard: path.heard)
      })
  }
}
