// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL

/// Bytes to protect, in place: associated | IV | text | ICV. ESP packets and IKE messages both look so.
struct ProtectedRun {
  let start: UnsafeMutableRawPointer
  /// Bytes that are authenticated and not encrypted; at least 8 for ESP: SPI and the low half of the sequence number.
  let associatedBytes: Int
  let textBytes: Int
  let ivBytes: Int
  let icvBytes: Int
  /// Gives the IV when sealing; its high half is authenticated where `usesESN`.
  let sequence: UInt64
  let usesESN: Bool

  var iv: UnsafeMutableRawPointer { start + associatedBytes }
  var text: UnsafeMutableRawPointer { start + (associatedBytes + ivBytes) }
  var icv: UnsafeMutableRawPointer { start + (associatedBytes + ivBytes + textBytes) }
  /// The high half of the sequence number as it is authenticated.
  var sequenceHigh: UInt32 { UInt32(truncatingIfNeeded: sequence >> 32).bigEndian }
}

/// A keyed way to protect runs, of one direction; used by one thread at a time. Lengths were checked by the caller.
protocol Protection: AnyObject {
  /// Writes the IV, encrypts the text, writes the ICV. False if the library fails.
  func seal(_ run: ProtectedRun) -> Bool
  /// Checks the ICV and decrypts the text. False if the ICV is wrong: the text is then of no use, and holds nothing decrypted.
  func open(_ run: ProtectedRun) -> Bool
}

/// Encryption without authentication, one half of a `SeparateProtection`.
protocol TextCipher: AnyObject {
  /// Writes the IV that goes with a sequence number.
  func writeIV(_ iv: UnsafeMutableRawPointer, sequence: UInt64) -> Bool
  /// Encrypts or decrypts in place, by the direction it was made for.
  func apply(_ text: UnsafeMutableRawPointer, _ count: Int, iv: UnsafeRawPointer) -> Bool
}

/// Encrypt, then authenticate associated | IV | ciphertext (RFC 4303 §3.3.2.1, RFC 7296 §3.14). With ESN the high half of the sequence
/// number is appended to what is authenticated, and not sent (RFC 4303 §2.2.1).
final class SeparateProtection: Protection {
  private let cipher: any TextCipher
  private let authenticator: any Authenticator
  // An uncut value is the longest digest.
  private let value = UnsafeMutablePointer<UInt8>.allocate(capacity: SHA512Digest.digestBytes)

  init(_ cipher: any TextCipher, _ authenticator: any Authenticator) { (self.cipher, self.authenticator) = (cipher, authenticator) }

  deinit { release(value, count: SHA512Digest.digestBytes) }

  func seal(_ run: ProtectedRun) -> Bool {
    guard cipher.writeIV(run.iv, sequence: run.sequence), cipher.apply(run.text, run.textBytes, iv: run.iv) else { return false }
    guard authenticate(run) else { return false }
    run.icv.copyMemory(from: value, byteCount: run.icvBytes)
    return true
  }

  func open(_ run: ProtectedRun) -> Bool {
    guard authenticate(run), CRYPTO_memcmp(value, run.icv, run.icvBytes) == 0 else { return false }
    return cipher.apply(run.text, run.textBytes, iv: run.iv)
  }

  private func authenticate(_ run: ProtectedRun) -> Bool {
    authenticator.begin()
    authenticator.update(run.start, run.associatedBytes + run.ivBytes + run.textBytes)
    if run.usesESN {
      var high = run.sequenceHigh
      authenticator.update(&high, 4)
    }
    return authenticator.finish(value)
  }
}
