// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// Who lost a ping: what the capture of the underlay says of our node.
///
/// FRR's kernel drops packets that wait for its neighbour table: those are FRR's to lose, within a limit. Ours loses none: what it takes
/// from its host it sends, and what reaches it reaches its host, or its host's answer leaves.
struct EchoAudit {
  private struct Echo: Hashable {
    var run: String
    var number: String
  }

  private var requestsLeaving: [Echo] = [], repliesArriving: Set<Echo> = []
  private var requestsArriving: [Echo] = [], repliesLeaving: Set<Echo> = []

  /// Reads what passed so far between the hosts of `ours` and `theirs`, in clear.
  init(_ capture: PacketCapture, ours: Site, theirs: Site) async throws {
    let rows = try await capture.packets(
      where: "icmp.type == 8 || icmp.type == 0", fields: ["ip.src", "ip.dst", "icmp.type", "icmp.ident", "icmp.seq"])
    for row in rows where row.count == 5 {
      let (sources, destinations) = (row[0].split(separator: ","), row[1].split(separator: ","))
      guard sources.count == 2, destinations.count == 2, let kind = row[2].first else { continue }
      let echo = Echo(run: row[3], number: row[4]), isLeaving = sources[0] == ours.nbma
      guard isLeaving || destinations[0] == ours.nbma else { continue }
      switch (String(sources[1]), String(destinations[1]), kind) {
      case (ours.host, theirs.host, "8") where isLeaving: requestsLeaving.append(echo)
      case (theirs.host, ours.host, "0") where !isLeaving: repliesArriving.insert(echo)
      case (theirs.host, ours.host, "8") where !isLeaving: requestsArriving.append(echo)
      case (ours.host, theirs.host, "0") where isLeaving: repliesLeaving.insert(echo)
      default: continue
      }
    }
  }

  /// Of the last run of pings that our host sent: how many our node did not send on, or did not hand to its host.
  func lostByUs(of result: PingResult) -> Int {
    let run = requestsLeaving.last?.run
    let sent = Set(requestsLeaving.filter { $0.run == run }).count, arrived = repliesArriving.count { $0.run == run }
    return max(0, result.sent - sent) + max(0, arrived - result.received)
  }

  /// Of the last run of pings that came to our host: how many went unanswered behind our node; 1 where none was seen.
  var lostByUsAnswering: Int {
    let run = requestsArriving.last?.run
    let arrived = Set(requestsArriving.filter { $0.run == run })
    return arrived.isEmpty ? 1 : arrived.subtracting(repliesLeaving).count
  }
}
