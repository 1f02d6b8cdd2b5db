// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The RIB of one VRF: every source's offers, the chosen route of each prefix, and what the FIB must change.
///
///     add, remove ─┐                     ┌─ entries, candidates   (show ip route)
///     setOverride ─┼─► slots in a trie ──┼─ RouteView             (engines: below the shortcuts)
///     setInterface ┘    resolve, select  └─ takeChanges           (FIB)
///
/// A recursive route (next hop without interface) is looked up below the shortcuts. It is resolved again only when a route that
/// covers some recursive next hop changes; shortcuts never cause that, so their cost is one walk down the trie.
/// An interface nobody spoke of is up, and no tunnel. Held copies make the next change copy the table: keep none across turns.
public struct RoutingTable: Sendable {
  /// Whose table it is.
  public let vrf: VRFID
  /// Grows with each change.
  public private(set) var generation: UInt64 = 0

  var trie = PrefixTrie<RouteSlot>()
  /// The next hops that need a lookup, ordered by prefix; one element per recursive candidate.
  var leaning: [Leaning] = []
  private var downInterfaces: Set<InterfaceID> = []
  private var tunnels: Set<InterfaceID> = []
  private var dirty: [IPPrefix] = []

  /// One recursive candidate: its prefix, and the address it leans on.
  struct Leaning: Sendable, Equatable {
    var prefix: IPPrefix
    var nextHop: IPAddress
  }

  /// Makes an empty table.
  public init(vrf: VRFID = .default) { self.vrf = vrf }

  // MARK: Changes

  /// Offers `route`; it replaces the one with the same prefix, source, next hop and interface.
  public mutating func add(_ route: Route) {
    let at = trie.insert(route.prefix, RouteSlot())
    if let old = trie.nodes[at].value?.candidates.firstIndex(where: { $0.route.isSameOffer(as: route) }) {
      guard trie.nodes[at].value?.candidates[old].route != route else { return }
      if let gone = trie.nodes[at].value?.candidates.remove(at: old) { forgetLeaning(gone.route) }
    }
    let new = Candidate(route: route, resolution: direct(route))
    trie.nodes[at].value?.insert(new)
    if route.isRecursive, let hop = route.nextHop { noteLeaning(Leaning(prefix: route.prefix, nextHop: hop)) }
    settle(after: route)
  }

  /// Withdraws the source's routes for `prefix`; nil for next hop or interface matches any.
  public mutating func remove(prefix: IPPrefix, source: RouteSource, nextHop: IPAddress?, interface: InterfaceID?) {
    guard let at = trie.index(of: prefix) else { return }
    for route in take(at: at, Offers(source: source, nextHop: nextHop, interface: interface)) { settle(after: route) }
  }

  /// Withdraws all routes of `source`; only those over `interface` when one is given.
  public mutating func removeAll(source: RouteSource, interface: InterfaceID?) {
    var touched: [IPPrefix] = []
    for at in storedNodes() {
      let gone = take(at: at, Offers(source: source, nextHop: nil, interface: interface))
      if !gone.isEmpty { touched.append(trie.nodes[at].prefix) }
    }
    settle(touched)
  }

  /// Puts another next hop in the place of the route for exactly `prefix`, for forwarding only.
  /// It lies dormant unless the chosen route is neither a shortcut nor connected, local or discarding: no peer may
  /// override those.
  public mutating func setOverride(_ prefix: IPPrefix, nextHop: IPAddress, interface: InterfaceID, at instant: Instant) {
    let new = NextHopOverride(nextHop: nextHop, interface: interface, since: instant)
    let at = trie.insert(prefix, RouteSlot())
    guard trie.nodes[at].value?.override != new else { return }
    trie.nodes[at].value?.override = new
    generation += 1
    select(at)
  }

  /// Ends the override of `prefix`.
  public mutating func removeOverride(_ prefix: IPPrefix) {
    guard let at = trie.index(of: prefix), trie.nodes[at].value?.override != nil else { return }
    trie.nodes[at].value?.override = nil
    generation += 1
    select(at)
  }

  /// Says whether `id` carries packets. Routes over a down interface, and recursive ones that lead to it, are not eligible.
  public mutating func setInterface(_ id: InterfaceID, isUp: Bool) {
    guard downInterfaces.contains(id) == isUp else { return }
    if isUp { downInterfaces.remove(id) } else { downInterfaces.insert(id) }
    var touched: [IPPrefix] = []
    for at in storedNodes() where refreshDirect(at, over: id) { touched.append(trie.nodes[at].prefix) }
    settle(touched)
  }

  /// Says whether routes over `id` are forwarded into a tunnel; others go to the host.
  public mutating func setKind(_ id: InterfaceID, isTunnel: Bool) {
    guard tunnels.contains(id) != isTunnel else { return }
    if isTunnel { tunnels.insert(id) } else { tunnels.remove(id) }
    generation += 1
    for at in storedNodes() { select(at) }
  }

