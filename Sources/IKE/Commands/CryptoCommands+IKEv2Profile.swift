// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// `crypto ikev2 profile NAME` and its lines.
extension CryptoCommands {
  /// `crypto ikev2 profile NAME`
  public static let ikev2Profile = CommandSection<CryptoSettings>(
    "crypto ikev2 profile <name:word>", in: .global, mode: .ikev2Profile, help: help([:]), at: \.ikev2Profiles,
    shape: SectionShape<IKEv2ProfileSettings>(
      headLine: { "crypto ikev2 profile \($0.name)" },
      lines: [
        description(.ikev2Profile, \.text), matchLocal, matchIdentity,
        matchCertificate(.ikev2Profile, \.certificateMaps), identityLocal, authenticationRemote, authenticationLocal, profileKeyring,
        profileTrustpoint, number("lifetime", 120...86_400, .ikev2Profile, ["number": "Seconds"], \.lifetimeSeconds), profileDeadPeer,
        number("nat keepalive", 5...3600, .ikev2Profile, ["number": "Seconds between keepalives"], \.natKeepaliveSeconds),
      ]))

  /// `match address local {A | interface X}`
  static let matchLocal = Command<IKEv2ProfileSettings>(
    "match address local {<address:address>|interface <name:interface>}", modes: [.ikev2Profile],
    help: help([
      "address": "By address", "<address>": "IP address", "local": "Our own address", "interface": "The address of an interface",
      "<name>": "Interface",
    ]), no: .words(3),
    apply: { settings, input in
      let scope = input.arguments.address("address").map(LocalScope.address) ?? input.arguments[text: "name"].map(LocalScope.interface)
      change(&settings.localScopes, scope, input)
    },
    write: { settings in
      settings.localScopes.map {
        switch $0 {
        case .address(let address): "match address local \(address)"
        case .interface(let name): "match address local interface \(name)"
        }
      }
    })

  /// `match identity remote {address A [M] | any | fqdn … | email … | key-id K | dn TEXT}`
  static let matchIdentity = Command<IKEv2ProfileSettings>(
    "match identity remote \(IdentityWords.matchPattern)", modes: [.ikev2Profile],
    help: help(["dn": "Peers whose certificate's subject holds this", "subject": "As OU=branches"]), no: .words(3),
    apply: { settings, input in change(&settings.matches, IdentityWords.match(input.arguments), input) },
    write: { $0.matches.map { "match identity remote " + IdentityWords.text($0) } })

  /// `identity local {address A | dn | fqdn F | email E | key-id K}`
  static let identityLocal = Command<IKEv2ProfileSettings>(
    "identity local {address <address:address>|dn|fqdn <fqdn:word>|email <mail:word>|key-id <id:word>}", modes: [.ikev2Profile],
    help: help([
      "identity": "Who we say we are", "local": "Our own identity", "address": "An address", "dn": "The subject of our certificate",
      "fqdn": "A name", "email": "A mail address",
    ]), no: .words(2),
    apply: { settings, input in settings.identity = input.negated ? nil : localIdentity(input.arguments) },
    write: { $0.identity.flatMap(identityText).map { ["identity local " + $0] } ?? [] })

  private static func localIdentity(_ a: Arguments) -> LocalIdentitySettings? {
    if let address = a.address("address") { return .address(address) }
    if let name = a[text: "fqdn"] { return .fqdn(name) }
    if let name = a[text: "mail"] { return .mail(name) }
    return a[text: "id"].map { .keyID($0) } ?? (a.has("dn") ? .distinguishedName : nil)
  }

  private static func identityText(_ identity: LocalIdentitySettings) -> String? {
    switch identity {
    case .address(let address): "address \(address)"
    case .fqdn(let name): "fqdn \(name)"
    case .mail(let name): "email \(name)"
    case .keyID(let id): "key-id \(id)"
    case .distinguishedName: "dn"
    case .ownAddress, .hostName: nil
    }
  }

  // MARK: Authentication

  private static func methodPattern(_ side: String) -> String {
    "authentication \(side) {pre-share [key \(SecretWords.toTheEnd)]|rsa-sig|ecdsa-sig|eap}"
  }

