// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy
import Routing
import Wire

/// The lines of `router rip` that name lists, and those with much to say.
extension RIPCommands {
  /// `offset-list {LIST | 0} {in | out} N [INTERFACE]`
  static let offsetList: Command<RIPRouter> = FilterCommands.offsetList(modes: [mode], range: 0...16, at: \.offsetLists)

  /// `distribute-list {LIST | prefix NAME [gateway NAME] | gateway NAME | route-map NAME} {in | out} [INTERFACE | SOURCE]`
  static let distributeList: Command<RIPRouter> = FilterCommands.distributeList(modes: [mode], at: \.distributeLists)

  /// `distance N [A.B.C.D WILDCARD [LIST]]`
  static let distance = Command<RIPRouter>(
    "distance <distance:int(1-255)> [<source:ipv4> <wildcard:ipv4> [<list:word>]]", modes: [mode],
    help: [
      "distance": "Define an administrative distance", "<distance>": "Administrative distance", "source": "IP source address",
      "wildcard": "Wildcard bits", "list": "Access list",
    ], no: .words(1), apply: applyDistance,
    write: { router in
      (router.distance == RIPDefaults.distance ? [] : ["distance \(router.distance)"])
        + router.distances.map { "distance \($0.distance) \($0.source) \($0.wildcard)" + ($0.list.map { " \($0)" } ?? "") }
    })

  private static func applyDistance(_ router: inout RIPRouter, _ input: CommandInput) throws(CommandRefusal) {
    let arguments = input.arguments
    guard let source = arguments.address("source"), let wildcard = arguments.address("wildcard") else {
      router.distance = (input.negated ? nil : arguments.int("distance")) ?? RIPDefaults.distance
      return
    }
    let masked = IPAddress(v4: source.v4Bits & ~wildcard.v4Bits)
    router.distances.removeAll { $0.source == masked && $0.wildcard == wildcard }
    guard !input.negated, let distance = arguments.int("distance") else { return }
    try change(
      &router.distances, RIPDistanceRule(distance: distance, source: masked, wildcard: wildcard, list: arguments[text: "list"]), input)
  }

  static func applyTimers(_ router: inout RIPRouter, _ input: CommandInput) throws(CommandRefusal) {
    let arguments = input.arguments
    guard !input.negated, let update = arguments.int("update"), let invalid = arguments.int("invalid"),
      let holdDown = arguments.int("holddown"), let flush = arguments.int("flush")
    else { return router.timers = RIPTimers() }
    guard flush >= invalid else { throw CommandRefusal("a route cannot be flushed before it is invalid") }
    router.timers = RIPTimers(update: update, invalid: invalid, holdDown: holdDown, flush: flush)
  }

  static func applyPassive(_ router: inout RIPRouter, _ input: CommandInput) throws(CommandRefusal) {
    guard let name = input.arguments[text: "name"] else {
      router.isPassiveByDefault = !input.negated
      router.passiveExceptions = []
      return
    }
    let isException = router.isPassiveByDefault == input.negated
    router.passiveExceptions.removeAll { $0 == name }
    guard isException else { return }
    guard router.passiveExceptions.count < RIPLimits.lines else { throw CommandRefusal("RIP takes \(RIPLimits.lines) such lines") }
    router.passiveExceptions = (router.passiveExceptions + [name]).sorted()
  }

  static func applyRedistribute(_ router: inout RIPRouter, _ input: CommandInput) throws(CommandRefusal) {
    let arguments = input.arguments
    guard let source = SourceWords.source(arguments) else { throw CommandRefusal("redistribute needs a source") }
    var line = RIPRedistribution(source)
    line.process = arguments.int("process")
    line.metric = arguments.int("metric")
    line.isTransparent = arguments.has("transparent")
    line.routeMap = arguments[text: "map"]
    let index = router.redistributions.firstIndex { $0.source == source }
    if input.negated {
      if let index { router.redistributions.remove(at: index) }
    } else if let index {
      router.redistributions[index] = line
    } else {
      router.redistributions.append(line)
    }
  }

  static func line(_ line: RIPRedistribution) -> String {
    var words = ["redistribute", line.source.policyWord(line.process)]
    if line.isTransparent { words += ["metric", "transparent"] } else if let metric = line.metric { words += ["metric", "\(metric)"] }
    if let map = line.routeMap { words += ["route-map", map] }
    return words.joined(separator: " ")
  }
}

/// The names of sources in a line.
enum SourceWords {
  private static let words: [(String, RouteSource)] = [
    ("connected", .connected), ("static", .static), ("kernel", .kernel), ("nhrp", .nhrp), ("odr", .odr), ("bgp", .bgp),
  ]

  static func source(_ arguments: Arguments) -> RouteSource? { words.first { arguments.has($0.0) }?.1 }
}
