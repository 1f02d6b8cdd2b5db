// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// The bytes of what consoles and nodes say to each other: each message is JSON with sorted keys behind its length in
/// four bytes, big endian. `encode` and `decode…` are about the JSON alone, for carriers that frame by themselves.
public enum ConsoleCodec {
  /// The longest message; a longer one is a mistake or an attack.
  public static let messageLimitBytes = 8 << 20

  /// The JSON of a request. Nothing in it can fail to be encoded (there is no floating point).
  public static func encode(_ request: ConsoleRequest) -> [UInt8] { json(request) }
  /// The JSON of a reply.
  public static func encode(_ reply: ConsoleReply) -> [UInt8] { json(reply) }

  /// Reads a request; throws `DecodingError` where it is not one.
  public static func decodeRequest(_ bytes: [UInt8]) throws -> ConsoleRequest {
    try JSONDecoder().decode(ConsoleRequest.self, from: Data(bytes))
  }

  /// Reads a reply; throws `DecodingError` where it is not one.
  public static func decodeReply(_ bytes: [UInt8]) throws -> ConsoleReply {
    try JSONDecoder().decode(ConsoleReply.self, from: Data(bytes))
  }

  /// Puts a message's length in front of it.
  public static func framed(_ message: [UInt8]) -> [UInt8] {
    let count = UInt32(clamping: message.count)
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + message
  }

  private static func json(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { [UInt8]($0) } ?? []
  }
}
