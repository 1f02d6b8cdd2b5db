// SPDX-License-Identifier: GPL-3.0-or-later

/// The first 19 bytes of every message (RFC 4271 §4.1): a marker of ones, the length, the type.
public struct MessageHeader: Hashable, Sendable {
  /// The length of the whole message in bytes, header included.
  public var length: Int
  /// The kind of message.
  public var type: MessageType

  /// Reads the header at `start`; nil while it is not all there. Its length fits its type (RFC 4271 §6.1).
  public static func decode(_ bytes: [UInt8], at start: Int = 0) throws(BGPError) -> MessageHeader? {
    guard start >= 0, bytes.count - start >= BGPAssignments.headerBytes else { return nil }
    for i in start..<start + 16 where bytes[i] != 0xff { throw .notSynchronized }
    let length = Int(bytes[start + 16]) << 8 | Int(bytes[start + 17])
    let type = MessageType(rawValue: bytes[start + 18])
    guard length >= BGPAssignments.headerBytes, length <= BGPAssignments.messageBytes else { throw .badLength(length) }
    guard isPossible(length, type) else { throw .badLength(length) }
    if case .unknown(let n) = type { throw .badType(n) }
    return MessageHeader(length: length, type: type)
  }

  private static func isPossible(_ length: Int, _ type: MessageType) -> Bool {
    switch type {
    case .open: length >= BGPAssignments.openBytes
    case .update: length >= BGPAssignments.headerBytes + 4
    case .notification: length >= BGPAssignments.headerBytes + 2
    case .keepalive: length == BGPAssignments.headerBytes
    case .routeRefresh: length >= BGPAssignments.headerBytes + 4
    case .unknown: true
    }
  }

  /// A whole message of `type` around `body`.
  public static func frame(_ type: MessageType, _ body: [UInt8]) -> [UInt8] {
    let length = body.count + BGPAssignments.headerBytes
    var bytes = [UInt8](repeating: 0xff, count: 16)
    bytes.reserveCapacity(length)
    bytes.append(UInt8(truncatingIfNeeded: length >> 8))
    bytes.append(UInt8(truncatingIfNeeded: length))
    bytes.append(type.rawValue)
    bytes.append(contentsOf: body)
    return bytes
  }
}
