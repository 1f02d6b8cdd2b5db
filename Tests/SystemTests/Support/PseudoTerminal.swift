// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Synchronization

/// A program on a pseudo-terminal whose other end this process holds: for bytes no person would type, and for hanging up.
final class PseudoTerminal: Sendable {
  let process: BackgroundProcess
  private let master: Int32
  private let isClosed = Mutex(false)

  /// Starts `arguments` in a session of its own with this terminal, or (`isControlling` false) with a terminal that will send
  /// no SIGHUP when it goes.
  init(_ arguments: [String], environment: [String: String], isControlling: Bool = true) throws {
    var slave: Int32 = -1, master: Int32 = -1
    var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
    var name = [CChar](repeating: 0, count: 128)
    guard openpty(&master, &slave, &name, nil, &size) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    defer { close(slave) }
    for descriptor in [master, slave] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    self.master = master
    let path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    process = try BackgroundProcess(
      arguments, environment: environment, terminal: isControlling ? .controlling(path) : .plain(path))
  }

  /// Writes as much as the terminal takes.
  func write(_ bytes: [UInt8]) { _ = bytes.withUnsafeBytes { Foundation.write(master, $0.baseAddress, $0.count) } }

  /// What the program has written since the last call.
  func read() -> [UInt8] {
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Foundation.read(master, &buffer, buffer.count)
      if count <= 0 { return result }
      result += buffer.prefix(count)
    }
  }

  /// Closes our end: the program's terminal is gone.
  func hangUp() {
    let wasClosed = isClosed.withLock { isClosed in
      defer { isClosed = true }
      return isClosed
    }
    if !wasClosed { close(master) }
  }

  /// Hangs up and ends what is left.
  func stop() async {
    hangUp()
    if await process.wait(timeout: .seconds(2)) == nil { await process.kill() }
    process.removeLog()
  }
}
