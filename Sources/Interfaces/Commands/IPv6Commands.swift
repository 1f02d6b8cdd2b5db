// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// The `ipv6 …` lines that every interface has, in the order in which `show running-config` prints them.
public enum IPv6Commands {
  /// All that an interface acts on.
  public static let all = [address, enable, mtu]

  /// `ipv6 address {X:X:X:X::X/len | X:X:X:X::X link-local}`; several of the first kind stand beside each other.
  public static let address = Command<InterfaceSettings>(
    "ipv6 address {<prefix:prefix>|<address:ipv6> link-local}", modes: [.interface],
    help: [
      "ipv6": ipv6Help, "address": "Configure IPv6 address on interface", "<address>": "IPv6 link-local address",
      "prefix": "IPv6 address and the length of its network", "link-local": "Use link-local address",
    ],
    apply: applyAddress,
    write: { settings in
      (settings.ipv6.linkLocal.map { ["ipv6 address \($0) link-local"] } ?? [])
        + settings.ipv6.addresses.map { "ipv6 address \($0.address)/\($0.length)" }
    })

  /// `[no] ipv6 enable`
  public static let enable = InterfaceCommands.flag(
    "ipv6 enable", \.ipv6.isEnabled, isOn: false, help: ["ipv6": ipv6Help, "enable": "Enable IPv6 on interface"])

  /// `ipv6 mtu <1280-9976>`
  public static let mtu = Command<InterfaceSettings>(
    "ipv6 mtu <bytes:int(1280-9976)>", modes: [.interface],
    help: ["ipv6": ipv6Help, "mtu": "Set IPv6 Maximum Transmission Unit", "bytes": "MTU in bytes"],
    apply: { settings, input in settings.ipv6.mtu = input.negated ? nil : input.arguments.int("bytes") },
    write: { $0.ipv6.mtu.map { ["ipv6 mtu \($0)"] } ?? [] })

  static let ipv6Help = "IPv6 interface subcommands"

  private static func applyAddress(_ settings: inout InterfaceSettings, _ input: CommandInput) throws(CommandRefusal) {
    guard !input.negated else { return try removeAddress(&settings, input.arguments) }
    if let address = input.arguments.address("address") {
      guard address.isLinkLocal else { throw CommandRefusal("Invalid link-local address") }
      settings.ipv6.linkLocal = address
    } else if let address = input.arguments.address("prefix"), let prefix = input.arguments.prefix("prefix") {
      try add(InterfaceAddress(address: address, length: Int(prefix.length)), to: &settings.ipv6)
    }
  }

  private static func add(_ new: InterfaceAddress, to ipv6: inout IPv6Settings) throws(CommandRefusal) {
    let address = new.address
    guard !address.isV4 else { throw CommandRefusal("'ipv6 address' takes an IPv6 address") }
    guard !address.isMulticast, !address.isUnspecified, !address.isLoopback else { throw CommandRefusal("\(address) is no interface's address") }
    guard !address.isLinkLocal else { throw CommandRefusal("a link-local address has no length: 'ipv6 address \(address) link-local'") }
    if let known = ipv6.addresses.firstIndex(where: { $0.address == address }) {
      ipv6.addresses[known] = new
    } else if ipv6.addresses.count < IPv6Settings.addressLimit {
      ipv6.addresses.append(new)
    } else {
      throw CommandRefusal("an interface takes \(IPv6Settings.addressLimit) IPv6 addresses")
    }
  }

  /// `no ipv6 address` takes all of them, as on IOS.
  private static func removeAddress(_ settings: inout InterfaceSettings, _ arguments: Arguments) throws(CommandRefusal) {
    if let named = arguments.address("address") {
      guard settings.ipv6.linkLocal == named else { throw CommandRefusal("\(settings.name) has no address \(named)") }
      settings.ipv6.linkLocal = nil
    } else if let named = arguments.address("prefix") {
      guard settings.ipv6.addresses.contains(where: { $0.address == named }) else {
        throw CommandRefusal("\(settings.name) has no address \(named)")
      }
      settings.ipv6.addresses.removeAll { $0.address == named }
    } else {
      (settings.ipv6.addresses, settings.ipv6.linkLocal) = ([], nil)
    }
  }
}
