// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// The `tunnel …` lines and `keepalive`, in the order in which `show running-config` prints them.
public enum TunnelCommands {
  /// All that a tunnel acts on.
  public static let all = [
    keepalive, source, destination, mode, key, checksum, sequence, timeToLive, typeOfService, pathMTU, routeVia, protection,
  ]

  /// `keepalive [<0-32767> [<1-255>]]`; a period of 0 is none.
  public static let keepalive = Command<InterfaceSettings>(
    "keepalive [<period:int(0-32767)> [<retries:int(1-255)>]]", modes: [.interface],
    help: ["keepalive": "Enable keepalive", "<period>": "Keepalive period (default 10 seconds)", "<retries>": "Keepalive retries (default 3)"],
    apply: { settings, input in
      var keepalive = TunnelKeepalive()
      keepalive.periodSeconds = input.arguments.int("period") ?? keepalive.periodSeconds
      keepalive.retries = input.arguments.int("retries") ?? keepalive.retries
      settings.tunnel.keepalive = input.negated || keepalive.periodSeconds == 0 ? nil : keepalive
    },
    write: { $0.tunnel.keepalive.map { ["keepalive \($0.periodSeconds) \($0.retries)"] } ?? [] })

  /// `tunnel source {A.B.C.D | X:X:X:X::X | INTERFACE}`
  public static let source = Command<InterfaceSettings>(
    "tunnel source {<address:ipv4>|<address:ipv6>|<interface:interface>}", modes: [.interface],
    help: help(["source": "Source of tunnel packets", "address": "IP address", "interface": "Interface whose address is the source"]),
    apply: { settings, input in
      let address = input.arguments.address("address").map(TunnelSource.address)
      settings.tunnel.source = input.negated ? nil : address ?? input.arguments[text: "interface"].map(TunnelSource.interface)
    },
    write: { $0.tunnel.source.map { ["tunnel source \($0.text)"] } ?? [] })

  /// `tunnel destination {A.B.C.D | X:X:X:X::X}`
  public static let destination = Command<InterfaceSettings>(
    "tunnel destination {<address:ipv4>|<address:ipv6>}", modes: [.interface],
    help: help(["destination": "Destination of tunnel packets", "address": "IP address"]),
    apply: { settings, input in settings.tunnel.destination = input.negated ? nil : input.arguments.address("address") },
    write: { $0.tunnel.destination.map { ["tunnel destination \($0)"] } ?? [] })

  /// `tunnel mode gre {multipoint [ipv6] | ip | ipv6}`
  public static let mode = Command<InterfaceSettings>(
    "tunnel mode gre {multipoint [ipv6]|ip|ipv6}", modes: [.interface],
    help: help([
      "mode": "Tunnel encapsulation method", "gre": "Generic Route Encapsulation", "multipoint": "Over IP, many peers",
      "ip": "Over IP, one peer", "ipv6": "Over IPv6",
    ]),
    apply: { settings, input in
      settings.tunnel.mode = !input.negated && input.arguments.has("multipoint") ? .multipoint : .point
      settings.tunnel.isOverIPv6 = !input.negated && input.arguments.has("ipv6")
      settings.tunnel.unsupportedMode = nil
    },
    write: { settings in
      let words = (settings.tunnel.mode == .multipoint ? ["multipoint"] : []) + (settings.tunnel.isOverIPv6 ? ["ipv6"] : [])
      return words.isEmpty || settings.tunnel.unsupportedMode != nil ? [] : ["tunnel mode gre " + words.joined(separator: " ")]
    })

  /// `tunnel mode …` of kinds that this version cannot run; the tunnel stays down.
  public static let unsupportedMode = Command<InterfaceSettings>(
    "tunnel mode {ipsec {ipv4|ipv6|dual-overlay}|ipip|ipv6ip|ipv6|vxlan|mpls|aurp|cayman|dvmrp|eon|nos|iptalk} [<rest:line>]",
    modes: [.interface], help: help(["mode": "Tunnel encapsulation method", "ipsec": "IPsec without GRE (not in this version)"]),
    apply: { settings, input in
      settings.tunnel.unsupportedMode = input.negated ? nil : text(ofMode: input.arguments)
      if !input.negated { (settings.tunnel.mode, settings.tunnel.isOverIPv6) = (.point, false) }
    },
    write: { $0.tunnel.unsupportedMode.map { ["tunnel mode \($0)"] } ?? [] })

  /// `tunnel key <0-4294967295>`; key 0 is a key.
  public static let key = Command<InterfaceSettings>(
    "tunnel key <key:int(0-4294967295)>", modes: [.interface],
    help: help(["key": "Security or selector key", "<key>": "Key"]),
    apply: { settings, input in settings.tunnel.key = input.negated ? nil : input.arguments.int("key").flatMap(UInt32.init(exactly:)) },
    write: { $0.tunnel.key.map { ["tunnel key \($0)"] } ?? [] })

