// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Foundation
import Lab
import NodeRuntime
import ProtocolKit
import Screens

/// What the hub's console shows at a moment of the lab, as an SVG. In virtual time, so that the same seed draws the same picture.
struct LabPicture: ParsableArguments {
  @Option(name: .customLong("picture"), help: .hidden) var file: String?
  @Option(name: .customLong("at"), help: .hidden) var moment: DurationArgument = DurationArgument(.seconds(20))
  @Option(name: .customLong("size"), help: .hidden) var size = "120x36"
  @Option(name: .customLong("screen"), help: .hidden) var screen = 1

  /// 2026-01-05 14:07:00 UTC: a picture's clock has to begin somewhere.
  private static let wallAtStart: Int64 = 1_767_622_020_000_000_000

  func validate() throws {
    guard dimensions != nil else { throw ValidationError("--size is COLUMNSxROWS") }
    guard Screen(digit: screen) != nil else { throw ValidationError("--screen is a digit") }
  }

  private var dimensions: (columns: Int, rows: Int)? {
    let numbers = size.split(separator: "x").compactMap { Int($0) }
    guard numbers.count == 2, numbers.allSatisfy({ (1...500).contains($0) }) else { return nil }
    return (numbers[0], numbers[1])
  }

  /// Runs the cloud to the moment and writes the picture. The rates need pictures on the way, as a console has them.
  func draw(_ cloud: Cloud, theme: String?, to file: String) throws {
    let (columns, rows) = dimensions ?? (120, 36)
    let hub = cloud.nodes[0]
    hub.node.wallAtStartNanoseconds = Self.wallAtStart
    var view = ViewState()
    view.screen = Screen(digit: screen) ?? .overview
    view.prompt.prompt = "hub1# "
    var snapshot = hub.node.snapshot()
    for step in 1...max(1, moment.duration.nanoseconds / 250_000_000) {
      cloud.run(until: Instant.start + min(moment.duration, .milliseconds(250 * step)))
      hub.refreshCounters(cloud.now)
      snapshot = hub.node.snapshot()
      view.rates.absorb(snapshot)
    }
    let frame = Renderer.render(snapshot: snapshot, view: view, rows: rows, columns: columns)
    let colors = theme.flatMap(BuiltInThemes.theme) ?? BuiltInThemes.fallback
    try FramePicture.svg(frame, colors).write(toFile: file, atomically: true, encoding: .utf8)
  }
}
