// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// ESP's cryptography for one direction of an association (RFC 4303): in place, without an allocation for a packet.
///
/// It has the state of a computation in it, so it belongs to one core and one thread at a time. Cores that share an association each
/// have their own.
public final class PacketCipher {
  /// Bytes of the IV in a packet.
  public let ivBytes: Int
  /// Bytes of the ICV at the end of a packet.
  public let icvBytes: Int
  /// What the text must be padded to a multiple of, in bytes; at least 4.
  public let blockBytes: Int
  private let textBlockBytes: Int
  private let protection: any Protection
  private let use: CipherUse
  // SPI and sequence number.
  private static let headerBytes = 8

  /// Keys a cipher with the KEYMAT of the direction: encryption key, salt, integrity key. Throws `unsupported` for a suite that is not
  /// there or protects nothing, `wrongLength` for other keys than `keyBytes(of:)` bytes.
  public init(_ suite: ESPSuite, keys: SecretBytes, direction: SecurityAssociation.Direction) throws(CryptoError) {
    let parts = try SuiteParts(suite)
    guard keys.count == parts.keyBytes else { throw .wrongLength("ESP keys") }
    use = direction == .outbound ? .sealing : .opening
    protection = try parts.protection(
      keys.part(0, parts.encryptionKeyBytes), keys.part(parts.encryptionKeyBytes, parts.integrityKeyBytes), use)
    (ivBytes, icvBytes, textBlockBytes) = (parts.encryption.ivBytes, parts.icvBytes, parts.encryption.textBlockBytes)
    blockBytes = max(4, textBlockBytes)
  }

  /// Bytes of KEYMAT for one direction (RFC 7296 §2.17); nil where the suite is not supported.
  public static func keyBytes(of suite: ESPSuite) -> Int? { (try? SuiteParts(suite))?.keyBytes }

  /// Seals a packet: SPI | sequence number | room for the IV | text with its padding and trailer | room for the ICV, `count` bytes in
  /// all. Writes the IV, which follows from `sequence` (one and the same must not be used twice with a key), and the ICV. The high half
  /// of `sequence` is authenticated with ESN. False, with nothing of use in the packet, for a length that cannot be or an inbound cipher.
  public func seal(_ packet: UnsafeMutableRawPointer, count: Int, sequence: UInt64, usesESN: Bool) -> Bool {
    guard use == .sealing, let run = run(packet, count, sequence, usesESN) else { return false }
    return protection.seal(run)
  }

  /// Opens a packet in place: checks the ICV, and decrypts the text. `sequence` is what the receiver takes for the whole number. False
  /// if it is not authentic, or of a length that cannot be; the text is then of no use.
  public func open(_ packet: UnsafeMutableRawPointer, count: Int, sequence: UInt64, usesESN: Bool) -> Bool {
    guard use == .opening, let run = run(packet, count, sequence, usesESN) else { return false }
    return protection.open(run)
  }

  private func run(_ packet: UnsafeMutableRawPointer, _ count: Int, _ sequence: UInt64, _ usesESN: Bool) -> ProtectedRun? {
    guard count >= 0, count <= 65_535 else { return nil }
    let textBytes = count - (Self.headerBytes + ivBytes + icvBytes)
    // Padding length and next header are there in any packet.
    guard textBytes >= 2, textBlockBytes == 1 || textBytes % textBlockBytes == 0 else { return nil }
    return ProtectedRun(
      start: packet, associatedBytes: Self.headerBytes, textBytes: textBytes, ivBytes: ivBytes, icvBytes: icvBytes, sequence: sequence,
      usesESN: usesESN)
  }
}

@available(*, unavailable)
extension PacketCipher: Sendable {}
