// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// How a node runs on Linux.
public struct HostOptions: Sendable {
  /// The file the configuration comes from and `write memory` goes to; nil starts with nothing configured.
  public var configurationFile: String?
  /// Where consoles connect.
  public var socketPath: String
  /// A group whose members may connect too, as readers. Root and the node's own user are operators always.
  public var socketGroup: String?
  /// Threads that move packets.
  public var workers: Int
  /// Where log lines go; nil: standard error when headless, nowhere otherwise (the terminal is the console's).
  public var logFile: String?
  /// Whether the node lives without a terminal: it then minds SIGTERM and SIGINT, and ignores SIGHUP.
  public var isHeadless: Bool
  /// Whether the kernel gets the routes to routers on its own interfaces, learned or static; routes into tunnels it always gets.
  public var installsLearnedRoutes = true
  /// The seed of jitter and request ids; nil draws one.
  public var seed: UInt64?

  /// The defaults, headless.
  public init(configurationFile: String? = nil, socketPath: String = HostOptions.defaultSocketPath) {
    (self.configurationFile, self.socketPath) = (configurationFile, socketPath)
    (workers, isHeadless) = (1, true)
  }

  /// `/run/dmvpn/dmvpn.sock` for root and where that directory is ours; else `dmvpn.sock` in the user's runtime directory.
  public static var defaultSocketPath: String {
    let system = "/run/dmvpn"
    if geteuid() == 0 || access(system, W_OK) == 0 { return system + "/dmvpn.sock" }
    if let own = getenv("XDG_RUNTIME_DIR").map({ String(cString: $0) }), !own.isEmpty { return own + "/dmvpn.sock" }
    return system + "/dmvpn.sock"
  }

  /// Makes the directory of the socket where only that is missing (mode 0755, for the group's sake; the socket has its own).
  func makeSocketDirectory() {
    guard let slash = socketPath.lastIndex(of: "/"), slash != socketPath.startIndex else { return }
    _ = mkdir(String(socketPath[..<slash]), 0o755)
  }
}
