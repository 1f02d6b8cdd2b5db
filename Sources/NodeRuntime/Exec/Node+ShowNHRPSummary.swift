// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import NHRP
import ProtocolKit
import Wire

/// `show {ip | ipv6} nhrp {summary|redirect}`
extension Node {
  // MARK: Summary

  /// The cache's entries by kind, and those that are routes.
  private struct CacheCounts {
    var all: [Mapping]
    var local: [Mapping], remote: [Mapping]

    init(_ interfaces: [NHRPInterfaceSnapshot]) {
      all = interfaces.flatMap(\.mappings)
      local = all.filter { $0.flags.contains(.local) }
      remote = all.filter { !$0.flags.contains(.local) }
    }

    var bytes: Int { all.count * MemoryLayout<Mapping>.stride }
    var h: Int { remote.count { $0.flags.contains(.rib) } }
    var nho: Int { remote.count { $0.flags.contains(.nho) } }
    var nhop: Int { remote.count { $0.flags.contains(.nhop) } }

    static func kinds(_ of: [Mapping]) -> [(word: String, count: Int)] {
      let words = of.map(\.kind.word)
      return ["static", "dynamic", "incomplete"].map { word in (word, words.count { $0 == word }) }
    }
  }

  func summaryLines(_ all: [NHRPInterfaceSnapshot]) -> [String] {
    let c = CacheCounts(all), routes = c.h + c.nho
    return ["IP NHRP cache \(c.all.count) \(c.all.count == 1 ? "entry" : "entries"), \(c.bytes) bytes", kinds(c.all)]
      + ["\(c.remote.count) Remote", kinds(c.remote), "    \(c.nhop) nhop     0 bfd", "    0 default  0 temporary"]
      + ["    \(routes) route", "        \(routes) rib (\(c.h) H    \(c.nho) nho)", "        0 bgp", "\(c.local.count) Local", kinds(c.local)]
  }

  private func kinds(_ of: [Mapping]) -> String {
    let n = CacheCounts.kinds(of).map(\.count)
    return "    \(n[0]) static   \(n[1]) dynamic    \(n[2]) incomplete"
  }

  func summaryJSON(_ all: [NHRPInterfaceSnapshot]) -> JSONValue {
    let c = CacheCounts(all)
    func counts(_ of: [Mapping]) -> [(String, JSONValue)] {
      [("entries", JSONValue(of.count))] + CacheCounts.kinds(of).map { ($0.word, JSONValue($0.count)) }
    }
    return .object(
      counts(c.all) + [
        ("bytes", JSONValue(c.bytes)),
        ("remote", .object(counts(c.remote) + [("nhop", JSONValue(c.nhop)), ("h", JSONValue(c.h)), ("nho", JSONValue(c.nho))])),
        ("local", .object(counts(c.local))),
      ])
  }

  // MARK: Redirects

  /// The newest redirects of a tunnel.
  private func redirects(_ i: NHRPInterfaceSnapshot) -> [JournalRecord] {
    journal.newest(1_024).filter { ($0.kind == .redirectSent || $0.kind == .redirectReceived) && $0.interface == i.id }.suffix(20)
  }

  /// The limit and what it held back, then the newest redirects with their journal numbers.
  func redirectLines(_ i: NHRPInterfaceSnapshot) -> [String] {
    let limit = "\(i.config.name): redirect \(i.config.settings.redirect ? "enabled" : "disabled"), one a pair in \(i.config.settings.redirectSeconds) s"
    let counts = "   Sent: \(i.traffic.sent[8]), held back: \(i.traffic.redirectsSuppressed), received: \(i.traffic.received[8])"
    return [limit, counts] + redirects(i).map { r in
      r.kind == .redirectSent
        ? "   Src: \(r.a)(\(i.config.name)) Dst: \(r.c) NBMA: \(r.b) sent \(age(r.at)) ago, journal \(r.number.rawValue)"
        : "   Dst: \(r.a)(\(i.config.name)) NBMA: \(r.b) received \(age(r.at)) ago, journal \(r.number.rawValue)"
    }
  }

  func redirectJSON(_ i: NHRPInterfaceSnapshot) -> JSONValue {
    .object([
      ("interface", .string(i.config.name)), ("isEnabled", .bool(i.config.settings.redirect)),
      ("limitSeconds", JSONValue(Int(i.config.settings.redirectSeconds))), ("sent", JSONValue(i.traffic.sent[8])),
      ("heldBack", JSONValue(i.traffic.redirectsSuppressed)), ("received", JSONValue(i.traffic.received[8])),
      ("redirects", .array(redirects(i).map(json))),
    ])
  }

  private func json(_ r: JournalRecord) -> JSONValue {
    let isSent = r.kind == .redirectSent
    return .present([
      ("direction", .string(isSent ? "sent" : "received")), ("src", isSent ? .string("\(r.a)") : nil),
      ("dst", .string("\(isSent ? r.c : r.a)")), ("nbma", .string("\(r.b)")), ("ageSeconds", seconds(since: r.at)),
      ("journal", JSONValue(r.number.rawValue)),
    ])
  }
}
