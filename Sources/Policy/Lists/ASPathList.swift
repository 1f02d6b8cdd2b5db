// SPDX-License-Identifier: GPL-3.0-or-later

/// `ip as-path access-list N`
public struct ASPathList: NamedElement {
  /// One line.
  public struct Entry: Sendable, Hashable {
    /// `permit` or `deny`.
    public var permits: Bool
    /// What the path must match.
    public var expression: PathExpression

    /// Makes a line.
    public init(permits: Bool, expression: PathExpression) { (self.permits, self.expression) = (permits, expression) }
  }

  /// Its number.
  public let name: String
  /// Its lines in the order in which they were typed.
  public internal(set) var entries: [Entry] = []

  /// A list without lines.
  public init(name: String) { self.name = name }

  /// Whether the first line that matches permits; no line denies. `path` is the text that `ASPathSegment.text` makes.
  public func permits(_ path: String) -> Bool {
    entries.first { $0.expression.matches(path) }?.permits ?? false
  }
}
