// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// NOTIFICATION: why a session ends (RFC 4271 §4.5).
public struct NotificationMessage: Hashable, Sendable {
  /// The error.
  public var error: BGPError
  /// Tells `error`.
  public init(_ error: BGPError) { self.error = error }

  /// Reads the bytes behind the header.
  public static func decode(_ body: ByteReader) throws(WireError) -> NotificationMessage {
    var r = body
    let code = try r.u8(), subcode = try r.u8()
    return NotificationMessage(BGPError(BGPError.Code(rawValue: code), subcode, bytes: try r.take(r.remaining)))
  }

  /// The whole message. More explanation than a message holds is cut.
  public func encode() -> [UInt8] {
    let room = BGPAssignments.messageBytes - BGPAssignments.headerBytes - 2
    return MessageHeader.frame(.notification, [error.code.rawValue, error.subcode] + error.bytes.prefix(room))
  }
}
