// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy

extension BGPConfiguration {
  /// The same settings with a placeholder for each key: what shows are made of. Kept lines go through `hiding`.
  public func withoutKeys(_ hiding: (String) -> String) -> BGPConfiguration {
    var copy = self
    for r in copy.routers.indices {
      for n in copy.routers[r].neighbors.indices {
        copy.routers[r].neighbors[n].password = copy.routers[r].neighbors[n].password?.withoutKey
      }
      copy.routers[r].eachKept { $0 = $0.map(hiding) }
    }
    return copy
  }

  /// Whether a key itself stands in the configuration: then its file must be its owner's alone.
  public var holdsKeys: Bool { routers.contains { $0.holdsKeys } }
}

extension BGPSettings {
  /// Every list of kept lines there is: one that is forgotten here is shown with its keys.
  fileprivate mutating func eachKept(_ body: (inout [String]) -> Void) {
    body(&kept)
    for i in families.indices { body(&families[i].kept) }
    for list in [\BGPSettings.otherFamilies, \.policyTemplates, \.sessionTemplates] {
      for i in self[keyPath: list].indices { body(&self[keyPath: list][i].kept) }
    }
  }

  fileprivate var holdsKeys: Bool {
    if neighbors.contains(where: { if case .text? = $0.password { true } else { false } }) { return true }
    var copy = self, found = false
    copy.eachKept { found = found || $0.contains(where: BGPSettings.holdsKey) }
    return found
  }

  /// `password K` of a template, `neighbor X password K` of a family, abbreviated or not; the placeholder is no key.
  private static func holdsKey(_ line: String) -> Bool {
    var words = line.split(separator: " ")[...]
    if let first = words.first, first.count >= 3, "neighbor".hasPrefix(first.lowercased()) { words = words.dropFirst(2) }
    guard words.count >= 2, let word = words.first, word.count >= 2, words.last != KeySecret.placeholder[...] else { return false }
    return "password".hasPrefix(word.lowercased())
  }
}
