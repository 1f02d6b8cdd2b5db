// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy
import ProtocolKit
import Wire

/// `neighbor X …` of the session.
enum BGPSessionLines {
  /// All of them; the first one writes every neighbour's lines, so that a neighbour's stand together.
  static let commands: [Command<BGPSettings>] = [group, remoteAS, alternateAS] + lines.map(command) + [member, whole]

  private static func command(_ line: NeighborLine<BGPNeighborSettings>) -> Command<BGPSettings> {
    Command(
      "neighbor <peer:word> \(line.words)", modes: [.routerBGP], help: NeighborName.help.merging(line.help) { $1 }, no: line.no,
      apply: { (settings: inout BGPSettings, input: CommandInput) throws(CommandRefusal) in
        let i = try index(settings, input.arguments)
        try line.apply(&settings.neighbors[i], input)
      })
  }

  private static func index(_ settings: BGPSettings, _ arguments: Arguments) throws(CommandRefusal) -> Int {
    guard let name = NeighborName.read(arguments), let i = settings.neighbors.firstIndex(where: { $0.name == name }) else {
      throw CommandRefusal("Specify remote-as or peer-group commands first")
    }
    return i
  }

  // MARK: Lines that make a neighbour

  /// `neighbor G peer-group`: makes a group. Writes groups, ranges and neighbours, in the order in which they can be read again.
  private static let group = Command<BGPSettings>(
    "neighbor <peer:word> peer-group", modes: [.routerBGP],
    help: NeighborName.help.merging(["peer-group": "Configure a peer-group"]) { $1 }, no: .whole,
    apply: { (settings: inout BGPSettings, input: CommandInput) throws(CommandRefusal) in
      guard let name = NeighborName.read(input.arguments), IPAddress(name) == nil else {
        if input.negated { return try leave(&settings, input) }
        throw CommandRefusal("a peer-group has a name, not an address")
      }
      if input.negated { return remove(&settings, name) }
      guard settings.neighbor(name) == nil else { return }
      try add(&settings, BGPNeighborSettings(name: name))
    },
    write: write)

  private static func write(_ settings: BGPSettings) -> [String] {
    let groups = settings.neighbors.filter(\.isGroup), others = settings.neighbors.filter { !$0.isGroup }
    return groups.flatMap { ["neighbor \($0.name) peer-group"] + own($0) } + others.flatMap(own)
  }

  private static func own(_ n: BGPNeighborSettings) -> [String] {
    let alternates = n.alternateAS.isEmpty ? "" : " alternate-as " + n.alternateAS.map(String.init).joined(separator: " ")
    var out = n.remoteAS.map { ["neighbor \(n.name) remote-as \(text($0))" + alternates] } ?? []
    if let group = n.group { out.append("neighbor \(n.name) peer-group \(group)") }
    return out + lines.flatMap { $0.lines(n, n.name) }
  }

  /// `neighbor A peer-group G`
  private static let member = Command<BGPSettings>(
    "neighbor <peer:word> peer-group <group:word>", modes: [.routerBGP],
    help: NeighborName.help.merging(["peer-group": "Member of the peer-group", "group": "Name"]) { $1 }, no: .whole,
    apply: { (settings: inout BGPSettings, input: CommandInput) throws(CommandRefusal) in
      if input.negated { return try leave(&settings, input) }
      guard let name = NeighborName.read(input.arguments), let group = input.arguments[text: "group"], IPAddress(name) != nil else {
        throw CommandRefusal("a member of a peer-group is an address")
      }
      guard let groupSettings = settings.neighbor(group), groupSettings.isGroup else {
        throw CommandRefusal("Peer-group \(group) must be configured first: neighbor \(group) peer-group")
      }
      if settings.neighbor(name) == nil {
        guard groupSettings.remoteAS != nil else { throw CommandRefusal("Specify remote-as or peer-group remote AS first") }
        try add(&settings, BGPNeighborSettings(name: name))
      }
      let i = try index(settings, input.arguments)
      settings.neighbors[i].group = group
    })

  /// A neighbour whose AS came from its group goes with its membership.
  private static func leave(_ settings: inout BGPSettings, _ input: CommandInput) throws(CommandRefusal) {
    let i = try index(settings, input.arguments)
    settings.neighbors[i].group = nil
    if settings.neighbors[i].remoteAS == nil { remove(&settings, settings.neighbors[i].name) }
  }

