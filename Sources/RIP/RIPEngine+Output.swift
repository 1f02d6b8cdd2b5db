// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// Regular and triggered updates (RFC 2453 §3.8, §3.10).
extension RIPEngine {
  mutating func setUpdateTimer(_ turn: inout Turn<Output>) {
    guard !interfaces.isEmpty else { return }
    let next = turn.now + turn.random.jittered(.seconds(router.timers.update), percent: RIPDefaults.jitterPercent)
    nextUpdate = next
    timers.set(.update, at: next)
  }

  mutating func regularUpdate(_ turn: inout Turn<Output>) {
    setUpdateTimer(&turn)
    forgetChanges()
    // An update that is still under way is overtaken by the new one.
    jobs.removeAll { $0.isWhole && $0.destination.port == RIPNumbers.port }
    startUpdates(table.order, isWhole: true, &turn)
  }

  /// Tells of changes at once, and then not again before 1–5 s have passed (§3.10.1); says whether it began to.
  mutating func triggeredUpdate(_ turn: inout Turn<Output>) -> Bool {
    guard !changed.isEmpty, !timers.isSet(.trigger), !interfaces.isEmpty else { return false }
    pauseTriggeredUpdates(&turn)
    if let threshold = router.flashThresholdSeconds, let next = nextUpdate, next - turn.now <= .seconds(threshold) { return false }
    // Where most of a large table changed, all of it is told: sorting the changes would cost more than the turn may last.
    let isWhole = changed.count > RIPLimits.entriesPerTurn && changed.count > table.count / 2
    let prefixes = isWhole ? table.order : changed.sorted()
    forgetChanges()
    traffic.triggeredUpdates &+= 1
    startUpdates(prefixes, isWhole: isWhole, &turn)
    return true
  }

  /// The next triggered update is 1–5 s away.
  mutating func pauseTriggeredUpdates(_ turn: inout Turn<Output>) {
    let span = RIPDefaults.triggeredMilliseconds
    let pause = Duration.milliseconds(Int64(span.lowerBound + turn.random.below(span.upperBound - span.lowerBound + 1)))
    timers.set(.trigger, at: turn.now + pause)
  }

  private mutating func forgetChanges() {
    for prefix in changed { table.change(prefix) { $0.isChanged = false } }
    changed.removeAll()
  }

  private mutating func startUpdates(_ prefixes: [IPPrefix], isWhole: Bool, _ turn: inout Turn<Output>) {
    for i in interfaces.indices {
      let targets = destinations(of: i, &turn), known = interfaces[i].summaries
      guard let first = targets.first else { continue }
      for version in sendVersions(i) {
        var job = RIPUpdateJob(interface: interfaces[i].id, destination: first, version: version, prefixes: prefixes, isWhole: isWhole)
        if !isWhole { prepareSummaries(&job, on: i, known: known) }
        for target in targets {
          job.destination = target
          begin(job)
        }
      }
    }
  }

  /// Who gets the updates of an interface: the group, all hosts, or nobody (`passive-interface`), and the configured neighbours on it.
  func destinations(of i: Int, _ turn: inout Turn<Output>) -> [RIPDestination] {
    guard interfaces[i].hasLink else { return [] }
    let broadcasts = interfaces[i].settings.broadcasts || sendVersions(i) == [1]
    let group = RIPDestination(address: broadcasts ? IPAddress(v4: .max) : RIPNumbers.group)
    let routes = turn.routes
    let unicast = router.neighbors.filter { neighbour in
      interfaces[i].isAttached(neighbour)
        || !interfaces.contains { $0.isAttached(neighbour) }
          && routes.longestMatch(for: neighbour, vrf: .default)?.interface == interfaces[i].id
    }
    return (interfaces[i].isPassive ? [] : [group]) + unicast.map { RIPDestination(address: $0) }
  }

  /// The versions that an interface sends, and those it takes.
  func sendVersions(_ i: Int) -> [Int] {
    interfaces[i].settings.sendVersions.isEmpty ? [router.version ?? 1] : interfaces[i].settings.sendVersions
  }

  func receiveVersions(_ i: Int) -> [Int] {
    interfaces[i].settings.receiveVersions.isEmpty ? router.version.map { [$0] } ?? [1, 2] : interfaces[i].settings.receiveVersions
  }

  // MARK: Slices

  /// Puts an update into the queue, unless one that says the same waits there. Answers wait behind all updates; one that has begun is
  /// finished first, for what it says of summaries must not be older than what is said after it.
  mutating func begin(_ job: RIPUpdateJob) {
    guard !jobs.contains(where: { $0.covers(job) }) else { return }
    guard jobs.count < RIPLimits.updates else { return traffic.droppedUpdates &+= 1 }
    let place = job.isAnswer ? nil : jobs.firstIndex { $0.isAnswer && $0.position == 0 }
    jobs.insert(job, at: place ?? jobs.endIndex)
  }

