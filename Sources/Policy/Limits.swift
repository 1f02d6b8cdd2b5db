// SPDX-License-Identifier: GPL-3.0-or-later

/// Bounds of this module that no standard sets.
public enum Limits {
  /// The longest expression in bytes: IOS' longest line.
  public static let expressionBytes = 254
  /// How many steps an expression may compile to. With the text's length it bounds the work of one match.
  public static let expressionSteps = 2_048
  /// How deep parentheses of an expression may nest: the reader calls itself.
  public static let expressionDepth = 32
  /// How many states the table of an expression may have; numbers of 16 bits name them.
  static let expressionStates = 512
  /// States times steps of an expression while its table is made: a line of configuration must not cost more than some milliseconds.
  static let expressionTableWork = 32_768
  /// How many route-map entries one route may pass: `continue` only leads forward, so more are a mistake of ours.
  public static let routeMapEntries = 65_536
  /// Up to here a prefix-list is read line by line; above, an index is built at the first question.
  static let scannedPrefixes = 8
  /// How many AS numbers one segment holds (its length is one octet, RFC 4271 §4.3).
  static let segmentNumbers = 255
  /// How many times `set as-path prepend` may name an AS, as on IOS.
  public static let prependedNumbers = 10
  /// The longest key in bytes: IOS takes 80 characters, RFC 4822 any length.
  public static let keyBytes = 256
}
