// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import ProtocolKit

/// Connections that no engine has any more: what was sent gets across, then our end is said and the peer's awaited.
///
/// The peer's end is awaited because a close with bytes unread, or bytes that come after it, make the kernel send a reset, and that can
/// take the last message (a NOTIFICATION) away from a peer that has not read it yet.
final class LeavingStreams {
  private struct Leaving {
    let stream: StreamSocket
    let deadline: Int64
    /// Whether our end was said, and the peer's heard.
    var hasEnded = false, peerHasEnded = false
  }

  /// How long a leave may take.
  private static let patienceNanoseconds: Int64 = 10_000_000_000
  /// Leaving connections at once: all spokes of a hub that ends its sessions. Above, a leave is a close.
  private static let limit = 16_384

  private let loop: EventLoop
  private var leaving: [Int32: Leaving] = [:]
  /// Descriptors by the time they came; each waits equally long, so this is by deadline too. Some have gone, or come again.
  private var order: [Int32] = []
  private var first = 0

  init(loop: EventLoop) { self.loop = loop }

  var count: Int { leaving.count }

  var nextDeadline: Int64? {
    while first < order.count {
      if let next = leaving[order[first]] { return next.deadline }
      first += 1
    }
    (order, first) = ([], 0)
    return nil
  }

  /// Takes over a connection that stands and that the loop does not watch.
  func add(_ stream: StreamSocket) {
    guard leaving.count < Self.limit else { return }
    let descriptor = stream.descriptor
    do throws(SystemError) {
      try loop.add(descriptor, stream.interest) { [unowned self] _ in ready(descriptor) }
    } catch {
      return
    }
    leaving[descriptor] = Leaving(stream: stream, deadline: MonotonicClock.now() + Self.patienceNanoseconds)
    order.append(descriptor)
    ready(descriptor)
  }

  /// Resets what took too long.
  func expire() {
    let now = MonotonicClock.now()
    while let deadline = nextDeadline, deadline <= now {
      leaving[order[first]]?.stream.reset()
      forget(order[first])
    }
  }

  private func forget(_ descriptor: Int32) {
    guard leaving.removeValue(forKey: descriptor) != nil else { return }
    loop.remove(descriptor)
  }

  private func ready(_ descriptor: Int32) {
    do throws(SystemError) {
      guard try advance(descriptor), let next = leaving[descriptor] else { return forget(descriptor) }
      // A peer that has ended stays readable for ever.
      let reading: EventLoop.Readiness = next.peerHasEnded ? [] : .readable
      try loop.setInterest(next.stream.wantsWrite ? reading.union(.writable) : reading, of: descriptor)
    } catch {
      forget(descriptor)
    }
  }

  /// False: both ends are said.
  private func advance(_ descriptor: Int32) throws(SystemError) -> Bool {
    guard let stream = leaving[descriptor]?.stream else { return false }
    try stream.flush()
    if !stream.wantsWrite, leaving[descriptor]?.hasEnded == false {
      stream.finishSending()
      leaving[descriptor]?.hasEnded = true
    }
    if leaving[descriptor]?.peerHasEnded == false, try stream.receive() == .end { leaving[descriptor]?.peerHasEnded = true }
    return leaving[descriptor].map { !($0.hasEnded && $0.peerHasEnded) } ?? false
  }
}
