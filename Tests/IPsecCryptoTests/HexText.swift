// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// The bytes that hexadecimal text says; blanks and line ends between them are for the reader.
func hex(_ text: String) -> [UInt8] {
  let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// The same as a key.
func secret(_ text: String) -> SecretBytes { SecretBytes(hex(text)) }

extension SecretBytes {
  /// The bytes, for comparison in a test.
  var bytes: [UInt8] { withBytes { Array($0) } }
}
