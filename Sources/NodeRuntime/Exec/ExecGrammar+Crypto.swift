// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// `show crypto …`, `clear crypto …`, `debug crypto …`
extension ExecGrammar {
  private static func crypto(_ pattern: String, _ what: CryptoShow, _ help: [String: String] = [:]) -> CommandSpec<ExecAction> {
    show("crypto " + pattern, .crypto(what), words.merging(help) { $1 })
  }

  private static let words: [String: String] = [
    "crypto": "Encryption module", "isakmp": "ISAKMP: IKEv1", "ikev2": "IKEv2", "ipsec": "IPsec", "sa": "Security associations",
    "session": "Sessions with peers",
    "sockets": "What tunnels asked for", "pki": "Certificates", "policy": "Policies", "proposal": "Proposals", "profile": "Profiles",
    "transform-set": "Transform sets", "trustpoints": "Trustpoints", "certificates": "Certificates", "detailed": "More of each",
    "detail": "More of each", "peer": "Only this peer", "remote": "Only this peer", "interface": "Only this tunnel",
    "where": "Its NBMA address",
    "name": "Name", "stats": "Counters",
  ]

  static let cryptoShows: [CommandSpec<ExecAction>] = [
    crypto("isakmp sa [detail]", .isakmpAssociations), crypto("isakmp policy", .isakmpPolicies),
    crypto("ikev2 sa [detailed]", .ikev2Associations),
    crypto("ikev2 session [detailed]", .ikev2Sessions), crypto("ikev2 stats", .ikev2Counters),
    crypto("ikev2 proposal [<name:word>]", .proposals),
    crypto("ikev2 policy [<name:word>]", .policies), crypto("ikev2 profile [<name:word>]", .profiles),
    crypto("ipsec sa [{interface <if:interface>|peer <where:host>}] [detail]", .ipsecAssociations),
    crypto("ipsec transform-set [<name:word>]", .transformSets), crypto("ipsec profile [<name:word>]", .ipsecProfiles),
    crypto("session [{interface <if:interface>|remote <where:host>}] [detail]", .sessions), crypto("sockets", .sockets),
    crypto("pki trustpoints [<name:word>]", .trustpoints), crypto("pki certificates [<name:word>]", .certificates),
  ]

  private static func clear(_ pattern: String, _ what: CryptoClear, _ help: [String: String]) -> CommandSpec<ExecAction> {
    command("clear crypto " + pattern, .clear(.crypto(what)), modes: operators, words.merging(help) { $1 })
  }

  static let cryptoClears: [CommandSpec<ExecAction>] = [
    clear("sa [peer <where:host>]", .children, ["sa": "ESP associations; the peers negotiate new ones"]),
    clear("session [remote <where:host>]", .sessions, ["session": "IKE associations and all that came of them"]),
    clear(
      "ikev2 sa [<number:int(1-4294967295)>] [fast]", .ikev2,
      ["sa": "IKE associations", "number": "Tunnel-id of 'show crypto ikev2 sa'", "fast": "As on IOS; ours is always fast"]),
    clear("isakmp [<number:int(1-4294967295)>]", .isakmp, ["number": "conn-id of 'show crypto isakmp sa'"]),
  ]

  static func cryptoDebugs(_ verb: String, _ form: NoForm) -> [CommandSpec<ExecAction>] {
    let help = words.merging([
      "engine": "Crypto engine, which has no events of its own here", "socket": "Crypto sockets", "packet": "IKEv2 messages",
      "error": "IKEv2 failures",
      "internal": "IKEv2 events", "isakmp": "ISAKMP events", "ikev2": "IKEv2 events", "ipsec": "IPsec events",
      "ipv4": "By its IPv4 address",
      "condition": "Only what fits", "<nbma>": "NBMA address",
    ]) { $1 }
    let peer = verb == "debug" ? "peer ipv4 <nbma:ipv4>" : "[peer ipv4 <nbma:ipv4>]"
    return [
      command(
        "\(verb) crypto {isakmp|ikev2 [{packet|error|internal}]|ipsec|engine|socket}", .debug(.crypto), modes: operators, help, no: form),
      command("\(verb) crypto condition \(peer)", .debug(.condition), modes: operators, help, no: form),
    ]
  }
}
