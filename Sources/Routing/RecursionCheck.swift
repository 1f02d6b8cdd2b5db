// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Finds routes that would send a tunnel's own outer packets into the tunnel (IOS: `%TUN-5-RECURDOWN`).
/// Only the longest match of a live NBMA address counts: a default route through the tunnel is fine while the hub has a longer one.
public enum RecursionCheck {
  /// The first of `nbma` whose route in `table` (below the shortcuts) leaves through `tunnel`, and that route's prefix.
  /// `table` is the one the tunnel's outer packets are routed in.
  public static func offendingRoute(
    nbma: [IPAddress], tunnel: InterfaceID, in table: RoutingTable
  ) -> (prefix: IPPrefix, nbma: IPAddress)? {
    for address in nbma {
      guard let found = table.entry(for: address, includingShortcuts: false), found.resolvedInterface == tunnel else { continue }
      return (found.route.prefix, address)
    }
    return nil
  }

  /// The same as if `route` had been added. A shortcut is judged as a route like others, since packets follow it.
  /// Shortcuts are judged by one lookup per address; any other route is tried on a copy of the table, which costs its size.
  public static func offendingRoute(
    adding route: Route, nbma: [IPAddress], tunnel: InterfaceID, in table: RoutingTable
  ) -> (prefix: IPPrefix, nbma: IPAddress)? {
    guard route.source == .nhrp else {
      var copy = table
      copy.add(route)
      return offendingRoute(nbma: nbma, tunnel: tunnel, in: copy)
    }
    for address in nbma {
      let found = table.entry(for: address, includingShortcuts: false)
      if route.interface == tunnel, route.prefix.contains(address), wins(route, over: found?.route) {
        return (route.prefix, address)
      }
      if let found, found.resolvedInterface == tunnel { return (found.route.prefix, address) }
    }
    return nil
  }

  private static func wins(_ route: Route, over other: Route?) -> Bool {
    guard let other else { return true }
    return route.prefix.length != other.prefix.length ? route.prefix.length > other.prefix.length : route.isPreferred(over: other)
  }
}
