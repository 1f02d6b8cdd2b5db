// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime

/// A console's connection to a node in another process, over its UNIX socket. One thread at a time.
public final class SocketConnection: NodeConnection {
  private let connection: FramedConnection
  /// Why the connection ended, for the operator; nil while it is open, and when the node closed it in order.
  public private(set) var failure: String?
  /// False once the node is gone.
  public private(set) var isOpen = true

  private init(_ connection: FramedConnection) { self.connection = connection }

  /// Connects to the node at `path`. The error says what an operator can do.
  public static func connect(path: String) throws -> SocketConnection {
    SocketConnection(try FramedConnection.connect(path: path))
  }

  /// Queues a request and sends what the socket takes.
  public func send(_ request: ConsoleRequest) {
    guard isOpen else { return }
    do throws(SystemError) {
      try connection.send(ConsoleCodec.encode(request))
    } catch {
      end(error)
    }
  }

  /// The replies that have arrived; sends what still waits.
  public func receive() -> [ConsoleReply] {
    guard isOpen else { return [] }
    var replies: [ConsoleReply] = []
    do throws(SystemError) {
      if connection.wantsWrite { try connection.flush() }
      if try !connection.receive({ take($0, &replies) }) { isOpen = false }
    } catch {
      end(error)
    }
    return replies
  }

  /// Waits for replies, at most `milliseconds`; empty when none came in time or the node is gone (`isOpen`).
  public func wait(milliseconds: Int64) -> [ConsoleReply] {
    guard isOpen else { return [] }
    var replies: [ConsoleReply] = []
    do throws(SystemError) {
      if try !connection.waitForMessages(timeoutMilliseconds: milliseconds, { take($0, &replies) }) { isOpen = false }
    } catch {
      if error.errno != SystemError.timedOut { end(error) }
    }
    return replies
  }

  /// The socket, for a console's poll.
  public var readableDescriptor: Int32? { connection.descriptor }

  /// A reply this version cannot read is passed over: a newer node may say more.
  private func take(_ bytes: [UInt8], _ replies: inout [ConsoleReply]) {
    if let reply = try? ConsoleCodec.decodeReply(bytes) { replies.append(reply) }
  }

  private func end(_ error: SystemError) {
    (isOpen, failure) = (false, "\(error)")
  }
}
