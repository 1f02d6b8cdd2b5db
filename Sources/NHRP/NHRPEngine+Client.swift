// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The client's side of registration: RFC 2332 §5.2.3.
extension NHRPEngine {
  /// Builds the list of servers anew from the settings; one that did not change keeps its state.
  mutating func setServers(_ i: Int, _ turn: inout Turn<Output>) {
    let old = instances[i].servers
    for s in old.indices {
      timers.cancel(.server(instances[i].key, s))
      timers.cancel(.name(instances[i].key, s))
    }
    let wanted = instances[i].settings.serverOnly ? [] : instances[i].settings.servers.prefix(NHRPLimits.servers).map { $0 }
    for gone in old where !wanted.contains(gone.settings) { forget(i, gone, &turn) }
    instances[i].servers = wanted.map { w in old.first { $0.settings == w } ?? NextHopServer(w, nbma: initialNBMA(of: w, i)) }
    for s in instances[i].servers.indices {
      let server = instances[i].servers[s]
      if let address = server.address, let nbma = server.nbma { installStatic(i, address, nbma, server: true, &turn) }
      if case .name = server.settings.nbma { lookUpServer(i, s, &turn) }
      if case .up = server.state { scheduleRefresh(i, s, &turn) }
      if case .registering = server.state { timers.set(.server(instances[i].key, s), at: turn.now) }
    }
  }

  private func initialNBMA(of server: NextHopServerSettings, _ i: Int) -> IPAddress? {
    switch server.nbma {
    case .address(let a): a
    case .name: nil
    case nil: server.address.flatMap { instances[i].table.nbma(of: $0) } ?? instances[i].config.destination
    }
  }

  /// Takes the NBMA addresses of servers from `ip nhrp map` lines that changed; gives back which servers moved by it.
  mutating func adoptMaps(_ i: Int, _ turn: inout Turn<Output>) -> Set<Int> {
    var moved = Set<Int>()
    for s in instances[i].servers.indices {
      let server = instances[i].servers[s]
      let nbma = server.settings.nbma == nil ? initialNBMA(of: server.settings, i) : server.nbma
      instances[i].servers[s].nbma = nbma
      if nbma != server.nbma { moved.insert(s) }
      if let address = server.address, let nbma { installStatic(i, address, nbma, server: true, &turn) }
    }
    return moved
  }

  private mutating func forget(_ i: Int, _ server: NextHopServer, _ turn: inout Turn<Output>) {
    guard let address = server.address else { return }
    let map = instances[i].settings.maps.first { $0.address == address }
    guard map == nil else { return }
    removeStatic(i, address, &turn)
  }

  /// Starts every server that should be asked; holds back those of a cluster that has enough.
  mutating func startServers(_ i: Int, _ turn: inout Turn<Output>) {
    guard instances[i].config.isUp else { return }
    let chosen = chosenServers(i, turn.now)
    for s in instances[i].servers.indices {
      let isWaiting = instances[i].servers[s].state == .waiting
      if chosen.contains(s), isWaiting {
        beginRegistration(i, s, &turn)
      } else if !chosen.contains(s), !isWaiting {
        timers.cancel(.server(instances[i].key, s))
        instances[i].servers[s].state = .waiting
        instances[i].servers[s].isResponding = false
      }
    }
  }

  /// The servers to be asked: all, or the best `max-connections` of a cluster, where a silent one does not count.
  private func chosenServers(_ i: Int, _ now: Instant) -> Set<Int> {
    var chosen = Set<Int>()
    let servers = instances[i].servers
    for cluster in Set(servers.map(\.settings.cluster)).sorted() {
      let members = servers.indices.filter { servers[$0].settings.cluster == cluster }
        .sorted { (servers[$0].settings.priority, $0) < (servers[$1].settings.priority, $1) }
      guard let limit = instances[i].settings.clusterConnections[cluster] else {
        chosen.formUnion(members)
        continue
      }
      var counted = 0
      for (place, s) in members.enumerated() where counted < limit {
        chosen.insert(s)
        let isStandIn = members[(place + 1)...].contains { servers[$0].isResponding }
        if counts(i, servers[s], hasStandIn: isStandIn, now) { counted += 1 }
      }
    }
    return chosen
  }

  /// Whether a server takes a place of its cluster: while it is not known to be silent, and, where a worse one stands in for it,
  /// once it has answered for the fallback time.
  private func counts(_ i: Int, _ server: NextHopServer, hasStandIn: Bool, _ now: Instant) -> Bool {
    guard server.isResponding else { return server.tries < NHRPDefaults.registrationTriesUntilDown }
    guard hasStandIn, let pause = instances[i].settings.fallbackSeconds, let since = server.since else { return true }
    return now - since >= .seconds(pause)
  }