  /// `neighbor X remote-as N`
  private static let remoteAS = Command<BGPSettings>(
    "neighbor <peer:word> remote-as {internal|external|<as:word>}", modes: [.routerBGP],
    help: NeighborName.help.merging([
      "remote-as": "Specify a BGP neighbor", "as": "AS of the neighbor", "internal": "Our own AS", "external": "Any other AS",
    ]) { $1 },
    no: .words(3),
    apply: { (settings: inout BGPSettings, input: CommandInput) throws(CommandRefusal) in try setRemote(&settings, input) })

  /// `neighbor X remote-as N alternate-as N …`
  private static let alternateAS = Command<BGPSettings>(
    "neighbor <peer:word> remote-as <as:word> alternate-as <alternate:word>...", modes: [.routerBGP],
    help: NeighborName.help.merging([
      "remote-as": "Specify a BGP neighbor", "as": "AS of the neighbor", "alternate-as": "Others that it may be of",
      "alternate": "AS number",
    ]) { $1 },
    no: .whole,
    apply: { (settings: inout BGPSettings, input: CommandInput) throws(CommandRefusal) in
      var numbers: [UInt32] = []
      for word in input.arguments.texts("alternate") { numbers.append(try number(word)) }
      try setRemote(&settings, input)
      guard !input.negated else { return }
      settings.neighbors[try index(settings, input.arguments)].alternateAS = numbers
    })

  private static func setRemote(_ settings: inout BGPSettings, _ input: CommandInput) throws(CommandRefusal) {
    guard let name = NeighborName.read(input.arguments) else { throw CommandRefusal("expected a neighbor") }
    if input.negated {
      let i = try index(settings, input.arguments)
      (settings.neighbors[i].remoteAS, settings.neighbors[i].alternateAS) = (nil, [])
      return settings.neighbors[i].isGroup || settings.neighbors[i].group != nil ? () : remove(&settings, name)
    }
    let remote = try remote(input.arguments)
    if settings.neighbor(name) == nil {
      guard IPAddress(name) != nil else { throw CommandRefusal("Create the peer-group first: neighbor \(name) peer-group") }
      try add(&settings, BGPNeighborSettings(name: name))
    }
    let i = try index(settings, input.arguments)
    (settings.neighbors[i].remoteAS, settings.neighbors[i].alternateAS) = (remote, [])
  }

  private static func remote(_ arguments: Arguments) throws(CommandRefusal) -> RemoteAS {
    if arguments.has("internal") { return .internal }
    if arguments.has("external") { return .external }
    return .number(try number(arguments[text: "as"] ?? ""))
  }

  private static func number(_ word: String) throws(CommandRefusal) -> UInt32 {
    guard let number = ASNumberText.read(word) else { throw CommandRefusal("an AS number is 1 to 4294967295, or 1.0 to 65535.65535") }
    return number
  }

  private static func text(_ remote: RemoteAS) -> String {
    switch remote {
    case .number(let n): "\(n)"
    case .internal: "internal"
    case .external: "external"
    }
  }

  /// `no neighbor X`
  private static let whole = Command<BGPSettings>(
    "neighbor <peer:word>", modes: [.routerBGP], help: NeighborName.help, no: .whole,
    apply: { (settings: inout BGPSettings, input: CommandInput) throws(CommandRefusal) in
      guard input.negated else { throw CommandRefusal("Incomplete command.") }
      let i = try index(settings, input.arguments)
      remove(&settings, settings.neighbors[i].name)
    })

  private static func add(_ settings: inout BGPSettings, _ new: BGPNeighborSettings) throws(CommandRefusal) {
    guard settings.neighbors.count < BGPLimits.neighbors else { throw CommandRefusal("BGP takes \(BGPLimits.neighbors) neighbors") }
    settings.neighbors.append(new)
  }

  /// Everything of a neighbour or group goes, also in families; members leave their group.
  private static func remove(_ settings: inout BGPSettings, _ name: String) {
    settings.neighbors.removeAll { $0.name == name }
    settings.listenRanges.removeAll { $0.group == name }
    for i in settings.neighbors.indices where settings.neighbors[i].group == name { settings.neighbors[i].group = nil }
    settings.neighbors.removeAll { !$0.isGroup && $0.remoteAS == nil && $0.group == nil }
    for i in settings.families.indices { settings.families[i].neighbors.removeAll { $0.name == name } }
  }

