// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import Testing

@Suite("Every line that is acted on is changed once, and a packet, table or timer differs")
struct ActedOnLinesTests {
  @Test("lines of the node and of its interfaces", arguments: ActedOnLine.ofInterfaces)
  func interfaces(_ line: ActedOnLine) throws { try check(line) }

  @Test("lines of NHRP", arguments: ActedOnLine.ofNHRP)
  func nhrp(_ line: ActedOnLine) throws { try check(line) }

  private func check(_ line: ActedOnLine) throws {
    #expect(try line.seen(isConfigured: false) == line.without, "without it")
    #expect(try line.seen(isConfigured: true) == line.with, "with it")
  }
}
