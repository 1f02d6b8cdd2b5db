// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import Synchronization

/// A node that runs on another thread of this process (`--one-process`).
public final class RunningNode: Sendable {
  private let stopWishes: Mailbox<Bool>
  private let doors: Mailbox<LocalChannel>
  private let status = Mutex<Int32?>(nil)
  private let thread = Mutex<WorkerThread?>(nil)

  private init() throws(SystemError) { (stopWishes, doors) = (try Mailbox(), try Mailbox()) }

  /// Starts a node. What keeps it from starting is in its log and in what `stop` returns.
  public static func start(_ options: HostOptions) throws -> RunningNode {
    let running = try RunningNode()
    let thread = try WorkerThread.start(name: "node") { [stopWishes = running.stopWishes, doors = running.doors] in
      let result = (try? NodeHost(options, stopWishes: stopWishes, doors: doors))?.run() ?? 1
      running.status.withLock { $0 = result }
    }
    running.thread.withLock { $0 = thread }
    return running
  }

  /// Whether the node still runs.
  public var isRunning: Bool { status.withLock { $0 == nil } }

  /// Opens a console on the node.
  public func connect() throws -> LocalConnection {
    let channel = try LocalChannel()
    doors.post(channel)
    return LocalConnection(channel)
  }

  /// Stops the node and waits for its end; the exit status for the process.
  public func stop() -> Int32 {
    stopWishes.post(true)
    thread.withLock { $0 }?.join()
    return status.withLock { $0 ?? 1 }
  }
}
