// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Summaries: of `ip summary-address rip`, and of whole classful networks (`auto-summary`).
extension RIPEngine {
  /// The summary that hides a network on an interface: the longest configured one that covers it, else its classful network where the
  /// interface is in another.
  func summary(of prefix: IPPrefix, on i: Int, version: Int) -> IPPrefix? {
    var best: IPPrefix?
    for summary in interfaces[i].settings.summaries where summary.covers(prefix) && summary.length >= best?.length ?? 0 { best = summary }
    return best ?? classfulSummary(of: prefix, on: i, version: version)
  }

  private func classfulSummary(of prefix: IPPrefix, on i: Int, version: Int) -> IPPrefix? {
    guard router.summarisesAutomatically || version == 1, let natural = ClassfulNetwork.containing(prefix.address),
      natural.length < prefix.length, interfaces[i].network.map({ !natural.covers($0) }) ?? false
    else { return nil }
    return natural
  }

  /// What a network says to its summary: its metric in our updates, 16 where nothing is said of it.
  func share(of prefix: IPPrefix, on i: Int) -> UInt32 { announcement(of: prefix, on: i, version: 2)?.metric ?? RIPNumbers.infinity }

  /// Before a triggered update: which summaries its networks change. One that became nearer is known at once; one whose nearest part may
  /// have gone has its parts looked at, and where there is no other soon, they are counted in the update itself, in slices.
  /// `known` are the summaries as neighbours know them.
  mutating func prepareSummaries(_ job: inout RIPUpdateJob, on i: Int, known all: [IPPrefix: RIPSummary]) {
    var more: Set<IPPrefix> = []
    for prefix in job.prefixes {
      guard let summary = summary(of: prefix, on: i, version: job.version), !job.recounted.contains(summary) else { continue }
      let metric = share(of: prefix, on: i), known = all[summary]?.metric ?? RIPNumbers.infinity
      if metric < known {
        improve(summary, to: metric, on: i)
        job.summaries.insert(summary)
      } else if known < RIPNumbers.infinity, !hasPart(of: summary, at: known, on: i, version: job.version) {
        job.recounted.insert(summary)
        more.formUnion(table.parts(of: summary))
      }
    }
    if !more.isEmpty { job.prefixes = more.union(job.prefixes).sorted() }
  }

  private mutating func improve(_ summary: IPPrefix, to metric: UInt32, on i: Int) {
    let nearest = min(metric, interfaces[i].summaries[summary]?.metric ?? metric)
    interfaces[i].summaries[summary] = RIPSummary(metric: nearest)
    for j in jobs.indices where jobs[j].interface == interfaces[i].id { jobs[j].count(metric, into: summary) }
  }

  /// Whether one of the first parts is as near as the summary says: mostly all are.
  private func hasPart(of summary: IPPrefix, at metric: UInt32, on i: Int, version: Int) -> Bool {
    table.parts(of: summary).prefix(RIPLimits.partsLookedAt).contains {
      self.summary(of: $0, on: i, version: version) == summary && share(of: $0, on: i) <= metric
    }
  }

  /// The networks are passed: the summaries' metrics are known, and which of them the update tells of.
  mutating func closeSummaries(_ j: Int, on i: Int, _ now: Instant) {
    let counted =
      jobs[j].isWhole
      ? Set(jobs[j].lowest.keys).union(interfaces[i].summaries.keys) : jobs[j].recounted
    var told = jobs[j].summaries
    for summary in counted.sorted() where settle(summary, metric: jobs[j].lowest[summary], on: i, now) { told.insert(summary) }
    jobs[j].ending = told.sorted()
  }

  /// Takes a summary's new metric; says whether there is something to tell of it. One without reachable parts is announced as unreachable for the
  /// garbage time.
  private mutating func settle(_ summary: IPPrefix, metric: UInt32?, on i: Int, _ now: Instant) -> Bool {
    if let metric, metric < RIPNumbers.infinity {
      interfaces[i].summaries[summary] = RIPSummary(metric: metric)
      return true
    }
    guard let old = interfaces[i].summaries[summary] else { return false }
    let until = old.until ?? now + .seconds(router.timers.garbage)
    interfaces[i].summaries[summary] = until > now ? RIPSummary(metric: RIPNumbers.infinity, until: until) : nil
    return until > now
  }

  /// The entry of a summary. IOS takes the metric of the nearest part, and so do we; the next hop is this node.
  func summaryEntry(_ prefix: IPPrefix, on i: Int, version: Int) -> RIPRouteEntry? {
    guard let summary = interfaces[i].summaries[prefix] else { return nil }
    return version > 1
      ? RIPRouteEntry(prefix, metric: summary.metric) : RIPRouteEntry(address: prefix.address.v4Bits, mask: 0, metric: summary.metric)
  }
}
