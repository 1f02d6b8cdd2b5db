// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Interfaces
import ProtocolKit
import Wire

/// `show interfaces` and `show ip interface brief`.
extension Node {
  func showInterfaces(_ what: ShowAction, _ call: ExecCall) -> ExecResult {
    if what == .interfaceBrief { return .shown(Shown(lines: self.briefLines(), json: { self.briefJSON() })) }
    guard let name = call.arguments[text: "if"] else {
      let all = shownInterfaces
      return .shown(Shown(lines: all.flatMap(self.interfaceLines), json: { self.interfacesJSON(all) }))
    }
    guard shownInterfaces.contains(name) else { return .failed("% Interface \(name) does not exist") }
    return .shown(Shown(lines: self.interfaceLines(name), json: { self.interfacesJSON([name]) }))
  }

  /// Configured interfaces and those of the host, by name.
  private var shownInterfaces: [String] {
    let host = hostInterfaces.values.filter(\.exists).map { configuredName(ofPlatform: $0.name) }
    return Set(settings.interfaceNames + host).sorted { $0.isPrinted(before: $1) }
  }

  private struct Line {
    var address: HostAddress?
    var method: String
    var status: String
    var isUp: Bool
  }

  private func line(_ name: String) -> Line {
    if let configuration = settings.interfaces[name], configuration.interface.isTunnel {
      let own = configuration.interface.address.map { HostAddress($0.address, length: $0.length) }
      let isUp = interfaceIDs[name].flatMap { tunnels[$0]?.isUp } ?? false
      return Line(
        address: own, method: own == nil ? "unset" : "NVRAM", status: configuration.interface.isShutdown ? "administratively down" : "up", isUp: isUp)
    }
    let host = hostInterfaces[settings.platformName(of: name)]
    let isUp = host?.exists == true && host?.isUp == true
    return Line(address: host?.addresses.first, method: host?.addresses.isEmpty == false ? "other" : "unset", status: isUp ? "up" : "down", isUp: isUp)
  }

  private func briefLines() -> [String] {
    ["Interface                  IP-Address      OK? Method Status                Protocol"]
      + shownInterfaces.map { name in
        let l = line(name)
        let address = l.address?.address.description ?? "unassigned"
        return name.padded(26) + " " + address.padded(15) + " YES " + l.method.padded(6) + " " + l.status.padded(21) + " "
          + (l.isUp ? "up" : "down").padded(8)
      }
  }

  private func briefJSON() -> JSONValue {
    .table(
      shownInterfaces.map { name in
        let l = line(name)
        return .object([
          ("interface", .string(name)), ("address", JSONValue(l.address?.address.description)), ("status", .string(l.status)),
          ("protocol", .string(l.isUp ? "up" : "down")),
        ])
      })
  }

  // MARK: One interface

  private func interfaceLines(_ name: String) -> [String] {
    guard let configuration = settings.interfaces[name], configuration.interface.isTunnel, let state = tunnels[id(of: name)] else {
      return physicalLines(name)
    }
    return tunnelLines(configuration.interface, state) + counterLines(id(of: name))
  }

  private func physicalLines(_ name: String) -> [String] {
    let l = line(name)
    let host = hostInterfaces[settings.platformName(of: name)]
    var lines = ["\(name) is \(l.status), line protocol is \(l.isUp ? "up" : "down")", "  Hardware is \(host?.name ?? "not there")"]
    if let text = settings.interfaces[name]?.interface.description { lines.append("  Description: \(text)") }
    lines += (host?.addresses ?? []).map { "  Internet address is \($0.address)/\($0.length)" }
    return lines + (host.map { ["  MTU \($0.mtu) bytes"] } ?? [])
  }

  private func tunnelLines(_ i: InterfaceSettings, _ state: TunnelState) -> [String] {
    let t = i.tunnel
    let status = i.isShutdown ? "administratively down" : "up"
    var lines = ["\(i.name) is \(status), line protocol is \(state.isUp ? "up" : "down")", "  Hardware is Tunnel"]
    if let text = i.description { lines.append("  Description: \(text)") }
    if let reason = state.downReason, !i.isShutdown { lines.append("  Down: \(reason)") }
    lines.append(i.address.map { "  Internet address is \($0.address)/\($0.length)" } ?? "  Internet protocol processing disabled")
    lines += ["  MTU 9976 bytes, BW 100 Kbit/sec, DLY 50000 usec, ", "  Encapsulation TUNNEL, loopback not set", keepaliveLine(t)]
    lines.append("  Tunnel linestate evaluation \(state.isUp ? "up" : "down")")
    lines.append("  Tunnel source \(sourceText(t, state))" + (t.destination.map { ", destination \($0)" } ?? ""))
    lines.append("  Tunnel protocol/transport \(t.mode == .multipoint ? "multi-GRE/IP" : "GRE/IP")")
    lines.append("    Key \(t.key.map { "0x" + String($0, radix: 16, uppercase: true) } ?? "disabled"), sequencing \(t.usesSequence ? "enabled" : "disabled")")
    lines.append("    Checksumming of packets \(t.sendsChecksum ? "enabled" : "disabled")")
    lines += ["  Tunnel TTL \(t.ttl), Fast tunneling enabled", "  Tunnel transport MTU \(state.forwarding.mtu) bytes"]
    return lines + (t.protectionProfile.map { ["  Tunnel protection via IPSec (profile \"\($0)\")"] } ?? [])
  }

