// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Interfaces coming, changing and going.
extension NHRPEngine {
  mutating func configure(_ key: InstanceKey, _ new: NHRPInterface?, _ turn: inout Turn<Output>) {
    guard let new, new.isEnabled, new.address?.family == key.family else {
      if let i = index(of: key) { remove(i, &turn) }
      return
    }
    guard let i = index(of: key) else { return add(key, new, &turn) }
    let old = instances[i].config
    guard old != new else { return }
    if old.address != new.address || old.settings.networkID != new.settings.networkID || old.destination != new.destination
      || old.isProtected != new.isProtected || old.furtherAddresses != new.furtherAddresses {
      remove(i, &turn)
      add(key, new, &turn)
    } else {
      change(i, from: old, to: new, &turn)
    }
  }

  private mutating func add(_ key: InstanceKey, _ config: NHRPInterface, _ turn: inout Turn<Output>) {
    instances.append(NHRPInstance(key, config))
    instances.sort { $0.key < $1.key }
    guard let i = index(of: key) else { return }
    for map in config.settings.maps { installStatic(i, map.address, map.nbma, server: false, &turn) }
    setServers(i, &turn)
    announceLists(i, &turn)
    startServers(i, &turn)
  }

  /// Leaves NHRP on an interface: withdraws, then takes out all it installed.
  private mutating func remove(_ i: Int, _ turn: inout Turn<Output>) {
    withdraw(i, &turn)
    let (id, key) = (instances[i].id, instances[i].key)
    for mapping in instances[i].table.sorted { dropMapping(i, mapping, &turn) }
    for s in instances[i].servers.indices {
      timers.cancel(.server(key, s))
      timers.cancel(.name(key, s))
    }
    timers.cancel(.fallback(key))
    for target in instances[i].pending.keys { timers.cancel(.resolution(key, target)) }
    for request in instances[i].purges.keys { timers.cancel(.purge(key, request)) }
    instances.remove(at: i)
    tellMulticast(of: id, &turn)
    tellFallback(of: id, &turn)
  }

  private mutating func change(_ i: Int, from old: NHRPInterface, to new: NHRPInterface, _ turn: inout Turn<Output>) {
    instances[i].config = new
    for map in old.settings.maps where !new.settings.maps.contains(map) { removeStatic(i, map.address, &turn) }
    for map in new.settings.maps where !old.settings.maps.contains(map) { installStatic(i, map.address, map.nbma, server: false, &turn) }
    let renumbered = old.settings.maps == new.settings.maps ? [] : adoptMaps(i, &turn)
    let moved = old.nbma != new.nbma || old.isUp != new.isUp
    let renewed = old.settings.registersUnique != new.settings.registersUnique
      || old.settings.authentication != new.settings.authentication || old.settings.holdTimeSeconds != new.settings.holdTimeSeconds
      || old.settings.registrationSeconds != new.settings.registrationSeconds
    if old.settings.servers != new.settings.servers || old.settings.serverOnly != new.settings.serverOnly
      || old.settings.clusterConnections != new.settings.clusterConnections {
      withdrawFromServers(i, where: { s in !new.settings.servers.contains(s.settings) }, &turn)
      setServers(i, &turn)
    }
    if moved { sourceMoved(i, from: old, &turn) }
    if old.settings.shortcut, !new.settings.shortcut { removeShortcuts(i, &turn) }
    announceLists(i, &turn)
    if (moved || renewed) && new.isUp { registerAgain(i, &turn) } else { registerAgain(i, only: renumbered, &turn) }
    startServers(i, &turn)
  }

  /// The NBMA address or the state of the source changed: purge the old binding, then register the new one at once.
  private mutating func sourceMoved(_ i: Int, from old: NHRPInterface, _ turn: inout Turn<Output>) {
    let now = instances[i].config
    instances[i].natAddress = nil
    guard now.isUp else {
      for s in instances[i].servers.indices { timers.cancel(.server(instances[i].key, s)) }
      return
    }
    if old.nbma != nil, old.nbma != now.nbma, now.settings.registersUnique { withdrawFromServers(i, where: { _ in true }, &turn) }
  }

  // MARK: Static entries

