// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// `crypto isakmp …` lines, keyrings and profiles.
extension CryptoCommands {
  static let isakmpLines: [Command<CryptoSettings>] = [
    isakmpKey, isakmpIdentity, isakmpKeepalive, isakmpNATKeepalive, aggressiveMode, unknownSPIRecovery,
  ]

  // MARK: Keys

  /// `crypto isakmp key KEY {address A [M] | hostname H} [no-xauth]`
  public static let isakmpKey = Command<CryptoSettings>(
    "crypto isakmp key \(SecretWords.oneWord) {address \(CryptoWords.networkPattern)|hostname <host:word>} [no-xauth]", modes: [.global],
    help: help(["key": "Set a pre-shared key", "no-xauth": "Without extended authentication, which is not used here"]),
    apply: { (settings: inout CryptoSettings, input: CommandInput) throws(CommandRefusal) in try applyKey(&settings.isakmpKeys, input) },
    write: { $0.isakmpKeys.map { "crypto isakmp key \(SecretWords.text($0.secret)) \(text($0.scope))" } })

  /// `pre-shared-key {address A [M] | hostname H} key KEY`
  static let keyringKey = Command<KeyringSettings>(
    "pre-shared-key {address \(CryptoWords.networkPattern)|hostname <host:word>} key \(SecretWords.toTheEnd)", modes: [.keyring],
    help: help(["pre-shared-key": "Set a pre-shared key", "key": "The key follows"]),
    apply: { (settings: inout KeyringSettings, input: CommandInput) throws(CommandRefusal) in try applyKey(&settings.keys, input) },
    write: { $0.keys.map { "pre-shared-key \(text($0.scope)) key \(SecretWords.text($0.secret))" } })

  /// One key for each peer: a later line takes an earlier one's place. `no` names the peer, or the key and the peer.
  private static func applyKey(_ keys: inout [ISAKMPKeySettings], _ input: CommandInput) throws(CommandRefusal) {
    guard let scope = scope(input.arguments) else { throw CommandRefusal("'no' needs the address or the name the key is for") }
    if input.negated { return keys.removeAll { $0.scope == scope } }
    let key = ISAKMPKeySettings(scope: scope, secret: try SecretWords.secret(input.arguments))
    if let index = keys.firstIndex(where: { $0.scope == scope }) { keys[index] = key } else { keys.append(key) }
  }

  private static func scope(_ arguments: Arguments) -> ISAKMPKeyScope? {
    arguments[text: "host"].map { .host($0) } ?? CryptoWords.network(arguments).map { .addresses($0) }
  }

  /// IOS leaves the mask of 0.0.0.0 out.
  private static func text(_ scope: ISAKMPKeyScope) -> String {
    switch scope {
    case .host(let name): "hostname \(name)"
    case .addresses(let network) where network.length == 0 && network.address.isV4: "address 0.0.0.0"
    case .addresses(let network): "address " + CryptoWords.text(network)
    }
  }

  // MARK: Lines of their own

  /// `crypto isakmp identity {address | hostname | dn}`
  public static let isakmpIdentity = Command<CryptoSettings>(
    "crypto isakmp identity {address|hostname|dn}", modes: [.global],
    help: help([
      "identity": "Who we say we are", "address": "Our address", "hostname": "Our host name", "dn": "The subject of our certificate",
    ]),
    no: .words(3),
    apply: { settings, input in
      let a = input.arguments
      settings.isakmpIdentity = input.negated ? .ownAddress : a.has("hostname") ? .hostName : a.has("dn") ? .distinguishedName : .ownAddress
    },
    write: { settings in
      switch settings.isakmpIdentity {
      case .hostName: ["crypto isakmp identity hostname"]
      case .distinguishedName: ["crypto isakmp identity dn"]
      default: []
      }
    })

  /// `crypto isakmp keepalive S [R] [periodic | on-demand]`
  public static let isakmpKeepalive = Command<CryptoSettings>(
    "crypto isakmp keepalive <interval:int(10-3600)> [<retry:int(2-60)>] [{periodic|on-demand}]", modes: [.global],
    help: help(["interval": "Seconds of silence", "retry": "Seconds between questions that get no answer"]),
    apply: { settings, input in settings.isakmpKeepalive = input.negated ? nil : deadPeer(input.arguments) },
    write: { $0.isakmpKeepalive.map { ["crypto isakmp keepalive " + text($0)] } ?? [] })

  /// The values `interval` and `retry` of a line.
  static func deadPeer(_ arguments: Arguments) -> DeadPeerSettings? {
    arguments.int("interval").map {
      DeadPeerSettings(seconds: $0, retrySeconds: arguments.int("retry"), isPeriodic: arguments.has("periodic"))
    }
  }

  private static func text(_ d: DeadPeerSettings) -> String {
    "\(d.seconds)" + (d.retrySeconds.map { " \($0)" } ?? "") + (d.isPeriodic ? " periodic" : "")
  }

  /// `crypto isakmp nat keepalive S`
  public static let isakmpNATKeepalive: Command<CryptoSettings> = number(
    "crypto isakmp nat keepalive", 5...3600, .global, ["number": "Seconds between keepalives"], \.isakmpNATKeepaliveSeconds)

  /// `crypto isakmp aggressive-mode disable`
  public static let aggressiveMode = Command<CryptoSettings>(
    "crypto isakmp aggressive-mode disable", modes: [.global],
    help: help(["aggressive-mode": "Aggressive mode, used only where a profile says so", "disable": "Never"]),
    apply: { settings, input in settings.refusesAggressiveMode = !input.negated },
    write: { $0.refusesAggressiveMode ? ["crypto isakmp aggressive-mode disable"] : [] })

  /// `[no] crypto isakmp invalid-spi-recovery`; on where nobody says otherwise.
  public static let unknownSPIRecovery = Command<CryptoSettings>(
    "crypto isakmp invalid-spi-recovery", modes: [.global],
    help: help(["invalid-spi-recovery": "Start an exchange with a known peer that uses an association we do not have"]),
    apply: { settings, input in settings.recoversUnknownSPI = input.isDefault || !input.negated },
    write: { $0.recoversUnknownSPI ? [] : ["no crypto isakmp invalid-spi-recovery"] })

  // MARK: Keyring

  /// `crypto keyring NAME [vrf V]`
  public static let keyring: CommandSection<CryptoSettings> = {
    var shape = SectionShape<KeyringSettings>(
      headLine: { "crypto keyring \($0.name)" + ($0.vrf.map { " vrf \($0)" } ?? "") }, lines: [description(.keyring, \.text), keyringKey])
    shape.applyHead = { settings, input in
      // Entering it again by its name alone changes nothing.
      if let vrf = input.arguments[text: "vrf"] { settings.vrf = vrf }
    }
    return CommandSection(
      "crypto keyring <name:word> [vrf <vrf:word>]", in: .global, mode: .keyring,
      help: help(["vrf": "Front door VRF, which is not acted on", "<vrf>": "Name"]), at: \.keyrings, shape: shape)
  }()
}
