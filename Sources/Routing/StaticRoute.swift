// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// One `ip route` or `ipv6 route` line as settings.
public struct StaticRoute: Sendable, Hashable {
  /// The network.
  public var prefix: IPPrefix
  /// The next hop, with or without an interface.
  public var nextHop: IPAddress?
  /// The outgoing interface by name.
  public var interface: String?
  /// The administrative distance, 1–255.
  public var distance: UInt8
  /// The operator's name for it.
  public var name: String?
  /// The operator's mark; 0 for none.
  public var tag: UInt32
  /// Whether it drops (`Null0`); then next hop and interface are not used.
  public var isDiscard: Bool
  /// `track`: it is there only while this object is up; an object that nobody defined is not.
  public var track: Int?

  /// Makes a static route.
  public init(
    prefix: IPPrefix, nextHop: IPAddress? = nil, interface: String? = nil, distance: UInt8 = RouteSource.static.administrativeDistance,
    name: String? = nil, tag: UInt32 = 0, isDiscard: Bool = false, track: Int? = nil
  ) {
    (self.prefix, self.nextHop, self.interface, self.distance) = (prefix, nextHop, interface, distance)
    (self.name, self.tag, self.isDiscard, self.track) = (name, tag, isDiscard, track)
  }

  /// The line as IOS writes it: `ip route 192.168.0.0 255.255.0.0 Tunnel0 10.0.0.1 250 name X`.
  public var iosLine: String {
    var words = prefix.address.isV4 ? ["ip", "route", "\(prefix.address)", "\(prefix.mask)"] : ["ipv6", "route", "\(prefix)"]
    if isDiscard {
      words.append("Null0")
    } else {
      if let interface { words.append(interface) }
      if let nextHop { words.append("\(nextHop)") }
    }
    if distance != RouteSource.static.administrativeDistance { words.append("\(distance)") }
    if let name { words += ["name", name] }
    if let track { words += ["track", "\(track)"] }
    if tag != 0 { words += ["tag", "\(tag)"] }
    return words.joined(separator: " ")
  }

  /// Whether its tracked object lets it be there.
  public func isLet(by tracks: TrackTable) -> Bool { track.map { tracks.isUp($0) } ?? true }

  /// The route to add. `interface` is the number of the interface named here; nil is the answer while a named one does not exist.
  public func route(over interface: InterfaceID?, installed: Instant) -> Route? {
    let isNamed = self.interface != nil && !isDiscard
    guard !isNamed || interface != nil else { return nil }
    return Route(
      prefix: prefix, source: .static, distance: distance, nextHop: isDiscard ? nil : nextHop, interface: isNamed ? interface : nil,
      installed: installed, tag: tag, isDiscard: isDiscard)
  }
}
