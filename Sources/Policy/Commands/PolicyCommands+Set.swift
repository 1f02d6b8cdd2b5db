// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// `set …`
extension PolicyCommands {
  /// In the order in which they are written.
  static let setLines: [Command<RouteMapEntry>] = [
    setMetric, number("local-preference", "BGP local preference path attribute", \.localPreference), setWeight, setOrigin,
    number("tag", "Tag value for destination routing protocol", \.tag), setPath, setRepeatedPath, setCommunity, deleteCommunity,
    setLargeCommunity, nextHopLine("ip", "ipv4", \.nextHop), nextHopLine("ipv6", "ipv6", \.ipv6NextHop),
  ]

  private static func number(
    _ word: String, _ text: String, _ path: WritableKeyPath<RouteMapChanges, UInt32?> & Sendable
  ) -> Command<RouteMapEntry> {
    Command<RouteMapEntry>(
      "set \(word) <number:int(0-4294967295)>", modes: [.routeMap], help: help([word: text, "number": "Value"]),
      apply: { entry, input in
        entry.changes[keyPath: path] = input.negated ? nil : input.arguments.int("number").flatMap(UInt32.init(exactly:))
      },
      write: { $0.changes[keyPath: path].map { ["set \(word) \($0)"] } ?? [] })
  }

  private static let setMetric = Command<RouteMapEntry>(
    "set metric {<metric:int(0-4294967295)>|<change:word>}", modes: [.routeMap],
    help: help(["metric": "Metric value for destination routing protocol", "<metric>": "Metric value", "change": "+<value> or -<value>"]),
    apply: { (entry: inout RouteMapEntry, input: CommandInput) throws(CommandRefusal) in
      entry.changes.metric = input.negated ? nil : try metric(input.arguments)
    },
    write: { $0.changes.metric.map { ["set metric \(text($0))"] } ?? [] })

  private static func metric(_ arguments: Arguments) throws(CommandRefusal) -> RouteMapChanges.Metric {
    if let value = arguments.int("metric").flatMap(UInt32.init(exactly:)) { return .value(value) }
    let change = arguments[text: "change"] ?? ""
    guard let number = DecimalNumber.read(change.dropFirst()), let sign = change.first, sign == "+" || sign == "-" else {
      throw CommandRefusal("expected a metric, or + or - and a number")
    }
    return sign == "+" ? .plus(number) : .minus(number)
  }

  static func text(_ metric: RouteMapChanges.Metric) -> String {
    switch metric {
    case .value(let n): "\(n)"
    case .plus(let n): "+\(n)"
    case .minus(let n): "-\(n)"
    }
  }

  private static let setWeight = Command<RouteMapEntry>(
    "set weight <number:int(0-65535)>", modes: [.routeMap],
    help: help(["weight": "BGP weight for routing table", "number": "Weight value"]),
    apply: { entry, input in
      entry.changes.weight = input.negated ? nil : input.arguments.int("number").flatMap(UInt16.init(exactly:))
    },
    write: { $0.changes.weight.map { ["set weight \($0)"] } ?? [] })

  private static let setOrigin = Command<RouteMapEntry>(
    "set origin {igp|egp|incomplete}", modes: [.routeMap],
    help: help(["origin": "BGP origin code", "igp": "local IGP", "egp": "remote EGP", "incomplete": "unknown heritage"]), no: .words(2),
    apply: { entry, input in
      let words = input.arguments.keywords
      entry.changes.origin = input.negated ? nil : words.contains("igp") ? .igp : words.contains("egp") ? .egp : .incomplete
    },
    write: { $0.changes.origin.map { ["set origin \($0)"] } ?? [] })

  private static let setPath = Command<RouteMapEntry>(
    "set as-path prepend <as:word>...", modes: [.routeMap],
    help: help(["as-path": "Prepend string for a BGP AS-path attribute", "prepend": "Prepend to the as-path", "as": "AS number"]),
    no: .words(3),
    apply: { (entry: inout RouteMapEntry, input: CommandInput) throws(CommandRefusal) in
      guard !input.negated else { return entry.changes.prepended = [] }
      entry.changes.prepended = try numbers(input.arguments.texts("as"))
    },
    write: { entry in
      entry.changes.prepended.isEmpty ? [] : ["set as-path prepend " + entry.changes.prepended.map(String.init).joined(separator: " ")]
    })

  private static func numbers(_ words: [String]) throws(CommandRefusal) -> [UInt32] {
    guard words.count <= Limits.prependedNumbers else {
      throw CommandRefusal("at most \(Limits.prependedNumbers) AS numbers can be prepended")
    }
    var out: [UInt32] = []
    for word in words {
      guard let number = ASNumberText.read(word) else { throw CommandRefusal("'\(word)' is no AS number") }
      out.append(number)
    }
    return out
  }

