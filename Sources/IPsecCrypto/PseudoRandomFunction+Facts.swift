// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

extension PseudoRandomFunction {
  private var row: PseudoRandomFunctionRow? { .row(self) }
  /// As `show` prints it; the number of one that nobody here knows.
  public var name: String { row?.name ?? "prf \(rawValue)" }
  /// Bytes of its output.
  public var outputBytes: Int { row?.bytes ?? 0 }
  /// The preferred length of its keys, SK_d and SK_p among them, in bytes (RFC 7296 §2.13).
  public var keyBytes: Int { row?.bytes ?? 0 }
  /// How many bytes of each nonce make the key of SKEYSEED; nil for all. AES-XCBC and AES-CMAC take the first 8 of each
  /// (RFC 7296 §2.14); prf+ takes whole nonces with them too.
  public var seedNonceBytes: Int? { row?.seedNonceBytes }
  /// Whether RFC 8247 advises against it.
  public var isWeak: Bool { row?.isWeak ?? false }
  /// Whether this build has it.
  public var isSupported: Bool { row != nil }

  /// prf(key, parts one after the other). The key may have any length (RFC 7296 §2.13, RFC 4434 §2, RFC 4615 §3). Empty where the
  /// function is not supported.
  public func compute(_ key: SecretBytes, _ parts: [UInt8]...) -> SecretBytes { value(key, parts) }

  func value(_ key: SecretBytes, _ parts: [[UInt8]]) -> SecretBytes {
    guard let keyed = try? row?.make(key) else { return SecretBytes([]) }
    return keyed.value(of: parts)
  }

  /// prf+ (RFC 7296 §2.13): T1 | T2 | …, where Tn = prf(key, Tn-1 | seed | n), cut to `count` bytes. The octet n ends at 255, so
  /// never more than 255 outputs; empty where the function is not supported.
  public func expand(_ key: SecretBytes, seed: [UInt8], count: Int) -> SecretBytes {
    guard let keyed = try? row?.make(key) else { return SecretBytes([]) }
    let bytes = min(max(0, count), 255 * keyed.outputBytes)
    var output = SecretBytes([]), previous = output
    for n in 1...255 where output.count < bytes {
      previous = keyed.value(after: previous, of: [seed, [UInt8(n)]])
      output = output.appending(previous)
    }
    return output.part(0, bytes)
  }
}
