// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

extension FramedConnection {
  /// Why a connection on a loop ended.
  public enum Ending: Sendable, Equatable {
    /// The peer closed it.
    case closed
    /// It broke, or the peer broke the rules.
    case failed(SystemError)
  }

  /// Lets `loop` drive this connection: `onMessage` for each whole message, `onEnd` once when it ends.
  /// After `onEnd` the loop knows nothing of it any more. To close it from here, `detach` and let go of it.
  ///
  /// The loop holds the connection; the closures should hold their owner weakly.
  public func attach(
    to loop: EventLoop, onMessage: @escaping (FramedConnection, [UInt8]) -> Void, onEnd: @escaping (FramedConnection, Ending) -> Void
  ) throws(SystemError) {
    try loop.add(descriptor, .readable) { [unowned loop] ready in
      do throws(SystemError) {
        if ready.contains(.writable) { try self.flush() }
        let isOpen = try self.receive { onMessage(self, $0) }
        guard isOpen else { return self.end(on: loop, .closed, onEnd) }
        try self.updateInterest(on: loop)
      } catch {
        self.end(on: loop, error.errno == EPIPE ? .closed : .failed(error), onEnd)
      }
    }
  }

  /// Takes the connection off the loop.
  public func detach(from loop: EventLoop) { loop.remove(descriptor) }

  /// Sends a message and has `loop` send the rest as the peer reads.
  public func send(_ payload: [UInt8], on loop: EventLoop) throws(SystemError) {
    try send(payload)
    try updateInterest(on: loop)
  }

  private func updateInterest(on loop: EventLoop) throws(SystemError) {
    try loop.setInterest(wantsWrite ? [.readable, .writable] : .readable, of: descriptor)
  }

  private func end(on loop: EventLoop, _ ending: Ending, _ onEnd: (FramedConnection, Ending) -> Void) {
    loop.remove(descriptor)
    onEnd(self, ending)
  }
}
