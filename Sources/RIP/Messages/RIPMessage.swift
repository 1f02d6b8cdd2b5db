// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One datagram (RFC 2453 §3.6): a header, at most one authentication, and entries, at most 25 with it.
public struct RIPMessage: Sendable, Hashable {
  /// What it is for.
  public var command: RIPCommand
  /// 1 or 2; higher ones are read as 2 (§4.6).
  public var version: UInt8
  /// Two bytes that must be zero, kept.
  public var unused: UInt16
  /// How it is authenticated; nil: not at all.
  public var authentication: RIPAuthentication?
  /// Its entries.
  public var entries: [RIPRouteEntry]

  /// Makes a message.
  public init(
    _ command: RIPCommand, version: UInt8 = 2, unused: UInt16 = 0, authentication: RIPAuthentication? = nil, entries: [RIPRouteEntry] = []
  ) {
    (self.command, self.version, self.unused) = (command, version, unused)
    (self.authentication, self.entries) = (authentication, entries)
  }

  /// Whether it asks for everything (§3.9.1).
  public var isWholeTableRequest: Bool {
    guard command == .request, entries.count == 1, let entry = entries.first else { return false }
    return entry.family == RIPNumbers.familyNone && entry.metric == RIPNumbers.infinity
  }

  /// Bytes in front of a digest's trailer: the header, the authentication and the entries.
  var signedBytes: Int {
    RIPNumbers.headerBytes + (entries.count + (authentication == nil ? 0 : 1)) * RIPNumbers.entryBytes
  }
}

extension RIPMessage {
  /// Reads a datagram. Every length is checked here; what an entry says is judged later, by who uses it.
  public static func decode(_ bytes: [UInt8]) throws(RIPDecodeError) -> RIPMessage {
    guard bytes.count >= RIPNumbers.headerBytes else { throw .truncatedHeader }
    guard (1...2).contains(bytes[0]) else { throw .unknownCommand }
    guard bytes[1] != 0 else { throw .badVersion }
    let signed = try signedLength(bytes)
    let body = signed - RIPNumbers.headerBytes
    guard body % RIPNumbers.entryBytes == 0 else { throw .truncatedEntry }
    guard body / RIPNumbers.entryBytes <= RIPNumbers.entriesPerMessage else { throw .tooManyEntries }
    do { return try read(bytes, signed: signed) } catch { throw .truncatedEntry }
  }

  /// Where the entries end: at the end of the bytes, or where the announcement of a digest says, with the trailer behind (RFC 4822 §2.1).
  private static func signedLength(_ bytes: [UInt8]) throws(RIPDecodeError) -> Int {
    guard bytes[1] > 1, bytes.count >= 12, word(bytes, 4) == RIPNumbers.familyAuthentication, word(bytes, 6) == RIPNumbers.digestType
    else { return bytes.count }
    let signed = Int(word(bytes, 8)), least = RIPNumbers.headerBytes + RIPNumbers.entryBytes
    guard signed >= least, signed + 4 <= bytes.count, (signed - RIPNumbers.headerBytes) % RIPNumbers.entryBytes == 0 else {
      throw .badSignedLength
    }
    let trailer = bytes.count - signed, declared = Int(bytes[11])
    guard trailer > 4, declared == trailer || declared == trailer - 4, word(bytes, signed) == RIPNumbers.familyAuthentication,
      word(bytes, signed + 2) == RIPNumbers.trailerType
    else { throw .badTrailer }
    return signed
  }

  private static func word(_ bytes: [UInt8], _ at: Int) -> UInt16 { UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1]) }

  private static func read(_ bytes: [UInt8], signed: Int) throws(WireError) -> RIPMessage {
    var reader = ByteReader(bytes, from: 0, to: signed)
    var message = RIPMessage(RIPCommand(rawValue: try reader.u8()), version: try reader.u8(), unused: try reader.u16())
    while !reader.isAtEnd {
      let entry = try RIPRouteEntry(&reader)
      if message.version > 1, message.authentication == nil, message.entries.isEmpty, entry.family == RIPNumbers.familyAuthentication {
        message.authentication = try authentication(bytes, signed: signed)
      } else {
        message.entries.append(entry)
      }
    }
    return message
  }

  private static func authentication(_ bytes: [UInt8], signed: Int) throws(WireError) -> RIPAuthentication {
    var reader = ByteReader(bytes, from: RIPNumbers.headerBytes + 2, to: bytes.count)
    let type = try reader.u16()
    switch type {
    case RIPNumbers.passwordType: return .password(try reader.take(RIPNumbers.passwordBytes))
    case RIPNumbers.digestType:
      try reader.skip(2)
      let header = RIPDigestHeader(
        keyID: try reader.u8(), declaredBytes: try reader.u8(), sequence: try reader.u32(), reserved: try reader.take(8))
      return .digest(header, Array(bytes[(signed + 4)...]))
    default: return .unknown(type, try reader.take(RIPNumbers.passwordBytes))
    }
  }

  /// The bytes on the wire; what was decoded gives the same bytes again.
  public func encode() -> [UInt8] {
    var writer = ByteWriter(capacity: signedBytes + 68)
    writer.u8(command.rawValue)
    writer.u8(version)
    writer.u16(unused)
    if let authentication { encode(authentication, &writer) }
    for entry in entries { entry.encode(&writer) }
    if case .digest(_, let digest) = authentication {
      writer.u16(RIPNumbers.familyAuthentication)
      writer.u16(RIPNumbers.trailerType)
      writer.put(digest)
    }
    return writer.bytes
  }

  private func encode(_ authentication: RIPAuthentication, _ writer: inout ByteWriter) {
    writer.u16(RIPNumbers.familyAuthentication)
    switch authentication {
    case .password(let password):
      writer.u16(RIPNumbers.passwordType)
      writer.put(password)
    case .digest(let header, _):
      writer.u16(RIPNumbers.digestType)
      writer.u16(UInt16(clamping: signedBytes))
      writer.u8(header.keyID)
      writer.u8(header.declaredBytes)
      writer.u32(header.sequence)
      writer.put(header.reserved)
    case .unknown(let type, let bytes):
      writer.u16(type)
      writer.put(bytes)
    }
  }
}
