// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import NHRP
import ProtocolKit
import Wire

/// `show {ip | ipv6} nhrp`: the cache.
extension Node {
  func showMappings(_ what: ShowAction, _ call: ExecCall) -> ExecResult {
    let a = call.arguments
    var interface = a[text: "if"]
    var only: IPAddress?
    if what == .nhrpEntry {
      only = a.address("where")
      if only == nil { interface = a[text: "where"].flatMap { InterfaceName.normalize($0) }.flatMap { settings.interfaces[$0] == nil ? nil : $0 } }
      guard only != nil || interface != nil else { return .failed(unknownHost(a[text: "where"])) }
    }
    let entries = nhrpInterfaces(interface, a.family).flatMap { i in i.mappings.filter { isWanted($0, what, a, only) }.map { (i, $0) } }
    return .shown(Shown(lines: self.lines(entries, a), json: { .table(entries.map { self.json($1, $0) }) }))
  }

  private func isWanted(_ m: Mapping, _ what: ShowAction, _ a: Arguments, _ only: IPAddress?) -> Bool {
    if what == .shortcuts { return m.flags.contains(.rib) || m.flags.contains(.nho) }
    for word in ["static", "dynamic", "incomplete"] where a.has(word) && m.kind.word != word { return false }
    guard let only else { return true }
    return m.target.contains(only) || m.via == only || m.nbma == only
  }

  private func lines(_ entries: [(NHRPInterfaceSnapshot, Mapping)], _ a: Arguments) -> [String] {
    guard !a.has("brief") else {
      return ["   Target             Via            NBMA           Mode   Intfc   Claimed"] + entries.map { briefLine($1, $0) }
    }
    return entries.flatMap { mappingLines($1, $0.config.name, isDetailed: a.has("detail")) }
  }

  func mappingLines(_ m: Mapping, _ tunnel: String, isDetailed: Bool) -> [String] {
    let end = m.expires.map { "expire " + AgeText.format($0 - now) } ?? "never expire"
    var lines = [
      "\(m.target) via \(m.via)", "   \(tunnel) created \(age(m.created)), \(end)", "   Type: \(m.kind.word), Flags: \(flagsText(m))".trimmedEnd,
    ]
    if let nbma = m.nbma { lines.append("   NBMA address: \(nbma)") }
    if let claimed = m.claimedNBMA { lines.append("    (Claimed NBMA address: \(claimed))") }
    if isDetailed { lines.append("   Preference: 255") }
    if m.flags.contains(.local) { lines.append("    (no-socket)") }
    if isDetailed { lines += detailLines(m) }
    return lines
  }

  /// IOS has `router` before the others: `router unique local`.
  private func flagsText(_ m: Mapping) -> String {
    let words = m.flags.text.split(separator: " ")
    return (words.filter { $0 == "router" } + words.filter { $0 != "router" }).joined(separator: " ")
  }

  private func detailLines(_ m: Mapping) -> [String] {
    var lines: [String] = []
    if m.packetsSeen > 0 { lines.append("   Cache hits: \(m.packetsSeen)") }
    if let requester = m.requester { lines.append("  Requester: \(requester)" + (journal[m.origin].map { " Request ID: \($0.x)" } ?? "")) }
    if m.origin != .none { lines.append("   Origin: journal \(m.origin.rawValue)") }
    return lines
  }

  /// `Tu15272`: the kind's first two letters and the number, as much as the column holds.
  func shortName(_ interface: String) -> String {
    let digits = interface.drop { !$0.isNumber }
    return digits.isEmpty ? String(interface.prefix(7)) : String((interface.prefix(2) + digits).prefix(7))
  }

  private func briefLine(_ m: Mapping, _ i: NHRPInterfaceSnapshot) -> String {
    let columns = [
      m.target.description.padded(21), m.via.description.padded(14), (m.nbma?.description ?? "-").padded(14), m.kind.word.padded(8),
      shortName(i.config.name).padded(7),
    ]
    return columns.joined(separator: " ") + " <" + (m.claimedNBMA?.description ?? "").padded(3) + ">"
  }

  /// FRR's keys, and ours.
  private func json(_ m: Mapping, _ i: NHRPInterfaceSnapshot) -> JSONValue {
    .object([
      ("interface", .string(i.config.name)), ("type", .string(m.flags.contains(.local) ? "local" : m.kind.word)),
      ("protocol", .string(m.target.isHost ? m.target.address.description : m.target.description)), ("nbma", JSONValue(m.nbma?.description)),
      ("claimed_nbma", JSONValue((m.claimedNBMA ?? m.nbma)?.description)), ("used", .bool(m.flags.contains(.used))),
      ("timeout", .bool(m.expires != nil)), ("auth", .bool(false)), ("identity", .string("")),
      ("target", .string(m.target.description)), ("via", .string(m.via.description)), ("name", JSONValue(settings.name(of: m.via))),
      ("flags", .array(m.flags.text.split(separator: " ").map { .string(String($0)) })),
      ("createdSeconds", .int((now - m.created).wholeSeconds)), ("expiresSeconds", m.expires.map { .int(($0 - now).wholeSeconds) } ?? .null),
      ("origin", JSONValue(m.origin.rawValue)),
    ])
  }
}
