// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// `distribute-list` and `offset-list`, for the protocols that have them: each says where its settings keep them.
public enum FilterCommands {
  /// `distribute-list {ACL | prefix P [gateway G] | gateway G | route-map R} {in | out} [INTERFACE | SOURCE]`
  public static func distributeList<Settings: Sendable>(
    modes: Set<CommandMode>, at path: WritableKeyPath<Settings, [DistributeList]> & Sendable
  ) -> Command<Settings> {
    Command<Settings>(
      """
      distribute-list {prefix <prefix:word> [gateway <gateway:word>]|gateway <gateway:word>|route-map <map:word>|<list:word>} {in|out} \
      [{<interface:interface>|connected|static|rip|odr|nhrp|bgp <as:int(1-4294967295)>}]
      """,
      modes: modes,
      help: PolicyCommands.help([
        "distribute-list": "Filter networks in routing updates", "prefix": "Filter prefixes in routing updates",
        "gateway": "Filter routing updates by who sends them", "<gateway>": "Prefix-list of gateways", "<prefix>": "Prefix-list",
        "map": "Route map", "in": "Filter incoming routing updates", "out": "Filter outgoing routing updates", "connected": "Connected",
        "static": "Static routes", "rip": "RIP", "odr": "ODR", "nhrp": "Shortcuts", "bgp": "BGP", "as": "AS number",
      ]), no: .whole,
      apply: { settings, input in
        guard let new = distributeList(input.arguments) else { return }
        // One filter of a kind for each way and place: a new one takes the place of the old.
        settings[keyPath: path].removeAll { input.negated ? $0 == new : $0.isSamePlace(as: new) }
        if !input.negated { settings[keyPath: path].append(new) }
      },
      write: { $0[keyPath: path].map(\.iosLine) })
  }

  private static func distributeList(_ arguments: Arguments) -> DistributeList? {
    let filter: DistributeList.Filter
    if let name = arguments[text: "list"] {
      filter = .accessList(name)
    } else if let name = arguments[text: "map"] {
      filter = .routeMap(name)
    } else {
      filter = .prefixList(arguments[text: "prefix"], gateway: arguments[text: "gateway"])
    }
    let sources = ["connected", "static", "rip", "odr", "nhrp"]
    let source = arguments[text: "as"].map { "bgp \($0)" } ?? sources.first(where: arguments.has)
    return DistributeList(
      filter, arguments.has("in") ? .inbound : .outbound, interface: arguments[text: "interface"], source: source)
  }

  /// `offset-list {ACL | 0} {in | out} N [INTERFACE]`; `range` is the protocol's.
  public static func offsetList<Settings: Sendable>(
    modes: Set<CommandMode>, range: ClosedRange<Int>, at path: WritableKeyPath<Settings, [OffsetList]> & Sendable
  ) -> Command<Settings> {
    Command<Settings>(
      "offset-list <list:word> {in|out} <offset:int(\(range.lowerBound)-\(range.upperBound))> [<interface:interface>]", modes: modes,
      help: PolicyCommands.help([
        "offset-list": "Add or subtract offset from RIP metrics", "list": "Access list, or 0 for all networks",
        "in": "Perform offset on incoming updates", "out": "Perform offset on outgoing updates", "offset": "Offset",
      ]), no: .words(3),
      apply: { settings, input in
        let arguments = input.arguments, list = arguments[text: "list"]
        let new = OffsetList(
          accessList: list == "0" ? nil : list, arguments.has("in") ? .inbound : .outbound,
          offset: arguments.int("offset").flatMap(UInt32.init(exactly:)) ?? 0, interface: arguments[text: "interface"])
        settings[keyPath: path].removeAll {
          $0.direction == new.direction && $0.interface == new.interface && (!input.negated || $0.accessList == new.accessList)
        }
        if !input.negated { settings[keyPath: path].append(new) }
      },
      write: { $0[keyPath: path].map(\.iosLine) })
  }
}

extension DistributeList {
  /// Whether `other` would decide in the same place: same kind, way, interface and source.
  fileprivate func isSamePlace(as other: DistributeList) -> Bool {
    let isSameKind =
      switch (filter, other.filter) {
      case (.accessList, .accessList), (.prefixList, .prefixList), (.routeMap, .routeMap): true
      default: false
      }
    return isSameKind && direction == other.direction && interface == other.interface && source == other.source
  }

  /// The line as it is written back.
  public var iosLine: String {
    let what =
      switch filter {
      case .accessList(let name): name
      case .routeMap(let name): "route-map \(name)"
      case .prefixList(let list, let gateway):
        [list.map { "prefix \($0)" }, gateway.map { "gateway \($0)" }].compactMap { $0 }.joined(separator: " ")
      }
    return (["distribute-list", what, direction.rawValue] + [interface, source].compactMap { $0 }).joined(separator: " ")
  }
}

extension OffsetList {
  /// The line as it is written back.
  public var iosLine: String {
    "offset-list \(accessList ?? "0") \(direction.rawValue) \(offset)" + (interface.map { " \($0)" } ?? "")
  }
}
