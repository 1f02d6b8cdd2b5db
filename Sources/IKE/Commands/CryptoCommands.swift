// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// The modes of the `crypto …` sections, with IOS' prompts.
extension CommandMode {
  /// `(config-isakmp)#`
  public static let isakmpPolicy = CommandMode(configuration: "config-isakmp")
  /// `(conf-isa-prof)#`
  public static let isakmpProfile = CommandMode(configuration: "conf-isa-prof")
  /// `(conf-keyring)#`
  public static let keyring = CommandMode(configuration: "conf-keyring")
  /// `(config-ikev2-proposal)#`
  public static let ikev2Proposal = CommandMode(configuration: "config-ikev2-proposal")
  /// `(config-ikev2-policy)#`
  public static let ikev2Policy = CommandMode(configuration: "config-ikev2-policy")
  /// `(config-ikev2-keyring)#`
  public static let ikev2Keyring = CommandMode(configuration: "config-ikev2-keyring")
  /// `(config-ikev2-keyring-peer)#`
  public static let ikev2KeyringPeer = CommandMode(configuration: "config-ikev2-keyring-peer")
  /// `(config-ikev2-profile)#`
  public static let ikev2Profile = CommandMode(configuration: "config-ikev2-profile")
  /// `(cfg-crypto-trans)#`
  public static let transformSet = CommandMode(configuration: "cfg-crypto-trans")
  /// `(ipsec-profile)#`
  public static let ipsecProfile = CommandMode(configuration: "ipsec-profile")
  /// `(ca-trustpoint)#`
  public static let trustpoint = CommandMode(configuration: "ca-trustpoint")
  /// `(ca-certificate-map)#`
  public static let certificateMap = CommandMode(configuration: "ca-certificate-map")
}

/// The `crypto …` lines, in the order in which `show running-config` prints them.
public enum CryptoCommands {
  /// All that IKE and IPsec act on.
  public static let all: [CommandPart<CryptoSettings>] =
    [.section(trustpoint), .section(certificateMap)] + ikev2 + isakmp + ipsec

  private static let ikev2: [CommandPart<CryptoSettings>] =
    [.section(ikev2Proposal), .section(ikev2Policy), .section(ikev2Keyring), .section(ikev2Profile)] + ikev2Lines.map { .line($0) }

  private static let isakmp: [CommandPart<CryptoSettings>] =
    [.section(keyring), .section(isakmpPolicy)] + isakmpLines.map { .line($0) } + [.section(isakmpProfile)]

  private static let ipsec: [CommandPart<CryptoSettings>] = ipsecLines.map { .line($0) } + [.section(transformSet), .section(ipsecProfile)]

  /// `?` texts of words that mean the same in every line.
  static func help(_ words: [String: String]) -> [String: String] {
    words.merging(CryptoWords.help) { mine, _ in mine }
  }
}

extension CryptoCommands {
  /// `description TEXT`
  static func description<Settings: Sendable>(
    _ mode: CommandMode, _ path: WritableKeyPath<Settings, String?> & Sendable
  ) -> Command<Settings> {
    Command<Settings>(
      "description <text:line>", modes: [mode], help: help(["description": "Specify a description", "text": "Text"]),
      apply: { settings, input in settings[keyPath: path] = input.negated ? nil : input.arguments[text: "text"] },
      write: { $0[keyPath: path].map { ["description \($0)"] } ?? [] })
  }

  /// A line with one number.
  static func number<Settings: Sendable>(
    _ head: String, _ range: ClosedRange<Int>, _ mode: CommandMode, _ words: [String: String],
    _ path: WritableKeyPath<Settings, Int?> & Sendable
  ) -> Command<Settings> {
    Command<Settings>(
      "\(head) <number:int(\(range.lowerBound)-\(range.upperBound))>", modes: [mode], help: help(words),
      apply: { settings, input in settings[keyPath: path] = input.negated ? nil : input.arguments.int("number") },
      write: { $0[keyPath: path].map { ["\(head) \($0)"] } ?? [] })
  }

  /// A line that may stand several times, with one word each; a plain `no` takes all away.
  static func names<Settings: Sendable>(
    _ head: String, _ mode: CommandMode, _ words: [String: String], _ path: WritableKeyPath<Settings, [String]> & Sendable
  ) -> Command<Settings> {
    Command<Settings>(
      "\(head) <name:word>", modes: [mode], help: help(words),
      apply: { settings, input in
        let name = input.arguments[text: "name"]
        settings[keyPath: path].removeAll { input.negated && (name == nil || $0 == name) }
        if !input.negated, let name, !settings[keyPath: path].contains(name) { settings[keyPath: path].append(name) }
      },
      write: { $0[keyPath: path].map { "\(head) \($0)" } })
  }
}
