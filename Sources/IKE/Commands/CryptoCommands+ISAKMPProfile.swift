// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// `crypto isakmp profile NAME` and its lines.
extension CryptoCommands {
  /// `crypto isakmp profile NAME`
  public static let isakmpProfile = CommandSection<CryptoSettings>(
    "crypto isakmp profile <name:word>", in: .global, mode: .isakmpProfile, help: help([:]), at: \.isakmpProfiles,
    shape: SectionShape<ISAKMPProfileSettings>(
      headLine: { "crypto isakmp profile \($0.name)" },
      lines: [
        description(.isakmpProfile, \.text), names("keyring", .isakmpProfile, ["keyring": "Keyring to take keys from"], \.keyrings),
        names(
          "ca trust-point", .isakmpProfile, ["ca": "Certification authority", "trust-point": "Trustpoint for signatures"], \.trustpoints),
        isakmpMatch, matchCertificate(.isakmpProfile, \.certificateMaps), selfIdentity, isakmpProfileKeepalive, initiateMode,
      ]))

  /// `match identity {address A [M] | host [domain] H | user [domain] U | group G} [VRF]`
  static let isakmpMatch = Command<ISAKMPProfileSettings>(
    "match identity {address \(CryptoWords.networkPattern)|host [domain] <host:word>|user [domain] <user:word>|group <group:word>} [<vrf:word>]",
    modes: [.isakmpProfile],
    help: help([
      "host": "Peers by name", "user": "Peers by mail address", "<user>": "Mail address, or its domain", "group": "Peers by key identifier",
      "<group>": "Identifier", "vrf": "Front door VRF, which is not acted on",
    ]), no: .words(2),
    apply: { settings, input in
      let match = identity(input.arguments).map { ISAKMPMatchSettings($0, vrf: input.arguments[text: "vrf"]) }
      change(&settings.matches, match, input)
    },
    write: { $0.matches.map { "match identity \(text($0.identity))" + ($0.vrf.map { " " + $0 } ?? "") } })

  private static func identity(_ a: Arguments) -> IdentityMatch? {
    if let network = CryptoWords.network(a) { return .addresses(network) }
    if let host = a[text: "host"] { return a.has("domain") ? .domain(host) : .fqdn(host) }
    if let user = a[text: "user"] { return a.has("domain") ? .mailDomain(user) : .mail(user) }
    return a[text: "group"].map { .keyID(Array($0.utf8)) }
  }

  private static func text(_ match: IdentityMatch) -> String {
    switch match {
    case .addresses(let network): "address " + CryptoWords.text(network)
    case .fqdn(let name): "host \(name)"
    case .domain(let name): "host domain \(name)"
    case .mail(let name): "user \(name)"
    case .mailDomain(let name): "user domain \(name)"
    case .keyID(let bytes): "group " + String(decoding: bytes, as: UTF8.self)
    case .any, .subject, .certificate: "?"
    }
  }

  /// Adds a match, or with `no` takes it away; a `no` without one takes all.
  static func change<Match: Equatable>(_ matches: inout [Match], _ match: Match?, _ input: CommandInput) {
    if input.negated { return matches.removeAll { match == nil || $0 == match } }
    if let match, !matches.contains(match) { matches.append(match) }
  }

  /// `self-identity {address | fqdn [NAME] | user-fqdn MAIL}`
  static let selfIdentity = Command<ISAKMPProfileSettings>(
    "self-identity {address|fqdn [<fqdn:word>]|user-fqdn <mail:word>}", modes: [.isakmpProfile],
    help: help([
      "self-identity": "Who we say we are", "address": "Our address", "fqdn": "A name, our host name where none follows", "<fqdn>": "Name",
      "user-fqdn": "A mail address", "mail": "Mail address",
    ]), no: .words(1),
    apply: { settings, input in
      let a = input.arguments
      let named =
        a[text: "mail"].map { .mail($0) } ?? a[text: "fqdn"].map { .fqdn($0) }
        ?? (a.has("fqdn") ? LocalIdentitySettings.hostName : .ownAddress)
      settings.identity = input.negated ? nil : named
    },
    write: { settings in
      switch settings.identity {
      case .ownAddress?: ["self-identity address"]
      case .hostName?: ["self-identity fqdn"]
      case .fqdn(let name)?: ["self-identity fqdn \(name)"]
      case .mail(let name)?: ["self-identity user-fqdn \(name)"]
      default: []
      }
    })

  /// `keepalive S retry R`
  static let isakmpProfileKeepalive = Command<ISAKMPProfileSettings>(
    "keepalive <interval:int(10-3600)> [retry <retry:int(2-60)>]", modes: [.isakmpProfile],
    help: help(["interval": "Seconds of silence", "retry": "Between questions that get no answer", "<retry>": "Seconds"]),
    apply: { settings, input in settings.keepalive = input.negated ? nil : deadPeer(input.arguments) },
    write: { $0.keepalive.map { ["keepalive \($0.seconds)" + ($0.retrySeconds.map { " retry \($0)" } ?? "")] } ?? [] })

  /// `initiate mode aggressive`
  static let initiateMode = Command<ISAKMPProfileSettings>(
    "initiate mode aggressive", modes: [.isakmpProfile],
    help: help(["initiate": "How exchanges begin", "mode": "Mode", "aggressive": "Aggressive mode, also accepted from peers"]),
    apply: { settings, input in settings.usesAggressiveMode = !input.negated },
    write: { $0.usesAggressiveMode ? ["initiate mode aggressive"] : [] })
}
