// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// A filter as typed after `/`: words that must all match. `!word` must not; `field=a|b` compares a field; `sev<=4` a severity.
public struct RowFilter: Sendable, Equatable {
  private enum Term: Sendable, Equatable {
    case contains(String, isWanted: Bool)
    case field(String, [String], isWanted: Bool)
    case severity(atMost: UInt8)
  }

  private let terms: [Term]

  /// The longest text of a row that is searched; a name may be 64 KiB long.
  private static let searchedLength = 512

  /// Reads a filter. Every text is one: what is no comparison is searched for.
  public init(_ text: String) {
    terms = text.prefix(Self.searchedLength).lowercased().split(separator: " ").prefix(16).map { Self.term(String($0)) }
  }

  /// Whether everything passes.
  public var isEmpty: Bool { terms.isEmpty }

  /// Whether a row passes.
  public func accepts(_ row: FilteredRow) -> Bool {
    if terms.isEmpty { return true }
    let texts = row.texts.map { String($0.unicodeScalars.prefix(Self.searchedLength)).lowercased() }
    return terms.allSatisfy { accepts($0, texts, row) }
  }

  private func accepts(_ term: Term, _ texts: [String], _ row: FilteredRow) -> Bool {
    switch term {
    case .contains(let word, let isWanted): return texts.contains { $0.contains(word) } == isWanted
    case .field(let name, let values, let isWanted):
      guard let value = row.fields.first(where: { $0.0 == name })?.1.lowercased() else { return !isWanted }
      return values.contains(value) == isWanted
    case .severity(let limit): return (row.severity?.rawValue ?? 0) <= limit
    }
  }

  private static func term(_ word: String) -> Term {
    if word.hasPrefix("sev<="), let limit = UInt8(word.dropFirst(5)) { return .severity(atMost: limit) }
    if word.hasPrefix("!"), word.utf8.count > 1 { return .contains(String(word.dropFirst()), isWanted: false) }
    for (sign, isWanted) in [("!=", false), ("=", true)] {
      if let range = word.firstRange(of: sign), range.lowerBound > word.startIndex {
        let values = word[range.upperBound...].split(separator: "|").map(String.init)
        return .field(String(word[..<range.lowerBound]), values, isWanted: isWanted)
      }
    }
    return .contains(word, isWanted: true)
  }
}

/// What a filter sees of a row.
public struct FilteredRow {
  /// What a bare word is searched in.
  var texts: [String]
  /// What `field=value` compares.
  var fields: [(String, String)] = []
  /// What `sev<=` compares.
  var severity: Severity?
}
