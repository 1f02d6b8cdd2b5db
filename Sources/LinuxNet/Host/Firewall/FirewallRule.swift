// SPDX-License-Identifier: GPL-3.0-or-later

/// Whether something holds for a packet of which not everything is known.
enum Likelihood: Int, Comparable {
  case no, maybe, yes
  static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  init(_ holds: Bool) { self = holds ? .yes : .no }
}

/// One thing that a rule demands of a packet.
enum FirewallCondition: Sendable, Hashable {
  /// Its protocol is one of these, or is none of them.
  case protocolNumber([ClosedRange<UInt16>], isNegated: Bool)
  /// The same of its destination port.
  case port([ClosedRange<UInt16>], isNegated: Bool)
  /// It comes in by one of these interfaces, or by none of them. A trailing `*` or `+` stands for any rest.
  case interface([String], isNegated: Bool)
  case family(isV4: Bool)
  /// What holds for every packet to the host that begins something, or for none; and what we cannot know.
  case known(Bool), unknown

  func holds(for packet: FirewallPacket) -> Likelihood {
    switch self {
    case .protocolNumber(let ranges, let isNegated): Self.among(UInt16(packet.protocolNumber), ranges, isNegated)
    case .port(let ranges, let isNegated): packet.port.map { Self.among($0, ranges, isNegated) } ?? .no
    case .interface(let names, let isNegated): Self.comesIn(packet.interfaces, by: names, isNegated)
    case .family(let isV4): Likelihood(packet.isV4 == isV4)
    case .known(let holds): Likelihood(holds)
    case .unknown: .maybe
    }
  }

  private static func among(_ value: UInt16, _ ranges: [ClosedRange<UInt16>], _ isNegated: Bool) -> Likelihood {
    Likelihood(ranges.contains { $0.contains(value) } != isNegated)
  }

  private static func comesIn(_ interfaces: [String], by names: [String], _ isNegated: Bool) -> Likelihood {
    let met: Likelihood
    if interfaces.isEmpty {
      met = names == ["lo"] ? .no : .maybe
    } else {
      let count = interfaces.filter { interface in names.contains { isName(interface, $0) } }.count
      met = count == 0 ? .no : count == interfaces.count ? .yes : .maybe
    }
    guard isNegated, met != .maybe else { return met }
    return met == .yes ? .no : .yes
  }

  private static func isName(_ interface: String, _ pattern: String) -> Bool {
    guard let last = pattern.last, "*+".contains(last) else { return interface == pattern }
    return interface.hasPrefix(pattern.dropLast())
  }
}

/// What a rule does with a packet that it matches.
enum FirewallVerdict: Sendable, Hashable {
  case accept, drop
  /// Back to the chain that called, or its policy.
  case back
  /// Through another chain, and on behind it.
  case jump(String)
  /// Through another chain, and back behind ours.
  case goto(String)
  /// To a program that decides.
  case ask
  /// Counted, logged, marked: the next rule.
  case proceed
}

/// One rule: all its conditions, then its verdict.
struct FirewallRule: Sendable, Hashable {
  var conditions: [FirewallCondition] = []
  var verdict = FirewallVerdict.proceed

  func matches(_ packet: FirewallPacket) -> Likelihood { conditions.map { $0.holds(for: packet) }.min() ?? .yes }
}

/// What may become of a packet: several things where a rule may match or may not.
struct FirewallOutcomes: OptionSet {
  let rawValue: Int
  static let accepted = Self(rawValue: 1)
  static let dropped = Self(rawValue: 2)
  /// No rule decided.
  static let undecided = Self(rawValue: 4)
}

/// The way of one packet through chains.
struct FirewallWalk {
  let chains: [String: [FirewallRule]]
  let packet: FirewallPacket
  /// Chains are called from many places, and each is walked once. One that is being walked is not entered again.
  private var known: [String: FirewallOutcomes] = [:]

  init(_ chains: [String: [FirewallRule]], _ packet: FirewallPacket) { (self.chains, self.packet) = (chains, packet) }

  mutating func outcomes(of chain: String) -> FirewallOutcomes {
    if let outcomes = known[chain] { return outcomes }
    known[chain] = .undecided
    let outcomes = walk(chains[chain] ?? [])
    known[chain] = outcomes
    return outcomes
  }

  private mutating func walk(_ rules: [FirewallRule]) -> FirewallOutcomes {
    var all: FirewallOutcomes = []
    for rule in rules {
      let match = rule.matches(packet)
      guard match != .no else { continue }
      let (ends, goesOn) = follow(rule.verdict)
      all.formUnion(ends)
      if match == .yes, !goesOn { return all }
    }
    return all.union(.undecided)
  }

  /// How a matching rule may end the walk of its chain, and whether the next rule may come.
  private mutating func follow(_ verdict: FirewallVerdict) -> (ends: FirewallOutcomes, goesOn: Bool) {
    switch verdict {
    case .accept: return (.accepted, false)
    case .drop: return (.dropped, false)
    case .back: return (.undecided, false)
    case .ask: return ([.accepted, .dropped], false)
    case .proceed: return ([], true)
    case .goto(let chain): return (outcomes(of: chain), false)
    case .jump(let chain):
      let there = outcomes(of: chain)
      return (there.subtracting(.undecided), there.contains(.undecided))
    }
  }
}
