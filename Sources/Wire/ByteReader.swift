// SPDX-License-Identifier: GPL-3.0-or-later

/// Why bytes from the wire could not be read. Trivial on purpose: typed throws of it cost nothing on success.
public enum WireError: Error, Equatable, Sendable {
  /// Fewer bytes than the field needs.
  case truncated
  /// A length field contradicts the bytes that are there.
  case badLength
  /// A field holds a value that the format forbids.
  case badValue
  /// The Internet checksum does not match (RFC 1071).
  case badChecksum
  /// A protocol version that is not ours.
  case badVersion
}

/// A bounds-checked cursor over received bytes. Every read either succeeds or throws; nothing traps.
public struct ByteReader: Sendable {
  /// The bytes being read.
  public let bytes: [UInt8]
  /// Index of the next byte.
  public private(set) var position: Int
  /// One past the last byte that may be read.
  public private(set) var end: Int

  /// Reads all of `bytes`.
  @inlinable public init(_ bytes: [UInt8]) {
    self.init(bytes, from: 0, to: bytes.count)
  }

  /// Reads `bytes[start..<end]`; limits outside the array are clamped.
  public init(_ bytes: [UInt8], from start: Int, to end: Int) {
    self.bytes = bytes
    self.end = min(max(end, 0), bytes.count)
    self.position = min(max(start, 0), self.end)
  }

  /// Bytes not yet read.
  public var remaining: Int { end - position }
  /// Whether everything was read.
  public var isAtEnd: Bool { position >= end }

  /// Reads one byte.
  public mutating func u8() throws(WireError) -> UInt8 {
    guard position < end else { throw .truncated }
    defer { position += 1 }
    return bytes[position]
  }

  /// Reads two bytes, big endian.
  public mutating func u16() throws(WireError) -> UInt16 {
    guard remaining >= 2 else { throw .truncated }
    defer { position += 2 }
    return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
  }

  /// Reads four bytes, big endian.
  public mutating func u32() throws(WireError) -> UInt32 {
    UInt32(try u16()) << 16 | UInt32(try u16())
  }

  /// Reads `count` bytes.
  public mutating func take(_ count: Int) throws(WireError) -> [UInt8] {
    guard count >= 0, remaining >= count else { throw .truncated }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// Passes over `count` bytes.
  public mutating func skip(_ count: Int) throws(WireError) {
    guard count >= 0, remaining >= count else { throw .truncated }
    position += count
  }

  /// A reader of the next `count` bytes only; this one moves past them.
  public mutating func sub(_ count: Int) throws(WireError) -> ByteReader {
    guard count >= 0, remaining >= count else { throw .truncated }
    defer { position += count }
    return ByteReader(bytes, from: position, to: position + count)
  }
}

/// Appends fields in network byte order.
public struct ByteWriter: Sendable {
  /// What was written so far.
  public var bytes: [UInt8] = []

  /// Makes an empty writer with room for `capacity` bytes.
  public init(capacity: Int = 128) { bytes.reserveCapacity(capacity) }

  /// Bytes written so far.
  public var count: Int { bytes.count }

  /// Appends one byte.
  public mutating func u8(_ value: UInt8) { bytes.append(value) }

  /// Appends two bytes, big endian.
  public mutating func u16(_ value: UInt16) {
    bytes.append(UInt8(truncatingIfNeeded: value >> 8))
    bytes.append(UInt8(truncatingIfNeeded: value))
  }

  /// Appends four bytes, big endian.
  public mutating func u32(_ value: UInt32) {
    u16(UInt16(truncatingIfNeeded: value >> 16))
    u16(UInt16(truncatingIfNeeded: value))
  }

  /// Appends raw bytes.
  public mutating func put(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  /// Overwrites two bytes already written; ignored when out of range.
  public mutating func patch(u16 value: UInt16, at offset: Int) {
    guard offset >= 0, offset + 2 <= bytes.count else { return }
    bytes[offset] = UInt8(truncatingIfNeeded: value >> 8)
    bytes[offset + 1] = UInt8(truncatingIfNeeded: value)
  }
}