  /// Writes messages of the updates under way, as many entries as one turn may; a timer goes on with the rest.
  mutating func runJobs(_ turn: inout Turn<Output>) {
    guard !timers.isSet(.output) else { return }
    var left = RIPLimits.entriesPerTurn
    while left > 0, !jobs.isEmpty {
      left -= advance(&turn)
      if jobs[0].isDone { jobs.removeFirst() }
    }
    if !jobs.isEmpty { timers.set(.output, at: turn.now + .milliseconds(RIPLimits.pauseMilliseconds)) }
  }

  /// Writes one message of the first update; says how many networks were looked at.
  private mutating func advance(_ turn: inout Turn<Output>) -> Int {
    let start = jobs[0].position
    guard let i = index(of: jobs[0].interface) else {
      (jobs[0].prefixes, jobs[0].ending, jobs[0].position) = ([], [], 0)
      return 1
    }
    var entries: [RIPRouteEntry] = []
    let room = RIPNumbers.entriesPerMessage - (interfaces[i].settings.keyChain != nil && jobs[0].version > 1 ? 1 : 0)
    while entries.count < room, jobs[0].position - start < RIPLimits.entriesPerTurn, !jobs[0].isDone {
      if jobs[0].isAtEnding, jobs[0].ending == nil {
        closeSummaries(0, on: i, turn.now)
      } else {
        if let entry = nextEntry(on: i) { entries.append(entry) }
        jobs[0].position += 1
      }
    }
    if !entries.isEmpty {
      traffic.responsesSent &+= 1
      transmit(RIPMessage(.response, entries: entries), version: jobs[0].version, to: jobs[0].destination, on: i, &turn)
    }
    return max(1, jobs[0].position - start)
  }

  /// What the first update says of the network, or the summary, that it has come to.
  private mutating func nextEntry(on i: Int) -> RIPRouteEntry? {
    let version = jobs[0].version
    if let ending = jobs[0].ending { return summaryEntry(ending[jobs[0].position - jobs[0].prefixes.count], on: i, version: version) }
    let prefix = jobs[0].prefixes[jobs[0].position]
    guard let summary = summary(of: prefix, on: i, version: version) else { return announcement(of: prefix, on: i, version: version) }
    jobs[0].count(share(of: prefix, on: i), into: summary)
    return nil
  }

  // MARK: Sending

  /// Sends a message of an interface, signed where it says so. Where it says so and no key holds now, nothing is sent.
  mutating func transmit(_ message: RIPMessage, version: Int, to target: RIPDestination, on i: Int, _ turn: inout Turn<Output>) {
    var message = message
    message.version = UInt8(clamping: version)
    if message.command == .request { traffic.requestsSent &+= 1 }
    var bytes = message.encode()
    if interfaces[i].settings.keyChain != nil, version > 1 {
      guard let key = sendKey(interfaces[i].settings, turn.now) else { return }
      // Seconds of the day never fall, also not over a restart (RFC 4822 §2.2).
      lastSequence = max(lastSequence, UInt32(clamping: wallSeconds(turn.now)))
      bytes = RIPAuthenticator(mode: key.mode, digests: digests).seal(message, with: key, sequence: lastSequence)
    }
    turn.emit(
      .port(
        .send(
          Datagram(
            interface: interfaces[i].id, source: interfaces[i].source, destination: target.address, sourcePort: RIPNumbers.port,
            destinationPort: target.port, ttl: target.ttl, bytes: bytes))))
  }

  /// Says of everything that it can no longer be reached through us: on shutdown neighbours need not wait for their timers.
  mutating func farewell(_ turn: inout Turn<Output>) {
    for i in interfaces.indices {
      let entries = table.order.prefix(RIPLimits.farewellEntries).compactMap { prefix -> RIPRouteEntry? in
        guard table[prefix]?.isReachable == true, let entry = announcement(of: prefix, on: i, version: 2) else { return nil }
        return RIPRouteEntry(
          family: entry.family, tag: entry.tag, address: entry.address, mask: entry.mask, metric: RIPNumbers.infinity)
      }
      let summaries = interfaces[i].summaries.keys.sorted().map { RIPRouteEntry($0, metric: RIPNumbers.infinity) }
      say(summaries + entries, on: i, &turn)
    }
    jobs = []
  }

  private mutating func say(_ entries: [RIPRouteEntry], on i: Int, _ turn: inout Turn<Output>) {
    let room = RIPNumbers.entriesPerMessage - 1
    let targets = destinations(of: i, &turn)
    for start in stride(from: 0, to: entries.count, by: room) {
      let message = RIPMessage(.response, entries: Array(entries[start..<min(entries.count, start + room)]))
      for version in sendVersions(i) {
        for target in targets { transmit(message, version: version, to: target, on: i, &turn) }
      }
    }
  }
}
