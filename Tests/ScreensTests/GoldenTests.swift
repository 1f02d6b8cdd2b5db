// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import NodeRuntime
import Screens
import Testing

/// One picture that is held against a file.
struct GoldenCase: Sendable, CustomTestStringConvertible {
  var screen: Screen
  var rows: Int, columns: Int
  var tier = GlyphTier.braille
  var variant = ""

  var name: String {
    let suffix = (tier == .braille ? "" : "-\(tier.rawValue)") + (variant.isEmpty ? "" : "-\(variant)")
    return "\(screen)-\(columns)x\(rows)\(suffix)"
  }
  var testDescription: String { name }

  static let all: [GoldenCase] =
    Screen.allCases.flatMap { screen in
      [(24, 80), (40, 120), (60, 200)].map { GoldenCase(screen: screen, rows: $0.0, columns: $0.1) }
        + [GoldenCase(screen: screen, rows: 24, columns: 80, tier: .ascii)]
    } + [
      GoldenCase(screen: .overview, rows: 24, columns: 80, tier: .block),
      GoldenCase(screen: .overview, rows: 24, columns: 80, tier: .cp437),
      GoldenCase(screen: .overview, rows: 10, columns: 40), GoldenCase(screen: .overview, rows: 6, columns: 30),
      GoldenCase(screen: .overview, rows: 24, columns: 80, variant: "output"),
      GoldenCase(screen: .map, rows: 24, columns: 80, variant: "help"),
      GoldenCase(screen: .peers, rows: 24, columns: 80, variant: "filter"),
      GoldenCase(screen: .map, rows: 40, columns: 120, variant: "spoke"),
      GoldenCase(screen: .overview, rows: 24, columns: 80, variant: "hostile"),
      GoldenCase(screen: .map, rows: 24, columns: 80, variant: "many"),
    ] + protection + routing

  private static let routing: [GoldenCase] =
    [(24, 80), (40, 120), (60, 200), (10, 40)].map { GoldenCase(screen: .routes, rows: $0.0, columns: $0.1, variant: "routed") } + [
      GoldenCase(screen: .routes, rows: 24, columns: 80, tier: .ascii, variant: "routed"),
      GoldenCase(screen: .routes, rows: 24, columns: 80, variant: "routed-selected"),
      GoldenCase(screen: .overview, rows: 40, columns: 120, variant: "routed"),
    ]

  private static let protection: [GoldenCase] =
    [Screen.overview, .associations, .flow, .peers, .shortcuts].flatMap { screen in
      [(24, 80), (40, 120), (60, 200)].map { GoldenCase(screen: screen, rows: $0.0, columns: $0.1, variant: "protected") }
    } + [
      GoldenCase(screen: .associations, rows: 24, columns: 80, tier: .ascii, variant: "protected"),
      GoldenCase(screen: .associations, rows: 24, columns: 80, tier: .cp437, variant: "protected"),
      GoldenCase(screen: .associations, rows: 24, columns: 80, variant: "refused"),
      GoldenCase(screen: .associations, rows: 10, columns: 40, variant: "protected"),
      GoldenCase(screen: .associations, rows: 24, columns: 80, variant: "secured-spoke"),
      GoldenCase(screen: .flow, rows: 24, columns: 80, variant: "secured-spoke"),
      GoldenCase(screen: .associations, rows: 24, columns: 80, variant: "harmful-identities"),
      GoldenCase(screen: .associations, rows: 24, columns: 80, variant: "help"),
      GoldenCase(screen: .map, rows: 24, columns: 80, variant: "protected"),
      GoldenCase(screen: .events, rows: 24, columns: 80, variant: "protected"),
    ]

  /// What the rates are of; what is shown, where the variant does not replace it.
  private var model: NodeSnapshot {
    switch variant {
    case "protected", "refused", "harmful-identities": ProtectedFixtures.hub()
    case "secured-spoke": ProtectedFixtures.spoke()
    case "routed", "routed-selected": RoutingFixtures.hub()
    default: Fixtures.hub()
    }
  }

  func frame() -> Frame {
    var snapshot = model
    var view = Fixtures.view(screen, of: model)
    switch variant {
    case "output":
      view.output.appendLine("▶ hub1#show dmvpn")
      view.output.append((1...14).map { "line \($0)\tof the answer" }.joined(separator: "\n") + "\n% Invalid input\n")
      view.output.isOpen = true
      view.prompt.line = "show ip nhrp"
      view.prompt.cursor = 12
    case "help":
      view.showsHelp = true
      view.input = .panes
    case "routed-selected":
      view.input = .panes
      view.selection[.neighbors] = Selection(index: 3, key: "BGP Tunnel0 10.0.0.11")
    case "refused": view.selection[.associations] = Selection(index: 2, key: "Tunnel0 #2")
    case "filter":
      view.filter = "state=up !spoke1"
      view.input = .filter
    case "spoke": snapshot = Variants.spoke()
    case "hostile": snapshot = Variants.hostile()
    case "many": snapshot = Variants.many(2000)
    case "harmful-identities": snapshot = ProtectedFixtures.hostile()
    default: break
    }
    return Renderer.render(snapshot: snapshot, view: view, rows: rows, columns: columns, tier: tier)
  }
}

@Suite("Pictures of every screen are as they were")
struct GoldenTests {
  @Test("a screen is drawn as its golden file says", arguments: GoldenCase.all)
  func picture(_ golden: GoldenCase) throws {
    let frame = golden.frame()
    let cursor = frame.cursor.map { "\($0.row),\($0.column)" } ?? "hidden"
    let actual = frame.text + "-- roles\n" + frame.roleLetters + "-- cursor \(cursor)\n"
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/\(golden.name).txt")
    if ProcessInfo.processInfo.environment["DMVPN_BLESS"] == "1" { try actual.write(to: file, atomically: true, encoding: .utf8) }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(actual == expected, "\(golden.name) differs; look at it, then run with DMVPN_BLESS=1")
  }
}
