// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IPsecCrypto
import ProtocolKit

/// `crypto ipsec …` lines and profiles.
extension CryptoCommands {
  static let ipsecLines: [Command<CryptoSettings>] = [
    number(
      "crypto call admission limit ike in-negotiation-sa", 10...99_999, .global,
      [
        "call": "Admission of new calls", "admission": "Admission control", "limit": "Limits", "ike": "Of IKE",
        "in-negotiation-sa": "Exchanges under way",
        "number": "Above so many new ones are refused",
      ], \.halfOpenLimit),
    lifetime("crypto ipsec security-association lifetime", .global, \CryptoSettings.limits),
    replay("crypto ipsec security-association replay", .global, \CryptoSettings.limits), dontFragment,
  ]

  /// `crypto ipsec df-bit {clear | set | copy}`
  private static let dontFragment = Command<CryptoSettings>(
    "crypto ipsec df-bit {clear|set|copy}", modes: [.global],
    help: help([
      "df-bit": "Whether protected packets may be fragmented on their way", "clear": "They may", "set": "They may not",
      "copy": "As the tunnel's own header says",
    ]), no: .words(3),
    apply: { settings, input in
      let choice = ProtectedDontFragment.allCases.first { input.arguments.has($0.rawValue) }
      settings.dontFragment = input.negated ? nil : choice
    },
    write: { $0.dontFragment.map { ["crypto ipsec df-bit \($0.rawValue)"] } ?? [] })

  /// `… lifetime {seconds N | days N | kilobytes N | kilobytes disable}`
  private static func lifetime<Settings: Sendable>(
    _ head: String, _ mode: CommandMode, _ path: WritableKeyPath<Settings, AssociationLimits> & Sendable
  ) -> Command<Settings> {
    Command<Settings>(
      "\(head) {seconds <seconds:int(120-2592000)>|days <days:int(1-30)>|kilobytes {<kilobytes:int(2560-4294967295)>|disable}}",
      modes: [mode],
      help: help(["set": "Set values of the profile", "<seconds>": "Seconds", "<kilobytes>": "Kilobytes", "<days>": "Days"]),
      no: .words(head.split(separator: " ").count),
      apply: { settings, input in applyLifetime(&settings[keyPath: path], input) },
      write: { settings in lifetimeLines(settings[keyPath: path]).map { "\(head) \($0)" } })
  }

  private static func applyLifetime(_ limits: inout AssociationLimits, _ input: CommandInput) {
    let a = input.arguments
    let isTime = a.has("seconds") || a.has("days"), isVolume = a.has("kilobytes")
    if isTime || !isVolume { limits.lifetimeSeconds = input.negated ? nil : a.int("seconds") ?? a.int("days").map { $0 * 86_400 } }
    if isVolume || !isTime {
      limits.volume = input.negated ? nil : a.has("disable") ? .unlimited : a.int("kilobytes").map { .kilobytes($0) }
    }
  }

  private static func lifetimeLines(_ limits: AssociationLimits) -> [String] {
    let volume: String? =
      switch limits.volume {
      case nil: nil
      case .unlimited?: "kilobytes disable"
      case .kilobytes(let n)?: "kilobytes \(n)"
      }
    return [limits.lifetimeSeconds.map { "seconds \($0)" }, volume].compactMap { $0 }
  }

  /// `… replay {window-size N | disable}`
  private static func replay<Settings: Sendable>(
    _ head: String, _ mode: CommandMode, _ path: WritableKeyPath<Settings, AssociationLimits> & Sendable
  ) -> Command<Settings> {
    let sizes = [64, 128, 256, 512, 1_024, 2_048, 4_096]
    let texts = Dictionary(uniqueKeysWithValues: sizes.map { ("\($0)", "\($0) packets") })
    return Command<Settings>(
      "\(head) {window-size {\(sizes.map(String.init).joined(separator: "|"))}|disable}", modes: [mode],
      help: help(texts.merging(["set": "Set values of the profile", "disable": "No replay protection"]) { a, _ in a }),
      no: .words(head.split(separator: " ").count),
      apply: { settings, input in
        let size = sizes.first { input.arguments.has("\($0)") }
        settings[keyPath: path].replayWindow = input.negated ? nil : size ?? 0
      },
      write: { settings in settings[keyPath: path].replayWindow.map { ["\(head) " + ($0 == 0 ? "disable" : "window-size \($0)")] } ?? [] })
  }

