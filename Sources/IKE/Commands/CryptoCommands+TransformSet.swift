// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IPsecCrypto
import ProtocolKit

/// `crypto ipsec transform-set NAME TRANSFORM …` and its line.
extension CryptoCommands {
  /// `crypto ipsec transform-set NAME TRANSFORM …`
  public static let transformSet: CommandSection<CryptoSettings> = {
    var shape = SectionShape<TransformSetSettings>(
      headLine: { "crypto ipsec transform-set \($0.name) \(TransformWords.text($0.suite))" }, lines: [transformMode])
    shape.applyHead = { (settings: inout TransformSetSettings, input: CommandInput) throws(CommandRefusal) in
      settings.suite = try TransformWords.suite(input.arguments)
    }
    return CommandSection(
      "crypto ipsec transform-set <name:word> \(TransformWords.pattern)", in: .global, mode: .transformSet, help: help(TransformWords.help),
      at: \.transformSets, shape: shape)
  }()

  /// `mode {transport | tunnel} [require]`
  static let transformMode = Command<TransformSetSettings>(
    "mode {transport|tunnel} [require]", modes: [.transformSet],
    help: help([
      "mode": "Encapsulation mode", "transport": "The outer header stays in front", "tunnel": "A second header is inside",
      "require": "Refuse the other",
    ]), no: .words(1),
    apply: { settings, input in
      settings.mode = !input.negated && input.arguments.has("transport") ? .transport : .tunnel
      settings.requiresMode = !input.negated && input.arguments.has("require")
    },
    write: { ["mode " + ($0.mode == .transport ? "transport" : "tunnel") + ($0.requiresMode ? " require" : "")] })
}

/// Transforms of IOS, and two more.
enum TransformWords {
  private static let sized: [(word: String, algorithm: EncryptionAlgorithm, name: String)] = [
    ("esp-aes", .aesCBC, "AES-CBC"), ("esp-gcm", .aesGCM16, "AES-GCM: encrypts and authenticates"),
    ("esp-gmac", .nullGMAC, "AES-GMAC: authenticates alone"),
  ]
  private static let plain: [(word: String, algorithm: EncryptionAlgorithm, name: String)] = [
    ("esp-3des", .tripleDES, "Triple DES (weak)"), ("esp-null", .null, "No encryption"),
    ("esp-chacha20-poly1305", .chaCha20Poly1305, "ChaCha20-Poly1305: encrypts and authenticates (RFC 7634)"),
  ]
  private static let integrity: [(word: String, algorithm: IntegrityAlgorithm, name: String)] = [
    ("esp-md5-hmac", .hmacMD5, "HMAC-MD5-96 (weak)"), ("esp-sha-hmac", .hmacSHA1, "HMAC-SHA-1-96 (weak)"),
    ("esp-sha256-hmac", .hmacSHA256, "HMAC-SHA-256-128"),
    ("esp-sha384-hmac", .hmacSHA384, "HMAC-SHA-384-192"), ("esp-sha512-hmac", .hmacSHA512, "HMAC-SHA-512-256"),
  ]
  /// HMAC-SHA-256 cut to 96 bits.
  private static let truncated = "esp-sha256-96-hmac"
  /// What is refused, and what to write in its place.
  private static let refused: [(word: String, instead: String)] = [
    ("ah-md5-hmac", "esp-null esp-md5-hmac"), ("ah-sha-hmac", "esp-null esp-sha-hmac"), ("ah-sha256-hmac", "esp-null esp-sha256-hmac"),
    ("ah-sha384-hmac", "esp-null esp-sha384-hmac"), ("ah-sha512-hmac", "esp-null esp-sha512-hmac"), ("esp-des", "esp-aes"),
    ("esp-seal", "esp-aes"),
    ("comp-lzs", "nothing"),
  ]
  private static let bits = [128, 192, 256]

  static let pattern: String = {
    let withBits = sized.map { "\($0.word) [{128|192|256}]" }
    return "{" + (withBits + plain.map(\.word) + integrity.map(\.word) + [truncated] + refused.map(\.word)).joined(separator: "|") + "}..."
  }()

  static let help: [String: String] = {
    let texts = (sized + plain).map { ($0.word, $0.name) } + integrity.map { ($0.word, $0.name) } + bits.map { ("\($0)", "\($0) bit keys") }
    let others =
      [(truncated, "HMAC-SHA-256 cut to 96 bits, as Huawei and old Linux have it")] + refused.map { ($0.word, "Not in this program") }
    return Dictionary(uniqueKeysWithValues: texts + others)
  }()

  /// What the words of a head mean together.
  static func suite(_ arguments: Arguments) throws(CommandRefusal) -> ESPSuite {
    if let row = refused.first(where: { arguments.has($0.word) }) { throw refusal(row) }
    let ciphers = (sized + plain).filter { arguments.has($0.word) }
    let hashes = integrity.filter { arguments.has($0.word) }
    let isTruncated = arguments.has(truncated)
    guard ciphers.count <= 1, hashes.count + (isTruncated ? 1 : 0) <= 1, arguments.keywords.filter({ $0.hasPrefix("esp-") }).count <= 2
    else {
      throw CommandRefusal("a transform set has one encryption transform and one for integrity")
    }
    let cipher = ciphers.first?.algorithm ?? .null
    let hash = isTruncated ? IntegrityAlgorithm.hmacSHA256 : hashes.first?.algorithm
    guard hash == nil || !cipher.isCombined else {
      throw CommandRefusal("\(ciphers.first?.word ?? "") authenticates by itself: take the hmac transform away")
    }
    guard cipher != .null || hash != nil else { throw CommandRefusal("esp-null alone protects nothing: add esp-sha256-hmac") }
    let hasSize = sized.contains { $0.algorithm == cipher }
    let keyBits = hasSize ? UInt16(bits.last { arguments.has("\($0)") } ?? 128) : 0
    return ESPSuite(encryption: cipher.rawValue, keyBits: keyBits, integrity: hash?.rawValue ?? 0, truncatesSHA256To96: isTruncated)
  }

  private static func refusal(_ row: (word: String, instead: String)) -> CommandRefusal {
    if row.word == "comp-lzs" { return CommandRefusal("compression is not in this program: take comp-lzs away") }
    if row.word.hasPrefix("ah-") {
      return CommandRefusal("AH (\(row.word)) is not in this program and does not pass NAT: '\(row.instead)' is its equivalent in ESP")
    }
    return CommandRefusal("\(row.word) is not in this program: use '\(row.instead)'")
  }

  /// The transforms of a suite, as IOS writes them.
  static func text(_ suite: ESPSuite) -> String {
    let cipher = (sized + plain).first { $0.algorithm.rawValue == suite.encryption }?.word ?? "?"
    let hash = suite.truncatesSHA256To96 ? truncated : integrity.first { $0.algorithm.rawValue == suite.integrity }?.word
    let size = suite.keyBits > 128 ? " \(suite.keyBits)" : ""
    return cipher + size + (hash.map { " " + $0 } ?? "")
  }
}
