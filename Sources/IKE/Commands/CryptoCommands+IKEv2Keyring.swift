// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// `crypto ikev2 keyring NAME`, its peers and their lines.
extension CryptoCommands {
  /// `crypto ikev2 keyring NAME`
  public static let ikev2Keyring: CommandSection<CryptoSettings> = {
    var shape = SectionShape<IKEv2KeyringSettings>(headLine: { "crypto ikev2 keyring \($0.name)" }, lines: [])
    shape.parts = [peer]
    return CommandSection(
      "crypto ikev2 keyring <name:word>", in: .global, mode: .ikev2Keyring, help: help([:]), at: \.ikev2Keyrings, shape: shape)
  }()

  /// `peer NAME`
  static let peer = CommandSection<IKEv2KeyringSettings>(
    "peer <name:word>", in: .ikev2Keyring, mode: .ikev2KeyringPeer, help: help(["peer": "Configure a peer or a group of peers"]),
    at: \.peers,
    shape: SectionShape<IKEv2PeerSettings>(
      headLine: { "peer \($0.name)" },
      lines: [description(.ikev2KeyringPeer, \.text), peerAddress, peerHostName, peerIdentity, preSharedKey]))

  /// `address A [M]`
  static let peerAddress = Command<IKEv2PeerSettings>(
    "address \(CryptoWords.networkPattern)", modes: [.ikev2KeyringPeer], help: help(["address": "Addresses of the peer, or peers"]),
    no: .words(1),
    apply: { settings, input in
      let network = CryptoWords.network(input.arguments)
      settings.addresses.removeAll { input.negated && (network == nil || $0 == network) }
      if !input.negated, let network, !settings.addresses.contains(network) { settings.addresses.append(network) }
    },
    write: { $0.addresses.map { "address " + CryptoWords.text($0) } })

  /// `hostname NAME`
  static let peerHostName = Command<IKEv2PeerSettings>(
    "hostname <host:word>", modes: [.ikev2KeyringPeer], help: help(["hostname": "The name the peer says it is"]),
    apply: { settings, input in settings.hostName = input.negated ? nil : input.arguments[text: "host"] },
    write: { $0.hostName.map { ["hostname \($0)"] } ?? [] })

  /// `identity {address A | fqdn [domain] F | email [domain] E | key-id K}`
  static let peerIdentity = Command<IKEv2PeerSettings>(
    "identity \(IdentityWords.matchPattern)", modes: [.ikev2KeyringPeer], help: help(["identity": "Who the peer says it is"]),
    no: .words(1),
    apply: { settings, input in settings.identity = input.negated ? nil : IdentityWords.match(input.arguments) },
    write: { $0.identity.map { ["identity " + IdentityWords.text($0)] } ?? [] })

  /// `pre-shared-key [local | remote] KEY`
  static let preSharedKey = Command<IKEv2PeerSettings>(
    "pre-shared-key [{local|remote}] \(SecretWords.toTheEnd)", modes: [.ikev2KeyringPeer],
    help: help([
      "pre-shared-key": "Set the pre-shared key", "local": "What we prove ourselves with", "remote": "What the peer proves itself with",
    ]),
    apply: { (settings: inout IKEv2PeerSettings, input: CommandInput) throws(CommandRefusal) in try applySharedKey(&settings, input) },
    write: sharedKeyLines)

  /// One line for both directions and a line for one of them exclude each other, as on IOS.
  private static func applySharedKey(_ settings: inout IKEv2PeerSettings, _ input: CommandInput) throws(CommandRefusal) {
    let isLocal = input.arguments.has("local"), isRemote = input.arguments.has("remote")
    let secret = input.negated ? nil : try SecretWords.secret(input.arguments)
    if settings.isSymmetric, isLocal || isRemote, !input.negated {
      (settings.localSecret, settings.remoteSecret) = (nil, nil)
    }
    if !isRemote { settings.localSecret = secret }
    if !isLocal { settings.remoteSecret = secret }
    settings.isSymmetric = !isLocal && !isRemote && secret != nil
  }

  private static func sharedKeyLines(_ settings: IKEv2PeerSettings) -> [String] {
    if settings.isSymmetric { return settings.localSecret.map { ["pre-shared-key " + SecretWords.text($0)] } ?? [] }
    let local = settings.localSecret.map { "pre-shared-key local " + SecretWords.text($0) }
    return [local, settings.remoteSecret.map { "pre-shared-key remote " + SecretWords.text($0) }].compactMap { $0 }
  }
}

/// `address A [M]`, `fqdn …`, `email …`, `key-id …` behind `identity`.
enum IdentityWords {
  static let matchPattern =
    "{address \(CryptoWords.networkPattern)|fqdn [domain] <fqdn:word>|email [domain] <mail:word>|key-id <id:word>|dn <subject:line>|any}"

  static func match(_ a: Arguments) -> IdentityMatch? {
    if let name = a[text: "fqdn"] { return a.has("domain") ? .domain(name) : .fqdn(name) }
    if let name = a[text: "mail"] { return a.has("domain") ? .mailDomain(name) : .mail(name) }
    if let id = a[text: "id"] { return .keyID(Array(id.utf8)) }
    if let subject = a[text: "subject"] { return .subject(containing: subject) }
    return CryptoWords.network(a).map { .addresses($0) } ?? (a.has("any") ? .any : nil)
  }

  static func text(_ match: IdentityMatch) -> String {
    switch match {
    case .any: "any"
    case .addresses(let network): "address " + CryptoWords.text(network)
    case .fqdn(let name): "fqdn \(name)"
    case .domain(let name): "fqdn domain \(name)"
    case .mail(let name): "email \(name)"
    case .mailDomain(let name): "email domain \(name)"
    case .keyID(let bytes): "key-id " + String(decoding: bytes, as: UTF8.self)
    case .subject(let text): "dn \(text)"
    case .certificate: "?"
    }
  }
}
