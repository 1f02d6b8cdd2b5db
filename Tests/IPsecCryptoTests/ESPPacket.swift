// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// An ESP packet in memory, for tests: SPI, sequence number, IV, text, ICV.
final class ESPPacket {
  var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Another packet of the same bytes: sealing and opening work in place.
  var copy: ESPPacket { ESPPacket(bytes) }

  /// A packet with room for IV and ICV.
  init(header: [UInt8], text: [UInt8], for cipher: PacketCipher) {
    let iv = [UInt8](repeating: 0, count: cipher.ivBytes), icv = [UInt8](repeating: 0, count: cipher.icvBytes)
    bytes = header + iv + text + icv
  }

  func seal(_ cipher: PacketCipher, sequence: UInt64, usesESN: Bool = false) -> Bool {
    let count = bytes.count
    return bytes.withUnsafeMutableBytes { memory in
      memory.baseAddress.map { cipher.seal($0, count: count, sequence: sequence, usesESN: usesESN) } ?? false
    }
  }

  func open(_ cipher: PacketCipher, sequence: UInt64, usesESN: Bool = false, count: Int? = nil) -> Bool {
    let count = count ?? bytes.count
    return bytes.withUnsafeMutableBytes { memory in
      memory.baseAddress.map { cipher.open($0, count: count, sequence: sequence, usesESN: usesESN) } ?? false
    }
  }

  /// What stands between IV and ICV.
  func text(_ cipher: PacketCipher) -> [UInt8] { Array(bytes[(8 + cipher.ivBytes)..<(bytes.count - cipher.icvBytes)]) }
}

extension ESPSuite {
  /// Keys of the right length for tests: 1, 2, 3…
  var testKeys: SecretBytes { SecretBytes((0..<(PacketCipher.keyBytes(of: self) ?? 0)).map { UInt8(truncatingIfNeeded: $0 + 1) }) }

  /// Every suite there is.
  static let all: [ESPSuite] = {
    let aes: [UInt16] = [128, 192, 256]
    let combined = (14...21 as ClosedRange<UInt16>).filter { $0 != 17 }.flatMap { number in
      aes.map { ESPSuite(encryption: number, keyBits: $0) }
    }
    let ciphers: [(UInt16, UInt16)] = [(3, 0), (11, 0)] + aes.map { (12, $0) } + aes.map { (13, $0) }
    let separate = ciphers.flatMap { cipher in
      [1, 2, 5, 8, 12, 13, 14].map { ESPSuite(encryption: cipher.0, keyBits: cipher.1, integrity: $0) }
    }
    let truncated = ESPSuite(encryption: 12, keyBits: 128, integrity: 12, truncatesSHA256To96: true)
    return combined + [ESPSuite(encryption: 28, keyBits: 0)] + separate + [truncated]
  }()

  /// One suite of each kind of computation.
  static let various: [ESPSuite] = [
    ESPSuite(encryption: 20, keyBits: 128), ESPSuite(encryption: 18, keyBits: 256), ESPSuite(encryption: 15, keyBits: 192),
    ESPSuite(encryption: 21, keyBits: 128), ESPSuite(encryption: 28, keyBits: 0), ESPSuite(encryption: 12, keyBits: 256, integrity: 12),
    ESPSuite(encryption: 12, keyBits: 128, integrity: 12, truncatesSHA256To96: true), ESPSuite(encryption: 3, keyBits: 0, integrity: 1),
    ESPSuite(encryption: 13, keyBits: 128, integrity: 5), ESPSuite(encryption: 11, keyBits: 0, integrity: 8),
  ]
}