  private static let setRepeatedPath = Command<RouteMapEntry>(
    "set as-path prepend last-as <count:int(1-10)>", modes: [.routeMap],
    help: help(["last-as": "Prepend the last AS", "count": "Number of last-AS prepends"]), no: .words(4),
    apply: { entry, input in entry.changes.repeatsLastAS = input.negated ? 0 : input.arguments.int("count") ?? 0 },
    write: { $0.changes.repeatsLastAS > 0 ? ["set as-path prepend last-as \($0.changes.repeatsLastAS)"] : [] })

  private static let setCommunity = Command<RouteMapEntry>(
    "set community {none|<community:word>... [additive]}", modes: [.routeMap], help: help(["community": "BGP community attribute"]),
    no: .words(2),
    apply: { (entry: inout RouteMapEntry, input: CommandInput) throws(CommandRefusal) in
      entry.changes.communities = input.negated ? nil : try communityChange(input.arguments)
    },
    write: { $0.changes.communities.map { ["set community " + text($0) { CommunityText.text($0, isNewFormat: true) }] } ?? [] })

  private static let setLargeCommunity = Command<RouteMapEntry>(
    "set large-community {none|<community:word>... [additive]}", modes: [.routeMap],
    help: help(["large-community": "BGP large community attribute"]), no: .words(2),
    apply: { (entry: inout RouteMapEntry, input: CommandInput) throws(CommandRefusal) in
      entry.changes.largeCommunities = input.negated ? nil : try communityChange(input.arguments)
    },
    write: { $0.changes.largeCommunities.map { ["set large-community " + text($0, \.description)] } ?? [] })

  private static func communityChange<Value: CommunityWords>(
    _ arguments: Arguments
  ) throws(CommandRefusal) -> RouteMapChanges.Communities<Value> {
    arguments.has("none") ? .none : .values(try communities(arguments), isAdditive: arguments.has("additive"))
  }

  static func text<Value>(_ change: RouteMapChanges.Communities<Value>, _ one: (Value) -> String) -> String {
    switch change {
    case .none: "none"
    case .values(let all, let isAdditive): all.map(one).joined(separator: " ") + (isAdditive ? " additive" : "")
    }
  }

  private static let deleteCommunity = Command<RouteMapEntry>(
    "set comm-list <list:word> delete", modes: [.routeMap],
    help: help(["comm-list": "set BGP community list (for deletion)", "delete": "Delete matching communities"]),
    apply: { entry, input in entry.changes.deletedCommunities = input.negated ? nil : input.arguments[text: "list"] },
    write: { $0.changes.deletedCommunities.map { ["set comm-list \($0) delete"] } ?? [] })

  private static func nextHopLine(
    _ family: String, _ kind: String, _ path: WritableKeyPath<RouteMapChanges, NextHopChoice?> & Sendable
  ) -> Command<RouteMapEntry> {
    Command<RouteMapEntry>(
      "set \(family) next-hop {<address:\(kind)>|self|unchanged|peer-address}", modes: [.routeMap],
      help: help([
        family: "IP specific information", "address": "Address of next hop", "self": "Use own address as next hop",
        "unchanged": "Leave the next hop as it is", "peer-address": "Use peer address (for BGP only)",
      ]), no: .words(3),
      apply: { entry, input in entry.changes[keyPath: path] = input.negated ? nil : nextHop(input.arguments) },
      write: { $0.changes[keyPath: path].map { ["set \(family) next-hop \(text($0))"] } ?? [] })
  }

  private static func nextHop(_ arguments: Arguments) -> NextHopChoice? {
    if let address = arguments.address("address") { return .address(address) }
    return arguments.has("self") ? .selfAddress : arguments.has("unchanged") ? .unchanged : .peerAddress
  }

  static func text(_ choice: NextHopChoice) -> String {
    switch choice {
    case .address(let address): "\(address)"
    case .selfAddress: "self"
    case .unchanged: "unchanged"
    case .peerAddress: "peer-address"
    }
  }
}

/// AS numbers as they are typed.
public enum ASNumberText {
  /// Reads `65000` or `1.10` (RFC 5396 §2); nil for anything else, and for 0.
  public static func read(_ text: String) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { DecimalNumber.read($0) }
    switch (parts.count, parts.first ?? nil, parts.last ?? nil) {
    case (1, let number?, _) where number > 0: return number
    case (2, let high?, let low?) where high <= 0xffff && low <= 0xffff && (high, low) != (0, 0): return high << 16 | low
    default: return nil
    }
  }
}
