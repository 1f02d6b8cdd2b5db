// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Wire

/// A BGP message in the words of `debug ip bgp`.
struct BGPDebugText {
  let remote: IPAddress
  let isSent: Bool
  let context: UpdateContext

  /// Prefixes of one UPDATE that are told one by one.
  static let prefixLimit = 32

  /// Lines with the areas they belong to; none of a message that cannot be read: the journal says what came of it.
  func lines(_ bytes: [UInt8]) -> [(areas: Set<String>, text: String)] {
    guard let (message, length) = try? BGPMessage.decode(bytes, context) else { return [] }
    let session: Set = [RoutingDebug.bgp.rawValue, RoutingDebug.bgpEvents.rawValue]
    switch message {
    case .open(let open): return [(session, "BGP: \(remote) " + text(open))]
    case .keepalive:
      let text = isSent ? "sending KEEPALIVE" : "received KEEPALIVE, length (excl. header) 0"
      return [([RoutingDebug.bgpKeepalives.rawValue], "BGP: \(remote) \(text)")]
    case .notification: return []
    case .routeRefresh:
      let bytes = length - BGPAssignments.headerBytes
      return [(session, "BGP: \(remote) \(isSent ? "sending" : "rcv") REFRESH_REQ, length (excl. header) \(bytes)")]
    case .update(let update): return self.lines(update).map { ([RoutingDebug.bgpUpdates.rawValue], $0) }
    }
  }

  private func text(_ open: OpenMessage) -> String {
    let word =
      isSent
      ? "sending OPEN, version \(open.version), my as: \(open.asNumber)" : "rcv OPEN w/ remote AS \(open.asNumber), version \(open.version)"
    return word + ", holdtime \(open.holdTime) seconds, ID \(IPAddress(v4: open.identifier))"
  }

  // MARK: UPDATE

  private func lines(_ update: UpdateMessage) -> [String] {
    if let family = update.endOfTable { return ["BGP(\(family.index)): \(remote) \(isSent ? "send" : "rcvd") End-of-RIB"] }
    var announced: [(BGPFamily, IPPrefix)] = update.nlri.map { (.ipv4, $0.prefix) }
    var withdrawn: [(BGPFamily, IPPrefix)] = update.withdrawn.map { (.ipv4, $0.prefix) }
    for attribute in update.attributes {
      if case .mpReach(let reach) = attribute.value { announced += reach.nlri.map { (reach.family, $0.prefix) } }
      if case .mpUnreach(let unreach) = attribute.value { withdrawn += unreach.nlri.map { (unreach.family, $0.prefix) } }
    }
    let words = attributes(update)
    let head = isSent || announced.isEmpty ? [] : ["BGP(\(announced[0].0.index)): \(remote) rcvd UPDATE w/ attr: \(words)"]
    let gone = withdrawn.prefix(Self.prefixLimit).map { withdrawal($0.0, $0.1) }
    let come = announced.prefix(Self.prefixLimit).map { announcement($0.0, $0.1, words) }
    let rest = max(0, announced.count - Self.prefixLimit) + max(0, withdrawn.count - Self.prefixLimit)
    return gone + head + come + (rest > 0 ? ["BGP: \(remote) and \(rest) more prefixes in this UPDATE"] : [])
  }

  private func withdrawal(_ family: BGPFamily, _ prefix: IPPrefix) -> String {
    let head = "BGP(\(family.index)): \(remote) "
    return head + (isSent ? "send unreachable (format) \(prefix)" : "rcv UPDATE about \(prefix) -- withdrawn")
  }

  private func announcement(_ family: BGPFamily, _ prefix: IPPrefix, _ words: String) -> String {
    let head = "BGP(\(family.index)): \(remote) "
    return head + (isSent ? "send UPDATE (format) \(prefix), \(words)" : "rcvd \(prefix)")
  }

  /// `nexthop 10.0.0.2, origin i, localpref 100, metric 0, path 65001`
  private func attributes(_ update: UpdateMessage) -> String {
    let words = update.attributes.compactMap { attribute -> String? in
      switch attribute.value {
      case .origin(let origin): "origin \(origin.letter)"
      case .asPath(let path, _): path.isEmpty ? nil : "path \(path.text)"
      case .nextHop(let hop): "\(isSent ? "next" : "nexthop") \(hop)"
      case .mpReach(let reach): "\(isSent ? "next" : "nexthop") \(reach.nextHop)"
      case .multiExitDiscriminator(let metric): "metric \(metric)"
      case .localPreference(let preference): "localpref \(preference)"
      case .originatorID(let identifier): "originator \(IPAddress(v4: identifier))"
      case .clusterList(let list): "clusterlist \(list.map { "\(IPAddress(v4: $0))" }.joined(separator: " "))"
      default: nil
      }
    }
    return words.joined(separator: ", ")
  }
}
