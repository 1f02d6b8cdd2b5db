// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Console
import Foundation

extension ColorChoice: ExpressibleByArgument {}
extension GlyphChoice: ExpressibleByArgument {}

/// What every subcommand with a console takes.
struct TerminalOptions: ParsableArguments {
  @Option(help: "A theme of the themes directory, or a base16 file.") var theme: String?
  @Option(help: "auto, always or never; NO_COLOR is honoured.") var color: ColorChoice = .auto
  @Option(help: "auto, braille, block, cp437 or ascii.") var glyphs: GlyphChoice = .auto

  /// For the console.
  @MainActor var options: ConsoleOptions {
    var o = ConsoleOptions()
    (o.theme, o.color, o.glyphs) = (theme, color, glyphs)
    o.themeDirectories = TerminalOptions.themeDirectories
    return o
  }

  /// Beside the program, installed, and in the tree it was built from.
  private static var themeDirectories: [String] {
    let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath().deletingLastPathComponent()
    let share = program.deletingLastPathComponent().appendingPathComponent("share/dmvpn/themes").path
    return ["themes", share, "/usr/local/share/dmvpn/themes", "/usr/share/dmvpn/themes"]
  }
}
