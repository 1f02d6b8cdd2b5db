// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import LinuxNet
import ProtocolKit

/// Where log lines go: to a file or standard error with their time, to the supervisor with their severity in front (`<5>text`,
/// sd-daemon(3)), or nowhere while a console has the terminal.
public final class HostLog {
  private enum Place {
    case file(Int32)
    case supervisor
    case standardError
    case nowhere
  }

  private let place: Place

  /// Chooses the place. A log file that cannot be opened is said on standard error.
  init(_ options: HostOptions) {
    if let path = options.logFile {
      let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      if file >= 0 {
        place = .file(file)
        return
      }
      HostLog.write("\(SystemError(call: "open \(path)", errno: Glibc.errno))\n", to: 2)
    }
    guard options.isHeadless else {
      place = .nowhere
      return
    }
    place = getenv("JOURNAL_STREAM") != nil || getenv("NOTIFY_SOCKET") != nil ? .supervisor : .standardError
  }

  deinit {
    if case .file(let file) = place { close(file) }
  }

  /// Writes one line; what a peer put into it cannot start another.
  func write(_ severity: Severity, _ text: String) {
    let line = String(text.map { $0.isNewline || $0 == "\u{1b}" ? " " : $0 })
    switch place {
    case .file(let file): HostLog.write("\(HostLog.timeText()) \(line)\n", to: file)
    case .supervisor: HostLog.write("<\(severity.rawValue)>\(line)\n", to: 2)
    case .standardError: HostLog.write("\(HostLog.timeText()) \(line)\n", to: 2)
    case .nowhere: break
    }
  }

  private static func write(_ text: String, to file: Int32) {
    let bytes = Array(text.utf8)
    // A full disk or a closed pipe must not stop the node.
    _ = Glibc.write(file, bytes, bytes.count)
  }

  private static func timeText() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    gmtime_r(&now.tv_sec, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      guard let base = buffer.baseAddress, strftime(base, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts) > 0 else { return "-" }
      let millis = String(1_000 + now.tv_nsec / 1_000_000).dropFirst()
      return String(cString: base) + "." + millis + "Z"
    }
  }
}
