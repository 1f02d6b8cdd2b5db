// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IPsecCrypto
import Wire

/// `crypto ikev2 …` lines, proposals, policies and keyrings.
extension CryptoCommands {
  static let ikev2Lines: [Command<CryptoSettings>] = [
    number(
      "crypto ikev2 cookie-challenge", 1...1000, .global,
      ["cookie-challenge": "Demand a cookie", "number": "Above so many exchanges under way"], \.cookieThreshold),
    number(
      "crypto ikev2 limit max-in-negotation-sa", 10...1000, .global,
      ["limit": "Limits", "max-in-negotation-sa": "Exchanges under way", "number": "Above so many new ones are refused"],
      \.ikev2HalfOpenLimit),
    ikev2DeadPeer,
    number("crypto ikev2 nat keepalive", 5...3600, .global, ["number": "Seconds between keepalives"], \.ikev2NATKeepaliveSeconds),
    fragmentation,
  ]

  /// `crypto ikev2 dpd S R {periodic | on-demand}`
  public static let ikev2DeadPeer = Command<CryptoSettings>(
    "crypto ikev2 " + dpdPattern, modes: [.global], help: help(dpdHelp),
    apply: { settings, input in settings.ikev2DeadPeer = input.negated ? nil : deadPeer(input.arguments) },
    write: { $0.ikev2DeadPeer.map { ["crypto ikev2 " + dpdText($0)] } ?? [] })

  static let dpdPattern = "dpd <interval:int(10-3600)> <retry:int(2-60)> {periodic|on-demand}"
  static let dpdHelp = [
    "dpd": "Ask whether a silent peer lives", "interval": "Seconds of silence", "retry": "Seconds between questions that get no answer",
  ]
  static func dpdText(_ d: DeadPeerSettings) -> String {
    "dpd \(d.seconds) \(d.retrySeconds ?? 2) \(d.isPeriodic ? "periodic" : "on-demand")"
  }

  /// `[no] crypto ikev2 fragmentation [mtu N]`; on where nobody says otherwise, which IOS is not.
  public static let fragmentation = Command<CryptoSettings>(
    "crypto ikev2 fragmentation [mtu <mtu:int(96-1500)>]", modes: [.global],
    help: help(["fragmentation": "Fragment messages (RFC 7383)", "mtu": "Largest packet sent whole", "<mtu>": "Bytes"]),
    apply: { settings, input in
      settings.fragmentationBytes = input.negated ? (input.isDefault ? nil : 0) : input.arguments.int("mtu")
    },
    write: { settings in
      settings.fragmentationBytes.map { [$0 == 0 ? "no crypto ikev2 fragmentation" : "crypto ikev2 fragmentation mtu \($0)"] } ?? []
    })

  // MARK: Proposal

  /// `crypto ikev2 proposal NAME`
  public static let ikev2Proposal = CommandSection<CryptoSettings>(
    "crypto ikev2 proposal <name:word>", in: .global, mode: .ikev2Proposal, help: help([:]), at: \.proposals,
    shape: SectionShape<IKEv2ProposalSettings>(
      headLine: { "crypto ikev2 proposal \($0.name)" },
      lines: [
        proposalEncryption,
        list("integrity", CryptoWords.integrity, ["integrity": "Set integrity algorithms, best first"], \.integrity),
        list("prf", CryptoWords.prf, ["prf": "Set pseudorandom functions, best first"], \.prf), proposalGroup,
      ]))

  /// `encryption A …`
  static let proposalEncryption = Command<IKEv2ProposalSettings>(
    "encryption {\(CryptoWords.alternatives(CryptoWords.ikev2Encryption))|des}...", modes: [.ikev2Proposal],
    help: help(
      ["encryption": "Set encryption algorithms, best first", "chacha20-poly1305": "ChaCha20 with Poly1305"]
        .merging(
          ["128", "192", "256"].flatMap { [("aes-cbc-\($0)", "AES-CBC, \($0) bit keys"), ("aes-gcm-\($0)", "AES-GCM, \($0) bit keys")] }
        ) { a, _ in a }), no: .words(1),
    apply: { (settings: inout IKEv2ProposalSettings, input: CommandInput) throws(CommandRefusal) in
      guard !input.arguments.has("des") || input.negated else {
        throw CommandRefusal("DES is not in this program: its keys are found in a day")
      }
      settings.encryption = input.negated ? [] : CryptoWords.values(CryptoWords.ikev2Encryption, input.arguments)
    },
    write: { line("encryption", CryptoWords.ikev2Encryption, $0.encryption) })

  /// `group N …`
  static let proposalGroup = Command<IKEv2ProposalSettings>(
    "group {\(CryptoWords.groupPattern())|1}...", modes: [.ikev2Proposal],
    help: help(["group": "Set Diffie-Hellman groups, best first", "1": "768 bit MODP, which is not in this program"]), no: .words(1),
    apply: { (settings: inout IKEv2ProposalSettings, input: CommandInput) throws(CommandRefusal) in
      settings.groups = input.negated ? [] : try groups(input)
    },
    write: { $0.groups.isEmpty ? [] : ["group " + $0.groups.map { "\($0.rawValue)" }.joined(separator: " ")] })

  private static func list<Value: Equatable & Sendable>(
    _ head: String, _ table: [(word: String, value: Value)], _ words: [String: String],
    _ path: WritableKeyPath<IKEv2ProposalSettings, [Value]> & Sendable
  ) -> Command<IKEv2ProposalSettings> {
    Command<IKEv2ProposalSettings>(
      "\(head) {\(CryptoWords.alternatives(table))}...", modes: [.ikev2Proposal], help: help(words), no: .words(1),
      apply: { settings, input in settings[keyPath: path] = input.negated ? [] : CryptoWords.values(table, input.arguments) },
      write: { line(head, table, $0[keyPath: path]) })
  }

  private static func line<Value: Equatable>(_ head: String, _ table: [(word: String, value: Value)], _ values: [Value]) -> [String] {
    values.isEmpty ? [] : [([head] + values.map { CryptoWords.word(table, $0) }).joined(separator: " ")]
  }

  // MARK: Policy

  /// `crypto ikev2 policy NAME`
  public static let ikev2Policy = CommandSection<CryptoSettings>(
    "crypto ikev2 policy <name:word>", in: .global, mode: .ikev2Policy, help: help([:]), at: \.policies,
    shape: SectionShape<IKEv2PolicySettings>(
      headLine: { "crypto ikev2 policy \($0.name)" },
      lines: [policyLocalAddress, names("proposal", .ikev2Policy, ["proposal": "Proposal, best first"], \.proposals)]))

  /// `match address local A`
  static let policyLocalAddress = Command<IKEv2PolicySettings>(
    "match address local <address:address>", modes: [.ikev2Policy],
    help: help(["address": "By address", "local": "Our own address"]),
    apply: { settings, input in
      let address = input.arguments.address("address")
      settings.localAddresses.removeAll { address == nil || $0 == address }
      if !input.negated, let address { settings.localAddresses.append(address) }
    },
    write: { $0.localAddresses.map { "match address local \($0)" } })
}
