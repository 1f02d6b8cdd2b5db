// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import NodeRuntime

/// The program: one file per subcommand.
@main
struct DMVPN: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dmvpn", abstract: "A DMVPN node, hub or spoke, with a console on it.",
    version: Node.version,
    subcommands: [RunCommand.self, AttachCommand.self, ExecCommand.self, CheckCommand.self, LabCommand.self, PKICommand.self, ReplayCommand.self])
}
