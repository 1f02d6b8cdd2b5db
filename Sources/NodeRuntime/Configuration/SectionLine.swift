// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// Whether a line below a kept section's head belongs to it, in text that nobody indented.
enum SectionLine {
  case child
  /// A line of global mode, as the grammar read it.
  case global(ParseOutcome<LineAction>)

  /// Judges a line of the section that begins with `head`. `words` are in lower case.
  static func kind(of words: [String], _ line: String, in head: String) -> SectionLine {
    let bare = words.first == "no" || words.first == "default" ? Array(words.dropFirst()) : words
    guard let first = bare.first, !isOwn(first, of: head) else { return .child }
    let parsed = Assembly.grammar.parse(line, mode: .global)
    switch parsed {
    case .empty: return .global(parsed)
    case .failure: return isMeantAsOurs(bare) ? .global(parsed) : .child
    case .match(let action, _, _, _, let canonical):
      // Section lines may begin with any word: only a global word in full is taken as such, except our own.
      let isInFull = canonical.split(separator: " ").first.map { $0.lowercased() == first } ?? false
      if case .kept = action { return isInFull ? .global(parsed) : .child }
      return isInFull || first.count >= 3 ? .global(parsed) : .child
    }
  }

  /// A broken line of our own must be reported, not hidden in the section above it.
  private static func isMeantAsOurs(_ words: [String]) -> Bool {
    guard let first = words.first else { return false }
    return ["interface", "hostname"].contains(first) || (first == "ip" && ["route", "host"].contains(words.dropFirst().first ?? ""))
  }

  /// First words that sections share with global mode.
  private static func isOwn(_ word: String, of head: String) -> Bool {
    own.contains { head.hasPrefix($0.head) && $0.words.contains(word) }
  }

  private static let own: [(head: String, words: Set<String>)] = [
    ("line ", ["logging", "login", "privilege", "ipv6", "exec", "session", "password"]), ("key chain", ["key"]),
    ("archive", ["logging", "log"]),
    ("crypto", ["aaa", "authentication", "vrf", "version", "virtual-template", "ip-address", "integrity", "encryption", "group"]),
    ("event manager", ["event", "action"]), ("policy-map", ["class", "priority", "bandwidth", "police"]),
    ("router", ["bfd", "mpls", "vrf", "domain-id", "nsr"]),
    ("aaa group", ["server", "ip"]), ("ip dhcp", ["domain-name", "default-router", "network", "host", "vrf"]),
    ("control-plane", ["service-policy"]),
    ("vlan", ["name"]), ("flow", ["source", "transport", "template", "match", "collect"]), ("ip sla", ["vrf"]), ("vrf definition", ["rd"]),
    ("telephony-service", ["ip"]), ("voice", ["ip"]), ("object-group", ["host"]), ("zone", ["service-policy"]),
  ]
}

/// What no line of a configuration may hold.
enum LineText {
  /// Control characters in lines other than banners, and marks of a template that nobody filled in.
  static func failure(in line: String) -> CommandFailure? {
    let isBanner = line.lowercased().hasPrefix("ban")
    if isBanner, isOpenBanner(line) {
      return CommandFailure(reason: .incomplete, column: line.count, expected: ["the banner's closing mark"])
    }
    var column = 0
    var previous: Character = " "
    for character in line {
      if previous == "{", "{%#".contains(character) {
        return CommandFailure(
          reason: .invalid, column: column - 1, expected: ["a value in place of the template's mark"], word: "{\(character)")
      }
      if !isBanner, isControl(character) {
        return CommandFailure(reason: .invalid, column: column, expected: ["printable text"], word: "control character")
      }
      previous = character
      column += 1
    }
    return nil
  }

  /// Whether the banner would go on into the lines below: it swallows one that holds every mark it could wait for.
  private static func isOpenBanner(_ line: String) -> Bool {
    PasteStripper.strip(line + "\n^C" + line.filter { !$0.isWhitespace }).first?.text != line
  }

  private static func isControl(_ character: Character) -> Bool {
    character.unicodeScalars.contains {
      ($0.value < 32 && $0.value != 9) || $0.value == 127 || (0x80...0x9f).contains($0.value) || $0.value == 0x2028 || $0.value == 0x2029
    }
  }
}
