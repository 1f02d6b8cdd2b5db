// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What packets are forwarded by: prefixes and actions of one VRF, longest match wins.
///
/// Each family has a trie; its nodes name their action by number, for most routes lead to few routers (`WayTable`).
public struct FIB: Sendable {
  private var v4 = FIBTrie<UInt32>()
  private var v6 = FIBTrie<UInt128>()
  private var ways = WayTable()

  /// Makes an empty table.
  public init() {}

  /// How many routes there are.
  public var count: Int { v4.count &+ v6.count }

  /// Nodes in the arrays, free ones included: what the memory follows.
  public var nodeCapacity: Int { v4.nodeCapacity + v6.nodeCapacity }

  @inline(__always) private static func bits(_ address: IPAddress) -> UInt128 { UInt128(address.high) << 64 | UInt128(address.low) }

  private static func prefix(v4 bits: UInt32, _ length: Int) -> IPPrefix { IPPrefix(IPAddress(v4: bits), length: length) }

  private static func prefix(v6 bits: UInt128, _ length: Int) -> IPPrefix {
    let (high, low) = (UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits))
    return IPPrefix(IPAddress(high: high, low: low), length: length)
  }

  /// The action of the longest prefix that holds `address`; nil when none does.
  @inline(__always) public func action(for address: IPAddress) -> ForwardingAction? {
    way(for: address).map(ways.action)
  }

  /// The same in the form packets are forwarded by.
  @inline(__always) func way(for address: IPAddress) -> FIBAction? {
    if address.isV4 {
      let found = v4.find(address.v4Bits)
      return found < 0 ? nil : ways[v4.way(found)]
    }
    let found = v6.find(Self.bits(address))
    return found < 0 ? nil : ways[v6.way(found)]
  }

  /// Which way the packets between two addresses take: always the same, as with IOS' `ip load-sharing per-destination`. Ports are not
  /// asked, for fragments have none, and must not pass the packets before them.
  func path(_ number: UInt32, from source: IPAddress, to destination: IPAddress) -> FIBAction {
    ways.path(number, hash: FlowHash.hash(source, destination))
  }

  /// Whether packets to `address` may leave by a tunnel.
  func mayLeave(to address: IPAddress, by tunnel: InterfaceID) -> Bool {
    switch way(for: address) {
    case .tunnel(tunnel, _): true
    case .shared(let number): ways.paths(number).contains { $0.isTunnel && $0.interface == tunnel }
    default: false
    }
  }

  /// The longest prefix that holds `address`, and its action; nil when none does.
  public func longestMatch(for address: IPAddress) -> (prefix: IPPrefix, action: ForwardingAction)? {
    guard let way = way(for: address) else { return nil }
    if address.isV4 {
      let (bits, length) = v4.prefix(v4.find(address.v4Bits))
      return (Self.prefix(v4: bits, length), ways.action(way))
    }
    let (bits, length) = v6.prefix(v6.find(Self.bits(address)))
    return (Self.prefix(v6: bits, length), ways.action(way))
  }

  /// The action of exactly `prefix`; nil when it is not there.
  public func exact(_ prefix: IPPrefix) -> ForwardingAction? {
    let (address, length) = (prefix.address, prefix.length)
    let way = address.isV4 ? v4.exact(address.v4Bits, length) : v6.exact(Self.bits(address), length)
    return way < 0 ? nil : ways.action(ways[way])
  }

  /// Adds or replaces a route; gives the action it had.
  @discardableResult
  public mutating func insert(_ prefix: IPPrefix, _ action: ForwardingAction) -> ForwardingAction? {
    let (address, length, way) = (prefix.address, prefix.length, ways.retain(action))
    return ways.release(address.isV4 ? v4.insert(address.v4Bits, length, way) : v6.insert(Self.bits(address), length, way))
  }

  /// Removes a route; gives the action it had, nil when it was not there.
  @discardableResult
  public mutating func remove(_ prefix: IPPrefix) -> ForwardingAction? {
    let (address, length) = (prefix.address, prefix.length)
    return ways.release(address.isV4 ? v4.remove(address.v4Bits, length) : v6.remove(Self.bits(address), length))
  }

  /// Calls `body` for every route: IPv4 before IPv6, each by address, then by length.
  public func forEach(_ body: (IPPrefix, ForwardingAction) -> Void) {
    v4.forEach { body(Self.prefix(v4: $0, $1), ways.action(ways[$2])) }
    v6.forEach { body(Self.prefix(v6: $0, $1), ways.action(ways[$2])) }
  }

  /// All routes in the order of `forEach`.
  public var routes: [(prefix: IPPrefix, action: ForwardingAction)] {
    var out: [(prefix: IPPrefix, action: ForwardingAction)] = []
    out.reserveCapacity(count)
    forEach { out.append(($0, $1)) }
    return out
  }
}
