// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// The `ip route` and `ipv6 route` lines.
public enum StaticRouteCommands {
  /// Both families' lines, in the order in which they are printed.
  public static let all = [route, ipv6Route]

  /// `ip route A.B.C.D MASK {A.B.C.D | INTERFACE [A.B.C.D]} [<1-255>] [name NAME] [track N] [tag T]`
  public static let route = Command<[StaticRoute]>(
    "ip route <network:ipv4> <mask:mask> {<next:ipv4>|<interface:interface> [<next:ipv4>]} \(options)",
    modes: [.global],
    help: help(["ip": "Global IP configuration subcommands", "network": "Destination network", "mask": "Its mask"]),
    apply: { (routes: inout [StaticRoute], input: CommandInput) throws(CommandRefusal) in
      let arguments = input.arguments
      guard let network = arguments.address("network"), let length = arguments.address("mask").flatMap(IPPrefix.length(ofMask:)) else {
        throw CommandRefusal("'no ip route' needs network and mask")
      }
      try apply(to: &routes, IPPrefix(network, length: length), typed: network, input)
    },
    write: { $0.filter { $0.prefix.address.isV4 }.map(\.iosLine) })

  /// `ipv6 route X:X::/N {X:X::X | INTERFACE [X:X::X]} [<1-254>] [name NAME] [track N] [tag T]`
  public static let ipv6Route = Command<[StaticRoute]>(
    "ipv6 route <network:prefix> {<next:ipv6>|<interface:interface> [<next:ipv6>]} \(options)",
    modes: [.global],
    help: help(["ipv6": "Global IPv6 configuration subcommands", "network": "IPv6 prefix"]),
    apply: { (routes: inout [StaticRoute], input: CommandInput) throws(CommandRefusal) in
      guard let prefix = input.arguments.prefix("network"), let typed = input.arguments.address("network") else {
        throw CommandRefusal("'no ipv6 route' needs a prefix")
      }
      guard !prefix.address.isV4 else { throw CommandRefusal("\(prefix) is no IPv6 prefix") }
      if let next = input.arguments.address("next"), next.isLinkLocal, input.arguments[text: "interface"] == nil {
        throw CommandRefusal("Interface has to be specified for a link-local nexthop")
      }
      try apply(to: &routes, prefix, typed: typed, input)
    },
    write: { $0.filter { !$0.prefix.address.isV4 }.map(\.iosLine) })

  private static let options = """
    [<distance:int(1-255)>] [{name <name:word>|tag <tag:int(0-4294967295)>|track <track:int(1-\(Limits.trackedObjects))>}...]
    """

  private static func help(_ words: [String: String]) -> [String: String] {
    words.merging([
      "route": "Establish static routes", "next": "Next hop", "interface": "Interface that packets leave by, or Null0",
      "distance": "Administrative distance", "name": "Name of the route", "<name>": "Name", "tag": "Mark of the route", "<tag>": "Mark",
      "track": "Install the route while a tracked object is up", "<track>": "Number of the object",
    ]) { mine, _ in mine }
  }

  private static func apply(
    to routes: inout [StaticRoute], _ prefix: IPPrefix, typed network: IPAddress, _ input: CommandInput
  ) throws(CommandRefusal) {
    guard prefix.address == network else { throw CommandRefusal("Inconsistent address and mask: \(network) lies inside \(prefix)") }
    let route = StaticRoute(prefix: prefix, input.arguments)
    if input.negated { return try remove(route, from: &routes) }
    if let index = routes.firstIndex(where: { $0.isSamePath(as: route) }) { routes[index] = route } else { routes.append(route) }
  }

  /// All routes that agree with every word given.
  private static func remove(_ wanted: StaticRoute, from routes: inout [StaticRoute]) throws(CommandRefusal) {
    let namesPath = wanted.isDiscard || wanted.nextHop != nil || wanted.interface != nil
    let left = routes.filter { $0.prefix != wanted.prefix || (namesPath && !$0.isSamePath(as: wanted)) }
    guard left.count < routes.count else { throw CommandRefusal("No matching route to delete") }
    routes = left
  }
}

extension IPAddress {
  /// fe80::/10
  fileprivate var isLinkLocal: Bool { !isV4 && high >> 54 == 0xfe80 >> 6 }
}

extension StaticRoute {
  fileprivate init(prefix: IPPrefix, _ arguments: Arguments) {
    let interface = arguments[text: "interface"]
    let isDiscard = interface == "Null0"
    self.init(
      prefix: prefix, nextHop: isDiscard ? nil : arguments.address("next"), interface: isDiscard ? nil : interface,
      distance: arguments.int("distance").flatMap(UInt8.init(exactly:)) ?? RouteSource.static.administrativeDistance,
      name: arguments[text: "name"], tag: arguments.int("tag").flatMap(UInt32.init(exactly:)) ?? 0, isDiscard: isDiscard,
      track: arguments.int("track"))
  }

  /// Two lines for one path are one route: the later one sets distance, name, tag and track.
  fileprivate func isSamePath(as other: StaticRoute) -> Bool {
    prefix == other.prefix && nextHop == other.nextHop && interface == other.interface && isDiscard == other.isDiscard
  }
}
