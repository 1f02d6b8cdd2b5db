// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Wire

/// What `show` says of CDP and ODR, in the tables of IOS.
public enum ODRShow {
  /// `show cdp`
  public static func cdp(_ settings: CDPSettings) -> [String] {
    guard settings.runs else { return [notRunning] }
    return [
      "Global CDP information:", "\tSending CDP packets every \(settings.timerSeconds) seconds",
      "\tSending a holdtime value of \(settings.holdTimeSeconds) seconds",
      "\tSending CDPv2 advertisements is \(settings.advertisesVersion2 ? "" : "not ") enabled",
    ]
  }

  /// `show cdp neighbors`
  public static func neighbours(_ snapshot: ODRSnapshot, now: Instant) -> [String] {
    guard snapshot.cdp.runs else { return [notRunning] }
    let head = [
      "Capability Codes: R - Router, T - Trans Bridge, B - Source Route Bridge",
      "                  S - Switch, H - Host, I - IGMP, r - Repeater, P - Phone, ",
      "                  D - Remote, C - CVTA, M - Two-port Mac Relay ", "",
      "Device ID        Local Intrfce     Holdtme    Capability  Platform  Port ID",
    ]
    return head + snapshot.neighbours.flatMap { row($0, now: now) } + ["", total(snapshot.neighbours.count)]
  }

  /// `show cdp neighbors detail`
  public static func detail(_ snapshot: ODRSnapshot, now: Instant) -> [String] {
    guard snapshot.cdp.runs else { return [notRunning] }
    return snapshot.neighbours.flatMap { detail($0, now: now) } + ["", total(snapshot.neighbours.count)]
  }

  /// ODR's part of `show ip protocols`; nothing on a node that has neither `router odr` nor a route.
  public static func protocols(_ snapshot: ODRSnapshot, now: Instant) -> [String] {
    guard snapshot.router != nil || !snapshot.sources.isEmpty else { return [] }
    let router = snapshot.router ?? ODRRouter(), t = router.timers
    let due = max(0, (snapshot.nextUpdate.map { $0 - now } ?? .zero).wholeSeconds)
    let general =
      router.distributeLists.first { $0.interface == nil && $0.direction == .inbound }.map { ODRCommands.name($0.filter) } ?? "not set"
    let head = [
      "Routing Protocol is \"odr\"", "  Sending updates every \(t.update) seconds, next due in \(due) seconds",
      "  Invalid after \(t.invalid) seconds, hold down \(t.holdDown), flushed after \(t.flush)",
      "  Outgoing update filter list for all interfaces is not set", "  Incoming update filter list for all interfaces is \(general)",
      "  Maximum path: \(router.maximumPaths)", "  Routing Information Sources:", "    Gateway         Distance      Last Update",
    ]
    let rows = snapshot.sources.map { one in
      "    " + padded("\(one.gateway)", 16) + leftPadded("\(router.distance)", 8) + "      " + AgeText.format(now - one.heard)
    }
    return head + rows + ["  Distance: (default is \(router.distance))"]
  }

  private static let notRunning = "% CDP is not enabled"

  private static func total(_ count: Int) -> String { "Total cdp entries displayed : \(count)" }

  /// A long name has a line of its own, as on IOS.
  private static func row(_ one: CDPNeighbourSnapshot, now: Instant) -> [String] {
    let name = one.packet.deviceID ?? ""
    let rest =
      padded(short(one.interfaceName), 18) + padded("\(left(one, now))", 11)
      + padded(leftPadded(one.packet.capabilities?.letters ?? "", 8), 12)
      + padded(String((one.packet.platform ?? "").prefix(9)), 10) + short(one.packet.portID ?? "")
    return name.count < 17 ? [padded(name, 17) + rest] : [name, String(repeating: " ", count: 17) + rest]
  }

  private static func detail(_ one: CDPNeighbourSnapshot, now: Instant) -> [String] {
    let packet = one.packet
    var lines = ["-------------------------", "Device ID: \(packet.deviceID ?? "")", "Entry address(es): "]
    lines += packet.addresses.map { $0.isV4 ? "  IP address: \($0)" : "  IPv6 address: \($0)" }
    lines.append("Platform: \(packet.platform ?? ""),  Capabilities: \(packet.capabilities?.words ?? "") ")
    lines.append("Interface: \(one.interfaceName),  Port ID (outgoing port): \(packet.portID ?? "")")
    lines.append("Holdtime : \(left(one, now)) sec")
    lines += ["", "Version :"] + (packet.softwareVersion ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines += ["", "advertisement version: \(packet.version)"]
    if let prefixes = packet.prefixes { lines += ["IP prefixes (\(prefixes.count)):"] + prefixes.map { "  \($0)" } }
    if let gateway = packet.gateway { lines.append("ODR default gateway: \(gateway)") }
    return lines + ["NBMA address: \(one.nbma)", ""]
  }

  private static func left(_ one: CDPNeighbourSnapshot, _ now: Instant) -> Int64 { max(0, (one.expires - now).wholeSeconds) }

  /// `Tunnel0` as `Tun 0`.
  private static func short(_ name: String) -> String {
    let kind = name.prefix { $0.isLetter }, number = name.dropFirst(kind.count)
    return number.isEmpty || kind.isEmpty ? name : "\(kind.prefix(3)) \(number)"
  }

  private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
  private static func leftPadded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
