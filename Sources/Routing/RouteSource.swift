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

  /// The administrative distance IOS gives by default. The host's own routes count like a DHCP default: what is configured here wins.
  public var administrativeDistance: UInt8 {
    switch self {
    case .connected, .local: 0
    case .kernel: 254
    case .static: 1
    case .nhrp: 250
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
    }
  }
}
