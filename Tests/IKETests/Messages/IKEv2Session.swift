// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// A version 2 session of `Captures/`: every message, and the secrets that its ends logged.
struct IKEv2Session: Sendable {
  struct Secrets: Sendable {
    var shared: SecretBytes?
    var d: SecretBytes?
    var ai: SecretBytes, ar: SecretBytes, ei: SecretBytes, er: SecretBytes
    var pi: SecretBytes?, pr: SecretBytes?
  }

  struct Child: Sendable {
    var seed: [UInt8]
    var initiator: SecretBytes, responder: SecretBytes
  }

  var name: String
  var preSharedKey = SecretBytes([])
  var encryption = EncryptionAlgorithm.null, keyBits: UInt16 = 0
  var prf = PseudoRandomFunction.hmacSHA256, integrity = IntegrityAlgorithm.none
  var secrets: [Secrets] = []
  var children: [Child] = []
  var messages: [(source: IPAddress, destination: IPAddress, bytes: [UInt8])] = []

  static let names = ["ikev2-psk-aes256-sha256", "ikev2-psk-aes128gcm16", "ikev2-psk-aes128gcm16-x25519-pfs"]
  static let strongSwan = names.map(IKEv2Session.init)
  static let all = strongSwan + ["ikev2-decrypt-aes256cbc", "ikev2-decrypt-aes256gcm16"].map(IKEv2Session.init)

  init(_ name: String) {
    self.name = name
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let text = (try? String(contentsOf: folder.appending(path: "Captures/\(name).txt"), encoding: .utf8)) ?? ""
    for line in text.split(separator: "\n") where !line.hasPrefix("#") { read(line.split(separator: " ").map(String.init)) }
  }

  private mutating func read(_ words: [String]) {
    func secret(_ index: Int) -> SecretBytes? { words[index] == "-" ? nil : SecretBytes(bytes(words[index])) }
    switch words.first {
    case "psk": preSharedKey = SecretBytes(bytes(words[1]))
    case "suite":
      let numbers = words.dropFirst().compactMap { UInt16($0) }
      (encryption, keyBits) = (EncryptionAlgorithm(rawValue: numbers[0]), numbers[1])
      (prf, integrity) = (PseudoRandomFunction(rawValue: numbers[2]), IntegrityAlgorithm(rawValue: numbers[3]))
    case "secret":
      secrets.append(
        Secrets(
          shared: secret(1), d: secret(3), ai: secret(4) ?? SecretBytes([]), ar: secret(5) ?? SecretBytes([]),
          ei: secret(6) ?? SecretBytes([]), er: secret(7) ?? SecretBytes([]), pi: secret(8), pr: secret(9)))
    case "child":
      children.append(Child(seed: bytes(words[1]), initiator: SecretBytes(bytes(words[2])), responder: SecretBytes(bytes(words[3]))))
    case "message":
      messages.append((IPAddress(words[2]) ?? .anyV4, IPAddress(words[3]) ?? .anyV4, bytes(words[4])))
    default: break
    }
  }

  func suite(_ group: KeyExchangeMethod) -> IKESuite {
    IKESuite(encryption: .init(encryption, keyBits: keyBits), prf: prf, integrity: integrity, group: group)
  }

  var espSuite: ESPSuite { ESPSuite(encryption: encryption.rawValue, keyBits: keyBits, integrity: integrity.rawValue) }

  func cipher(_ e: SecretBytes, _ a: SecretBytes) throws -> MessageCipher {
    try MessageCipher(encryption: encryption, keyBits: keyBits, integrity: integrity, encryptionKey: e, integrityKey: a)
  }
}

extension IKEv2Session: CustomTestStringConvertible {
  var testDescription: String { name }
}

extension IKEMessage {
  /// What is inside, opened with a key of its sender.
  func opened(_ bytes: [UInt8], _ cipher: MessageCipher) throws -> [UInt8] {
    let enclosed = try #require(enclosed)
    return try cipher.open(enclosed.body, associated: Array(bytes.dropLast(enclosed.body.count)))
  }
}
