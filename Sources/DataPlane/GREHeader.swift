// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Why bytes are no GRE header we take.
public enum GREError: Error, Equatable, Sendable {
  /// Fewer bytes than the flags promise.
  case truncated
  /// RFC 1701 source routing.
  case routingPresent
  /// A version other than 0.
  case badVersion
}

/// The bits of the first word of a GRE header (RFC 1701, RFC 2784 §2.1, RFC 2890 §2).
enum GREFlags {
  static let checksum: UInt16 = 0x8000
  static let routing: UInt16 = 0x4000
  static let key: UInt16 = 0x2000
  static let sequence: UInt16 = 0x1000
  static let strictSourceRoute: UInt16 = 0x0800
  static let version: UInt16 = 0x0007
}

/// The protocol types that the data plane tells apart (IANA "IEEE 802 numbers").
public enum GREProtocolType {
  /// IPv4.
  public static let ipv4: UInt16 = 0x0800
  /// IPv6.
  public static let ipv6: UInt16 = 0x86dd
  /// CDP.
  public static let cdp: UInt16 = 0x2000
  /// NHRP.
  public static let nhrp: UInt16 = 0x2001
  /// Nothing: the answer to a keepalive (`GREKeepalive`).
  public static let keepalive: UInt16 = 0
}

/// A GRE header as a value (RFC 1701, 2784, 2890). Bits without a meaning to us are kept, so that decoding and encoding gives the
/// same bytes again. The packet path does not use this: it reads offsets in place (`GREOffsets`).
public struct GREHeader: Sendable, Equatable {
  /// What the payload is: an Ethernet type.
  public var protocolType: UInt16
  /// The checksum over header and payload; nil when absent.
  public var checksum: UInt16?
  /// RFC 1701's offset, RFC 2784's Reserved1; on the wire only beside a checksum.
  public var reserved1: UInt16 = 0
  /// The key; nil when absent, which is another tunnel than key 0.
  public var key: UInt32?
  /// The sequence number; nil when absent.
  public var sequenceNumber: UInt32?
  /// RFC 1701's strict source route bit, meaningless without routing.
  public var hasStrictSourceRoute = false
  /// RFC 1701's recursion control, three bits.
  public var recursion: UInt8 = 0
  /// The five bits nobody gave a meaning to.
  public var reserved0: UInt8 = 0

  /// Makes a header with only what is given.
  public init(protocolType: UInt16, key: UInt32? = nil, sequenceNumber: UInt32? = nil) {
    (self.protocolType, self.key, self.sequenceNumber) = (protocolType, key, sequenceNumber)
  }

  /// 4, 8, 12 or 16.
  public var byteCount: Int {
    4 + (checksum != nil ? 4 : 0) + (key != nil ? 4 : 0) + (sequenceNumber != nil ? 4 : 0)
  }

  /// Reads a header and leaves `reader` at the payload.
  public static func decode(_ reader: inout ByteReader) throws(GREError) -> GREHeader {
    do {
      let flags = try reader.u16()
      if flags & GREFlags.version != 0 { throw GREError.badVersion }
      if flags & GREFlags.routing != 0 { throw GREError.routingPresent }
      var header = GREHeader(protocolType: try reader.u16())
      header.hasStrictSourceRoute = flags & GREFlags.strictSourceRoute != 0
      header.recursion = UInt8(flags >> 8 & 7)
      header.reserved0 = UInt8(flags >> 3 & 31)
      if flags & GREFlags.checksum != 0 {
        header.checksum = try reader.u16()
        header.reserved1 = try reader.u16()
      }
      if flags & GREFlags.key != 0 { header.key = try reader.u32() }
      if flags & GREFlags.sequence != 0 { header.sequenceNumber = try reader.u32() }
      return header
    } catch let error as GREError {
      throw error
    } catch {
      throw .truncated
    }
  }

  /// The header's bytes; the checksum as it stands.
  public func encode(into writer: inout ByteWriter) {
    var flags = UInt16(recursion & 7) << 8 | UInt16(reserved0 & 31) << 3
    if checksum != nil { flags |= GREFlags.checksum }
    if key != nil { flags |= GREFlags.key }
    if sequenceNumber != nil { flags |= GREFlags.sequence }
    if hasStrictSourceRoute { flags |= GREFlags.strictSourceRoute }
    writer.u16(flags)
    writer.u16(protocolType)
    if let checksum {
      writer.u16(checksum)
      writer.u16(reserved1)
    }
    if let key { writer.u32(key) }
    if let sequenceNumber { writer.u32(sequenceNumber) }
  }

  /// Header and payload with a right checksum (RFC 2784 §2.3).
  public func sealed(over payload: [UInt8]) -> [UInt8] {
    var copy = self
    copy.checksum = 0
    var writer = ByteWriter(capacity: copy.byteCount + payload.count)
    copy.encode(into: &writer)
    writer.put(payload)
    writer.patch(u16: InternetChecksum.of(writer.bytes), at: 4)
    return writer.bytes
  }
}

/// Where things are in a received GRE packet; read in place.
struct GREOffsets {
  var protocolType: UInt16
  var key: UInt32 = 0
  var sequence: UInt32 = 0
  var hasKey: Bool
  var hasSequence: Bool
  /// Index of the payload's first byte.
  var payload: Int

  /// Reads the header at `at`; the packet ends at `end`, which lies inside `memory`. Verifies the checksum when there is one.
  static func parse(_ memory: PacketMemory, at: Int, end: Int) throws(DropReason) -> GREOffsets {
    guard end &- at >= 4 else { throw .truncated }
    let flags = memory.u16(at)
    if flags & GREFlags.version != 0 { throw .greVersion }
    if flags & GREFlags.routing != 0 { throw .greRouting }
    let hasKey = flags & GREFlags.key != 0, hasSequence = flags & GREFlags.sequence != 0
    let hasChecksum = flags & GREFlags.checksum != 0
    var gre = GREOffsets(protocolType: memory.u16(at &+ 2), hasKey: hasKey, hasSequence: hasSequence, payload: at &+ 4)
    if hasChecksum { gre.payload &+= 4 }
    let keyAt = gre.payload
    if hasKey { gre.payload &+= 4 }
    let sequenceAt = gre.payload
    if hasSequence { gre.payload &+= 4 }
    guard gre.payload <= end else { throw .truncated }
    if hasKey { gre.key = memory.u32(keyAt) }
    if hasSequence { gre.sequence = memory.u32(sequenceAt) }
    if hasChecksum, memory.checksum(at, end &- at) != 0 { throw .greChecksum }
    return gre
  }
}
