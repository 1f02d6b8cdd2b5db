// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import ProtocolKit
import Routing
import Wire

/// From bytes to a decision.
extension RIPEngine {
  /// A message that was taken, with all that its handling needs.
  struct Received {
    let message: RIPMessage
    let datagram: Datagram
    /// The index of the interface.
    let i: Int

    var key: RIPNeighbourKey { RIPNeighbourKey(interface: datagram.interface, address: datagram.source) }
    var answerTo: RIPDestination { RIPDestination(address: datagram.source, port: datagram.sourcePort) }
  }

  mutating func receive(_ datagram: Datagram, _ turn: inout Turn<Output>) {
    guard let i = index(of: datagram.interface), interfaces[i].hasLink else { return traffic.refuse(.notRunning) }
    guard !isOwn(datagram.source) else { return }
    do throws(RIPDecodeError) {
      let received = Received(message: try RIPMessage.decode(datagram.bytes), datagram: datagram, i: i)
      if let reason = refusal(of: received, turn.now) { return refuse(received, reason, &turn) }
      if received.message.command == .request { answer(received, &turn) } else { take(received, &turn) }
    } catch {
      traffic.malformed[error, default: 0] &+= 1
    }
  }

  /// Why a message is not taken; nil when it is (RFC 2453 §3.9.2, §5.2; RFC 4822 §2.2).
  private func refusal(of received: Received, _ now: Instant) -> RIPRefusal? {
    let datagram = received.datagram, interface = interfaces[received.i]
    guard datagram.source.isV4, !datagram.source.isMulticast, !datagram.source.isUnspecified else { return .badSource }
    if received.message.command == .response {
      guard datagram.sourcePort == RIPNumbers.port else { return .badPort }
    }
    // Requests too: a whole table sent to an address that somebody made up would be an attack on it.
    guard !router.validatesUpdateSource || interface.isAttached(datagram.source) else { return .badSource }
    guard receiveVersions(received.i).contains(min(2, Int(received.message.version))) else { return .version }
    guard isAuthentic(received, now) else { return .authentication }
    if case .digest(let header, _) = received.message.authentication,
      let neighbour = neighbours[received.key], !neighbour.allows(header.sequence, key: header.keyID)
    {
      return .replay
    }
    guard neighbours[received.key] != nil || neighbours.count < RIPLimits.neighbours else { return .limit }
    return nil
  }

  private mutating func refuse(_ received: Received, _ reason: RIPRefusal, _ turn: inout Turn<Output>) {
    traffic.refuse(reason)
    guard reason == .authentication || reason == .replay || reason == .limit else { return }
    if let last = lastRefusalRecord, turn.now - last < .seconds(RIPLimits.refusalSeconds) { return }
    lastRefusalRecord = turn.now
    let kind: JournalKind = reason == .authentication ? .ripAuthenticationFailed : reason == .replay ? .ripReplayRefused : .ripLimitReached
    turn.record(JournalRecord(kind, interface: received.datagram.interface, a: received.datagram.source))
  }

  /// Where authentication is configured, all messages have it; elsewhere none may (RFC 2453 §5.2).
  private func isAuthentic(_ received: Received, _ now: Instant) -> Bool {
    let lines = interfaces[received.i].settings
    guard lines.keyChain != nil else { return received.message.authentication == nil }
    return acceptKeys(lines, now).contains { key in
      RIPAuthenticator(mode: key.mode, digests: digests).isAuthentic(received.message, received.datagram.bytes, key: key)
    }
  }

  // MARK: Requests (RFC 2453 §3.9.1)

  private mutating func answer(_ received: Received, _ turn: inout Turn<Output>) {
    traffic.requestsReceived &+= 1
    guard !received.message.entries.isEmpty else { return }
    // A silent router answers only those that ask from elsewhere: monitoring tools.
    guard !interfaces[received.i].isPassive || received.datagram.sourcePort != RIPNumbers.port else { return }
    let version = min(2, Int(received.message.version))
    if received.message.isWholeTableRequest {
      guard mayAnswer(turn.now) else { return traffic.droppedUpdates &+= 1 }
      begin(
        RIPUpdateJob(
          interface: received.datagram.interface, destination: received.answerTo, version: version, prefixes: table.order, isWhole: true,
          isAnswer: true))
    } else {
      answerEntries(received, version: version, &turn)
    }
  }

  /// Whole tables are told so many times a second, and so many at once; who is left without one hears the next regular update.
  private mutating func mayAnswer(_ now: Instant) -> Bool {
    if answersSecond != now.seconds { (answersSecond, answers) = (now.seconds, 0) }
    answers += 1
    return answers <= RIPLimits.answersPerSecond && jobs.count(where: \.isAnswer) < RIPLimits.answersAtOnce
  }

  /// The metrics of the networks that were asked for, as they stand: no split horizon, for this is no update.
  private mutating func answerEntries(_ received: Received, version: Int, _ turn: inout Turn<Output>) {
    let entries = received.message.entries.map { asked in
      var entry = asked
      let prefix = asked.family == RIPNumbers.familyIPv4 ? prefix(of: asked, version: version, on: received.i) : nil
      entry.metric = prefix.flatMap { table[$0] }?.announcedMetric ?? RIPNumbers.infinity
      return entry
    }
    traffic.responsesSent &+= 1
    transmit(
      RIPMessage(.response, entries: entries), version: version, to: received.answerTo, on: received.i, &turn)
  }

  // MARK: Responses (RFC 2453 §3.9.2)

  private mutating func take(_ received: Received, _ turn: inout Turn<Output>) {
    traffic.responsesReceived &+= 1
    noteNeighbour(received, &turn)
    for entry in received.message.entries { take(entry, received, &turn) }
  }

