// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Wire

/// The lines that every interface has. The order of the lists is the order in which `show running-config` prints them.
public enum InterfaceCommands {
  /// Lines printed above the protocols' own.
  public static let head = [description, address, redirects, mtu]
  /// Lines printed below the protocols' own.
  public static let tail = [adjustMSS, protectedDontFragment, shutdown]

  /// `description LINE`
  public static let description = Command<InterfaceSettings>(
    "description <text:line>", modes: [.interface],
    help: ["description": "Interface specific description", "text": "Up to 240 characters describing this interface"],
    apply: { settings, input in settings.description = input.negated ? nil : input.arguments[text: "text"] },
    write: { $0.description.map { ["description \($0)"] } ?? [] })

  /// `ip address A.B.C.D MASK`, or `A.B.C.D/nn`
  public static let address = Command<InterfaceSettings>(
    "ip address {<address:ipv4> <mask:mask>|<prefix:prefix>}", modes: [.interface],
    help: [
      "ip": InterfaceCommands.ipHelp, "address": "Set the IP address of an interface", "<address>": "IP address", "mask": "IP subnet mask",
      "prefix": "IP address and the length of its network",
    ],
    apply: applyAddress,
    write: { $0.address.map { ["ip address \($0.address) \($0.network.mask)"] } ?? [] })

  /// `[no] ip redirects`
  public static let redirects = flag(
    "ip redirects", \.sendsICMPRedirects, isOn: true, help: ["ip": ipHelp, "redirects": "Enable sending ICMP Redirect messages"])

  /// `ip mtu <68-9976>`
  public static let mtu = Command<InterfaceSettings>(
    "ip mtu <bytes:int(68-9976)>", modes: [.interface],
    help: ["ip": ipHelp, "mtu": "Set IP Maximum Transmission Unit", "bytes": "MTU in bytes"],
    apply: { settings, input in settings.ipMTU = input.negated ? nil : input.arguments.int("bytes") },
    write: { $0.ipMTU.map { ["ip mtu \($0)"] } ?? [] })

  /// `ip tcp adjust-mss <500-1460>`
  public static let adjustMSS = Command<InterfaceSettings>(
    "ip tcp adjust-mss <bytes:int(500-1460)>", modes: [.interface],
    help: [
      "ip": ipHelp, "tcp": "TCP interface commands", "adjust-mss": "Adjust the maximum segment size of transit packets",
      "bytes": "Maximum segment size in bytes",
    ],
    apply: { settings, input in settings.adjustMSS = input.negated ? nil : input.arguments.int("bytes") },
    write: { $0.adjustMSS.map { ["ip tcp adjust-mss \($0)"] } ?? [] })

  /// `crypto ipsec df-bit {clear | set | copy}`
  public static let protectedDontFragment = Command<InterfaceSettings>(
    "crypto ipsec df-bit {clear|set|copy}", modes: [.interface],
    help: [
      "crypto": "Encryption and authentication", "ipsec": "IPsec", "df-bit": "Whether protected packets may be fragmented on their way",
      "clear": "They may", "set": "They may not", "copy": "As the tunnel's own header says",
    ],
    no: .words(3),
    apply: { settings, input in
      let choice = ProtectedDontFragment.allCases.first { input.arguments.has($0.rawValue) }
      settings.tunnel.protectedDontFragment = input.negated ? nil : choice
    },
    write: { $0.tunnel.protectedDontFragment.map { ["crypto ipsec df-bit \($0.rawValue)"] } ?? [] })

  /// `[no] shutdown`
  public static let shutdown = flag("shutdown", \.isShutdown, isOn: false, help: ["shutdown": "Shutdown the selected interface"])

  /// The lines that `show running-config all` prints for what nobody changed.
  public static func defaultLines(_ settings: InterfaceSettings) -> [String] {
    var lines: [String] = []
    if settings.address == nil { lines.append("no ip address") }
    if settings.sendsICMPRedirects { lines.append("ip redirects") }
    if !settings.isShutdown { lines.append("no shutdown") }
    return lines
  }

  static let ipHelp = "Interface Internet Protocol config commands"

  /// A line that is there or not; `isOn` is its default.
  static func flag(
    _ pattern: String, _ path: WritableKeyPath<InterfaceSettings, Bool> & Sendable, isOn: Bool, help: [String: String]
  ) -> Command<InterfaceSettings> {
    Command(
      pattern, modes: [.interface], help: help,
      apply: { settings, input in settings[keyPath: path] = input.isDefault ? isOn : !input.negated },
      write: { settings in
        settings[keyPath: path] == isOn ? [] : [isOn ? "no " + pattern : pattern]
      })
  }

  private static func applyAddress(_ settings: inout InterfaceSettings, _ input: CommandInput) throws(CommandRefusal) {
    guard !input.negated else { return try removeAddress(&settings, input) }
    let arguments = input.arguments
    if let address = arguments.address("prefix"), let prefix = arguments.prefix("prefix") {
      guard address.isV4 else { throw CommandRefusal("'ip address' takes an IPv4 address") }
      settings.address = InterfaceAddress(address: address, length: Int(prefix.length))
    } else if let address = arguments.address("address"), let length = arguments.address("mask").flatMap(IPPrefix.length(ofMask:)) {
      settings.address = InterfaceAddress(address: address, length: length)
    }
  }

  /// `no ip address 10.0.0.1 …` must name the address that is there.
  private static func removeAddress(_ settings: inout InterfaceSettings, _ input: CommandInput) throws(CommandRefusal) {
    let named = input.arguments.address("address") ?? input.arguments.address("prefix")
    guard named == nil || settings.address == nil || named == settings.address?.address else {
      throw CommandRefusal("\(settings.name) has no address \(named.map(String.init(describing:)) ?? "")")
    }
    settings.address = nil
  }
}
