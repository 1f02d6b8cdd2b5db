// SPDX-License-Identifier: GPL-3.0-or-later
import Routing
import Wire

/// The classful networks (RFC 791 §3.2) of a table that have subnets: `show ip route` shows their routes below a heading, as IOS does.
/// Supernets, networks with no subnet, and IPv6 stand for themselves.
struct ClassfulNetworks {
  private struct Subnets {
    var count = 0
    var lengths: Set<UInt8> = []
  }

  private var networks: [IPPrefix: Subnets] = [:]

  /// Counts the routes of the whole table: a heading does not change with what is listed below it.
  init(_ entries: [RouteEntry]) {
    for e in entries {
      guard let network = Self.network(of: e.route.prefix) else { continue }
      networks[network, default: Subnets()].count += 1
      networks[network]?.lengths.insert(e.route.prefix.length)
    }
  }

  /// The network whose heading stands above the route; nil for a route of the first level.
  func parent(of prefix: IPPrefix) -> IPPrefix? {
    guard let network = Self.network(of: prefix), let subnets = networks[network], subnets.lengths != [network.length] else { return nil }
    return network
  }

  /// `10.0.0.0/8 is variably subnetted, 2 subnets, 2 masks`, or where all have one mask `10.0.0.0/24 is subnetted, 2 subnets`
  func heading(of network: IPPrefix) -> String {
    let subnets = networks[network] ?? Subnets()
    if let length = commonLength(of: network) { return "\(network.address)/\(length) is subnetted, \(subnets.count) subnets" }
    return "\(network) is variably subnetted, \(subnets.count) subnets, \(subnets.lengths.count) masks"
  }

  /// How a route is named below its heading: without the mask where the heading has it.
  func name(of prefix: IPPrefix) -> String {
    guard let network = parent(of: prefix), commonLength(of: network) != nil else { return prefix.description }
    return prefix.address.description
  }

  private func commonLength(of network: IPPrefix) -> UInt8? {
    guard let lengths = networks[network]?.lengths, lengths.count == 1 else { return nil }
    return lengths.first
  }

  /// Whether `prefix` is a part of a class A, B or C network.
  static func isSubnet(_ prefix: IPPrefix) -> Bool { network(of: prefix).map { $0.length < prefix.length } ?? false }

  /// The class A, B or C network that `prefix` is, or is a part of.
  private static func network(of prefix: IPPrefix) -> IPPrefix? {
    guard prefix.address.isV4 else { return nil }
    let length: UInt8
    switch prefix.address.v4Bits >> 28 {
    case 0..<8: length = 8
    case 8..<12: length = 16
    case 12, 13: length = 24
    default: return nil
    }
    return prefix.length < length ? nil : IPPrefix(prefix.address, length: Int(length))
  }
}
