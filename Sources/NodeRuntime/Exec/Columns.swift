// SPDX-License-Identifier: GPL-3.0-or-later

extension String {
  /// Filled with spaces at the end up to `width`; a longer one stays whole.
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
  /// Filled with spaces at the front up to `width`.
  func rightAligned(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
  /// Without spaces at its end.
  var trimmedEnd: String { String(prefix(upTo: lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? startIndex)) }
  /// Without spaces on either side.
  var trimmed: String { String(drop { $0.isWhitespace }).trimmedEnd }
}

extension Int {
  /// `07`
  var twoDigits: String { self < 10 ? "0\(self)" : "\(self)" }
}