  /// What the FIB must change since the last call, in prefix order. A change that leaves forwarding as it was is not told.
  public mutating func takeChanges() -> [ForwardingChange] {
    guard !dirty.isEmpty else { return [] }
    dirty.sort()
    var out: [ForwardingChange] = []
    for prefix in dirty {
      guard let at = trie.index(of: prefix), let slot = trie.nodes[at].value else { continue }
      let now = forwarding(of: slot)
      if now != slot.published {
        let route = now == nil ? nil : slot.chosen?.route
        out.append(ForwardingChange(prefix: prefix, action: now?.action, route: route, overriding: now?.overriding))
      }
      trie.nodes[at].value?.published = now
      trie.nodes[at].value?.isDirty = false
      if trie.nodes[at].value?.isEmpty == true { trie.remove(prefix) }
    }
    dirty.removeAll(keepingCapacity: dirty.count <= Limits.smallestCompaction)
    trie.compact()
    return out
  }

  // MARK: Inside

  /// Chooses at a node again and puts its prefix on the list of changes.
  mutating func select(_ at: Int) {
    trie.nodes[at].value?.select()
    guard trie.nodes[at].value?.isDirty == false else { return }
    trie.nodes[at].value?.isDirty = true
    dirty.append(trie.nodes[at].prefix)
  }

  /// Follows the addition or withdrawal of `route`.
  private mutating func settle(after route: Route) {
    generation += 1
    if route.source != .nhrp, leaning.contains(where: { route.prefix.contains($0.nextHop) }) {
      resolveAll()
    } else if route.isRecursive {
      resolve(prefix: route.prefix)
    }
    if let at = trie.index(of: route.prefix) { select(at) }
  }

  /// Follows changes of many prefixes at once.
  private mutating func settle(_ prefixes: [IPPrefix]) {
    guard !prefixes.isEmpty else { return }
    generation += 1
    resolveAll()
    for prefix in prefixes { if let at = trie.index(of: prefix) { select(at) } }
  }

  /// Where a route leaves that needs no lookup; `.unknown` for one that does.
  private func direct(_ route: Route) -> Resolution {
    if route.isDiscard { return .discard }
    if let id = route.interface { return downInterfaces.contains(id) ? .down : .via(id, nextHop: route.nextHop, depth: 0) }
    return route.isRecursive ? .unknown : .down
  }

  /// Whether any candidate or override at the node goes over `id`; candidates are brought up to date.
  private mutating func refreshDirect(_ at: Int, over id: InterfaceID) -> Bool {
    guard let slot = trie.nodes[at].value else { return false }
    var isTouched = slot.override?.interface == id
    for (i, candidate) in slot.candidates.enumerated() where candidate.route.interface == id {
      let resolution = direct(candidate.route)
      trie.nodes[at].value?.candidates[i].resolution = resolution
      isTouched = true
    }
    return isTouched
  }

  private func storedNodes() -> [Int] {
    var out: [Int] = []
    for isV4 in [false, true] {
      trie.visit(v4: isV4) { at in
        out.append(at)
        return true
      }
    }
    return out
  }

  /// Which candidates a withdrawal means; nil matches any.
  private struct Offers {
    var source: RouteSource
    var nextHop: IPAddress?
    var interface: InterfaceID?

    func include(_ route: Route) -> Bool {
      route.source == source && (nextHop == nil || route.nextHop == nextHop) && (interface == nil || route.interface == interface)
    }
  }

  /// Takes matching candidates out of a node and returns their routes; the caller settles.
  private mutating func take(at: Int, _ offers: Offers) -> [Route] {
    guard let slot = trie.nodes[at].value else { return [] }
    let gone = slot.candidates.map(\.route).filter(offers.include)
    guard !gone.isEmpty else { return [] }
    trie.nodes[at].value?.candidates.removeAll { offers.include($0.route) }
    for route in gone { forgetLeaning(route) }
    trie.nodes[at].value?.select()
    return gone
  }

  private mutating func noteLeaning(_ new: Leaning) {
    leaning.insert(new, at: leaningIndex(of: new.prefix))
  }

  private mutating func forgetLeaning(_ route: Route) {
    guard route.isRecursive, let hop = route.nextHop else { return }
    var i = leaningIndex(of: route.prefix)
    while i < leaning.count, leaning[i].prefix == route.prefix {
      if leaning[i].nextHop == hop {
        leaning.remove(at: i)
        return
      }
      i += 1
    }
  }

  /// Where the elements of `prefix` begin, or would.
  private func leaningIndex(of prefix: IPPrefix) -> Int {
    var (low, high) = (0, leaning.count)
    while low < high {
      let middle = (low + high) / 2
      if leaning[middle].prefix < prefix { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Forwarding

  /// The override in force at a slot.
  func activeOverride(of slot: RouteSlot) -> NextHopOverride? {
    guard let override = slot.override, !downInterfaces.contains(override.interface), let chosen = slot.chosen,
      !chosen.isShortcut, chosen.route.source != .connected, chosen.route.source != .local, !chosen.route.isDiscard
    else { return nil }
    return override
  }

  private func forwarding(of slot: RouteSlot) -> Forwarding? {
    guard let chosen = slot.chosen else { return nil }
    if let override = activeOverride(of: slot) {
      return Forwarding(action: action(override.interface, override.nextHop), overriding: override.nextHop)
    }
    guard case .via(let id, let hop, _) = chosen.resolution else { return Forwarding(action: .discard) }
    return Forwarding(action: chosen.route.source == .local ? .host(id) : action(id, hop))
  }

  private func action(_ id: InterfaceID, _ nextHop: IPAddress?) -> ForwardingAction {
    tunnels.contains(id) ? .tunnel(id, nextHop: nextHop) : .host(id)
  }
}
