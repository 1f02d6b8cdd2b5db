// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit

/// What shows call algorithms, identities and states: IOS' words.
enum CryptoNames {
  // MARK: IKEv2

  /// `AES-CBC`
  static func encryption(_ algorithm: EncryptionAlgorithm) -> String {
    switch algorithm {
    case .tripleDES: "3DES"
    case .aesGCM8, .aesGCM12, .aesGCM16: "AES-GCM"
    case .aesCCM8, .aesCCM12, .aesCCM16: "AES-CCM"
    default: algorithm.name
    }
  }

  /// `SHA256`
  static func prf(_ prf: PseudoRandomFunction) -> String {
    let names: [PseudoRandomFunction: String] = [
      .hmacMD5: "MD5", .hmacSHA1: "SHA1", .hmacSHA256: "SHA256", .hmacSHA384: "SHA384", .hmacSHA512: "SHA512",
    ]
    return names[prf] ?? prf.name
  }

  /// `SHA96`, `SHA256`
  static func integrity(_ integrity: IntegrityAlgorithm) -> String {
    let names: [IntegrityAlgorithm: String] = [
      .none: "None", .hmacMD5: "MD596", .hmacSHA1: "SHA96", .hmacSHA256: "SHA256", .hmacSHA384: "SHA384", .hmacSHA512: "SHA512",
    ]
    return names[integrity] ?? integrity.name
  }

  /// `DH_GROUP_2048_MODP/Group 14`
  static func group(_ group: KeyExchangeMethod) -> String {
    let names: [KeyExchangeMethod: String] = [
      .modp1024: "1024_MODP", .modp1536: "1536_MODP", .modp2048: "2048_MODP", .modp3072: "3072_MODP", .modp4096: "4096_MODP", .modp8192: "8192_MODP",
      .ecp256: "256_ECP", .ecp384: "384_ECP", .ecp521: "521_ECP", .modp2048s256: "2048_256_MODP", .curve25519: "CURVE25519", .curve448: "CURVE448",
    ]
    return "DH_GROUP_\(names[group] ?? "UNKNOWN")/Group \(group.rawValue)"
  }

  /// `PSK`
  static func method(_ method: AuthenticationMethod?) -> String {
    switch method {
    case .preSharedKey?: "PSK"
    case .rsaSignature?: "RSA"
    case .ecdsaSignature?: "ECDSA"
    case nil: "Unknown"
    }
  }

  /// `READY`
  static func ikev2State(_ state: IKESARow.State) -> (status: String, description: String) {
    switch state {
    case .established: ("READY", "Negotiation done")
    case .rekeying: ("READY", "Rekey in progress")
    case .deleting: ("DELETE", "Deleting")
    case .initializing: ("IN-NEG", "Initiator waiting for INIT response or responder building it")
    default: ("IN-NEG", "Waiting for AUTH message")
    }
  }

  // MARK: ISAKMP

  /// `QM_IDLE`
  static func isakmpState(_ state: IKESARow.State) -> String {
    switch state {
    case .mainMode(let step): ["MM_NO_STATE", "MM_SA_SETUP", "MM_KEY_EXCH", "MM_KEY_AUTH"][min(Int(step), 3)]
    case .aggressiveMode(let step): ["AG_NO_STATE", "AG_INIT_EXCH", "AG_AUTH"][min(Int(step), 2)]
    case .established, .rekeying: "QM_IDLE"
    case .deleting, .initializing, .authenticating: "MM_NO_STATE"
    }
  }

  /// `aes`, `sha256`, `psk` of the table of `show crypto isakmp sa detail`.
  static func isakmp(_ row: IKESARow) -> (encryption: String, hash: String, method: String) {
    let encryption: String =
      switch row.encryption?.algorithm {
      case .aesCBC?: "aes"
      case .tripleDES?: "3des"
      default: ""
      }
    let hashes: [HashAlgorithm: String] = [.md5: "md5", .sha1: "sha", .sha256: "sha256", .sha384: "sha384", .sha512: "sha512"]
    let methods: [AuthenticationMethod: String] = [.preSharedKey: "psk", .rsaSignature: "rsig", .ecdsaSignature: "ecdsa"]
    return (encryption, row.hash.flatMap { hashes[$0] } ?? "", row.localMethod.flatMap { methods[$0] } ?? "")
  }

  // MARK: ESP

  /// `esp-256-aes esp-sha256-hmac`: key length in the middle, unlike the configuration; GCM's behind it.
  static func transform(_ suite: ESPSuite) -> String {
    let size = suite.keyBits > 128 ? "\(suite.keyBits)" : ""
    let cipher: String =
      switch EncryptionAlgorithm(rawValue: suite.encryption) {
      case .aesCBC: size.isEmpty ? "esp-aes" : "esp-\(size)-aes"
      case .aesGCM16: "esp-gcm" + (size.isEmpty ? "" : " \(size)")
      case .nullGMAC: "esp-gmac" + (size.isEmpty ? "" : " \(size)")
      case .tripleDES: "esp-3des"
      case .null: "esp-null"
      case .chaCha20Poly1305: "esp-chacha20-poly1305"
      case let other: "esp-" + other.name.lowercased()
      }
    return [cipher, hmac(suite)].filter { !$0.isEmpty }.joined(separator: " ")
  }

  private static func hmac(_ suite: ESPSuite) -> String {
    if suite.truncatesSHA256To96 { return "esp-sha256-96-hmac" }
    let names: [IntegrityAlgorithm: String] = [
      .none: "", .hmacMD5: "esp-md5-hmac", .hmacSHA1: "esp-sha-hmac", .hmacSHA256: "esp-sha256-hmac", .hmacSHA384: "esp-sha384-hmac",
      .hmacSHA512: "esp-sha512-hmac",
    ]
    let algorithm = IntegrityAlgorithm(rawValue: suite.integrity)
    return names[algorithm] ?? "esp-" + algorithm.name.lowercased()
  }

  /// `0x1A2B(6699)`
  static func spi(_ spi: UInt32) -> String { "0x\(hex(UInt64(spi)))(\(spi))" }

  /// Upper case, without zeros in front.
  static func hex(_ value: UInt64, digits: Int = 1) -> String { 
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  // MARK: Identities

  /// As a peer gave it; control characters of names are shown as `?`.
  static func identity(_ identity: IKEIdentity?) -> String {
    switch identity {
    case nil: "(none)"
    case .address(let address)?: address.description
    case .fqdn(let name)?, .mail(let name)?: printable(name)
    case .distinguishedName(let der)?: CertificateReader.text(ofNameDER: der) ?? "unreadable name"
    case .keyID(let bytes)?: printable(String(decoding: bytes, as: UTF8.self))
    case .unknown(let type, let bytes)?: "type \(type), \(bytes.count) bytes"
    }
  }

  private static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(256).map { (0x21...0x7e).contains($0.value) ? $0 : "?" }))
  }
}
