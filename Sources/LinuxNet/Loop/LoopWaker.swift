// SPDX-License-Identifier: GPL-3.0-or-later
import Synchronization

/// The door of an event loop for other threads: closures put here run on the loop's thread, in order.
public final class LoopWaker: Sendable {
  private let mailbox: Mailbox<@Sendable () -> Void>
  private let stopping = Atomic<Bool>(false)

  init() throws(SystemError) { mailbox = try Mailbox() }

  var descriptor: Int32 { mailbox.descriptor }

  /// Runs `work` on the loop's thread, soon. Callable from any thread, the loop's own included.
  /// False when too much waits already: `work` is dropped.
  @discardableResult
  public func enqueue(_ work: @escaping @Sendable () -> Void) -> Bool { mailbox.post(work) }

  /// Makes the loop turn once, for instance to look at its deadline again.
  public func wake() { mailbox.signal() }

  /// Ends the loop's `run` after its current turn, or at once where it has not begun.
  public func stop() {
    stopping.store(true, ordering: .releasing)
    wake()
  }

  /// Whether the loop shall stop; asking takes the wish back, so that the loop can run again.
  func takeStop() -> Bool { stopping.exchange(false, ordering: .acquiringAndReleasing) }

  /// Runs what waits. What that puts here comes next turn, so a loop cannot starve.
  func runQueued() { for work in mailbox.takeAll() { work() } }
}
