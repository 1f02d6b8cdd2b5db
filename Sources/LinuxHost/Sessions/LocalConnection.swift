// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime
import Synchronization

/// What a console and a node in one process share: two bounded queues. Values, not bytes, go through.
final class LocalChannel: Sendable {
  let requests: Mailbox<ConsoleRequest>
  let replies: Mailbox<ConsoleReply>
  private let closed = Atomic<Bool>(false)

  /// A console asks one thing at a time; a node answers with at most a burst of log lines in between.
  private static let requestLimit = 1_024
  private static let replyLimit = 8_192

  init() throws(SystemError) {
    requests = try Mailbox(limit: Self.requestLimit)
    replies = try Mailbox(limit: Self.replyLimit)
  }

  var isClosed: Bool { closed.load(ordering: .acquiring) }

  /// Ends the channel for both sides, and wakes both to see it.
  func close() {
    guard !closed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    requests.signal()
    replies.signal()
  }
}

/// The console's end of a connection inside one process (`--one-process`). It closes when it is let go of.
public final class LocalConnection: NodeConnection {
  private let channel: LocalChannel

  init(_ channel: LocalChannel) { self.channel = channel }
  deinit { channel.close() }

  /// Queues a request; what a full queue refuses is lost, and a console waits for its answers.
  public func send(_ request: ConsoleRequest) {
    if isOpen { channel.requests.post(request) }
  }
  /// The replies that have arrived.
  public func receive() -> [ConsoleReply] { channel.replies.takeAll() }
  /// Readable while replies wait, or once the node has ended the connection.
  public var readableDescriptor: Int32? { channel.replies.descriptor }
  /// False once the node is gone.
  public var isOpen: Bool { !channel.isClosed }
}
