// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// What is to be said about one line of a configuration file.
public struct ConfigurationDiagnostic: Sendable, Equatable {
  /// How bad it is.
  public enum Level: String, Sendable {
    /// The file is refused.
    case error
    /// The file is taken, and does not do what its author may think.
    case warning
    /// The line is kept and written back, and nothing happens because of it.
    case notActedOn = "not acted on"
  }

  /// How bad it is.
  public var level: Level
  /// The file's name as the user gave it.
  public var file: String
  /// The line, from 1.
  public var line: Int
  /// The column of the word that is meant, from 1.
  public var column: Int
  /// What is wrong, and what was expected.
  public var text: String

  /// Makes a diagnostic.
  public init(level: Level, file: String, line: Int, column: Int, text: String) {
    (self.level, self.file, self.line, self.column, self.text) = (level, file, line, column, text)
  }

  /// `hub.conf:12:9: error: unknown word 'foo', expected A.B.C.D or NAME`
  public var located: String { "\(file):\(line):\(column): \(level.rawValue): \(text)" }
}

extension CommandFailure {
  /// What is wrong and what was expected, without a place.
  public var explanation: String {
    let place = ":0:\(column + 1): "
    return String(located(file: "", line: 0).dropFirst(place.count))
  }
}
