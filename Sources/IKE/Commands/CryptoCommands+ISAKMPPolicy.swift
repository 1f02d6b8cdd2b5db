// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IPsecCrypto

/// `crypto isakmp policy N` and its lines.
extension CryptoCommands {
  /// `crypto isakmp policy <1-10000>`
  public static let isakmpPolicy: CommandSection<CryptoSettings> = {
    var shape = SectionShape<ISAKMPPolicySettings>(
      headLine: { "crypto isakmp policy \($0.number)" }, lines: [policyEncryption, policyHash, policyMethod, policyGroup, policyLifetime])
    shape.name = { $0.int("name").map(String.init) }
    shape.precedes = { $0.number < $1.number }
    return CommandSection(
      "crypto isakmp policy <name:int(1-10000)>", in: .global, mode: .isakmpPolicy, help: help(["name": "Priority: 1 is tried first"]),
      at: \.isakmpPolicies, shape: shape)
  }()

  /// `encr {aes [128|192|256] | 3des}`
  static let policyEncryption = Command<ISAKMPPolicySettings>(
    "encryption {aes [{128|192|256}]|3des|des}", modes: [.isakmpPolicy],
    help: help([
      "encryption": "Set the encryption algorithm", "aes": "AES, 128 bit keys where nothing follows", "128": "128 bit keys",
      "192": "192 bit keys",
      "256": "256 bit keys",
    ]), no: .words(1),
    apply: { (settings: inout ISAKMPPolicySettings, input: CommandInput) throws(CommandRefusal) in
      guard !input.arguments.has("des") || input.negated else {
        throw CommandRefusal("DES is not in this program: its keys are found in a day")
      }
      settings.encryption =
        input.negated ? nil : input.arguments.has("3des") ? .init(.tripleDES, keyBits: 0) : .init(.aesCBC, keyBits: keyBits(input))
    },
    write: { $0.encryption.map { ["encr " + encryptionText($0)] } ?? [] })

  private static func keyBits(_ input: CommandInput) -> UInt16 { [192, 256].first { input.arguments.has("\($0)") } ?? 128 }

  private static func encryptionText(_ encryption: IKEProposal.Encryption) -> String {
    encryption.algorithm == .tripleDES ? "3des" : encryption.keyBits == 128 ? "aes" : "aes \(encryption.keyBits)"
  }

  /// `hash {sha | sha256 | sha384 | sha512 | md5}`
  static let policyHash = Command<ISAKMPPolicySettings>(
    "hash {\(CryptoWords.alternatives(CryptoWords.hash))}", modes: [.isakmpPolicy], help: help(["hash": "Set the hash algorithm"]),
    no: .words(1),
    apply: { settings, input in settings.hash = input.negated ? nil : CryptoWords.value(CryptoWords.hash, input.arguments) },
    write: { $0.hash.map { ["hash " + CryptoWords.word(CryptoWords.hash, $0)] } ?? [] })

  /// `authentication {pre-share | rsa-sig | ecdsa-sig}`
  static let policyMethod = Command<ISAKMPPolicySettings>(
    "authentication {\(CryptoWords.alternatives(CryptoWords.methods))|rsa-encr}", modes: [.isakmpPolicy],
    help: help(["authentication": "Set the authentication method"]), no: .words(1),
    apply: { (settings: inout ISAKMPPolicySettings, input: CommandInput) throws(CommandRefusal) in
      guard !input.arguments.has("rsa-encr") || input.negated else {
        throw CommandRefusal("RSA encrypted nonces are not in this program: use rsa-sig or pre-share")
      }
      settings.method = input.negated ? nil : CryptoWords.value(CryptoWords.methods, input.arguments)
    },
    write: { $0.method.map { ["authentication " + CryptoWords.word(CryptoWords.methods, $0)] } ?? [] })

  /// `group N`
  static let policyGroup = Command<ISAKMPPolicySettings>(
    "group {\(CryptoWords.groupPattern())|1}", modes: [.isakmpPolicy], help: help(["1": "768 bit MODP, which is not in this program"]),
    no: .words(1),
    apply: { (settings: inout ISAKMPPolicySettings, input: CommandInput) throws(CommandRefusal) in
      settings.group = input.negated ? nil : try groups(input).first
    },
    write: { $0.group.map { ["group \($0.rawValue)"] } ?? [] })

  /// The groups of a line in the order typed.
  static func groups(_ input: CommandInput) throws(CommandRefusal) -> [KeyExchangeMethod] {
    guard !input.arguments.has("1") else { throw CommandRefusal("group 1 (768 bits) is not in this program: use group 14 or 19") }
    return CryptoWords.values(CryptoWords.groups.map { ("\($0)", KeyExchangeMethod(rawValue: $0)) }, input.arguments)
  }

  /// `lifetime <60-86400>`
  static let policyLifetime = Command<ISAKMPPolicySettings>(
    "lifetime <seconds:int(60-86400)>", modes: [.isakmpPolicy], help: help([:]),
    apply: { settings, input in settings.lifetimeSeconds = input.negated ? nil : input.arguments.int("seconds") },
    write: { $0.lifetimeSeconds.map { ["lifetime \($0)"] } ?? [] })
}
