// SPDX-License-Identifier: GPL-3.0-or-later

/// A section inside another one that nobody acts on: it is kept with its lines, so that these are not taken for lines of the section
/// around.
public struct KeptPart: SectionSettings {
  /// Its first line, spelled out.
  public let name: String
  /// Its lines.
  public var kept: [String] = []

  /// A section without lines.
  public init(name: String) { self.name = name }

  /// Sections that begin with `heads` (keywords, then at most one value, `<rest:line>`) and are kept in a list.
  public static func section<Root: Sendable>(
    _ heads: String, in outerMode: CommandMode, mode: CommandMode, help: [String: String], closing: String? = nil,
    at list: WritableKeyPath<Root, [KeptPart]> & Sendable
  ) -> CommandSection<Root> {
    var shape = SectionShape<KeptPart>(headLine: { $0.name }, lines: [])
    shape.name = { ($0.keywords + [$0[text: "rest"]].compactMap { $0 }).joined(separator: " ") }
    (shape.closing, shape.isActedOn) = (closing, false)
    return CommandSection(heads, in: outerMode, mode: mode, help: help, at: list, shape: shape)
  }
}
