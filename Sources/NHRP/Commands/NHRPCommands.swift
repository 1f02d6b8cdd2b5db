// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// The `ip nhrp …` and `ipv6 nhrp …` lines of a tunnel interface, in the order in which `show running-config` prints them. Each is made for
/// one version of IP in the overlay; NBMA addresses are of either.
public enum NHRPCommands {
  /// All that NHRP acts on for IPv4.
  public static let all = commands(.v4)
  /// All that NHRP acts on for IPv6.
  public static let allV6 = commands(.v6)

  /// The lines for one version of IP.
  public static func commands(_ family: IPFamily) -> [Command<NHRPSettings>] {
    [
      authentication(family), mapMulticast(family), map(family), networkID(family), holdTime(family), nextHopServer(family), cluster(family),
      fallback(family), registrationUnique(family), registrationTimeout(family), maxSend(family), serverOnly(family), shortcut(family),
      redirect(family),
    ]
  }

  /// `ip nhrp authentication WORD`
  static func authentication(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp authentication <key:word>", modes: [.interface],
      help: help(family, ["authentication": "Authentication string", "key": "Up to 8 characters, sent in clear"]),
      apply: { settings, input in settings.authentication = input.negated ? nil : input.arguments[text: "key"] },
      write: { $0.authentication.map { ["\(family.word) nhrp authentication \($0)"] } ?? [] })
  }

  /// `ip nhrp network-id <1-4294967295>`
  static func networkID(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp network-id <id:int(1-4294967295)>", modes: [.interface],
      help: help(family, ["network-id": "NBMA network identifier", "id": "Network identifier, on this node only"]),
      apply: { settings, input in settings.networkID = input.negated ? nil : input.arguments.int("id").flatMap(UInt32.init(exactly:)) },
      write: { $0.networkID.map { ["\(family.word) nhrp network-id \($0)"] } ?? [] })
  }

  /// `ip nhrp holdtime <1-65535>`
  static func holdTime(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp holdtime <seconds:int(1-65535)>", modes: [.interface],
      help: help(family, ["holdtime": "Advertised hold time", "seconds": "Seconds"]),
      apply: { settings, input in
        settings.holdTimeSeconds = (input.negated ? nil : input.arguments.int("seconds")) ?? NHRPDefaults.holdTimeSeconds
      },
      write: { $0.holdTimeSeconds == NHRPDefaults.holdTimeSeconds ? [] : ["\(family.word) nhrp holdtime \($0.holdTimeSeconds)"] })
  }

  /// `ip nhrp registration {no-unique | unique}`
  static func registrationUnique(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp registration {no-unique|unique}", modes: [.interface],
      help: help(family, ["registration": "Settings of registrations", "no-unique": "Do not set the unique bit", "unique": "Set the unique bit"]),
      apply: { settings, input in settings.registersUnique = input.isDefault || input.arguments.has("no-unique") == input.negated },
      write: { $0.registersUnique ? [] : ["\(family.word) nhrp registration no-unique"] })
  }

  /// `ip nhrp registration timeout <1-65535>`
  static func registrationTimeout(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp registration timeout <seconds:int(1-65535)>", modes: [.interface],
      help: help(family, ["registration": "Settings of registrations", "timeout": "Time between registrations", "seconds": "Seconds"]),
      apply: { settings, input in settings.registrationSeconds = input.negated ? nil : input.arguments.int("seconds") },
      write: { $0.registrationSeconds.map { ["\(family.word) nhrp registration timeout \($0)"] } ?? [] })
  }

  /// `ip nhrp max-send N every S`
  static func maxSend(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp max-send <packets:int(1-65535)> every <seconds:int(1-65535)>", modes: [.interface],
      help: help(family, ["max-send": "Rate limit of NHRP packets", "packets": "Packets", "every": "In how many seconds", "seconds": "Seconds"]),
      apply: { settings, input in
        settings.maxSendPackets = (input.negated ? nil : input.arguments.int("packets")) ?? NHRPDefaults.maxSendPackets
        settings.maxSendSeconds = (input.negated ? nil : input.arguments.int("seconds")) ?? NHRPDefaults.maxSendSeconds
      },
      write: { settings in
        let isDefault = settings.maxSendPackets == NHRPDefaults.maxSendPackets && settings.maxSendSeconds == NHRPDefaults.maxSendSeconds
        return isDefault ? [] : ["\(family.word) nhrp max-send \(settings.maxSendPackets) every \(settings.maxSendSeconds)"]
      })
  }

  /// `ip nhrp server-only`
  static func serverOnly(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp server-only", modes: [.interface], help: help(family, ["server-only": "Never register, never ask"]),
      apply: { settings, input in settings.serverOnly = !input.negated },
      write: { $0.serverOnly ? ["\(family.word) nhrp server-only"] : [] })
  }

  /// `[no] ip nhrp shortcut`; on where nobody says otherwise.
  static func shortcut(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp shortcut", modes: [.interface], help: help(family, ["shortcut": "Enable shortcut switching"]),
      apply: { settings, input in settings.shortcut = input.isDefault || !input.negated },
      write: { $0.shortcut ? [] : ["no \(family.word) nhrp shortcut"] })
  }

  /// `ip nhrp redirect [timeout <2-30>]`
  static func redirect(_ family: IPFamily) -> Command<NHRPSettings> {
    Command(
      "\(family.word) nhrp redirect [timeout <seconds:int(2-30)>]", modes: [.interface],
      help: help(family, ["redirect": "Enable traffic indications", "timeout": "Time between two for one pair of hosts", "seconds": "Seconds"]),
      apply: { settings, input in
        settings.redirect = !input.negated
        settings.redirectSeconds = (input.negated ? nil : input.arguments.int("seconds")) ?? NHRPDefaults.redirectSeconds
      },
      write: { settings in
        let timeout = settings.redirectSeconds == NHRPDefaults.redirectSeconds ? "" : " timeout \(settings.redirectSeconds)"
        return settings.redirect ? ["\(family.word) nhrp redirect" + timeout] : []
      })
  }

  /// The lines that `show running-config all` prints for what nobody changed: what current IOS-XE implies.
  public static func defaultLines(_ settings: NHRPSettings, _ family: IPFamily = .v4) -> [String] {
    guard settings.networkID != nil else { return [] }
    var lines: [String] = []
    if settings.multicastDynamic { lines.append("\(family.word) nhrp map multicast dynamic") }
    if settings.holdTimeSeconds == NHRPDefaults.holdTimeSeconds { lines.append("\(family.word) nhrp holdtime \(settings.holdTimeSeconds)") }
    if settings.registersUnique { lines.append("\(family.word) nhrp registration unique") }
    if settings.maxSendPackets == NHRPDefaults.maxSendPackets, settings.maxSendSeconds == NHRPDefaults.maxSendSeconds {
      lines.append("\(family.word) nhrp max-send \(settings.maxSendPackets) every \(settings.maxSendSeconds)")
    }
    if settings.shortcut { lines.append("\(family.word) nhrp shortcut") }
    return lines
  }

  static func help(_ family: IPFamily, _ words: [String: String]) -> [String: String] {
    let whose = family == .v4 ? "Interface Internet Protocol config commands" : "IPv6 interface subcommands"
    return words.merging([family.word: whose, "nhrp": "NHRP interface subcommands"]) { mine, _ in mine }
  }
}
