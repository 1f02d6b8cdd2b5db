// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// Keeping and removing lines that nobody acts on: `no X` takes X away, X takes `no X` away, nothing stands twice.
enum KeptStore {
  /// Keeps `line`, or does what its `no` asks; in a list of plain lines.
  static func apply(_ line: String, negated: Bool, to lines: inout [String]) {
    if negated {
      let before = lines.count
      remove(line, from: &lines)
      if lines.count == before, !lines.contains("no " + line) { lines.append("no " + line) }
    } else {
      lines.removeAll { $0 == "no " + line }
      if !lines.contains(line) { lines.append(line) }
    }
  }

  /// Takes away `line`, else all lines that begin with its words.
  static func remove(_ line: String, from lines: inout [String]) {
    let exact = lines.filter { $0 != line }
    lines = exact.count < lines.count ? exact : lines.filter { !begins($0, with: line) }
  }

  /// Keeps a global line, or does what its `no` asks; returns its place, nil for a line that is gone.
  static func apply(_ line: String, negated: Bool, to kept: inout [KeptLine]) -> Int? {
    if negated {
      let before = kept.count
      remove(line, from: &kept)
      return kept.count < before ? nil : keep("no " + line, in: &kept)
    }
    kept.removeAll { $0.text == "no " + line }
    return keep(line, in: &kept)
  }

  /// Takes away `line` and what is under it, else all that begin with its words. One word alone (`no crypto`) is too little.
  static func remove(_ line: String, from kept: inout [KeptLine]) {
    let exact = kept.filter { $0.text != line }
    if exact.count < kept.count { return kept = exact }
    if line.contains(" ") { kept.removeAll { begins($0.text, with: line) } }
  }

  /// Adds a line to a section. Where parts of the section have lines of their own, equal lines are not doubles.
  static func add(_ typed: String, to section: inout KeptLine) {
    guard let child = settled(typed) else { return }
    let isNested = section.children.contains { $0.hasPrefix(" ") || opensPart($0) } || opensPart(child)
    guard !isNested else { return section.children.append(child) }
    let text = child.drop { $0 == " " }
    if text.hasPrefix("no ") {
      let positive = String(text.dropFirst(3))
      let before = section.children.count
      remove(positive, from: &section.children)
      if section.children.count < before { return }
    }
    if !section.children.contains(child) { section.children.append(child) }
  }

  /// Whether lines below this one belong to it: `address-family ipv4` in `router bgp`, `peer X` in a keyring.
  static func opensPart(_ child: String) -> Bool {
    guard let first = child.split(separator: " ").first else { return false }
    return parts.contains(first)
  }

  private static let parts: Set<Substring> = [
    "address-family", "af-interface", "topology", "service-family", "sf-interface", "peer", "class", "key", "certificate", "scope", "vrf",
  ]

  /// `a#b#c` is `c` behind two prompts. What is stored must read as itself when it is written back; nil for a comment.
  private static func settled(_ child: String) -> String? {
    let indent = child.prefix { $0 == " " }
    var text = String(child.dropFirst(indent.count))
    while let stripped = PasteStripper.strip(text).first?.text {
      if stripped == text { return text.hasPrefix("!") || text.hasPrefix("#") ? nil : indent + text }
      text = stripped
    }
    return nil
  }

  private static func keep(_ line: String, in kept: inout [KeptLine]) -> Int {
    if let index = kept.firstIndex(where: { $0.text == line }) { return index }
    kept.append(KeptLine(text: line))
    return kept.count - 1
  }

  private static func begins(_ text: String, with head: String) -> Bool { text.hasPrefix(head + " ") }
}
