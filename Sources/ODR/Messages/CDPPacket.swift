// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One CDP packet: version, holdtime, checksum, TLVs.
public struct CDPPacket: Sendable, Hashable {
  /// 1 or 2.
  public var version: UInt8
  /// How long the receiver keeps what it says, in seconds; 0 takes leave.
  public var holdTimeSeconds: UInt8
  /// The checksum as received, which a packet of an odd length may have in more than one form; nil: to be computed.
  public var checksum: UInt16?
  /// What it says, in order.
  public var tlvs: [CDPTLV]

  /// Makes a packet.
  public init(version: UInt8 = 2, holdTimeSeconds: UInt8, checksum: UInt16? = nil, tlvs: [CDPTLV]) {
    (self.version, self.holdTimeSeconds, self.checksum, self.tlvs) = (version, holdTimeSeconds, checksum, tlvs)
  }

  /// Reads a packet; every byte of it is in what comes out.
  public static func decode(_ bytes: [UInt8]) throws(CDPDecodeError) -> CDPPacket {
    guard bytes.count >= CDPNumbers.headerBytes else { throw .truncatedHeader }
    guard (1...2).contains(bytes[0]) else { throw .badVersion }
    guard CDPChecksum.isValid(bytes) else { throw .badChecksum }
    var packet = CDPPacket(
      version: bytes[0], holdTimeSeconds: bytes[1], checksum: UInt16(bytes[2]) << 8 | UInt16(bytes[3]), tlvs: [])
    var at = CDPNumbers.headerBytes
    while at < bytes.count {
      guard packet.tlvs.count < ODRLimits.tlvs else { throw .tooManyTLVs }
      guard at + CDPNumbers.tlvHeaderBytes <= bytes.count else { throw .badTLVLength }
      let type = CDPTLVType(rawValue: UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1]))
      let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      guard length >= CDPNumbers.tlvHeaderBytes, at + length <= bytes.count else { throw .badTLVLength }
      packet.tlvs.append(try CDPTLV.decode(type, Array(bytes[(at + CDPNumbers.tlvHeaderBytes)..<(at + length)])))
      at += length
    }
    return packet
  }

  /// The bytes on the wire, with the checksum as received or computed.
  public func encode() -> [UInt8] {
    var writer = ByteWriter(capacity: 512)
    writer.u8(version)
    writer.u8(holdTimeSeconds)
    writer.u16(0)
    for tlv in tlvs {
      let value = tlv.encodedValue
      writer.u16(tlv.type.rawValue)
      writer.u16(UInt16(clamping: value.count + CDPNumbers.tlvHeaderBytes))
      writer.put(value)
    }
    writer.patch(u16: checksum ?? CDPChecksum.of(writer.bytes), at: 2)
    return writer.bytes
  }
}

extension CDPPacket {
  /// The sender's name.
  public var deviceID: String? { text { if case .deviceID(let bytes) = $0 { bytes } else { nil } } }
  /// The interface it was sent from.
  public var portID: String? { text { if case .portID(let bytes) = $0 { bytes } else { nil } } }
  /// What the sender is.
  public var platform: String? { text { if case .platform(let bytes) = $0 { bytes } else { nil } } }
  /// What it runs.
  public var softwareVersion: String? { text { if case .softwareVersion(let bytes) = $0 { bytes } else { nil } } }
  /// Its addresses there.
  public var addresses: [IPAddress] {
    first { if case .addresses(let list) = $0 { list.addresses.compactMap(\.address) } else { nil } } ?? []
  }
  /// What it does.
  public var capabilities: CDPCapabilities? { first { if case .capabilities(let all) = $0 { all } else { nil } } }
  /// A stub's networks; nil when it names none.
  public var prefixes: [IPPrefix]? { first { if case .prefixes(let all) = $0 { all.map(\.prefix) } else { nil } } }
  /// A hub's address.
  public var gateway: IPAddress? { first { if case .gateway(let address) = $0 { address } else { nil } } }

  private func first<T>(_ pick: (CDPTLV) -> T?) -> T? {
    for tlv in tlvs { if let found = pick(tlv) { return found } }
    return nil
  }

  /// Printable text of a TLV, cut where a screen would not show it anyway.
  private func text(_ pick: (CDPTLV) -> [UInt8]?) -> String? {
    first(pick).map { bytes in
      String(decoding: bytes.prefix(ODRLimits.textBytes).map { $0 == 10 || (32..<127).contains($0) ? $0 : 46 }, as: UTF8.self)
    }
  }
}
