// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// Tells a service supervisor how the node is doing (the sd_notify protocol: datagrams to NOTIFY_SOCKET).
/// Without a supervisor every call does nothing. A lost message is no reason to stop, so nothing here throws.
public struct ServiceNotifier: Sendable {
  private let path: String?
  /// How often the supervisor wants to hear `watchdog`, at the least; nil when it does not.
  public let watchdogIntervalMicroseconds: UInt64?

  /// Reads the environment.
  public init() {
    path = Self.environment("NOTIFY_SOCKET").flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
    // WATCHDOG_PID, where set, says for which process the interval is meant.
    let isForUs = Self.environment("WATCHDOG_PID").map { $0 == String(getpid()) } ?? true
    watchdogIntervalMicroseconds = isForUs ? Self.environment("WATCHDOG_USEC").flatMap { UInt64($0) } : nil
  }

  private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// Whether a supervisor listens.
  public var isSupervised: Bool { path != nil }

  /// The node is up.
  public func ready() { send("READY=1") }
  /// One line for the supervisor's status view.
  public func status(_ line: String) { send("STATUS=" + String(line.prefix { $0 != "\n" })) }
  /// The node is going down.
  public func stopping() { send("STOPPING=1") }
  /// The node is alive.
  public func watchdog() { send("WATCHDOG=1") }

  private func send(_ text: String) {
    guard let path, var address = try? unixAddress(path), let socket = try? makeSocket(AF_UNIX, SOCK_DGRAM) else { return }
    var length = MemoryLayout<sockaddr_un>.size
    if path.hasPrefix("@") {
      // An abstract name begins with a zero byte, and its length counts.
      address.sun_path.0 = 0
      length = MemoryLayout.offset(of: \sockaddr_un.sun_path).map { $0 + path.utf8.count } ?? length
    }
    let bytes = Array(text.utf8)
    _ = withGenericAddress(of: &address) { pointer, _ in
      sendto(socket.rawValue, bytes, bytes.count, Int32(MSG_NOSIGNAL), pointer, socklen_t(length))
    }
  }
}
