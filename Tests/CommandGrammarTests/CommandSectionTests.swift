// SPDX-License-Identifier: GPL-3.0-or-later

import CommandGrammar
import Testing

/// A shelf of boxes with labels in it.
struct Shelf: SectionSettings {
  let name: String
  var colours: [String] = []
  var boxes: [Box] = []
  var kept: [String] = []
  init(name: String) { self.name = name }
}

struct Box: SectionSettings {
  let name: String
  var weight: Int?
  var kept: [String] = []
  init(name: String) { self.name = name }
}

struct Room: Sendable, Equatable { var shelves: [Shelf] = [] }

@Suite struct CommandSectionTests {
  static let boxMode = CommandMode(configuration: "config-box"), shelfMode = CommandMode(configuration: "config-shelf")

  static let weight = Command<Box>(
    "weight <w:int(1-9)>", modes: [boxMode], help: [:], apply: { $0.weight = $1.negated ? nil : $1.arguments.int("w") },
    write: { $0.weight.map { ["weight \($0)"] } ?? [] })
  static let box = CommandSection<Shelf>(
    "box <name:word>", in: shelfMode, mode: boxMode, help: [:], at: \.boxes,
    shape: SectionShape<Box>(headLine: { "box \($0.name)" }, lines: [weight]))
  static let colour = Command<Shelf>(
    "colour {red|green|blue}...", modes: [shelfMode], help: [:], no: .words(1),
    apply: { $0.colours = $1.negated ? [] : Array($1.arguments.keywords.dropFirst()) },
    write: { $0.colours.isEmpty ? [] : ["colour " + $0.colours.joined(separator: " ")] })
  static let shelf: CommandSection<Room> = {
    var shape = SectionShape<Shelf>(headLine: { "shelf \($0.name)" }, lines: [colour])
    shape.parts = [box]
    shape.precedes = { $0.name < $1.name }
    return CommandSection("shelf <name:word>", in: .global, mode: shelfMode, help: [:], at: \.shelves, shape: shape)
  }()

  /// Applies a line in the mode it belongs to.
  private func type(_ line: String, _ mode: CommandMode, _ path: [String], _ room: inout Room) throws -> String? {
    let kinds = Self.shelf.family
    let heads = CommandSet(kinds.enumerated().map { $1.spec(for: $0) })
    if case .match(let kind, let arguments, let negated, _, _) = heads.parse(line, mode: mode) {
      return try kinds[kind].enter(&room, path, CommandInput(arguments: arguments, negated: negated))
    }
    let commands = kinds.flatMap(\.lines)
    let lines = CommandSet(commands.enumerated().map { $1.spec(for: $0) })
    guard case .match(let command, let arguments, let negated, _, _) = lines.parse(line, mode: mode) else {
      throw CommandRefusal("unread: \(line)")
    }
    try commands[command].apply(&room, path, CommandInput(arguments: arguments, negated: negated))
    return nil
  }

  private func furnished() throws -> Room {
    var room = Room()
    #expect(try type("shelf b", .global, [], &room) == "b")
    #expect(try type("shelf a", .global, [], &room) == "a")
    _ = try type("colour gr red", Self.shelfMode, ["a"], &room)
    for name in ["x", "y"] { #expect(try type("box \(name)", Self.shelfMode, ["a"], &room) == name) }
    _ = try type("weight 3", Self.boxMode, ["a", "y"], &room)
    return room
  }

  @Test("sections hold sections; all of it is written back, kept lines before the parts, in the order of the kind")
  func write() throws {
    var room = try furnished()
    Self.shelf.keep(&room, ["a"]) { $0.append("dust off") }
    Self.shelf.family[1].keep(&room, ["a", "x"]) { $0.append("fragile") }
    #expect(
      Self.shelf.write(room, []) == [
        ["shelf a", " colour green red", " dust off", " box x", "  fragile", " !", " box y", "  weight 3", " !"], ["shelf b"],
      ])
  }

  @Test("no takes a part or a whole section away; what is not there is refused, also as the place of a line")
  func remove() throws {
    var room = try furnished()
    #expect(try type("no box x", Self.shelfMode, ["a"], &room) == nil)
    #expect(room.shelves.map { $0.boxes.map(\.name) } == [["y"], []])
    #expect(Self.shelf.family[1].exists(room, ["a", "y"]) && !Self.shelf.family[1].exists(room, ["a", "x"]))
    #expect(throws: CommandRefusal.self) { try type("no box x", Self.shelfMode, ["a"], &room) }
    #expect(throws: CommandRefusal.self) { try type("weight 1", Self.boxMode, ["a", "x"], &room) }
    #expect(throws: CommandRefusal.self) { try type("box z", Self.shelfMode, ["c"], &room) }
    _ = try type("no shelf a", .global, [], &room)
    #expect(room.shelves.map(\.name) == ["b"])
  }

  @Test("a choice may be repeated; its words come in the order typed, and no with the first word alone takes all")
  func repeated() throws {
    var room = try furnished()
    let set = CommandSet([Self.colour.spec(for: 0)])
    #expect(set.came("colour red blue red", Self.shelfMode) == .to("colour red blue red"))
    #expect(set.came("colour", Self.shelfMode) == .incomplete && set.came("colour red pink", Self.shelfMode) == .invalid(at: 11))
    #expect(set.came("no colour", Self.shelfMode) == .to("colour", negated: true))
    #expect(set.arguments("colour bl re gr", Self.shelfMode)?.keywords == ["colour", "blue", "red", "green"])
    #expect(set.help("colour red ", mode: Self.shelfMode).map(\.word) == ["blue", "green", "red", "<cr>"])
    let names = CommandSet([CommandSpec("set <name:word>...", modes: [.global], help: [:], action: 0)])
    #expect(names.arguments("set a b c", .global)?.texts("name") == ["a", "b", "c"])
    _ = try type("no col", Self.shelfMode, ["a"], &room)
    #expect(room.shelves.first?.colours == [])
  }
}
