// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IPsecCrypto
import Wire

/// Words of IOS for algorithms, groups and networks, both ways.
enum CryptoWords {
  /// Groups that can be configured; 2, 5 and 24 are weak.
  static let groups: [UInt16] = [2, 5, 14, 15, 16, 18, 19, 20, 21, 24, 31, 32]
  /// `2|5|14…` for a pattern, with `prefix` before each.
  static func groupPattern(_ prefix: String = "") -> String { groups.map { prefix + "\($0)" }.joined(separator: "|") }

  /// Encryption of IKEv2 proposals.
  static let ikev2Encryption: [(word: String, value: IKEProposal.Encryption)] = [
    ("aes-cbc-128", .init(.aesCBC, keyBits: 128)), ("aes-cbc-192", .init(.aesCBC, keyBits: 192)),
    ("aes-cbc-256", .init(.aesCBC, keyBits: 256)),
    ("aes-gcm-128", .init(.aesGCM16, keyBits: 128)), ("aes-gcm-192", .init(.aesGCM16, keyBits: 192)),
    ("aes-gcm-256", .init(.aesGCM16, keyBits: 256)),
    ("chacha20-poly1305", .init(.chaCha20Poly1305, keyBits: 0)), ("3des", .init(.tripleDES, keyBits: 0)),
  ]

  static let integrity: [(word: String, value: IntegrityAlgorithm)] = [
    ("md5", .hmacMD5), ("sha1", .hmacSHA1), ("sha256", .hmacSHA256), ("sha384", .hmacSHA384), ("sha512", .hmacSHA512),
  ]

  static let prf: [(word: String, value: PseudoRandomFunction)] = [
    ("md5", .hmacMD5), ("sha1", .hmacSHA1), ("sha256", .hmacSHA256), ("sha384", .hmacSHA384), ("sha512", .hmacSHA512),
  ]

  static let hash: [(word: String, value: HashAlgorithm)] = [
    ("sha", .sha1), ("sha256", .sha256), ("sha384", .sha384), ("sha512", .sha512), ("md5", .md5),
  ]

  static let methods: [(word: String, value: AuthenticationMethod)] = [
    ("pre-share", .preSharedKey), ("rsa-sig", .rsaSignature), ("ecdsa-sig", .ecdsaSignature),
  ]

  /// The first value whose word was typed.
  static func value<Value>(_ table: [(word: String, value: Value)], _ arguments: Arguments) -> Value? {
    table.first { arguments.has($0.word) }?.value
  }

  /// The values of all words typed, in that order, each once.
  static func values<Value: Equatable>(_ table: [(word: String, value: Value)], _ arguments: Arguments) -> [Value] {
    arguments.keywords.reduce(into: []) { found, word in
      guard let value = table.first(where: { $0.word == word })?.value, !found.contains(value) else { return }
      found.append(value)
    }
  }

  /// The word for a value; `?` for one that no line can have made.
  static func word<Value: Equatable>(_ table: [(word: String, value: Value)], _ value: Value) -> String {
    table.first { $0.value == value }?.word ?? "?"
  }

  static func alternatives<Value>(_ table: [(word: String, value: Value)]) -> String { table.map(\.word).joined(separator: "|") }

  // MARK: Networks

  /// `address A [M]`: without a mask a host, but 0.0.0.0 stands for everybody, as on IOS.
  static func network(_ arguments: Arguments) -> IPPrefix? {
    if let prefix = arguments.prefix("prefix") { return prefix }
    guard let address = arguments.address("address") else { return nil }
    let length = arguments.address("mask").flatMap { IPPrefix.length(ofMask: $0) }
    return IPPrefix(address, length: length ?? (address.isUnspecified ? 0 : address.bitWidth))
  }

  /// `0.0.0.0 0.0.0.0`, `10.0.0.1`, `10.0.0.0 255.0.0.0`, `ipv6 2001:db8::/32`
  static func text(_ network: IPPrefix) -> String {
    guard network.address.isV4 else { return "ipv6 \(network)" }
    return network.isHost ? "\(network.address)" : "\(network.address) \(network.mask)"
  }

  /// The pattern of such a network.
  static let networkPattern = "{<address:ipv4> [<mask:mask>]|ipv6 <prefix:prefix>}"

  // MARK: Help

  static let help: [String: String] = [
    "crypto": "Encryption module", "ikev2": "Configure IKEv2 options", "isakmp": "Configure ISAKMP policy",
    "ipsec": "Configure IPsec policy",
    "pki": "Public key components", "ca": "Public key components", "profile": "Define a profile", "policy": "Define a policy",
    "keyring": "Define a keyring", "proposal": "Define a proposal", "transform-set": "Define a transform and its settings",
    "trustpoint": "Define a trustpoint", "name": "Name", "address": "Peers by address", "<address>": "IP address", "mask": "Network mask",
    "ipv6": "IPv6 network", "prefix": "Network and its length", "hostname": "Peer by name", "host": "Name", "<host>": "Name",
    "0": "A key in clear follows", "6": "A key encrypted by a router's master key follows; it cannot be read here",
    "file": "The key is the first line of a file", "hex": "The key in hexadecimal", "<path>": "Path of the file",
    "<digits>": "Two digits a byte",
    "<cipher>": "Encrypted key", "<key>": "The key", "local": "Our own side", "remote": "The peer's side", "sha": "SHA-1 (weak)",
    "sha1": "SHA-1 (weak)",
    "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512", "md5": "MD5 (weak)", "3des": "Triple DES (weak)",
    "des": "DES, which is not in this program",
    "pre-share": "Pre-shared key", "rsa-sig": "RSA signature", "ecdsa-sig": "ECDSA or EdDSA signature",
    "eap": "EAP, which is not in this program",
    "rsa-encr": "RSA encrypted nonces, which are not in this program", "lifetime": "Lifetime", "seconds": "Seconds",
    "kilobytes": "Kilobytes", "disable": "No limit",
    "days": "Days", "number": "Number", "security-association": "Security association parameters", "replay": "Replay protection",
    "window-size": "Packets that the replay window holds", "group": "Diffie-Hellman group", "periodic": "Ask at regular times",
    "on-demand": "Ask where packets wait", "keepalive": "Keepalives", "nat": "NAT traversal", "identity": "Identity", "any": "Any peer",
    "fqdn": "Name (FQDN)", "email": "Mail address", "domain": "Every name of a domain", "key-id": "Opaque key", "dn": "Distinguished name",
    "match": "Whom it is for",
  ].merging(groups.map { ("\($0)", CryptoWords.groupHelp($0)) }) { a, _ in a }

  private static func groupHelp(_ number: UInt16) -> String {
    let names: [UInt16: String] = [
      2: "1024 bit MODP (weak)", 5: "1536 bit MODP (weak)", 14: "2048 bit MODP", 15: "3072 bit MODP", 16: "4096 bit MODP",
      18: "8192 bit MODP",
      19: "256 bit ECP", 20: "384 bit ECP", 21: "521 bit ECP", 24: "2048 bit MODP with 256 bit subgroup (weak)", 31: "Curve25519",
      32: "Curve448",
    ]
    return names[number] ?? "Group"
  }
}
