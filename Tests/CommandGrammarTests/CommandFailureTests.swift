// SPDX-License-Identifier: GPL-3.0-or-later

import CommandGrammar
import Testing

@Suite struct CommandFailureTests {
  @Test("IOS words and the caret below the first bad word, behind the prompt")
  func iosTexts() throws {
    let line = "  show ip foo "
    #expect(try #require(Sample.console.failure(line)).iosText(line: line, promptWidth: 5)
      == "               ^\n% Invalid input detected at '^' marker.\n")
    #expect(try #require(Sample.console.failure("show ip")).iosText(line: "show ip", promptWidth: 5) == "% Incomplete command.")
    #expect(try #require(Sample.console.failure("s")).iosText(line: "s", promptWidth: 5) == "% Ambiguous command:  \"s\"")
    #expect(try #require(Sample.console.failure("show i")).iosText(line: "show i \r", promptWidth: 5) == "% Ambiguous command:  \"show i\"")
  }

  @Test("a line of a file is located from 1, with what was expected and what was meant", arguments: [
    ("ip nhrp map mutlicast dynamic", "f:3:13: unknown word 'mutlicast', expected A.B.C.D or multicast; did you mean 'multicast'?"),
    ("tunnel mode grep multipoint", "f:3:13: unknown word 'grep', expected gre; did you mean 'gre'?"),
    ("ip nhrp map foo", "f:3:13: unknown word 'foo', expected A.B.C.D or multicast"),
    ("ip nhrp nhs 10.0.0.1 priority 256", "f:3:31: '256' is out of range, expected <0-255>"),
    ("ip mtu 1400 extra", "f:3:13: unexpected word 'extra', the command is complete before it"),
    ("ip mtu", "f:3:7: incomplete line, expected <68-9216>"),
    ("shutdwon", "f:3:1: unknown word 'shutdwon', expected description, ip, ipv6, shutdown or tunnel; did you mean 'shutdown'?"),
    ("d", "f:3:2: incomplete line, expected LINE"),
  ])
  func located(line: String, text: String) throws {
    #expect(try #require(Sample.console.failure(line, .interface)).located(file: "f", line: 3) == text)
  }

  @Test("an ambiguous word names its meanings, a long list of expectations is cut")
  func lists() throws {
    #expect(try #require(Sample.console.failure("s")).located(file: "f", line: 1) == "f:1:1: ambiguous word 's', could be show or shutdown")
    let many = CommandFailure(reason: .invalid, column: 0, expected: (0..<20).map { "k\($0)" }, word: "abc")
    #expect(many.located(file: "f", line: 1).hasSuffix("k7 or one of 12 more"))
  }

  @Test("prompts of all modes")
  func prompts() {
    #expect(CommandMode.standard.map { $0.prompt(hostname: "h") } == ["h>", "h#", "h(config)#", "h(config-if)#", "h(config-router)#", "h(config-kept)#"])
  }
}