  mutating func installStatic(_ i: Int, _ address: IPAddress, _ nbma: IPAddress, server: Bool, _ turn: inout Turn<Output>) {
    var m = Mapping(
      target: IPPrefix(host: address), via: address, nbma: nbma, kind: .static, flags: server ? [.used, .server] : [.used],
      created: turn.now, expires: nil)
    if let old = instances[i].table[host: address] {
      m.created = old.created
      if old.nbma == nbma, old.kind == .static, old.flags.contains(.server) == server || !server { return }
      timers.cancel(.mapping(instances[i].key, m.target))
    }
    m.peer = peer(at: nbma, i)
    guard instances[i].table.store(m) else { return }
    guard isReachable(nbma, i) else {
      if instances[i].table[host: address]?.created != turn.now { turn.emit(.adjacency(instances[i].id, nextHop: address, nbma: nil)) }
      return protect(i, nbma, because: turn.cause, &turn)
    }
    turn.emit(.adjacency(instances[i].id, nextHop: address, nbma: nbma, peer: m.peer))
  }

  mutating func removeStatic(_ i: Int, _ address: IPAddress, _ turn: inout Turn<Output>) {
    guard let m = instances[i].table[host: address], m.kind == .static else { return }
    dropMapping(i, m, &turn)
  }

  // MARK: Lists for the data plane

  mutating func announceLists(_ i: Int, _ turn: inout Turn<Output>) {
    instances[i].hasUnannouncedPeers = false
    let multicast = instances[i].multicastPeers
    if multicast != instances[i].announcedMulticast {
      instances[i].announcedMulticast = multicast
      tellMulticast(of: instances[i].id, &turn)
    }
    announceFallback(i, &turn)
  }

  mutating func announceFallback(_ i: Int, _ turn: inout Turn<Output>) {
    let fallback = instances[i].fallbackNextHops
    guard fallback != instances[i].announcedFallback else { return }
    instances[i].announcedFallback = fallback
    tellFallback(of: instances[i].id, &turn)
  }

  /// Who gets multicast on a tunnel is one list: a peer of one family gets the other's too, and drops it.
  private mutating func tellMulticast(of id: InterfaceID, _ turn: inout Turn<Output>) {
    let lists = places(of: id).map { instances[$0].announcedMulticast }.filter { !$0.isEmpty }
    let all = lists.count > 1 ? Set(lists.joined()).sorted() : lists.first ?? []
    guard all != multicastInForce[id] ?? [] else { return }
    multicastInForce[id] = all.isEmpty ? nil : all
    turn.emit(.multicast(id, all))
  }

  private mutating func tellFallback(of id: InterfaceID, _ turn: inout Turn<Output>) {
    let all = places(of: id).flatMap { instances[$0].announcedFallback }
    guard all != fallbackInForce[id] ?? [] else { return }
    fallbackInForce[id] = all.isEmpty ? nil : all
    turn.emit(.fallback(id, all))
  }

  // MARK: Leaving

  /// Tells servers and requesters that what this node gave them is void (RFC 2332 §5.2.5).
  mutating func withdraw(_ i: Int, _ turn: inout Turn<Output>) {
    guard instances[i].config.isUp else { return }
    withdrawFromServers(i, where: { _ in true }, &turn)
    let own = instances[i].ownAddress
    for a in instances[i].answers.take(through: own, now: turn.now) {
      purge(i, [a.prefix], at: a.requester, wantsReply: false, because: turn.cause, &turn)
    }
  }

  private mutating func withdrawFromServers(_ i: Int, where matches: (NextHopServer) -> Bool, _ turn: inout Turn<Output>) {
    for s in instances[i].servers where s.lastReply != nil && matches(s) {
      guard let nbma = s.nbma, instances[i].config.isUp else { continue }
      let all = instances[i].ownAddresses.map(IPPrefix.init(host:))
      // §5.2.5: who does not know the server's tunnel address names its own.
      let own = instances[i].ownAddress
      // A registration is taken back under its own request id; while one waits for its reply, the server may have either.
      for id in Set([s.requestID, s.acceptedID]).sorted() where id != 0 {
        sendPurge(i, all, to: s.address ?? own, nbma: nbma, requestID: id, wantsReply: false, because: turn.cause, &turn)
      }
    }
  }
}
