// SPDX-License-Identifier: GPL-3.0-or-later

/// The text stays as it is (RFC 2410).
final class NullCipher: TextCipher {
  func writeIV(_ iv: UnsafeMutableRawPointer, sequence: UInt64) -> Bool { true }
  func apply(_ text: UnsafeMutableRawPointer, _ count: Int, iv: UnsafeRawPointer) -> Bool { true }
}
