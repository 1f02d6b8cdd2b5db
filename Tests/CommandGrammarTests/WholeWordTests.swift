// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Testing

@Suite struct WholeWordTests {
  private static let set = CommandSet([
    CommandSpec("=key-string <text:line>", modes: [.global], help: [:], action: "string"),
    CommandSpec("key-other <text:line>", modes: [.global], help: [:], action: "other"),
  ])

  private func action(_ line: String) -> String? {
    if case .match(let action, _, _, _, let canonical) = Self.set.parse(line, mode: .global) { "\(action): \(canonical)" } else { nil }
  }

  @Test("a literal behind = is taken in full only, and others are abbreviated beside it")
  func whole() {
    #expect(action("key-string 1") == "string: key-string 1")
    #expect(action("Key-String 1") == "string: key-string 1")
    #expect(action("key-str 1") == nil)
    #expect(action("key 1") == "other: key-other 1")
    #expect(Self.set.completions("key-s", mode: .global) == ["key-string"])
  }
}
