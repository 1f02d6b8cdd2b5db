// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Names one next hop in a `NextHopTable`.
struct NextHopID: Hashable, Sendable {
  var rawValue: UInt32
}

/// Every next hop once, with what the routing table says of it (RFC 4271 §9.1.2.1).
struct NextHopTable: Sendable {
  /// One next hop.
  struct NextHop: Sendable {
    var address: IPAddress
    var references: Int32
    /// Whether it was looked up since it was stored.
    var isKnown = false
    var isReachable = false
    /// The cost of the way there.
    var metric: UInt32 = 0
    /// Whether it is on a network of ours.
    var isConnected = false
    /// Whether that changed since the last walk over the paths.
    var isChanged = false
  }

  private var entries: [NextHop] = []
  private var numbers: [IPAddress: UInt32] = [:]
  private var free: [UInt32] = []

  subscript(_ id: NextHopID) -> NextHop { entries[Int(id.rawValue)] }

  /// How many there are.
  var count: Int { entries.count - free.count }

  /// The number of `address`, with one more user.
  mutating func retain(_ address: IPAddress) -> NextHopID {
    if let number = numbers[address] {
      entries[Int(number)].references += 1
      return NextHopID(rawValue: number)
    }
    let new = NextHop(address: address, references: 1)
    let number: UInt32
    if let reused = free.popLast() {
      number = reused
      entries[Int(reused)] = new
    } else {
      number = UInt32(entries.count)
      entries.append(new)
    }
    numbers[address] = number
    return NextHopID(rawValue: number)
  }

  mutating func release(_ id: NextHopID) {
    let i = Int(id.rawValue)
    entries[i].references -= 1
    guard entries[i].references == 0 else { return }
    numbers[entries[i].address] = nil
    free.append(id.rawValue)
  }

  /// The next hop, looked up where that was not done yet.
  mutating func resolved(_ id: NextHopID, _ routes: any RouteView) -> NextHop {
    let i = Int(id.rawValue)
    if !entries[i].isKnown { look(i, routes) }
    return entries[i]
  }

  /// Looks up again those that `prefixes` may concern; whether any changed.
  mutating func refresh(_ prefixes: [IPPrefix], _ routes: any RouteView) -> Bool {
    // Where many routes changed at once, comparing each with each next hop costs more than looking all of them up.
    let isAll = prefixes.count > 16
    var isChanged = false
    for i in entries.indices where entries[i].references > 0 && entries[i].isKnown {
      guard isAll || prefixes.contains(where: { $0.contains(entries[i].address) }) else { continue }
      if look(i, routes) { (entries[i].isChanged, isChanged) = (true, true) }
    }
    return isChanged
  }

  /// After a walk, unless another one goes on.
  mutating func forgetChanges(unless isWalking: Bool) {
    guard !isWalking else { return }
    for i in entries.indices { entries[i].isChanged = false }
  }

  @discardableResult
  private mutating func look(_ i: Int, _ routes: any RouteView) -> Bool {
    let old = entries[i]
    entries[i].isKnown = true
    if old.address.isUnspecified {
      // Ourselves.
      (entries[i].isReachable, entries[i].isConnected) = (true, true)
      return false
    }
    let match = routes.longestMatch(for: old.address, vrf: .default)
    entries[i].isReachable = match != nil
    entries[i].metric = match?.metric ?? 0
    entries[i].isConnected = match?.isConnected ?? false
    return old.isReachable != entries[i].isReachable || old.metric != entries[i].metric || old.isConnected != entries[i].isConnected
  }
}