  mutating func beginRegistration(_ i: Int, _ s: Int, _ turn: inout Turn<Output>) {
    instances[i].servers[s].state = .registering(tries: 0)
    instances[i].servers[s].requestID = newRequestID()
    register(i, s, &turn)
  }

  /// Registers with every asked server at once, under new request ids.
  mutating func registerAgain(_ i: Int, only some: Set<Int>? = nil, _ turn: inout Turn<Output>) {
    for s in instances[i].servers.indices where instances[i].servers[s].state != .waiting && some?.contains(s) ?? true {
      beginRegistration(i, s, &turn)
    }
  }

  /// Sends one try and sets the time of the next. A retransmission keeps its request id (§5.2.3).
  private mutating func register(_ i: Int, _ s: Int, _ turn: inout Turn<Output>) {
    let tries = instances[i].servers[s].tries + 1
    instances[i].servers[s].state = .registering(tries: tries)
    timers.set(.server(instances[i].key, s), at: turn.now + .seconds(NextHopServer.retrySeconds(after: tries)))
    guard let nbma = instances[i].servers[s].nbma, instances[i].config.isUp else { return }
    let server = instances[i].servers[s]
    guard isReachable(nbma, i) else { return protect(i, nbma, because: server.origin, &turn) }
    if !server.isResponding || tries > 1 {
      instances[i].servers[s].origin = turn.record(
        JournalRecord(.registrationSent, interface: instances[i].id, a: server.address ?? .anyV4, b: nbma, x: server.requestID, y: UInt32(tries)))
    }
    instances[i].servers[s].sent &+= 1
    send(registrationRequest(i, server), i, to: nbma, peer: peer(at: nbma, i), because: instances[i].servers[s].origin, &turn)
  }

  mutating func registrationTimer(_ i: Int, _ s: Int, _ turn: inout Turn<Output>) {
    guard instances[i].servers.indices.contains(s), instances[i].config.isUp else { return }
    switch instances[i].servers[s].state {
    case .waiting: startServers(i, &turn)
    case .up: beginRegistration(i, s, &turn)
    case .registering(let tries):
      instances[i].servers[s].failed &+= 1
      if tries >= NHRPDefaults.registrationTriesUntilDown { serverSilent(i, s, &turn) }
      register(i, s, &turn)
    }
  }

  /// Three tries without an answer: the server counts as down, and another of its cluster may take its place. What it gave stays
  /// until its own time.
  private mutating func serverSilent(_ i: Int, _ s: Int, _ turn: inout Turn<Output>) {
    guard instances[i].servers[s].isResponding else { return startServers(i, &turn) }
    instances[i].servers[s].isResponding = false
    instances[i].servers[s].since = turn.now
    let server = instances[i].servers[s]
    turn.record(
      JournalRecord(
        .nhsDown, interface: instances[i].id, a: server.address ?? .anyV4, b: server.nbma ?? .anyV4, c: instances[i].ownAddress),
      because: server.origin)
    announceFallback(i, &turn)
    startServers(i, &turn)
  }

  /// The associations with a server are gone: it is down at once, and asked for anew.
  mutating func serverLost(_ i: Int, _ s: Int, _ turn: inout Turn<Output>) {
    guard instances[i].servers[s].state != .waiting else { return }
    if instances[i].servers[s].isResponding { serverSilent(i, s, &turn) }
    if instances[i].servers[s].state != .waiting { beginRegistration(i, s, &turn) }
  }

  /// A registration reply came in (§5.2.4). One refused entry makes it a refusal; one that fits no open request is ignored.
  mutating func registrationReply(_ i: Int, _ packet: NHRPPacket, _ m: NHRPMandatory, from source: IPAddress, _ turn: inout Turn<Output>) {
    guard let s = instances[i].servers.firstIndex(where: { $0.requestID == m.requestID && $0.state != .waiting && $0.lastReplyAllowed(from: source) })
    else { return count(.unexpectedReply, i) }
    instances[i].servers[s].received &+= 1
    instances[i].servers[s].lastReply = turn.now
    // A further address (a link-local one, say) that is refused leaves the first one registered.
    let further = instances[i].config.furtherAddresses
    let (minor, major) = (m.entries.filter { $0.isFor(further) }, m.entries.filter { !$0.isFor(further) })
    let code = major.map(\.code).first { $0 != .success } ?? .success
    instances[i].servers[s].lastCode = code.rawValue
    if code == .success, let refused = minor.first(where: { $0.code != .success }) { noteRefusal(i, s, refused, &turn) }
    if code == .success { registered(i, s, packet, m, &turn) } else { refused(i, s, code, &turn) }
  }

