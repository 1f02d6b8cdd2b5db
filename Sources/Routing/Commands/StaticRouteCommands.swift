// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// The `ip route` lines.
public enum StaticRouteCommands {
  /// `ip route A.B.C.D MASK {A.B.C.D | INTERFACE [A.B.C.D]} [<1-255>] [name NAME] [tag T]`
  public static let route = Command<[StaticRoute]>(
    """
    ip route <network:ipv4> <mask:mask> {<next:ipv4>|<interface:interface> [<next:ipv4>]} [<distance:int(1-255)>] \
    [{name <name:word> [tag <tag:int(0-4294967295)>]|tag <tag:int(0-4294967295)> [name <name:word>]}]
    """,
    modes: [.global],
    help: [
      "ip": "Global IP configuration subcommands", "route": "Establish static routes", "network": "Destination network",
      "mask": "Its mask", "next": "Next hop", "interface": "Interface that packets leave by, or Null0",
      "distance": "Administrative distance",
      "name": "Name of the route", "<name>": "Name", "tag": "Mark of the route", "<tag>": "Mark",
    ],
    apply: apply, write: { $0.filter(\.prefix.address.isV4).map(\.iosLine) })

  /// `ipv6 route X:X:X:X::X/n {X:X:X:X::X | INTERFACE [X:X:X:X::X]} [<1-254>] [name NAME] [tag T]`
  public static let routeV6 = Command<[StaticRoute]>(
    """
    ipv6 route <network:prefix> {<next:ipv6>|<interface:interface> [<next:ipv6>]} [<distance:int(1-254)>] \
    [{name <name:word> [tag <tag:int(0-4294967295)>]|tag <tag:int(0-4294967295)> [name <name:word>]}]
    """,
    modes: [.global],
    help: [
      "ipv6": "Global IPv6 configuration commands", "route": "Configure static routes", "network": "Destination network and its length",
      "next": "Next hop", "interface": "Interface that packets leave by, or Null0", "distance": "Administrative distance",
      "name": "Name of the route", "<name>": "Name", "tag": "Mark of the route", "<tag>": "Mark",
    ],
    apply: applyV6, write: { $0.filter { !$0.prefix.address.isV4 }.map(\.iosLine) })

  private static func applyV6(_ routes: inout [StaticRoute], _ input: CommandInput) throws(CommandRefusal) {
    guard let network = input.arguments.address("network"), let prefix = input.arguments.prefix("network") else {
      throw CommandRefusal("'no ipv6 route' needs a network")
    }
    guard !network.isV4 else { throw CommandRefusal("'ipv6 route' takes an IPv6 network") }
    guard prefix.address == network else { throw CommandRefusal("Inconsistent address and length: \(network) lies inside \(prefix)") }
    try change(&routes, prefix, input)
  }

  private static func apply(_ routes: inout [StaticRoute], _ input: CommandInput) throws(CommandRefusal) {
    let arguments = input.arguments
    guard let network = arguments.address("network"), let length = arguments.address("mask").flatMap(IPPrefix.length(ofMask:)) else {
      throw CommandRefusal("'no ip route' needs network and mask")
    }
    let prefix = IPPrefix(network, length: length)
    guard prefix.address == network else { throw CommandRefusal("Inconsistent address and mask: \(network) lies inside \(prefix)") }
    try change(&routes, prefix, input)
  }

  private static func change(_ routes: inout [StaticRoute], _ prefix: IPPrefix, _ input: CommandInput) throws(CommandRefusal) {
    if input.negated { return try remove(prefix, input.arguments, from: &routes) }
    let route = StaticRoute(prefix: prefix, input.arguments)
    if let index = routes.firstIndex(where: { $0.isSamePath(as: route) }) { routes[index] = route } else { routes.append(route) }
  }

  /// All routes that agree with every word given.
  private static func remove(_ prefix: IPPrefix, _ arguments: Arguments, from routes: inout [StaticRoute]) throws(CommandRefusal) {
    let wanted = StaticRoute(prefix: prefix, arguments)
    let namesPath = wanted.isDiscard || wanted.nextHop != nil || wanted.interface != nil
    let left = routes.filter { $0.prefix != prefix || (namesPath && !$0.isSamePath(as: wanted)) }
    guard left.count < routes.count else { throw CommandRefusal("No matching route to delete") }
    routes = left
  }
}

extension StaticRoute {
  fileprivate init(prefix: IPPrefix, _ arguments: Arguments) {
    let interface = arguments[text: "interface"]
    let isDiscard = interface == "Null0"
    self.init(
      prefix: prefix, nextHop: isDiscard ? nil : arguments.address("next"), interface: isDiscard ? nil : interface,
      distance: arguments.int("distance").flatMap(UInt8.init(exactly:)) ?? RouteSource.static.administrativeDistance,
      name: arguments[text: "name"], tag: arguments.int("tag").flatMap(UInt32.init(exactly:)) ?? 0, isDiscard: isDiscard)
  }

  /// Two lines for one path are one route: the later one sets distance, name and tag.
  fileprivate func isSamePath(as other: StaticRoute) -> Bool {
    prefix == other.prefix && nextHop == other.nextHop && interface == other.interface && isDiscard == other.isDiscard
  }
}
