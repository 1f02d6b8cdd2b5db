// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The header of both versions (RFC 7296 §3.1, RFC 2408 §3.1): 28 bytes.
package struct IKEHeader: Sendable, Hashable {
  /// Bytes on the wire.
  package static let byteCount = 28

  /// The initiator's SPI; version 1: its cookie.
  package var initiatorSPI: UInt64
  /// The responder's SPI, 0 in the first message; version 1: its cookie.
  package var responderSPI: UInt64
  /// The type of the first payload, 0 for none.
  package var nextPayload: UInt8
  /// 2 or 1.
  package var majorVersion: UInt8
  /// 0; what is above is read as if it were (RFC 7296 §2.5).
  package var minorVersion: UInt8 = 0
  /// By IANA's numbers; those of the versions do not overlap.
  package var exchange: UInt8
  /// Version 2: 0x08 initiator, 0x10 higher version, 0x20 response. Version 1: 1 encrypted, 2 commit, 4 authentication only.
  package var flags: UInt8
  package var messageID: UInt32
  /// Bytes of the whole message, with this header.
  package var length: UInt32

  package init(
    initiatorSPI: UInt64, responderSPI: UInt64, nextPayload: UInt8 = 0, majorVersion: UInt8, exchange: UInt8, flags: UInt8,
    messageID: UInt32, length: UInt32 = 0
  ) {
    (self.initiatorSPI, self.responderSPI, self.nextPayload) = (initiatorSPI, responderSPI, nextPayload)
    (self.majorVersion, self.exchange, self.flags) = (majorVersion, exchange, flags)
    (self.messageID, self.length) = (messageID, length)
  }

  /// Reads a header from the front of a datagram. The length must be that of the datagram: nothing may follow a message.
  package init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes)
    try self.init(&reader)
    guard Int(length) == bytes.count else { throw .badLength }
  }

  private init(_ reader: inout ByteReader) throws(WireError) {
    initiatorSPI = try reader.u64()
    responderSPI = try reader.u64()
    nextPayload = try reader.u8()
    let version = try reader.u8()
    (majorVersion, minorVersion) = (version >> 4, version & 15)
    exchange = try reader.u8()
    flags = try reader.u8()
    messageID = try reader.u32()
    length = try reader.u32()
  }

  /// Writes it.
  package func encode(into writer: inout ByteWriter) {
    writer.u64(initiatorSPI)
    writer.u64(responderSPI)
    writer.u8(nextPayload)
    writer.u8(majorVersion << 4 | minorVersion & 15)
    writer.u8(exchange)
    writer.u8(flags)
    writer.u32(messageID)
    writer.u32(length)
  }
}

extension ByteReader {
  /// Reads eight bytes, big endian.
  mutating func u64() throws(WireError) -> UInt64 { UInt64(try u32()) << 32 | UInt64(try u32()) }
  /// Reads what is left.
  mutating func rest() throws(WireError) -> [UInt8] { try take(remaining) }
}

extension ByteWriter {
  /// Appends eight bytes, big endian.
  mutating func u64(_ value: UInt64) {
    u32(UInt32(truncatingIfNeeded: value >> 32))
    u32(UInt32(truncatingIfNeeded: value))
  }
}
