// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Any whole message.
public enum BGPMessage: Hashable, Sendable {
  /// The five kinds.
  case open(OpenMessage), update(UpdateMessage), notification(NotificationMessage), keepalive, routeRefresh(RouteRefreshMessage)

  /// A KEEPALIVE on the wire (RFC 4271 §4.4).
  static let keepaliveBytes = MessageHeader.frame(.keepalive, [])

  /// Reads the message that begins at `start`; nil while it is not all there.
  public static func decode(_ bytes: [UInt8], at start: Int = 0, _ context: UpdateContext) throws(BGPError) -> (BGPMessage, length: Int)? {
    guard let header = try MessageHeader.decode(bytes, at: start), bytes.count - start >= header.length else { return nil }
    let body = ByteReader(bytes, from: start + BGPAssignments.headerBytes, to: start + header.length)
    return (try decode(header.type, body, context), header.length)
  }

  static func decode(_ type: MessageType, _ body: ByteReader, _ context: UpdateContext) throws(BGPError) -> BGPMessage {
    switch type {
    case .open: return .open(try OpenMessage.decode(body))
    case .update: return .update(try UpdateMessage.decode(body.bytes, from: body.position, to: body.end, context))
    case .keepalive: return .keepalive
    case .notification, .routeRefresh:
      do throws(WireError) {
        if type == .notification { return .notification(try NotificationMessage.decode(body)) }
        return .routeRefresh(try RouteRefreshMessage.decode(body))
      } catch {
        throw .badLength(body.remaining + BGPAssignments.headerBytes)
      }
    case .unknown(let n): throw .badType(n)
    }
  }

  /// The message on the wire.
  public func encode(_ context: UpdateContext) -> [UInt8] {
    switch self {
    case .open(let message): message.encode()
    case .update(let message): message.encode(context)
    case .notification(let message): message.encode()
    case .keepalive: BGPMessage.keepaliveBytes
    case .routeRefresh(let message): message.encode()
    }
  }
}
