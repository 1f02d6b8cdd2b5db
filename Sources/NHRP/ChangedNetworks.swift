// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Networks whose routes changed, asked for each shortcut and each answer whether it is touched. A routing protocol may change thousands
/// in one turn: a question costs the logarithm of their number and one look for each length that they have.
public struct ChangedNetworks: Sendable {
  private let ordered: [IPPrefix]
  private let all: Set<IPPrefix>
  private let lengthsV4: [Int], lengthsV6: [Int]
  /// So few are looked at one by one.
  private static let few = 16

  /// Takes the networks in any order.
  public init(_ networks: [IPPrefix]) {
    guard networks.count > Self.few else {
      (ordered, all, lengthsV4, lengthsV6) = (networks, [], [], [])
      return
    }
    ordered = networks.sorted()
    all = Set(networks)
    lengthsV4 = Set(networks.lazy.filter(\.address.isV4).map { Int($0.length) }).sorted()
    lengthsV6 = Set(networks.lazy.filter { !$0.address.isV4 }.map { Int($0.length) }).sorted()
  }

  /// Whether one of them shares an address with `network`.
  public func overlap(_ network: IPPrefix) -> Bool {
    guard ordered.count > Self.few else { return ordered.contains { $0.overlaps(network) } }
    var (low, high) = (0, ordered.count)
    while low < high {
      let middle = (low + high) / 2
      if ordered[middle] < network { low = middle + 1 } else { high = middle }
    }
    if low < ordered.count, network.covers(ordered[low]) { return true }
    return (network.address.isV4 ? lengthsV4 : lengthsV6).contains {
      $0 < network.length && all.contains(IPPrefix(network.address, length: $0))
    }
  }
}
