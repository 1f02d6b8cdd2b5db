// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Foundation
import LinuxHost
import NodeRuntime

/// `dmvpn check FILE…`: says what is wrong with configurations, and with this host.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check configuration files, and with --host this host too. Exit 0 clean, 1 with errors.")

  @Argument(help: "Configuration files.", completion: .file()) var files: [String] = []
  @Flag(help: "Also look for what would make a tunnel \"UP but no traffic\" on this host.") var host = false

  func validate() throws {
    guard !files.isEmpty || host else { throw ValidationError("name a file, or --host") }
  }

  func run() throws {
    var hasErrors = false
    var settings = NodeSettings()
    for file in files {
      let diagnostics = try ConfigurationCheck.diagnostics(of: file)
      ConfigurationCheck.print(diagnostics)
      hasErrors = hasErrors || diagnostics.contains { $0.level == .error }
      settings = try ConfigurationCheck.settings(of: file)
    }
    if host {
      let findings = Preflight.check(settings: settings)
      for f in findings { print(f.text) }
      hasErrors = hasErrors || findings.contains { $0.level == .error }
    }
    if hasErrors { throw ExitCode(1) }
  }
}

/// Reads configuration files for `check` and `run`.
enum ConfigurationCheck {
  static func diagnostics(
    of file: String, exposure: ConfigurationDiagnostic.Level = .warning
  ) throws -> [ConfigurationDiagnostic] { try load(file, exposure: exposure).diagnostics }
  static func settings(of file: String) throws -> NodeSettings { try load(file).settings }

  /// Keys that others can read are a warning here, and an error where `run` starts a node with them.
  private static func load(
    _ file: String, exposure: ConfigurationDiagnostic.Level = .warning
  ) throws -> (settings: NodeSettings, diagnostics: [ConfigurationDiagnostic]) {
    guard let data = FileManager.default.contents(atPath: file) else { throw ValidationError("cannot read \(file)") }
    var loaded = ConfigurationLoader.load(ConfigurationLoader.text(of: Array(data)), file: file)
    let exposed = ConfigurationFile.exposure(of: loaded.settings, in: file, level: exposure)
    loaded.diagnostics = (exposed.map { [$0] } ?? []) + loaded.diagnostics
    return loaded
  }

  /// Errors and warnings to standard error.
  static func print(_ diagnostics: [ConfigurationDiagnostic]) {
    for d in diagnostics { FileHandle.standardError.write(Data((d.located + "\n").utf8)) }
  }
}
