// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime

/// Turns replies into bytes on a thread of its own: a picture of a large node takes milliseconds to write as JSON, which
/// punted packets must not wait for. The order of replies is kept.
final class ReplyEncoder {
  /// Encoded replies on their way back.
  let encoded: Mailbox<(session: SessionID, bytes: [UInt8])>
  private let waiting: Mailbox<(session: SessionID, reply: ConsoleReply)>
  private var thread: WorkerThread?
  private let loop: EventLoop

  private static let limit = 16_384

  init() throws(SystemError) {
    encoded = try Mailbox(limit: Self.limit)
    waiting = try Mailbox(limit: Self.limit)
    loop = try EventLoop()
    let (encoded, waiting) = (encoded, waiting)
    try loop.receive(from: waiting) { encoded.post(($0.session, ConsoleCodec.encode($0.reply))) }
    let carrier = Carrier(loop: loop)
    thread = try WorkerThread.start(name: "replies") { try? carrier.loop.run() }
  }

  func encode(_ reply: ConsoleReply, for session: SessionID) { waiting.post((session, reply)) }

  /// Encodes what waits and ends the thread; what is left is in `encoded`.
  func stop() {
    loop.waker.stop()
    thread?.join()
    thread = nil
    for item in waiting.takeAll() { encoded.post((item.session, ConsoleCodec.encode(item.reply))) }
  }

  /// Hands the loop to its thread.
  private struct Carrier: @unchecked Sendable {
    let loop: EventLoop
  }
}
