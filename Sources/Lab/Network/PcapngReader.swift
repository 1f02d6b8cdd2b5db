// SPDX-License-Identifier: GPL-3.0-or-later

/// What is in a capture, as far as `PcapngWriter` writes it: one little-endian section, interfaces and enhanced packets. Blocks of other
/// kinds are passed over.
public struct PcapngFile: Sendable, Equatable {
  /// An interface of a capture.
  public struct Interface: Sendable, Equatable {
    /// Its name; empty for none.
    public var name = ""
    /// What packets begin with; 101 is an IP header.
    public var linkType: UInt16
    /// The time stamp's unit: a power of ten, negated. 6 where nothing is said.
    public var timestampResolution: UInt8 = 6
  }

  /// A packet of a capture.
  public struct Packet: Sendable, Equatable {
    /// Index of its interface.
    public var interface: Int
    /// Its time stamp, in the interface's unit.
    public var timestamp: UInt64
    /// The captured bytes.
    public var bytes: [UInt8]
    /// The packet's length on the wire.
    public var originalLength: Int
    /// Its comment; nil for none.
    public var comment: String?
  }

  /// The interfaces, in order.
  public private(set) var interfaces: [Interface] = []
  /// The packets, in order.
  public private(set) var packets: [Packet] = []

  /// Reads a whole capture.
  public init(reading bytes: [UInt8]) throws(PcapngError) {
    var offset = 0
    guard bytes.count >= 28, Self.le32(bytes, 0) == 0x0a0d_0d0a, Self.le32(bytes, 8) == 0x1a2b_3c4d else { throw .notPcapng }
    while offset < bytes.count {
      guard bytes.count - offset >= 12 else { throw .badBlock(offset: offset) }
      let length = Int(Self.le32(bytes, offset + 4))
      guard length >= 12, length % 4 == 0, length <= bytes.count - offset, Int(Self.le32(bytes, offset + length - 4)) == length else {
        throw .badBlock(offset: offset)
      }
      let body = Array(bytes[offset + 8..<offset + length - 4])
      switch Self.le32(bytes, offset) {
      case 1: try readInterface(body, offset)
      case 6: try readPacket(body, offset)
      default: break
      }
      offset += length
    }
  }

  private mutating func readInterface(_ body: [UInt8], _ offset: Int) throws(PcapngError) {
    guard body.count >= 8 else { throw .badBlock(offset: offset) }
    var interface = Interface(linkType: Self.le16(body, 0))
    for (code, value) in try Self.options(body, from: 8, offset) {
      if code == 2 { interface.name = String(decoding: value, as: UTF8.self) }
      if code == 9, let unit = value.first { interface.timestampResolution = unit }
    }
    interfaces.append(interface)
  }

  private mutating func readPacket(_ body: [UInt8], _ offset: Int) throws(PcapngError) {
    guard body.count >= 20 else { throw .badBlock(offset: offset) }
    let captured = Int(Self.le32(body, 12)), interface = Int(Self.le32(body, 0))
    guard interfaces.indices.contains(interface), captured <= body.count - 20 else { throw .badBlock(offset: offset) }
    let options = try Self.options(body, from: 20 + (captured + 3) / 4 * 4, offset)
    packets.append(
      Packet(
        interface: interface, timestamp: UInt64(Self.le32(body, 4)) << 32 | UInt64(Self.le32(body, 8)),
        bytes: Array(body[20..<20 + captured]), originalLength: Int(Self.le32(body, 16)),
        comment: options.first { $0.code == 1 }.map { String(decoding: $0.value, as: UTF8.self) }))
  }

  private static func options(_ body: [UInt8], from start: Int, _ offset: Int) throws(PcapngError) -> [(code: UInt16, value: [UInt8])] {
    var found: [(code: UInt16, value: [UInt8])] = []
    var i = start
    while i + 4 <= body.count, le16(body, i) != 0 {
      let length = Int(le16(body, i + 2))
      guard i + 4 + length <= body.count else { throw .badBlock(offset: offset) }
      found.append((le16(body, i), Array(body[i + 4..<i + 4 + length])))
      i += 4 + (length + 3) / 4 * 4
    }
    return found
  }

  private static func le16(_ bytes: [UInt8], _ i: Int) -> UInt16 { UInt16(bytes[i]) | UInt16(bytes[i + 1]) << 8 }
  private static func le32(_ bytes: [UInt8], _ i: Int) -> UInt32 { UInt32(le16(bytes, i)) | UInt32(le16(bytes, i + 2)) << 16 }
}
