// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// What a screen shows of the process, copied at an instant.
public struct ODRSnapshot: Sendable, Equatable {
  /// The section `router odr`; nil on a stub.
  public var router: ODRRouter?
  /// The `cdp …` lines.
  public var cdp: CDPSettings
  /// The names of the interfaces that CDP runs on, by number.
  public var interfaces: [String]
  /// The neighbours, by interface, name and address.
  public var neighbours: [CDPNeighbourSnapshot]
  /// Where routes come from, with the time of their last packet.
  public var sources: [ODRSourceSnapshot]
  /// When the next packet is due.
  public var nextUpdate: Instant?
  /// Networks of the table.
  public var routeCount: Int
  /// What was counted.
  public var traffic: ODRTraffic
}

/// A neighbour.
public struct CDPNeighbourSnapshot: Sendable, Equatable {
  /// Where it is.
  public var interface: InterfaceID
  /// The name of that interface.
  public var interfaceName: String
  /// Its tunnel address, or where it names none its NBMA address.
  public var address: IPAddress
  /// Where its last packet came from.
  public var nbma: IPAddress
  /// Its last packet.
  public var packet: CDPPacket
  /// When that came, the first one, and when it is forgotten.
  public var heard: Instant, since: Instant, expires: Instant
  /// The networks taken from it.
  public var prefixes: [IPPrefix]
}

/// A gateway of `show ip protocols`.
public struct ODRSourceSnapshot: Sendable, Equatable {
  /// Its address.
  public var gateway: IPAddress
  /// When it was last heard.
  public var heard: Instant
}

extension ODREngine {
  /// The picture of the process.
  public func snapshot() -> ODRSnapshot {
    ODRSnapshot(
      router: settings.router, cdp: settings.cdp, interfaces: interfaces.map(\.link.name),
      neighbours: neighbourRows(limit: .max), sources: sources, nextUpdate: interfaces.map(\.next).min(), routeCount: routes.count,
      traffic: traffic)
  }

  /// Networks, neighbours and interfaces; O(1).
  public func summary() -> (routes: Int, neighbours: Int, interfaces: Int) { (routes.count, neighbours.count, interfaces.count) }

  /// At most `limit` neighbours, in order.
  public func neighbourRows(limit: Int) -> [CDPNeighbourSnapshot] {
    neighbours.keys.sorted().prefix(max(0, limit)).compactMap { key in
      neighbours[key].map {
        CDPNeighbourSnapshot(
          interface: key.interface, interfaceName: links[key.interface]?.name ?? "", address: key.address, nbma: $0.nbma,
          packet: $0.packet, heard: $0.heard, since: $0.since, expires: $0.expires, prefixes: $0.prefixes)
      }
    }
  }

  private var sources: [ODRSourceSnapshot] {
    var heard: [IPAddress: Instant] = [:]
    for route in routes.values { for path in route.paths { heard[path.hop.address] = max(heard[path.hop.address] ?? .start, path.heard) } }
    return heard.keys.sorted().map { ODRSourceSnapshot(gateway: $0, heard: heard[$0] ?? .start) }
  }
}