  private mutating func registered(_ i: Int, _ s: Int, _ packet: NHRPPacket, _ m: NHRPMandatory, _ turn: inout Turn<Output>) {
    if instances[i].servers[s].address == nil, m.destinationProtocol != instances[i].ownAddress, !m.destinationProtocol.isUnspecified {
      instances[i].servers[s].address = m.destinationProtocol
    }
    let server = instances[i].servers[s]
    if let address = server.address, let nbma = server.nbma { installStatic(i, address, nbma, server: true, &turn) }
    noteOwnNAT(i, packet, &turn)
    instances[i].servers[s].state = .up
    instances[i].servers[s].acceptedID = m.requestID
    if !server.isResponding { serverUp(i, s, &turn) }
    scheduleRefresh(i, s, &turn)
  }

  private mutating func serverUp(_ i: Int, _ s: Int, _ turn: inout Turn<Output>) {
    instances[i].servers[s].isResponding = true
    instances[i].servers[s].since = turn.now
    let server = instances[i].servers[s]
    turn.record(
      JournalRecord(.nhsUp, interface: instances[i].id, a: server.address ?? .anyV4, b: server.nbma ?? .anyV4, c: instances[i].ownAddress),
      because: server.origin)
    announceLists(i, &turn)
    if let pause = instances[i].settings.fallbackSeconds { timers.set(.fallback(instances[i].key), at: turn.now + .seconds(pause)) }
    startServers(i, &turn)
  }

  private mutating func refused(_ i: Int, _ s: Int, _ code: NHRPCode, _ turn: inout Turn<Output>) {
    let server = instances[i].servers[s]
    instances[i].servers[s].failed &+= 1
    turn.record(
      JournalRecord(
        .registrationRefused, interface: instances[i].id, a: server.address ?? .anyV4, b: server.nbma ?? .anyV4, c: instances[i].ownAddress,
        x: UInt32(code.rawValue), y: 1), because: server.origin)
  }

  private mutating func noteRefusal(_ i: Int, _ s: Int, _ entry: ClientInformationEntry, _ turn: inout Turn<Output>) {
    let server = instances[i].servers[s]
    guard server.tries > 0 || !server.isResponding else { return }
    turn.record(
      JournalRecord(
        .registrationRefused, interface: instances[i].id, a: server.address ?? .anyV4, b: server.nbma ?? .anyV4,
        c: entry.protocolAddress ?? .anyV4, x: UInt32(entry.code.rawValue), y: 1), because: server.origin)
  }

  /// A second entry in the NAT extension is our own public address (protocols of Cisco and FRR).
  private mutating func noteOwnNAT(_ i: Int, _ packet: NHRPPacket, _ turn: inout Turn<Output>) {
    let entries = packet.natEntries
    let own = entries.count >= 2 ? entries.last { $0.protocolAddress == instances[i].ownAddress }?.nbma : nil
    guard own != instances[i].natAddress else { return }
    instances[i].natAddress = own
    if let own { turn.record(JournalRecord(.natDetected, interface: instances[i].id, a: instances[i].ownAddress, b: instances[i].ownNBMA, c: own)) }
  }

  /// The next registration: as configured, or after a third of the hold time; a little early, so that spokes started together part.
  mutating func scheduleRefresh(_ i: Int, _ s: Int, _ turn: inout Turn<Output>) {
    let seconds = instances[i].settings.registrationSeconds.map { Duration.seconds($0) } ?? instances[i].holdTime / 3
    timers.set(.server(instances[i].key, s), at: turn.now + turn.random.jittered(seconds, percent: 5))
  }

  // MARK: Names

  mutating func lookUpServer(_ i: Int, _ s: Int, _ turn: inout Turn<Output>) {
    guard instances[i].servers.indices.contains(s), case .name(let name)? = instances[i].servers[s].settings.nbma else { return }
    turn.emit(.lookUp(name))
    timers.set(.name(instances[i].key, s), at: turn.now + .seconds(NHRPDefaults.nameRetrySeconds))
  }

  mutating func nameResolved(_ name: String, _ addresses: [IPAddress], _ turn: inout Turn<Output>) {
    for i in instances.indices {
      guard let found = addresses.first(where: { $0.isV4 == instances[i].ownNBMA.isV4 }) else { continue }
      for s in instances[i].servers.indices where instances[i].servers[s].settings.nbma == .name(name) {
        timers.set(.name(instances[i].key, s), at: turn.now + .seconds(NHRPDefaults.nameRefreshSeconds))
        guard instances[i].servers[s].nbma != found else { continue }
        instances[i].servers[s].nbma = found
        if let address = instances[i].servers[s].address { installStatic(i, address, found, server: true, &turn) }
        announceLists(i, &turn)
        if instances[i].servers[s].state != .waiting { beginRegistration(i, s, &turn) }
      }
    }
  }
}

extension NextHopServer {
  /// A reply comes from where the request was sent.
  func lastReplyAllowed(from source: IPAddress) -> Bool { nbma == source }
}

extension ClientInformationEntry {
  /// Whether it binds one of these addresses.
  fileprivate func isFor(_ addresses: [IPAddress]) -> Bool { protocolAddress.map(addresses.contains) ?? false }
}
