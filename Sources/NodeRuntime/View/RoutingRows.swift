// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// How a neighbour of a routing protocol stands.
public enum NeighborHealth: String, Sendable, Codable {
  /// Routes are exchanged.
  case up
  /// Being set up.
  case forming
  /// Not heard for longer than it says something, and not given up yet.
  case late
  /// Gone, or never there.
  case down
  /// Shut down by the operator.
  case disabled
}

/// One neighbour of a routing protocol.
public struct RoutingNeighborRow: Sendable, Codable, Equatable {
  /// `BGP`, `RIP`, `ODR`
  public var protocolName: String
  /// Its address.
  public var address: IPAddress
  /// Its name by `ip host`, else its address.
  public var name: String
  /// Where it is; empty where no route leads to it.
  public var interface: String
  /// How it stands.
  public var health: NeighborHealth
  /// The protocol's word for that: `Established`, `Idle (Admin)`, `heard`.
  public var state: String
  /// Since when; nil for never.
  public var since: Instant?
  /// When it last said something; nil where the protocol keeps no account of that.
  public var heard: Instant?
  /// Prefixes of it that are in the protocol's table, and prefixes told to it; nil where nobody counts them by neighbour.
  public var prefixesIn: Int?, prefixesOut: Int?
  /// Messages that wait to leave.
  public var queued: Int
  /// Its AS; nil where there is no such thing.
  public var asNumber: UInt32?
  /// Whether it came by itself, by a listen range.
  public var isDynamic: Bool
  /// Why it last went down; empty for none.
  public var lastError: String

  /// A neighbour of which nothing more is known.
  public init(_ protocolName: String, address: IPAddress, name: String, interface: String = "", health: NeighborHealth, state: String) {
    (self.protocolName, self.address, self.name, self.interface) = (protocolName, address, name, interface)
    (self.health, self.state, since, heard, prefixesIn, prefixesOut) = (health, state, nil, nil, nil, nil)
    (queued, asNumber, isDynamic, lastError) = (0, nil, false, "")
  }
}

/// One routing protocol that runs.
public struct RoutingProtocolRow: Sendable, Codable, Equatable {
  /// `BGP`, `RIP`, `ODR`
  public var name: String
  /// Neighbours that are up, and all.
  public var neighborsUp: Int, neighborsAll: Int
  /// Networks in its table.
  public var networks: Int

  /// A protocol with these numbers.
  public init(_ name: String, neighborsUp: Int, neighborsAll: Int, networks: Int) {
    (self.name, self.neighborsUp, self.neighborsAll, self.networks) = (name, neighborsUp, neighborsAll, networks)
  }
}
