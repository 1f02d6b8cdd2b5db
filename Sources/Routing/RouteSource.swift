// SPDX-License-Identifier: GPL-3.0-or-later

/// Who put a route into the table. The raw values order routes that are equal in everything else.
public enum RouteSource: UInt8, Sendable, Hashable, CaseIterable, Codable {
  /// The network of an interface address.
  case connected = 0
  /// An interface address itself (`L`, a host route).
  case local = 1
  /// `ip route`
  case `static` = 2
  /// Found in the host's kernel.
  case kernel = 3
  /// A shortcut of NHRP, longer than any route of another source.
  case nhrp = 4
  /// BGP-4; the distance differs by neighbour, external is its own.
  case bgp = 5
  /// RIP version 2.
  case rip = 6
  /// On-demand routing: prefixes in CDP.
  case odr = 7

  /// The administrative distance IOS gives by default. The host's own routes count like a DHCP default: what is configured here wins.
  public var administrativeDistance: UInt8 {
    switch self {
    case .connected, .local: 0
    case .kernel: 254
    case .static: 1
    case .nhrp: 250
    case .bgp: 20
    case .rip: 120
    case .odr: 160
    }
  }

  /// The letter of `show ip route`; `K` as FRR writes it.
  public var code: String {
    switch self {
    case .connected: "C"
    case .local: "L"
    case .static: "S"
    case .kernel: "K"
    case .nhrp: "H"
    case .bgp: "B"
    case .rip: "R"
    case .odr: "o"
    }
  }
}
