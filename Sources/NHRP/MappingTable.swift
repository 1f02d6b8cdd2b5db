// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The NHRP cache of one interface, bounded, ordered only when shown.
///
/// Four indexes follow every change, so that no packet costs a walk over the cache: entries by the tunnel address they go through,
/// entries by NBMA address, the NBMA addresses of registered clients (they get multicast), and the entries with a route.
struct MappingTable: Sendable {
  private var entries: [IPPrefix: Mapping] = [:]
  private(set) var refused: UInt64 = 0
  private var targetsByVia: [IPAddress: Set<IPPrefix>] = [:]
  private var targetsByNBMA: [IPAddress: Set<IPPrefix>] = [:]
  /// The NBMA addresses of entries that carry packets.
  private(set) var underlay = SortedAddresses()
  /// The NBMA addresses of registered clients.
  private(set) var registered = SortedAddresses()
  /// The entries a route was installed for.
  private(set) var routed: Set<IPPrefix> = []

  subscript(_ target: IPPrefix) -> Mapping? { entries[target] }
  subscript(host address: IPAddress) -> Mapping? { entries[IPPrefix(host: address)] }
  var count: Int { entries.count }
  /// All entries, by target. For shows and commands only: it costs a sort of everything.
  var sorted: [Mapping] { entries.values.sorted { $0.target < $1.target } }
  var isFull: Bool { entries.count >= NHRPLimits.cacheEntries }

  /// The entries that go through a tunnel address, by target.
  func entries(via address: IPAddress) -> [Mapping] { sorted(targetsByVia[address]) }
  /// The entries that carry packets to an NBMA address, by target.
  func entries(nbma address: IPAddress) -> [Mapping] { sorted(targetsByNBMA[address]) }
  /// Whether an entry carries packets to this NBMA address.
  func isInUse(nbma: IPAddress) -> Bool { underlay.contains(nbma) }

  private func sorted(_ targets: Set<IPPrefix>?) -> [Mapping] {
    guard let targets, targets.count > 1 else { return targets?.first.flatMap { entries[$0] }.map { [$0] } ?? [] }
    return targets.sorted().compactMap { entries[$0] }
  }

  /// Stores an entry; false when the table is full (counted).
  mutating func store(_ mapping: Mapping) -> Bool {
    let old = entries[mapping.target]
    guard old != nil || !isFull else {
      refused &+= 1
      return false
    }
    entries[mapping.target] = mapping
    guard old.map({ !$0.isIndexed(as: mapping) }) ?? true else { return true }
    // The new one is counted first: where both lead to the same peer, the ordered lists stay untouched.
    note(mapping)
    if let old { forget(old, successor: mapping) }
    return true
  }

  mutating func update(_ target: IPPrefix, _ change: (inout Mapping) -> Void) {
    guard var m = entries[target] else { return }
    change(&m)
    _ = store(m)
  }

  @discardableResult
  mutating func remove(_ target: IPPrefix) -> Mapping? {
    guard let old = entries.removeValue(forKey: target) else { return nil }
    forget(old, successor: nil)
    return old
  }

  /// The NBMA address of a usable host entry.
  func nbma(of address: IPAddress) -> IPAddress? {
    guard let m = self[host: address], m.isUsable else { return nil }
    return m.nbma
  }

  /// The protected peer of a usable host entry.
  func peer(of address: IPAddress) -> ProtectionID { self[host: address].map { $0.isUsable ? $0.peer : .none } ?? .none }

  /// The longest entry around `destination` that was asked for: one in use, or a negative one.
  func shortcut(covering destination: IPAddress) -> Mapping? {
    for length in stride(from: destination.bitWidth, to: 0, by: -1) {
      guard let m = entries[IPPrefix(destination, length: length)] else { continue }
      if m.isUsable, !m.flags.contains(.local), m.kind == .dynamic { return m }
      if m.kind == .negative { return m }
    }
    return nil
  }

  // MARK: Indexes

  private mutating func note(_ m: Mapping) {
    targetsByVia[m.via, default: []].insert(m.target)
    if m.hasRoute { routed.insert(m.target) }
    guard let nbma = m.peerNBMA else { return }
    targetsByNBMA[nbma, default: []].insert(m.target)
    underlay.add(nbma)
    if m.flags.contains(.registered) { registered.add(nbma) }
  }

  private mutating func forget(_ m: Mapping, successor: Mapping?) {
    if successor?.via != m.via { MappingTable.take(m.target, outOf: &targetsByVia, at: m.via) }
    if m.hasRoute, !(successor?.hasRoute ?? false) { routed.remove(m.target) }
    guard let nbma = m.peerNBMA else { return }
    if successor?.peerNBMA != nbma { MappingTable.take(m.target, outOf: &targetsByNBMA, at: nbma) }
    underlay.remove(nbma)
    if m.flags.contains(.registered) { registered.remove(nbma) }
  }

  private static func take(_ target: IPPrefix, outOf index: inout [IPAddress: Set<IPPrefix>], at key: IPAddress) {
    index[key]?.remove(target)
    if index[key]?.isEmpty ?? false { index[key] = nil }
  }
}

extension Mapping {
  /// Whether a route was installed for it.
  var hasRoute: Bool { flags.contains(.rib) || flags.contains(.nho) }
  /// Whether it leads to the peer itself, not to a network behind one.
  var isPeer: Bool { target.isHost && target.address == via }
  /// Whether the indexes have the same to say of both: most changes are to counters and lifetimes.
  fileprivate func isIndexed(as other: Mapping) -> Bool {
    via == other.via && peerNBMA == other.peerNBMA && hasRoute == other.hasRoute && flags.contains(.registered) == other.flags.contains(.registered)
  }
  /// The NBMA address of the peer it leads to; nil where it leads to none (also for what we handed out ourselves).
  fileprivate var peerNBMA: IPAddress? { isUsable && !flags.contains(.local) ? nbma : nil }
}
