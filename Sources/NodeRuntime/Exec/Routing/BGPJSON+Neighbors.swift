// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import ProtocolKit
import Wire

/// `show ip bgp neighbors [A]` with FRR's keys.
extension BGPJSON {
  func neighbor(_ n: BGPNeighborSnapshot, _ s: BGPSummary) -> JSONValue {
    .present(head(n, s) + timers(n) + [
      ("neighborCapabilities", n.state == .established ? capabilities(n) : nil), ("messageStats", messages(n)),
      ("addressFamilyInfo", .object(n.families.map { (name($0.family), family($0, n)) })),
      ("connectionsEstablished", JSONValue(n.establishments)), ("connectionsDropped", JSONValue(n.drops)),
      ("lastResetTimerMsecs", n.lastError.map { _ in .int(milliseconds(since: n.lastErrorAt)) }),
      ("lastResetDueTo", n.lastError.map { .string($0) }), ("updateErrors", JSONValue(n.updateErrors)),
      ("hostLocal", n.state == .established ? n.localAddress.map { .string("\($0)") } : nil), ("hostForeign", .string("\(n.address)")),
    ])
  }

  private func head(_ n: BGPNeighborSnapshot, _ s: BGPSummary) -> [(String, JSONValue?)] {
    [
      ("remoteAs", JSONValue(n.remoteAS)), ("localAs", JSONValue(s.asNumber)),
      (n.isInternal ? "nbrInternalLink" : "nbrExternalLink", .bool(true)), ("nbrDesc", n.text.map { .string($0) }),
      ("peerGroup", n.group.map { .string($0) }), ("dynamicPeer", .mark(n.isDynamic)), ("adminShutDown", .mark(n.reason == "Admin")),
      ("bgpVersion", .int(4)), ("remoteRouterId", .string("\(n.identifier)")), ("localRouterId", .string("\(s.routerID)")),
    ]
  }

  private func timers(_ n: BGPNeighborSnapshot) -> [(String, JSONValue?)] {
    let isUp = n.state == .established
    return [
      ("bgpState", .string(state(n))), ("bgpTimerUpMsec", isUp ? .int(milliseconds(since: n.since)) : nil),
      ("bgpTimerUpString", isUp ? .string(AgeText.format(now - n.since)) : nil),
      ("bgpTimerHoldTimeMsecs", JSONValue(n.holdSeconds * 1_000)),
      ("bgpTimerKeepAliveIntervalMsecs", JSONValue(n.keepaliveSeconds * 1_000)),
    ]
  }

  private func capabilities(_ n: BGPNeighborSnapshot) -> JSONValue {
    .present([
      ("4byteAs", told(n.isWide)), ("routeRefresh", n.takesRefresh ? .string("advertisedAndReceived") : nil),
      ("multiprotocolExtensions", .object(n.families.map { f in
        let way = f.isNegotiated ? "advertisedAndReceived" : "advertised"
        return (name(f.family), .object([(way, .bool(true))]))
      })),
      ("addPath", .object(n.families.filter { $0.sendsPaths || $0.receivesPaths }.map { f in
        (name(f.family), .object([("txAdvertised", .bool(f.sendsPaths)), ("rxAdvertised", .bool(f.receivesPaths))]))
      })),
      ("gracefulRestartRemoteTimerMsecs", n.restart.map { JSONValue(Int($0.restartSeconds) * 1_000) }),
    ])
  }

  private func told(_ isReceived: Bool) -> JSONValue { .string(isReceived ? "advertisedAndReceived" : "advertised") }

  private func messages(_ n: BGPNeighborSnapshot) -> JSONValue {
    let kinds: [(String, KeyPath<BGPMessageCounters, UInt64>)] = [
      ("opens", \.opens), ("notifications", \.notifications), ("updates", \.updates), ("keepalives", \.keepalives),
      ("routeRefresh", \.refreshes), ("total", \.total),
    ]
    let queues: [(String, JSONValue)] = [
      ("depthInq", .int(n.inputBytes > 0 ? 1 : 0)), ("depthOutq", JSONValue(n.outputBytes / BGPAssignments.messageBytes)),
    ]
    return .object(queues + kinds.flatMap { word, kind in
      [(word + "Sent", JSONValue(n.sent[keyPath: kind])), (word + "Recv", JSONValue(n.received[keyPath: kind]))]
    })
  }

  private func family(_ f: BGPNeighborSnapshot.Family, _ n: BGPNeighborSnapshot) -> JSONValue {
    .present([
      ("peerGroupMember", n.group.map { .string($0) }), ("updateGroupId", f.group.map { JSONValue($0) }),
      ("acceptedPrefixCounter", JSONValue(f.prefixes)), ("sentPrefixCounter", JSONValue(f.advertised)),
      ("refusedPrefixCounter", JSONValue(UInt64(f.filtered) + f.refused)), ("prefixAllowedMax", f.maximumPrefix.map { JSONValue($0.limit) }),
      ("prefixAllowedMaxWarning", f.maximumPrefix.flatMap { .mark($0.isWarningOnly) }),
      ("prefixAllowedWarningThresh", f.maximumPrefix.map { JSONValue($0.threshold) }),
      ("prefixAllowedRestartIntervalMsecs", f.maximumPrefix?.restartMinutes.map { JSONValue($0 * 60_000) }), ("stale", .mark(f.isStale)),
    ])
  }

  private func name(_ family: BGPFamily) -> String { family == .ipv4 ? "ipv4Unicast" : "ipv6Unicast" }
}