  private mutating func noteNeighbour(_ received: Received, _ turn: inout Turn<Output>) {
    let key = received.key
    if neighbours[key] == nil {
      neighbours[key] = RIPNeighbour(at: turn.now)
      timers.set(.neighbour(key), at: turn.now + .seconds(router.timers.invalid))
      turn.record(JournalRecord(.ripNeighbourUp, interface: key.interface, a: key.address, x: UInt32(received.message.version)))
    }
    neighbours[key]?.heard = turn.now
    neighbours[key]?.version = received.message.version
    if case .digest(let header, _) = received.message.authentication { neighbours[key]?.note(header.sequence, key: header.keyID) }
  }

  /// The network of an entry, host bits cleared.
  private func prefix(of entry: RIPRouteEntry, version: Int, on i: Int) -> IPPrefix? {
    version > 1 && (entry.mask != 0 || entry.address == 0) ? entry.masked : entry.inferred(on: interfaces[i].network)
  }

  private mutating func take(_ entry: RIPRouteEntry, _ received: Received, _ turn: inout Turn<Output>) {
    guard let (prefix, offer) = judge(entry, received, turn.now) else { return }
    guard table[prefix]?.local == nil else { return }
    if offer.metric >= RIPNumbers.infinity - 1 {
      removePath(prefix, received.key, &turn)
    } else {
      var path = offer
      (path.heard, path.since) = (turn.now, turn.now)
      learn(prefix, path, &turn)
    }
  }

  /// The network and the path that an entry offers, after lists and offsets; nil for one that is not taken.
  private mutating func judge(_ entry: RIPRouteEntry, _ received: Received, _ now: Instant) -> (IPPrefix, RIPPath)? {
    let version = min(2, Int(received.message.version))
    guard entry.family == RIPNumbers.familyIPv4 else { return count(.badNetwork, received.key) }
    guard let prefix = prefix(of: entry, version: version, on: received.i) else { return count(.badMask, received.key) }
    guard Self.isUsable(prefix) else { return count(.badNetwork, received.key) }
    guard (1...RIPNumbers.infinity).contains(entry.metric) else { return count(.badMetric, received.key) }
    // That a network is lost may be said by everyone: nobody believes it of a network that was not taken.
    guard entry.metric == RIPNumbers.infinity || limits.allows(prefix, from: received.key.address) else {
      limits.refuse(prefix, from: received.key.address, at: now)
      return count(.certificate, received.key)
    }
    let named = version > 1 ? IPAddress(v4: entry.nextHop) : .anyV4
    guard named.isUnspecified || !isOwn(named) else { return count(.ownNextHop, received.key) }
    let name = interfaces[received.i].link.name
    let offset = settings.policy.offset(router.offsetLists, prefix, .inbound, interface: name)
    let told = min(RIPNumbers.infinity, entry.metric + min(RIPNumbers.infinity, offset))
    guard let (metric, tag) = admitted(prefix, from: received.key, metric: told, tag: version > 1 ? entry.tag : 0),
      let distance = distance(of: prefix, from: received.key.address)
    else { return count(.filtered, received.key) }
    // A next hop that is not on this network is as good as none (§4.4).
    let isNear = !named.isUnspecified && !named.isMulticast && interfaces[received.i].isAttached(named)
    return (
      prefix,
      RIPPath(
        neighbour: received.key, nextHop: isNear ? named : received.key.address, metric: metric, tag: tag, distance: distance,
        heard: .start, since: .start)
    )
  }

  private mutating func count(_ reason: RIPEntryRefusal, _ key: RIPNeighbourKey) -> (IPPrefix, RIPPath)? {
    countRefused(reason)
    if reason != .filtered, reason != .ownNextHop { neighbours[key]?.badEntries &+= 1 }
    return nil
  }

  mutating func countRefused(_ reason: RIPEntryRefusal) { traffic.refusedEntries[reason, default: 0] &+= 1 }

  /// Whether packets may go to this network: no class D or E, no loopback, and of 0.0.0.0/8 only the default (§3.9.2).
  private static func isUsable(_ prefix: IPPrefix) -> Bool {
    let first = prefix.address.v4Bits >> 24
    return prefix.isDefault || (first != 0 && first != 127 && first < 224)
  }

  /// The metric and tag after the inbound lists, whose route-maps may set them; nil where they do not take this network from this neighbour.
  func admitted(_ prefix: IPPrefix, from key: RIPNeighbourKey, metric: UInt32, tag: UInt16) -> (UInt32, UInt16)? {
    guard !router.distributeLists.isEmpty else { return (metric, tag) }
    let name = links[key.interface]?.name
    var route = PolicyRoute(prefix: prefix, nextHop: key.address, interface: name, source: "rip", metric: metric, tag: UInt32(tag))
    guard settings.policy.permits(router.distributeLists, &route, .inbound, interface: name, gateway: key.address) else { return nil }
    // A network that is lost cannot be found by a list.
    let new = metric < RIPNumbers.infinity ? min(RIPNumbers.infinity, max(1, route.metric ?? metric)) : metric
    return (new, UInt16(truncatingIfNeeded: route.tag))
  }

  /// The distance of a network from this neighbour; nil for 255, which is never used.
  private func distance(of prefix: IPPrefix, from neighbour: IPAddress) -> UInt8? {
    let rule = router.distances.first { rule in
      rule.covers(neighbour) && (rule.list.map { settings.policy.permits(accessList: $0, prefix) } ?? true)
    }
    let distance = UInt8(clamping: rule?.distance ?? router.distance)
    return distance < 255 ? distance : nil
  }
}