  private func keepaliveLine(_ t: Interfaces.TunnelSettings) -> String {
    t.sentKeepalive.map { "  Keepalive set (\($0.periodSeconds) sec), retries \($0.retries)" } ?? "  Keepalive not set"
  }

  private func sourceText(_ t: Interfaces.TunnelSettings, _ state: TunnelState) -> String {
    guard case .interface(let name)? = t.source else { return t.source?.text ?? "UNKNOWN" }
    return "\(state.forwarding.source?.description ?? "UNKNOWN") (\(name))"
  }

  private func counterLines(_ id: InterfaceID) -> [String] {
    let c = counters.tunnels[id] ?? DataPlaneCounters.Traffic()
    return [
      "  Last change \(age(tunnels[id]?.since ?? .start)) ago", "     \(c.packetsIn) packets input, \(c.bytesIn) bytes",
      "     \(c.packetsOut) packets output, \(c.bytesOut) bytes",
    ]
  }

  // MARK: JSON

  /// FRR's form: an object for each interface.
  private func interfacesJSON(_ names: [String]) -> JSONValue {
    .object(names.map { name in
      let configuration = settings.interfaces[name]?.interface
      let l = line(name)
      let head: [(String, JSONValue?)] = [
        ("administrativeStatus", .string(configuration?.isShutdown == true ? "down" : "up")), ("lineProtocol", .string(l.isUp ? "up" : "down")),
        ("description", configuration?.description.map { .string($0) }),
      ]
      guard let configuration, configuration.isTunnel, let state = tunnels[id(of: name)] else { return (name, .present(head + physical(name))) }
      return (name, .present(head + tunnel(configuration, state) + counted(id(of: name))))
    })
  }

  private func physical(_ name: String) -> [(String, JSONValue?)] {
    let host = hostInterfaces[settings.platformName(of: name)]
    return [
      ("hardware", host.map { .string($0.name) }), ("ipAddresses", addresses((host?.addresses ?? []).map { "\($0.address)/\($0.length)" })),
      ("mtu", host.map { JSONValue($0.mtu) }),
    ]
  }

  private func addresses(_ all: [String]) -> JSONValue { .array(all.map { .object([("address", .string($0))]) }) }

  private func tunnel(_ i: InterfaceSettings, _ state: TunnelState) -> [(String, JSONValue?)] {
    let t = i.tunnel
    return [
      ("hardware", .string("Tunnel")), ("downReason", i.isShutdown ? nil : state.downReason.map { .string($0) }),
      ("ipAddresses", addresses(i.address.map { ["\($0.address)/\($0.length)"] } ?? [])), ("tunnelSource", .string(sourceText(t, state))),
      ("tunnelDestination", t.destination.map { .string("\($0)") }), ("tunnelMode", .string(t.mode == .multipoint ? "multi-GRE/IP" : "GRE/IP")),
      ("tunnelKey", t.key.map { JSONValue($0) }), ("sequencing", .bool(t.usesSequence)), ("checksumming", .bool(t.sendsChecksum)),
      ("ttl", JSONValue(Int(t.ttl))), ("transportMtu", JSONValue(Int(state.forwarding.mtu))),
      ("protectionProfile", t.protectionProfile.map { .string($0) }),
    ]
  }

  private func counted(_ id: InterfaceID) -> [(String, JSONValue?)] {
    let c = counters.tunnels[id] ?? DataPlaneCounters.Traffic()
    return [
      ("lastChangeSeconds", seconds(since: tunnels[id]?.since ?? .start)), ("inputPackets", JSONValue(UInt64(c.packetsIn))),
      ("inputBytes", JSONValue(UInt64(c.bytesIn))), ("outputPackets", JSONValue(UInt64(c.packetsOut))), ("outputBytes", JSONValue(UInt64(c.bytesOut))),
    ]
  }
}
