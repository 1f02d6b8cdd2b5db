// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Lab
import ProtocolKit

/// `dmvpn replay`: one node out of a recording, alone.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Run one node again from a recording of its inputs (lab --record-node).")

  @Argument(help: "The recording.") var file: String
  @Flag(help: "Print the node's console as text, 80x24 and 120x40.") var frames = false
  @Option(help: "The time between two frames.") var every: DurationArgument = DurationArgument(.seconds(1))

  func validate() throws { guard every.duration > .zero else { throw ValidationError("--every must be more than 0") } }

  func run() throws {
    let recording = try NodeRecording(path: file)
    var printer = FramePrinter()
    if frames {
      for time in sequence(first: Instant.start + every.duration, next: { $0 + every.duration }) {
        guard time <= recording.end else { break }
        recording.run(until: time)
        printer.show(recording.node.picture(at: time))
      }
    }
    recording.run(until: recording.end)
    printer.finish(recording.node.node)
  }
}
