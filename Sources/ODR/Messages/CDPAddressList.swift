// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The addresses of a TLV: a count, and for each its protocol and itself.
public struct CDPAddressList: Sendable, Hashable {
  /// One address of any protocol.
  public struct Entry: Sendable, Hashable {
    /// How the protocol is named: 1 by an NLPID, 2 by an 802.2 header.
    public var protocolType: UInt8
    /// The protocol.
    public var protocolBytes: [UInt8]
    /// The address.
    public var bytes: [UInt8]

    /// An address of IPv4 or IPv6.
    public init(_ address: IPAddress) {
      protocolType = address.isV4 ? CDPNumbers.nlpidType : CDPNumbers.ieee802Type
      protocolBytes = address.isV4 ? CDPNumbers.ipv4NLPID : CDPNumbers.ipv6Header
      bytes = address.bytes
    }

    fileprivate init(protocolType: UInt8, protocolBytes: [UInt8], bytes: [UInt8]) {
      (self.protocolType, self.protocolBytes, self.bytes) = (protocolType, protocolBytes, bytes)
    }

    /// The address where it is one of IPv4 or IPv6.
    public var address: IPAddress? {
      switch (protocolType, bytes.count) {
      case (CDPNumbers.nlpidType, 4) where protocolBytes == CDPNumbers.ipv4NLPID: return IPAddress(bytes: bytes)
      case (CDPNumbers.ieee802Type, 16) where protocolBytes == CDPNumbers.ipv6Header:
        return IPAddress(bytes: bytes).flatMap { $0.isV4 ? nil : $0 }
      default: return nil
      }
    }
  }

  /// The addresses, in order.
  public var addresses: [Entry]
  /// What stands behind the last one, kept.
  public var trailing: [UInt8] = []

  /// A list of IPv4 and IPv6 addresses.
  public init(_ addresses: [IPAddress]) { self.addresses = addresses.map(Entry.init) }

  init(_ value: [UInt8]) throws(CDPDecodeError) {
    var reader = ByteReader(value)
    let count: UInt32
    do { count = try reader.u32() } catch { throw .badAddresses }
    guard count <= ODRLimits.addresses else { throw .tooManyAddresses }
    addresses = []
    for _ in 0..<count {
      do { addresses.append(try Self.entry(&reader)) } catch { throw .badAddresses }
    }
    trailing = Array(value[reader.position...])
  }

  private static func entry(_ reader: inout ByteReader) throws(WireError) -> Entry {
    let type = try reader.u8(), length = try reader.u8()
    let proto = try reader.take(Int(length)), size = try reader.u16()
    return Entry(protocolType: type, protocolBytes: proto, bytes: try reader.take(Int(size)))
  }

  func encode() -> [UInt8] {
    var writer = ByteWriter(capacity: 4 + addresses.count * 16)
    writer.u32(UInt32(clamping: addresses.count))
    for entry in addresses {
      writer.u8(entry.protocolType)
      writer.u8(UInt8(clamping: entry.protocolBytes.count))
      writer.put(entry.protocolBytes)
      writer.u16(UInt16(clamping: entry.bytes.count))
      writer.put(entry.bytes)
    }
    writer.put(trailing)
    return writer.bytes
  }
}