  // MARK: Other lines

  private typealias Line = NeighborLine<BGPNeighborSettings>

  private static let lines: [NeighborLine<BGPNeighborSettings>] = [
    Line.value(
      "description <text:line>", ["description": "Neighbor specific description", "text": "Up to 80 characters"], \.text,
      read: { $0[text: "text"] },
      text: { "description \($0)" }),
    Line.flag("shutdown", ["shutdown": "Administratively shut down this neighbor"], \.isShutdown),
    Line.value(
      "password {0 <key:line>|7 <cipher:line>|<key:line>}",
      [
        "password": "Set a password", "0": "The key follows in clear", "7": "A hidden key follows", "key": "The key",
        "cipher": "Not read here",
      ],
      \.password, read: { (a) throws(CommandRefusal) in try password(a) }, text: passwordText),
    Line.value(
      "ebgp-multihop [<hops:int(1-255)>]", ["ebgp-multihop": "Allow neighbors of other ASes not on connected networks", "hops": "Hops"],
      \.multihop,
      read: { $0.int("hops") ?? 255 }, text: { "ebgp-multihop \($0)" }),
    Line.value(
      "ttl-security hops <hops:int(1-254)>",
      ["ttl-security": "BGP TTL security check", "hops": "How far the neighbor may be", "<hops>": "Hops"], \.securityHops,
      read: { $0.int("hops") }, text: { "ttl-security hops \($0)" }),
    Line.flag("disable-connected-check", ["disable-connected-check": "One-hop neighbors need not be connected"], \.skipsConnectedCheck),
    Line.value(
      "update-source <interface:interface>", ["update-source": "Source of routing updates", "interface": "Interface"], \.updateSource,
      read: { $0[text: "interface"] }, text: { "update-source \($0)" }),
    Line.value(
      "timers <keepalive:int(0-65535)> <hold:int(0-65535)> [<minimum:int(0-65535)>]",
      ["timers": "BGP per neighbor timers", "keepalive": "Keepalive interval", "hold": "Hold time", "minimum": "Lowest hold time taken"],
      \.timers,
      read: { (a) throws(CommandRefusal) in try TimersText.read(a) }, text: { "timers " + TimersText.text($0) }),
    Line.value(
      "timers connect <seconds:int(1-65535)>",
      ["timers": "BGP per neighbor timers", "connect": "Time between two tries to connect", "seconds": "Seconds"],
      \.connectRetrySeconds, no: .words(4), read: { $0.int("seconds") }, text: { "timers connect \($0)" }),
    Line.flag(
      "transport connection-mode passive",
      ["transport": "Transport options", "connection-mode": "Who connects", "passive": "The neighbor"], \.isPassive),
    fallOver,
  ]

  /// Not said, it holds for what NHRP loses: so its `no` says something, and is written.
  private static let fallOver = Line(
    words: "fall-over", help: ["fall-over": "End the session when the way to the neighbor is lost"], no: .whole,
    apply: { settings, input in settings.fallsOver = input.isDefault ? nil : !input.negated },
    write: { $0.fallsOver.map { [$0 ? "fall-over" : "no fall-over"] } ?? [] })

  private static func password(_ arguments: Arguments) throws(CommandRefusal) -> KeySecret? {
    if arguments[text: "cipher"] != nil { throw CommandRefusal("type 7 keys are not read here: type the key itself") }
    guard let key = arguments[text: "key"] else { return nil }
    // TCP_MD5SIG takes 80 bytes.
    guard key.utf8.count <= 80 else { throw CommandRefusal("the key is longer than 80 bytes") }
    return .text(KeyBytes(key.utf8))
  }

  @Sendable private static func passwordText(_ secret: KeySecret) -> String {
    guard case .text(let bytes) = secret else { return "password \(KeySecret.placeholder)" }
    let key = bytes.withBytes { String(decoding: $0, as: UTF8.self) }
    // A key that begins like a type number stands behind one.
    return "password " + (key.hasPrefix("0 ") || key.hasPrefix("7 ") || key == "0" || key == "7" ? "0 " : "") + key
  }
}
