// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// The `ip nhrp …` lines of a tunnel interface, in the order in which `show running-config` prints them.
public enum NHRPCommands {
  /// All that NHRP acts on.
  public static let all = [
    authentication, mapMulticast, map, networkID, holdTime, nextHopServer, cluster, fallback, registrationUnique, registrationTimeout,
    maxSend, serverOnly, shortcut, redirect,
  ]

  /// `ip nhrp authentication WORD`
  public static let authentication = Command<NHRPSettings>(
    "ip nhrp authentication <key:word>", modes: [.interface],
    help: help(["authentication": "Authentication string", "key": "Up to 8 characters, sent in clear"]),
    apply: { settings, input in settings.authentication = input.negated ? nil : input.arguments[text: "key"] },
    write: { $0.authentication.map { ["ip nhrp authentication \($0)"] } ?? [] })

  /// `ip nhrp network-id <1-4294967295>`
  public static let networkID = Command<NHRPSettings>(
    "ip nhrp network-id <id:int(1-4294967295)>", modes: [.interface],
    help: help(["network-id": "NBMA network identifier", "id": "Network identifier, on this node only"]),
    apply: { settings, input in settings.networkID = input.negated ? nil : input.arguments.int("id").flatMap(UInt32.init(exactly:)) },
    write: { $0.networkID.map { ["ip nhrp network-id \($0)"] } ?? [] })

  /// `ip nhrp holdtime <1-65535>`
  public static let holdTime = Command<NHRPSettings>(
    "ip nhrp holdtime <seconds:int(1-65535)>", modes: [.interface],
    help: help(["holdtime": "Advertised hold time", "seconds": "Seconds"]),
    apply: { settings, input in
      settings.holdTimeSeconds = (input.negated ? nil : input.arguments.int("seconds")) ?? NHRPDefaults.holdTimeSeconds
    },
    write: { $0.holdTimeSeconds == NHRPDefaults.holdTimeSeconds ? [] : ["ip nhrp holdtime \($0.holdTimeSeconds)"] })

  /// `ip nhrp registration {no-unique | unique}`
  public static let registrationUnique = Command<NHRPSettings>(
    "ip nhrp registration {no-unique|unique}", modes: [.interface],
    help: help(["registration": "Settings of registrations", "no-unique": "Do not set the unique bit", "unique": "Set the unique bit"]),
    apply: { settings, input in settings.registersUnique = input.isDefault || input.arguments.has("no-unique") == input.negated },
    write: { $0.registersUnique ? [] : ["ip nhrp registration no-unique"] })

  /// `ip nhrp registration timeout <1-65535>`
  public static let registrationTimeout = Command<NHRPSettings>(
    "ip nhrp registration timeout <seconds:int(1-65535)>", modes: [.interface],
    help: help(["registration": "Settings of registrations", "timeout": "Time between registrations", "seconds": "Seconds"]),
    apply: { settings, input in settings.registrationSeconds = input.negated ? nil : input.arguments.int("seconds") },
    write: { $0.registrationSeconds.map { ["ip nhrp registration timeout \($0)"] } ?? [] })

  /// `ip nhrp max-send N every S`
  public static let maxSend = Command<NHRPSettings>(
    "ip nhrp max-send <packets:int(1-65535)> every <seconds:int(1-65535)>", modes: [.interface],
    help: help(["max-send": "Rate limit of NHRP packets", "packets": "Packets", "every": "In how many seconds", "seconds": "Seconds"]),
    apply: { settings, input in
      settings.maxSendPackets = (input.negated ? nil : input.arguments.int("packets")) ?? NHRPDefaults.maxSendPackets
      settings.maxSendSeconds = (input.negated ? nil : input.arguments.int("seconds")) ?? NHRPDefaults.maxSendSeconds
    },
    write: { settings in
      let isDefault = settings.maxSendPackets == NHRPDefaults.maxSendPackets && settings.maxSendSeconds == NHRPDefaults.maxSendSeconds
      return isDefault ? [] : ["ip nhrp max-send \(settings.maxSendPackets) every \(settings.maxSendSeconds)"]
    })

  /// `ip nhrp server-only`
  public static let serverOnly = Command<NHRPSettings>(
    "ip nhrp server-only", modes: [.interface], help: help(["server-only": "Never register, never ask"]),
    apply: { settings, input in settings.serverOnly = !input.negated },
    write: { $0.serverOnly ? ["ip nhrp server-only"] : [] })

  /// `[no] ip nhrp shortcut`; on where nobody says otherwise.
  public static let shortcut = Command<NHRPSettings>(
    "ip nhrp shortcut", modes: [.interface], help: help(["shortcut": "Enable shortcut switching"]),
    apply: { settings, input in settings.shortcut = input.isDefault || !input.negated },
    write: { $0.shortcut ? [] : ["no ip nhrp shortcut"] })

  /// `ip nhrp redirect [timeout <2-30>]`
  public static let redirect = Command<NHRPSettings>(
    "ip nhrp redirect [timeout <seconds:int(2-30)>]", modes: [.interface],
    help: help(["redirect": "Enable traffic indications", "timeout": "Time between two for one pair of hosts", "seconds": "Seconds"]),
    apply: { settings, input in
      settings.redirect = !input.negated
      settings.redirectSeconds = (input.negated ? nil : input.arguments.int("seconds")) ?? NHRPDefaults.redirectSeconds
    },
    write: { settings in
      let timeout = settings.redirectSeconds == NHRPDefaults.redirectSeconds ? "" : " timeout \(settings.redirectSeconds)"
      return settings.redirect ? ["ip nhrp redirect" + timeout] : []
    })

  /// The lines that `show running-config all` prints for what nobody changed: what current IOS-XE implies.
  public static func defaultLines(_ settings: NHRPSettings) -> [String] {
    guard settings.networkID != nil else { return [] }
    var lines: [String] = []
    if settings.multicastDynamic { lines.append("ip nhrp map multicast dynamic") }
    if settings.holdTimeSeconds == NHRPDefaults.holdTimeSeconds { lines.append("ip nhrp holdtime \(settings.holdTimeSeconds)") }
    if settings.registersUnique { lines.append("ip nhrp registration unique") }
    if settings.maxSendPackets == NHRPDefaults.maxSendPackets, settings.maxSendSeconds == NHRPDefaults.maxSendSeconds {
      lines.append("ip nhrp max-send \(settings.maxSendPackets) every \(settings.maxSendSeconds)")
    }
    if settings.shortcut { lines.append("ip nhrp shortcut") }
    return lines
  }

  static func help(_ words: [String: String]) -> [String: String] {
    words.merging(["ip": "Interface Internet Protocol config commands", "nhrp": "NHRP interface subcommands"]) { mine, _ in mine }
  }
}