  /// `tunnel checksum`
  public static let checksum = flag("tunnel checksum", \.tunnel.sendsChecksum, ["checksum": "Enable end to end checksumming of packets"])
  /// `tunnel sequence-datagrams`
  public static let sequence = flag(
    "tunnel sequence-datagrams", \.tunnel.usesSequence, ["sequence-datagrams": "Drop datagrams arriving out of order"])
  /// `tunnel path-mtu-discovery`
  public static let pathMTU = flag(
    "tunnel path-mtu-discovery", \.tunnel.discoversPathMTU, ["path-mtu-discovery": "Enable Path MTU Discovery on tunnel"])

  /// `tunnel ttl <1-255>`
  public static let timeToLive = Command<InterfaceSettings>(
    "tunnel ttl <ttl:int(1-255)>", modes: [.interface], help: help(["ttl": "Set time to live of outer packets", "<ttl>": "Hops"]),
    apply: { settings, input in
      settings.tunnel.ttl = input.negated ? TunnelSettings().ttl : input.arguments.int("ttl") ?? TunnelSettings().ttl
    },
    write: { $0.tunnel.ttl == TunnelSettings().ttl ? [] : ["tunnel ttl \($0.tunnel.ttl)"] })

  /// `tunnel tos <0-255>`
  public static let typeOfService = Command<InterfaceSettings>(
    "tunnel tos <tos:int(0-255)>", modes: [.interface],
    help: help(["tos": "Set type of service of outer packets", "<tos>": "Type of service byte"]),
    apply: { settings, input in settings.tunnel.tos = input.negated ? nil : input.arguments.int("tos") },
    write: { $0.tunnel.tos.map { ["tunnel tos \($0)"] } ?? [] })

  /// `tunnel route-via INTERFACE {mandatory | preferred}`
  public static let routeVia = Command<InterfaceSettings>(
    "tunnel route-via <interface:interface> {mandatory|preferred}", modes: [.interface],
    help: help([
      "route-via": "Interface that outer packets leave by", "interface": "Interface", "mandatory": "Drop where the interface has no route",
      "preferred": "Fall back to the routing table",
    ]),
    apply: { settings, input in
      settings.tunnel.routeVia = input.negated ? nil : input.arguments[text: "interface"]
      settings.tunnel.routeViaIsMandatory = input.negated || input.arguments.has("mandatory")
    },
    write: { settings in
      settings.tunnel.routeVia.map { ["tunnel route-via \($0) \(settings.tunnel.routeViaIsMandatory ? "mandatory" : "preferred")"] } ?? []
    })

  /// `tunnel protection ipsec profile P [shared]`
  public static let protection = Command<InterfaceSettings>(
    "tunnel protection ipsec profile <profile:word> [shared]", modes: [.interface],
    help: help([
      "protection": "Enable tunnel protection", "ipsec": "Use IPsec to protect the tunnel", "profile": "Name a profile",
      "<profile>": "IPsec profile", "shared": "Share the security associations of tunnels with the same source",
    ]),
    apply: { settings, input in
      settings.tunnel.protectionProfile = input.negated ? nil : input.arguments[text: "profile"]
      settings.tunnel.protectionIsShared = !input.negated && input.arguments.has("shared")
    },
    write: { settings in
      settings.tunnel.protectionProfile.map {
        ["tunnel protection ipsec profile \($0)" + (settings.tunnel.protectionIsShared ? " shared" : "")]
      } ?? []
    })

  /// The lines that `show running-config all` prints for what nobody changed.
  public static func defaultLines(_ settings: InterfaceSettings) -> [String] {
    guard settings.isTunnel else { return [] }
    let tunnel = settings.tunnel
    var lines: [String] = []
    if tunnel.mode == .point, !tunnel.isOverIPv6, tunnel.unsupportedMode == nil { lines.append("tunnel mode gre ip") }
    if tunnel.ttl == TunnelSettings().ttl { lines.append("tunnel ttl \(tunnel.ttl)") }
    return lines
  }

  private static func help(_ words: [String: String]) -> [String: String] {
    words.merging(["tunnel": "Protocol-over-protocol tunneling"]) { mine, _ in mine }
  }

  private static func flag(
    _ pattern: String, _ path: WritableKeyPath<InterfaceSettings, Bool> & Sendable, _ words: [String: String]
  ) -> Command<InterfaceSettings> {
    InterfaceCommands.flag(pattern, path, isOn: false, help: help(words))
  }

  /// The words behind `tunnel mode`, spelled out, in the order of the pattern.
  private static func text(ofMode arguments: Arguments) -> String {
    let kinds = [
      "ipsec", "ipv4", "ipv6", "dual-overlay", "ipip", "ipv6ip", "vxlan", "mpls", "aurp", "cayman", "dvmrp", "eon",
      "nos", "iptalk",
    ]
    return (kinds.filter(arguments.has) + [arguments[text: "rest"]].compactMap { $0 }).joined(separator: " ")
  }
}