  private static let methodHelp = [
    "authentication": "Set the authentication method", "key": "The key follows; without, it is the keyring's",
    "local": "How we prove who we are",
    "remote": "How peers may prove who they are",
  ]

  /// `authentication local {pre-share [key KEY] | rsa-sig | ecdsa-sig}`
  static let authenticationLocal = Command<IKEv2ProfileSettings>(
    methodPattern("local"), modes: [.ikev2Profile], help: help(methodHelp), no: .words(2),
    apply: { (settings: inout IKEv2ProfileSettings, input: CommandInput) throws(CommandRefusal) in
      settings.localMethod = input.negated ? nil : try method(input)
      settings.localSecret = try profileSecret(input)
    },
    write: { settings in settings.localMethod.map { [methodLine("local", $0, settings.localSecret)] } ?? [] })

  /// `authentication remote {pre-share [key KEY] | rsa-sig | ecdsa-sig}`
  static let authenticationRemote = Command<IKEv2ProfileSettings>(
    methodPattern("remote"), modes: [.ikev2Profile], help: help(methodHelp), no: .words(2),
    apply: { (settings: inout IKEv2ProfileSettings, input: CommandInput) throws(CommandRefusal) in
      let named = CryptoWords.value(CryptoWords.methods, input.arguments)
      settings.remoteMethods.removeAll { input.negated ? named == nil || $0 == named : $0 == named }
      if !input.negated { settings.remoteMethods.append(try method(input)) }
      if input.negated ? named == nil || named == .preSharedKey : named == .preSharedKey {
        settings.remoteSecret = try profileSecret(input)
      }
    },
    write: { settings in settings.remoteMethods.map { methodLine("remote", $0, settings.remoteSecret) } })

  private static func method(_ input: CommandInput) throws(CommandRefusal) -> AuthenticationMethod {
    guard let method = CryptoWords.value(CryptoWords.methods, input.arguments) else {
      throw CommandRefusal("EAP is not in this program: use pre-share, rsa-sig or ecdsa-sig")
    }
    return method
  }

  private static func profileSecret(_ input: CommandInput) throws(CommandRefusal) -> ConfiguredSecret? {
    input.negated || !input.arguments.has("key") ? nil : try SecretWords.secret(input.arguments)
  }

  private static func methodLine(_ side: String, _ method: AuthenticationMethod, _ secret: ConfiguredSecret?) -> String {
    let key = method == .preSharedKey ? secret.map { " key " + SecretWords.text($0) } ?? "" : ""
    return "authentication \(side) " + CryptoWords.word(CryptoWords.methods, method) + key
  }

  // MARK: The rest

  /// `keyring local NAME`
  static let profileKeyring = Command<IKEv2ProfileSettings>(
    "keyring local <name:word>", modes: [.ikev2Profile],
    help: help(["keyring": "Where keys are", "local": "A keyring of this configuration"]),
    apply: { settings, input in settings.keyring = input.negated ? nil : input.arguments[text: "name"] },
    write: { $0.keyring.map { ["keyring local \($0)"] } ?? [] })

  /// `pki trustpoint NAME [sign | verify]`
  static let profileTrustpoint = Command<IKEv2ProfileSettings>(
    "pki trustpoint <name:word> [{sign|verify}]", modes: [.ikev2Profile],
    help: help(["trustpoint": "Trustpoint for signatures", "sign": "Only to sign with", "verify": "Only to verify peers with"]),
    apply: { settings, input in
      let name = input.arguments[text: "name"]
      settings.trustpoints.removeAll { name == nil || $0.name == name }
      guard !input.negated, let name else { return }
      settings.trustpoints.append(
        TrustpointUse(name: name, purpose: input.arguments.has("sign") ? .sign : input.arguments.has("verify") ? .verify : .both))
    },
    write: { $0.trustpoints.map { "pki trustpoint \($0.name)" + ($0.purpose == .both ? "" : " \($0.purpose.rawValue)") } })

  /// `dpd S R {periodic | on-demand}`
  static let profileDeadPeer = Command<IKEv2ProfileSettings>(
    dpdPattern, modes: [.ikev2Profile], help: help(dpdHelp),
    apply: { settings, input in settings.deadPeer = input.negated ? nil : deadPeer(input.arguments) },
    write: { $0.deadPeer.map { [dpdText($0)] } ?? [] })
}
