// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// An interface that takes part.
struct RIPInterface: Sendable {
  var link: RoutingInterface
  var settings: RIPInterfaceSettings
  /// Whether it only listens.
  var isPassive: Bool
  /// The addresses that a `network` line covers, primary first; never empty.
  var addresses: [IPPrefixAddress]
  /// The summaries announced here.
  var summaries: [IPPrefix: RIPSummary] = [:]

  var id: InterfaceID { link.id }
  /// What our messages come from.
  var source: IPAddress { addresses.first?.address ?? .anyV4 }
  /// The network of the source: version 1 takes masks from it.
  var network: IPPrefix? { addresses.first?.network }

  /// Whether there can be neighbours.
  var hasLink: Bool { !link.name.hasPrefix("Loopback") && !link.name.hasPrefix("Null") }

  /// Whether `address` is on a network of this interface, and not our own.
  func isAttached(_ address: IPAddress) -> Bool { link.addresses.contains { $0.network.contains(address) } }
}

/// A summary that was announced on an interface.
struct RIPSummary: Sendable {
  /// The metric in our updates; 16 once nothing is left below it.
  var metric: UInt32
  /// When it is no longer announced as unreachable.
  var until: Instant?
}
