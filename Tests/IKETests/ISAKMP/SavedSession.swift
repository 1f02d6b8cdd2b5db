// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// A session of `Captures/`: three strongSwan nodes, every message, and the secrets that they logged.
struct SavedSession: Sendable {
  struct Phase1: Sendable {
    var initiatorCookie: UInt64, responderCookie: UInt64
    var sharedSecret: SecretBytes, skeyid: SecretBytes, d: SecretBytes, a: SecretBytes, e: SecretBytes
    var firstVector: [UInt8]
  }

  struct Quick: Sendable {
    var messageID: UInt32
    /// With perfect forward secrecy.
    var sharedSecret: SecretBytes?
    /// Encryption key and integrity key of each direction.
    var initiatorKeys: SecretBytes, responderKeys: SecretBytes
  }

  struct Message: Sendable {
    var milliseconds: Int, source: IPAddress, destination: IPAddress, bytes: [UInt8]
  }

  var name: String
  var hash: HashAlgorithm, encryption: IKEProposal.Encryption
  var preSharedKey = SecretBytes([])
  var phase1: [Phase1] = [], quick: [Quick] = [], messages: [Message] = []

  static let all = [
    SavedSession("ikev1-main-psk-aes256-sha256", .sha256, 256), SavedSession("ikev1-main-psk-aes128-sha1-pfs", .sha1, 128),
    SavedSession("ikev1-aggressive-psk-aes128-sha1", .sha1, 128),
  ]

  private init(_ name: String, _ hash: HashAlgorithm, _ keyBits: UInt16) {
    (self.name, self.hash, encryption) = (name, hash, IKEProposal.Encryption(.aesCBC, keyBits: keyBits))
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let text = (try? String(contentsOf: folder.appending(path: "Captures/\(name).txt"), encoding: .utf8)) ?? ""
    for line in text.split(separator: "\n") where !line.hasPrefix("#") { read(line.split(separator: " ").map(String.init)) }
  }

  private mutating func read(_ words: [String]) {
    switch words.first {
    case "psk": preSharedKey = SecretBytes(bytes(words[1]))
    case "phase1":
      let secrets = words[3...7].map { SecretBytes(bytes($0)) }
      phase1.append(
        Phase1(
          initiatorCookie: UInt64(words[1], radix: 16) ?? 0, responderCookie: UInt64(words[2], radix: 16) ?? 0, sharedSecret: secrets[0],
          skeyid: secrets[1], d: secrets[2], a: secrets[3], e: secrets[4], firstVector: bytes(words[8])))
    case "quick":
      quick.append(
        Quick(
          messageID: UInt32(words[1], radix: 16) ?? 0, sharedSecret: words[2] == "-" ? nil : SecretBytes(bytes(words[2])),
          initiatorKeys: SecretBytes(bytes(words[3] + words[4])), responderKeys: SecretBytes(bytes(words[5] + words[6]))))
    case "message":
      messages.append(
        Message(
          milliseconds: Int(words[1]) ?? 0, source: IPAddress(words[2]) ?? .anyV4, destination: IPAddress(words[3]) ?? .anyV4,
          bytes: bytes(words[4])))
    default: break
    }
  }
}

extension SavedSession: CustomTestStringConvertible {
  var testDescription: String { name }
}

/// Bytes of hexadecimal text; blanks are passed over.
func bytes(_ hex: String) -> [UInt8] {
  let digits = hex.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

extension SecretBytes {
  var bytes: [UInt8] { withBytes { Array($0) } }
}
