// SPDX-License-Identifier: GPL-3.0-or-later

/// What may be drawn of a text, and how wide it is.
///
/// Names come from the network. Control characters, bidirectional controls, invisible characters and private-use characters become `?`;
/// combining marks are left out, because every cell holds one scalar. Widths come from the table below and not from `wcwidth`: that one
/// depends on the process locale, and golden files must not.
public enum DisplayText {
  /// The scalar to draw for `scalar`; nil for none at all.
  public static func drawable(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    let value = scalar.value
    if value >= 0x20 && value < 0x7f { return scalar }
    if value == 0x09 { return " " }
    if value < 0xa0 { return "?" }
    if value == 0xa0 { return " " }
    if (0x2500...0x28ff).contains(value) { return scalar }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return "?"
    case .spaceSeparator: return value == 0x3000 ? scalar : " "
    case .nonspacingMark, .enclosingMark, .spacingMark: return nil
    default: return isInvisible(value) ? "?" : scalar
    }
  }

  /// Columns that `scalar` takes, once it is drawable.
  public static func width(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x1100 { return 1 }
    var (low, high) = (0, wide.count - 1)
    while low <= high {
      let middle = (low + high) / 2
      if value < wide[middle].0 { high = middle - 1 } else if value > wide[middle].1 { low = middle + 1 } else { return 2 }
    }
    return 1
  }

  /// Columns that `text` takes when drawn; stops counting at `limit`, so that a long name costs no more than the screen is wide.
  public static func width(of text: String, limit: Int = 4096) -> Int {
    var total = 0
    for scalar in text.unicodeScalars {
      if let shown = drawable(scalar) { total += width(of: shown) }
      if total >= limit { return limit }
    }
    return total
  }

  /// `text` without anything that a terminal would take for a command; for output that is not a frame.
  public static func clean(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\t" || scalar == "\n" { result.append(scalar) } else if let shown = drawable(scalar) { result.append(shown) }
    }
    return String(result)
  }

  /// Fillers that have no picture of their own though they count as letters or symbols.
  private static func isInvisible(_ value: UInt32) -> Bool {
    switch value {
    case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0, 0xfffc: true
    default: false
    }
  }

  /// East Asian wide and full-width characters and emoji, as ranges in rising order (Unicode 15, UAX #11).
  private static let wide: [(UInt32, UInt32)] = [
    (0x1100, 0x115f), (0x231a, 0x231b), (0x2329, 0x232a), (0x23e9, 0x23ec), (0x23f0, 0x23f0), (0x23f3, 0x23f3), (0x25fd, 0x25fe),
    (0x2614, 0x2615), (0x2648, 0x2653), (0x267f, 0x267f), (0x2693, 0x2693), (0x26a1, 0x26a1), (0x26aa, 0x26ab), (0x26bd, 0x26be),
    (0x26c4, 0x26c5), (0x26ce, 0x26ce), (0x26d4, 0x26d4), (0x26ea, 0x26ea), (0x26f2, 0x26f3), (0x26f5, 0x26f5), (0x26fa, 0x26fa),
    (0x26fd, 0x26fd), (0x2705, 0x2705), (0x270a, 0x270b), (0x2728, 0x2728), (0x274c, 0x274c), (0x274e, 0x274e), (0x2753, 0x2755),
    (0x2757, 0x2757), (0x2795, 0x2797), (0x27b0, 0x27b0), (0x27bf, 0x27bf), (0x2b1b, 0x2b1c), (0x2b50, 0x2b50), (0x2b55, 0x2b55),
    (0x2e80, 0x303e), (0x3041, 0x33ff), (0x3400, 0x4dbf), (0x4e00, 0xa4cf), (0xa960, 0xa97f), (0xac00, 0xd7a3), (0xf900, 0xfaff),
    (0xfe10, 0xfe19), (0xfe30, 0xfe6f), (0xff00, 0xff60), (0xffe0, 0xffe6), (0x16fe0, 0x18d08), (0x1aff0, 0x1b2fb), (0x1f004, 0x1f004),
    (0x1f0cf, 0x1f0cf), (0x1f18e, 0x1f18e), (0x1f191, 0x1f19a), (0x1f200, 0x1f265), (0x1f300, 0x1f320), (0x1f32d, 0x1f335),
    (0x1f337, 0x1f37c), (0x1f37e, 0x1f393), (0x1f3a0, 0x1f3ca), (0x1f3cf, 0x1f3d3), (0x1f3e0, 0x1f3f0), (0x1f3f4, 0x1f3f4),
    (0x1f3f8, 0x1f43e), (0x1f440, 0x1f440), (0x1f442, 0x1f4fc), (0x1f4ff, 0x1f53d), (0x1f54b, 0x1f54e), (0x1f550, 0x1f567),
    (0x1f57a, 0x1f57a), (0x1f595, 0x1f596), (0x1f5a4, 0x1f5a4), (0x1f5fb, 0x1f64f), (0x1f680, 0x1f6c5), (0x1f6cc, 0x1f6cc),
    (0x1f6d0, 0x1f6d2), (0x1f6d5, 0x1f6d7), (0x1f6dc, 0x1f6df), (0x1f6eb, 0x1f6ec), (0x1f6f4, 0x1f6fc), (0x1f7e0, 0x1f7eb),
    (0x1f7f0, 0x1f7f0), (0x1f90c, 0x1f93a), (0x1f93c, 0x1f945), (0x1f947, 0x1f9ff), (0x1fa70, 0x1faff), (0x20000, 0x3fffd),
  ]
}
