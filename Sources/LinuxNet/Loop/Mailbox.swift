// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc
import Synchronization

/// A bounded queue from any thread to one event loop: the receiver watches `descriptor` and takes all at once.
public final class Mailbox<Message: Sendable>: Sendable {
  private struct Contents {
    var messages: [Message] = []
    var refused: UInt64 = 0
  }

  private let file: Descriptor
  private let contents = Mutex(Contents())
  private let limit: Int

  /// Makes an empty mailbox that holds at most `limit` messages.
  public init(limit: Int = 65_536) throws(SystemError) {
    self.limit = limit
    file = try Descriptor(eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC)), "open an event descriptor")
  }

  /// Readable while messages wait.
  public var descriptor: Int32 { file.rawValue }

  /// How many messages found the mailbox full.
  public var refusedCount: UInt64 { contents.withLock { $0.refused } }

  /// Adds a message. False when the mailbox is full: the message is dropped and counted.
  @discardableResult
  public func post(_ message: Message) -> Bool {
    let count = contents.withLock { (box: inout Contents) -> Int in
      guard box.messages.count < limit else {
        box.refused &+= 1
        return 0
      }
      box.messages.append(message)
      return box.messages.count
    }
    // Whoever found messages waiting has a wake under way already.
    if count == 1 { signal() }
    return count > 0
  }

  /// Takes all that waits, in order.
  public func takeAll() -> [Message] {
    var counter: UInt64 = 0
    _ = read(file.rawValue, &counter, 8)
    return contents.withLock { (box: inout Contents) -> [Message] in
      let waiting = box.messages
      box.messages = []
      return waiting
    }
  }

  /// Makes the descriptor readable although nothing waits.
  public func signal() {
    var one: UInt64 = 1
    // A full counter (EAGAIN) means that the receiver is woken anyway.
    _ = write(file.rawValue, &one, 8)
  }
}

extension EventLoop {
  /// Delivers the messages of `mailbox` on this loop's thread, one by one, in order.
  public func receive<Message>(from mailbox: Mailbox<Message>, _ deliver: @escaping (Message) -> Void) throws(SystemError) {
    try add(mailbox.descriptor, .readable) { _ in mailbox.takeAll().forEach(deliver) }
  }
}
