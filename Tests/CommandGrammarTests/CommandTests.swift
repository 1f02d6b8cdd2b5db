// SPDX-License-Identifier: GPL-3.0-or-later

import CommandGrammar
import Testing

@Suite struct CommandTests {
  struct Feature: Sendable, Equatable { var id: Int?, isOn = false }
  struct Node: Sendable, Equatable { var feature = Feature(), byName: [String: Feature] = [:] }

  static let networkID = Command<Feature>(
    "network-id <id:int(1-99)>", modes: [.interface], help: ["network-id": "Which network"],
    apply: { (settings: inout Feature, input: CommandInput) in settings.id = input.negated ? nil : input.arguments.int("id") },
    write: { $0.id.map { ["network-id \($0)"] } ?? [] })

  static let on = Command<Feature>(
    "on", modes: [.interface], help: [:],
    apply: { (settings: inout Feature, input: CommandInput) throws(CommandRefusal) in
      guard settings.id != nil || input.negated else { throw CommandRefusal("% network-id must be set first") }
      settings.isOn = !input.negated
    },
    write: { $0.isOn ? ["on"] : [] })

  private func apply<S>(_ line: String, _ commands: [Command<S>], to settings: inout S) throws(CommandRefusal) {
    let set = CommandSet(commands.enumerated().map { $1.spec(for: $0) })
    guard case .match(let index, let arguments, let negated, let isDefault, _) = set.parse(line, mode: .interface) else {
      Issue.record("\(line) was not read")
      return
    }
    try commands[index].apply(&settings, CommandInput(arguments: arguments, negated: negated, isDefault: isDefault))
  }

  @Test("a command changes its settings, refuses in words, and is written back")
  func applyAndWrite() throws {
    var feature = Feature()
    #expect(throws: CommandRefusal("% network-id must be set first")) { try apply("on", [Self.on], to: &feature) }
    let all = [Self.networkID, Self.on]
    for line in ["net 5", "on"] { try apply(line, all, to: &feature) }
    #expect(feature == Feature(id: 5, isOn: true) && all.flatMap { $0.write(feature) } == ["network-id 5", "on"])
    for line in ["default network-id", "no on"] { try apply(line, all, to: &feature) }
    #expect(feature == Feature())
  }

  @Test("a command is mounted at a key path, or through a dictionary")
  func mounts() throws {
    var node = Node()
    try apply("network-id 7", [Self.networkID.mounted(at: \Node.feature)], to: &node)
    #expect(node.feature.id == 7)
    let inTunnel = Self.networkID.mounted(
      through: { (node: inout Node, body: (inout Feature) throws(CommandRefusal) -> Void) throws(CommandRefusal) in
        try body(&node.byName["Tunnel0", default: Feature()])
      },
      read: { $0.byName["Tunnel0"] })
    #expect(inTunnel.write(node) == [])
    try apply("network-id 9", [inTunnel], to: &node)
    #expect(node.byName["Tunnel0"]?.id == 9 && inTunnel.write(node) == ["network-id 9"])
  }

  @Test("a command stands for itself in a set")
  func standsForItself() {
    let set = CommandSet([Self.networkID.spec])
    guard case .match(let command, _, _, _, _) = set.parse("network-id 3", mode: .interface) else {
      Issue.record("not read")
      return
    }
    #expect(command.write(Feature(id: 3)) == ["network-id 3"])
  }
}
