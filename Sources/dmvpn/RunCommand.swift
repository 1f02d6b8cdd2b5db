// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Console
import Foundation
import LinuxHost
import NodeRuntime

/// `dmvpn run FILE`: a node, and on a terminal the console in front of it.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a node; on a terminal, with the console in front of it.",
    discussion: """
      On a terminal the node runs in a session of its own: when the terminal goes, or the console ends, the node stays, and
      `dmvpn attach` brings a console back. `shutdown` it with SIGTERM.
      """)

  @Argument(help: "The configuration file.", completion: .file()) var file: String
  @Flag(help: "No console: the service form.") var headless = false
  @Flag(help: "Node and console in one process: when the console ends, the node does.") var oneProcess = false
  @OptionGroup var socket: SocketOptions
  @Option(help: "A group whose members may attach as readers.") var socketGroup: String?
  @Option(help: "Threads that move packets.") var workers = 1
  @Option(help: "Where the node's log goes.") var log: String?
  @Flag(help: "Only routes into tunnels go into the kernel, none by the host's own interfaces.")
  var tunnelRoutesOnly = false
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    guard (1...64).contains(workers) else { throw ValidationError("--workers must be 1 to 64") }
  }

  func run() throws {
    try refuseBadConfiguration()
    if headless { throw ExitCode(try serve()) }
    throw ExitCode(oneProcess ? try runTogether() : try runDetached())
  }

  private var options: HostOptions {
    var o = HostOptions(configurationFile: file, socketPath: socket.path)
    (o.socketGroup, o.workers, o.logFile, o.isHeadless) = (socketGroup, workers, log, headless)
    o.installsLearnedRoutes = !tunnelRoutesOnly
    return o
  }

  /// A bad file is told before anything starts.
  private func refuseBadConfiguration() throws {
    let diagnostics = try ConfigurationCheck.diagnostics(of: file, exposure: .error)
    guard diagnostics.contains(where: { $0.level == .error }) else { return }
    ConfigurationCheck.print(diagnostics)
    throw ExitCode(1)
  }

  private func serve() throws -> Int32 {
    try NodeHost.prepareProcess(options)
    return try NodeHost(options).run()
  }

  private func runDetached() throws -> Int32 {
    let log = log ?? socket.path + ".log"
    var arguments = ["run", file, "--headless", "--socket", socket.path, "--workers", "\(workers)"]
    if tunnelRoutesOnly { arguments.append("--tunnel-routes-only") }
    if let socketGroup { arguments += ["--socket-group", socketGroup] }
    try? FileManager.default.createDirectory(atPath: (socket.path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    let connection = try Detach.spawnNode(executable: Self.executable, arguments: arguments, socketPath: socket.path, log: log)
    return ConsoleDoor.open(connection, terminal, socketPath: socket.path)
  }

  private func runTogether() throws -> Int32 {
    MainActor.assumeIsolated { ConsoleApp.blockSignals() }
    try NodeHost.prepareProcess(options)
    let node = try RunningNode.start(options)
    let status = ConsoleDoor.open(try node.connect(), terminal, socketPath: nil)
    let ended = node.stop()
    return status == 0 ? ended : status
  }

  private static var executable: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }
}
