// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

/// A published computation: lines of `label: hexadecimal`, which may go on in the next line.
struct KnownAnswer: Sendable, CustomTestStringConvertible {
  let title: String
  private let fields: [String: String]

  init(_ title: String, _ text: String) {
    self.title = title
    var fields: [String: String] = [:], label = ""
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { label = String(parts[0]) }
      fields[label, default: ""] += parts.last ?? ""
    }
    self.fields = fields.mapValues { $0.filter { $0.isHexDigit } }
  }

  var testDescription: String { title }

  /// The bytes of a field; empty where it is absent.
  subscript(label: String) -> [UInt8] { hex(fields[label] ?? "") }

  func has(_ label: String) -> Bool { fields[label] != nil }

  /// A field as a number, 0 where it is absent.
  func number(_ label: String) -> UInt64 { self[label].reduce(0) { $0 << 8 | UInt64($1) } }

  var encryption: EncryptionAlgorithm { EncryptionAlgorithm(rawValue: UInt16(number("encryption"))) }
  var integrity: IntegrityAlgorithm { IntegrityAlgorithm(rawValue: UInt16(number("integrity"))) }
  var keyBits: UInt16 { UInt16(number("key bits")) }
  var suite: ESPSuite { ESPSuite(encryption: encryption.rawValue, keyBits: keyBits, integrity: integrity.rawValue) }

  func messageCipher() throws -> MessageCipher {
    try MessageCipher(
      encryption: encryption, keyBits: keyBits, integrity: integrity, encryptionKey: SecretBytes(self["key"]),
      integrityKey: SecretBytes(self["integrity key"]))
  }
}
