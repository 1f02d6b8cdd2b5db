// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// A key as the configuration gives it. Its description shows nothing of it.
public enum ConfiguredSecret: Sendable, Hashable {
  /// Typed as text; its UTF-8 bytes are the key.
  case text(SecretBytes)
  /// Typed in hexadecimal.
  case hexadecimal(SecretBytes)
  /// The first line of a file, which the host reads.
  case file(String)
  /// It is there, and this copy of the settings does not hold it: what shows are made of.
  case hidden

  /// What stands in a show where the key would be.
  public static let placeholder = "<hidden>"

  /// Whether the key itself is in the configuration's text.
  public var isInline: Bool {
    switch self {
    case .text, .hexadecimal: true
    case .file, .hidden: false
    }
  }

  /// The same without the key; a file's path stays.
  public var withoutKey: ConfiguredSecret { isInline ? .hidden : self }

  /// How many bytes the key has, where that is known.
  public var count: Int? {
    switch self {
    case .text(let bytes), .hexadecimal(let bytes): bytes.count
    case .file, .hidden: nil
    }
  }
}
