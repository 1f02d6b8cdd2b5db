// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IKE

/// Lines that may hold a key: what is said about them must not repeat it, and no history keeps them.
public enum KeyLine {
  private static let words: Set<String> = ["key", "pre-shared-key", "pre-share", "password", "secret", "key-string", "config-key"]

  /// Whether a key may stand in the line. Rather one line too many: abbreviations count.
  public static func mayHoldKey(_ line: String) -> Bool { keyWord(line) != nil }

  /// The word behind which a key may stand; nil where the line has none. A tunnel's key is no secret.
  private static func keyWord(_ line: String) -> Substring? {
    let all = line.split(whereSeparator: \.isWhitespace)
    let bare = all.drop { ["no", "default", "do"].contains($0.lowercased()) }
    guard let first = bare.first?.lowercased(), !(first.count >= 3 && "tunnel".hasPrefix(first)) else { return nil }
    let isISAKMP = bare.count > 3 && "crypto".hasPrefix(first) && "isakmp".hasPrefix(bare[bare.startIndex + 1].lowercased())
    if isISAKMP, "key".hasPrefix(bare[bare.startIndex + 2].lowercased()) { return bare[bare.startIndex + 2] }
    if first.count >= 3, "neighbor".hasPrefix(first), bare.count > 2, isPassword(bare[bare.startIndex + 2]) {
      return bare[bare.startIndex + 2]
    }
    return all.first { words.contains($0.lowercased()) || ($0.count >= 3 && "pre-shared-key".hasPrefix($0.lowercased())) }
  }

  private static func isPassword(_ word: Substring) -> Bool { word.count >= 2 && "password".hasPrefix(word.lowercased()) }

  /// The line as it may be repeated: what stands behind the word that says a key follows is not shown.
  static func shown(_ line: String) -> String {
    guard let word = keyWord(line), word.endIndex < line.endIndex else { return line }
    return line[..<word.endIndex] + " " + ConfiguredSecret.placeholder
  }

  /// The failure of a line, without the bad word where that may be a piece of a key.
  static func failure(_ failure: CommandFailure, of line: String) -> CommandFailure {
    guard mayHoldKey(line), failure.reason != .incomplete else { return failure }
    var other = failure
    other.word = "…"
    if case .ambiguous = failure.reason { other.reason = .ambiguous(word: "…") }
    return other
  }

  /// Why a line that was pasted out of a show cannot be taken; nil for others.
  static func refusal(_ line: String) -> String? {
    guard mayHoldKey(line), line.split(whereSeparator: \.isWhitespace).contains(ConfiguredSecret.placeholder[...]) else { return nil }
    return "'\(ConfiguredSecret.placeholder)' stands for a key that is not shown: type the key itself"
  }
}

extension NodeSettings {
  /// Whether a key itself stands in the configuration: then its file must be its owner's alone.
  public var holdsKeys: Bool { crypto.holdsKeys || policy.holdsKeys || bgp.holdsKeys }

  /// The same settings with a placeholder for each key: what shows are made of. Passwords of other features are theirs to hide, but
  /// those inside `crypto …`, `key chain …` and `router bgp` are not shown either.
  public var withoutKeys: NodeSettings {
    var copy = self
    (copy.crypto, copy.policy, copy.bgp) = (crypto.withoutKeys, policy.withoutKeys, bgp.withoutKeys(KeyLine.shown))
    for index in copy.kept.indices {
      let isChain = copy.kept[index].text.hasPrefix("key chain ")
      guard isChain || copy.kept[index].text.hasPrefix("crypto ") else { continue }
      // `key 1` in a chain is the head of a key.
      copy.kept[index].children = copy.kept[index].children.map { isChain && !$0.contains("key-string") ? $0 : KeyLine.shown($0) }
    }
    for index in copy.crypto.trustpoints.indices {
      copy.crypto.trustpoints[index].kept = copy.crypto.trustpoints[index].kept.map(KeyLine.shown)
    }
    return copy
  }
}