  // MARK: Profile

  /// `crypto ipsec profile NAME`
  public static let ipsecProfile = CommandSection<CryptoSettings>(
    "crypto ipsec profile <name:word>", in: .global, mode: .ipsecProfile, help: help([:]), at: \.ipsecProfiles,
    shape: SectionShape<IPsecProfileSettings>(
      headLine: { "crypto ipsec profile \($0.name)" },
      lines: [
        description(.ipsecProfile, \.text), lifetime("set security-association lifetime", .ipsecProfile, \IPsecProfileSettings.limits),
        replay("set security-association replay", .ipsecProfile, \IPsecProfileSettings.limits), sequenceNumbers, setTransformSet, setPFS,
        setName("ikev2-profile", "IKEv2 profile", \.ikev2Profile), setName("isakmp-profile", "ISAKMP profile: IKEv1", \.isakmpProfile),
      ]))

  /// `set transform-set T …`
  static let setTransformSet = Command<IPsecProfileSettings>(
    "set transform-set <name:word>...", modes: [.ipsecProfile],
    help: help(["set": "Set values of the profile", "transform-set": "Transform sets, best first"]),
    apply: { settings, input in
      let names = input.arguments.texts("name").reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      settings.transformSets = input.negated ? [] : names
    },
    write: { $0.transformSets.isEmpty ? [] : ["set transform-set " + $0.transformSets.joined(separator: " ")] })

  /// `set pfs [groupN]`; group 14 where none is named.
  static let setPFS = Command<IPsecProfileSettings>(
    "set pfs [{\(CryptoWords.groupPattern("group"))|group1}]", modes: [.ipsecProfile],
    help: help(
      [
        "set": "Set values of the profile", "pfs": "Perfect forward secrecy: each child has an exchange of its own",
        "group1": "Not in this program",
      ]
      .merging(CryptoWords.groups.map { ("group\($0)", CryptoWords.help["\($0)"] ?? "") }) { a, _ in a }),
    apply: { (settings: inout IPsecProfileSettings, input: CommandInput) throws(CommandRefusal) in
      guard !input.arguments.has("group1") || input.negated else {
        throw CommandRefusal("group 1 (768 bits) is not in this program: use group14 or group19")
      }
      let group = CryptoWords.groups.first { input.arguments.has("group\($0)") } ?? KeyExchangeMethod.modp2048.rawValue
      settings.perfectForwardSecrecy = input.negated ? nil : KeyExchangeMethod(rawValue: group)
    },
    write: { $0.perfectForwardSecrecy.map { ["set pfs group\($0.rawValue)"] } ?? [] })

  /// `set security-association esn`
  static let sequenceNumbers = Command<IPsecProfileSettings>(
    "set security-association esn", modes: [.ipsecProfile],
    help: help(["set": "Set values of the profile", "esn": "64 bit sequence numbers (RFC 4303), where the peer takes them"]),
    apply: { settings, input in settings.usesESN = !input.negated },
    write: { $0.usesESN ? ["set security-association esn"] : [] })

  private static func setName(
    _ word: String, _ text: String, _ path: WritableKeyPath<IPsecProfileSettings, String?> & Sendable
  ) -> Command<IPsecProfileSettings> {
    Command<IPsecProfileSettings>(
      "set \(word) <name:word>", modes: [.ipsecProfile], help: help(["set": "Set values of the profile", word: text]),
      apply: { settings, input in settings[keyPath: path] = input.negated ? nil : input.arguments[text: "name"] },
      write: { $0[keyPath: path].map { ["set \(word) \($0)"] } ?? [] })
  }
}
