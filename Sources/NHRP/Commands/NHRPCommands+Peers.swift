// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// The lines that name others: mappings and next hop servers.
extension NHRPCommands {
  /// `ip nhrp map A.B.C.D A.B.C.D`
  static func map(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp map <address:\(family.kind)> {<nbma:ipv4>|<nbma:ipv6>}", modes: [.interface],
      help: help(family, ["map": "Map a tunnel address to an NBMA address", "address": "Tunnel address", "nbma": "NBMA address"]),
      apply: applyMap,
      write: { $0.maps.map { "\(family.word) nhrp map \($0.address) \($0.nbma)" } })
  }

  /// `ip nhrp map multicast {A.B.C.D | dynamic}`; `dynamic` is on where nobody says otherwise.
  static func mapMulticast(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp map multicast {<nbma:ipv4>|<nbma:ipv6>|dynamic}", modes: [.interface],
      help: help(family, [
        "map": "Map a tunnel address to an NBMA address", "multicast": "Who gets multicast", "nbma": "NBMA address",
        "dynamic": "Every client that registers",
      ]),
      apply: applyMapMulticast,
      write: { settings in
        (settings.multicastDynamic ? [] : ["no \(family.word) nhrp map multicast dynamic"]) + settings.multicastMaps.map { "\(family.word) nhrp map multicast \($0)" }
      })
  }

  /// `ip nhrp nhs {A.B.C.D | dynamic} [nbma {A.B.C.D | NAME} [multicast]] [priority N] [cluster N]`
  static func nextHopServer(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp nhs {<address:\(family.kind)>|dynamic} [nbma {<nbma:host>|<nbma:ipv6>} [multicast]] [priority <priority:int(0-255)>] [cluster <cluster:int(0-10)>]",
      modes: [.interface],
      help: help(family, [
        "nhs": "Next hop server", "address": "Its tunnel address", "dynamic": "Learn its tunnel address from its reply",
        "nbma": "Its NBMA address",
        "<nbma>": "Address, or a name to look up", "multicast": "Send multicast to it", "priority": "Its priority",
        "<priority>": "0 is best", "cluster": "Its cluster", "<cluster>": "Number of the cluster",
      ]),
      apply: applyServer,
      write: { $0.servers.map { line($0, family) } })
  }

  /// `ip nhrp nhs cluster N max-connections M`
  static func cluster(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp nhs cluster <cluster:int(0-10)> max-connections <count:int(0-255)>", modes: [.interface],
      help: help(family, [
        "nhs": "Next hop server", "cluster": "Settings of a cluster", "<cluster>": "Number of the cluster",
        "max-connections": "How many of its servers are used at once", "count": "Servers",
      ]),
      apply: applyCluster,
      write: { settings in
        settings.clusterConnections.keys.sorted().map { "\(family.word) nhrp nhs cluster \($0) max-connections \(settings.clusterConnections[$0] ?? 0)" }
      })
  }

  /// `ip nhrp nhs fallback S`
  static func fallback(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp nhs fallback <seconds:int(0-60)>", modes: [.interface],
      help: help(family, ["nhs": "Next hop server", "fallback": "How long a better server must answer before it is taken back", "seconds": "Seconds"]
      ),
      apply: { settings, input in settings.fallbackSeconds = input.negated ? nil : input.arguments.int("seconds") },
      write: { $0.fallbackSeconds.map { ["\(family.word) nhrp nhs fallback \($0)"] } ?? [] })
  }

  private static func applyMap(_ settings: inout NHRPSettings, _ input: CommandInput) throws(CommandRefusal) {
    guard let address = input.arguments.address("address") else { throw CommandRefusal("'no ip nhrp map' needs the mapping's address") }
    let nbma = input.arguments.address("nbma")
    if input.negated {
      settings.maps.removeAll { $0.address == address && (nbma == nil || $0.nbma == nbma) }
    } else if let nbma {
      let mapping = StaticMapping(address: address, nbma: nbma)
      if let index = settings.maps.firstIndex(where: { $0.address == address }) {
        settings.maps[index] = mapping
      } else {
        settings.maps.append(mapping)
      }
    }
  }

  private static func applyMapMulticast(_ settings: inout NHRPSettings, _ input: CommandInput) throws(CommandRefusal) {
    if input.arguments.has("dynamic") {
      settings.multicastDynamic = input.isDefault || !input.negated
      return
    }
    guard let nbma = input.arguments.address("nbma") else {
      throw CommandRefusal("'no ip nhrp map multicast' needs an address, or dynamic")
    }
    settings.multicastMaps.removeAll { input.negated && $0 == nbma }
    if !input.negated, !settings.multicastMaps.contains(nbma) { settings.multicastMaps.append(nbma) }
  }

  private static func applyCluster(_ settings: inout NHRPSettings, _ input: CommandInput) throws(CommandRefusal) {
    guard let cluster = input.arguments.int("cluster") else { throw CommandRefusal("'no ip nhrp nhs cluster' needs the cluster's number") }
    settings.clusterConnections[cluster] = input.negated ? nil : input.arguments.int("count")
  }

  private static func applyServer(_ settings: inout NHRPSettings, _ input: CommandInput) throws(CommandRefusal) {
    let arguments = input.arguments
    let isDynamic = arguments.has("dynamic")
    guard isDynamic || arguments.address("address") != nil else { throw CommandRefusal("'no ip nhrp nhs' needs the server's address") }
    let nbma = arguments[text: "nbma"].map { text in IPAddress(text).map(NBMAReference.address) ?? .name(text) }
    let server = NextHopServerSettings(
      address: isDynamic ? nil : arguments.address("address"), nbma: nbma, multicast: arguments.has("multicast"),
      priority: arguments.int("priority") ?? 0, cluster: arguments.int("cluster") ?? 0)
    if input.negated { return settings.servers.removeAll { isSame($0, server) } }
    if let index = settings.servers.firstIndex(where: { isSame($0, server) }) {
      settings.servers[index] = server
    } else if settings.servers.count < NHRPLimits.servers {
      settings.servers.append(server)
    } else {
      throw CommandRefusal("an interface takes \(NHRPLimits.servers) next hop servers")
    }
  }

  /// One server may have several lines only where they differ in the NBMA address.
  private static func isSame(_ a: NextHopServerSettings, _ b: NextHopServerSettings) -> Bool {
    a.address == b.address && (a.nbma == b.nbma || a.nbma == nil || b.nbma == nil)
  }

  private static func line(_ server: NextHopServerSettings, _ family: IPFamily) -> String {
    var words = ["\(family.word) nhrp nhs", server.address.map(String.init(describing:)) ?? "dynamic"]
    if let nbma = server.nbma { words += ["nbma", nbma.text] + (server.multicast ? ["multicast"] : []) }
    if server.priority != 0 { words += ["priority", "\(server.priority)"] }
    if server.cluster != 0 { words += ["cluster", "\(server.cluster)"] }
    return words.joined(separator: " ")
  }
}

extension IPFamily {
  /// The kind of its addresses in a pattern.
  fileprivate var kind: String { self == .v4 ? "ipv4" : "ipv6" }
}
