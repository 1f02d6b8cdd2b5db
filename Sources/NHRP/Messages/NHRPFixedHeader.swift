// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The part of the fixed header that is not computed (RFC 2332 §5.1). Packet size, checksum, extension offset
/// and lengths follow from the rest of the packet when it is encoded; type and addresses are in the body.
public struct NHRPFixedHeader: Sendable, Hashable {
  /// `ar$afn`, the family of NBMA addresses: 1 IPv4, 2 IPv6.
  public var afn: UInt16
  /// `ar$pro.type`, the protocol's ethertype: 0x0800 or 0x86dd.
  public var protocolType: UInt16
  /// `ar$pro.snap`, five bytes, zero for IP.
  public var snap: [UInt8]
  /// `ar$hopcnt`, decremented by each server that forwards.
  public var hopCount: UInt8
  /// `ar$op.version`, 1.
  public var version: UInt8
  /// The upper two bits of `ar$shtl`; zero in all known senders.
  public var nbmaTypeBits: UInt8 = 0
  /// The upper two bits of `ar$sstl`; zero in all known senders.
  public var nbmaSubaddressTypeBits: UInt8 = 0

  /// Makes a header for IPv4 over IPv4 unless told otherwise.
  public init(
    afn: UInt16 = NHRPAssignments.addressFamilyIPv4, protocolType: UInt16 = NHRPAssignments.protocolTypeIPv4,
    hopCount: UInt8, snap: [UInt8] = [0, 0, 0, 0, 0], version: UInt8 = NHRPAssignments.version
  ) {
    self.afn = afn
    self.protocolType = protocolType
    self.snap = snap
    self.hopCount = hopCount
    self.version = version
  }

  /// Makes a header whose families fit these addresses.
  public init(nbma: IPAddress, protocolAddress: IPAddress, hopCount: UInt8) {
    self.init(
      afn: nbma.isV4 ? NHRPAssignments.addressFamilyIPv4 : NHRPAssignments.addressFamilyIPv6,
      protocolType: protocolAddress.isV4 ? NHRPAssignments.protocolTypeIPv4 : NHRPAssignments.protocolTypeIPv6,
      hopCount: hopCount)
  }
}

/// The 20 bytes as they came, lengths and offsets included.
struct RawFixedHeader {
  var header: NHRPFixedHeader
  var packetSize: Int
  var extensionOffset: Int
  var type: NHRPPacketType
  var nbma: AddressTypeLength
  var subaddress: AddressTypeLength

  /// Reads the header and holds size, version, checksum and families against RFC 2332 §5.1, in this order.
  init(_ bytes: [UInt8]) throws(NHRPDecodeError) {
    try self.init(fields: bytes)
    guard packetSize >= NHRPAssignments.fixedHeaderByteCount, packetSize <= bytes.count else { throw .badPacketSize }
    guard header.version == NHRPAssignments.version else { throw .badVersion }
    guard InternetChecksum.isValid(bytes[..<packetSize]) else { throw .badChecksum }
    guard header.hasSupportedFamilies else { throw .unsupportedAddressFamily }
  }

  /// Reads the fields and believes them; for packets quoted in error indications.
  init(fields bytes: [UInt8]) throws(NHRPDecodeError) {
    var fields = FieldReader(bytes, from: 0, to: bytes.count, truncation: .truncatedHeader)
    let afn = try fields.u16()
    let protocolType = try fields.u16()
    let snap = try fields.take(5)
    let hopCount = try fields.u8()
    packetSize = Int(try fields.u16())
    _ = try fields.u16()
    extensionOffset = Int(try fields.u16())
    header = NHRPFixedHeader(
      afn: afn, protocolType: protocolType, hopCount: hopCount, snap: snap, version: try fields.u8())
    type = NHRPPacketType(rawValue: try fields.u8())
    nbma = AddressTypeLength(octet: try fields.u8())
    subaddress = AddressTypeLength(octet: try fields.u8())
    header.nbmaTypeBits = nbma.typeBits
    header.nbmaSubaddressTypeBits = subaddress.typeBits
  }
}

extension NHRPFixedHeader {
  /// Whether both families are IPv4 or IPv6.
  var hasSupportedFamilies: Bool {
    (afn == NHRPAssignments.addressFamilyIPv4 || afn == NHRPAssignments.addressFamilyIPv6)
      && (protocolType == NHRPAssignments.protocolTypeIPv4 || protocolType == NHRPAssignments.protocolTypeIPv6)
  }

  /// Offset of `ar$pktsz`.
  static let packetSizeOffset = 10
  /// Offset of `ar$chksum`.
  static let checksumOffset = 12
  /// Offset of `ar$extoff`.
  static let extensionOffsetOffset = 14

  /// Appends the 20 bytes; size, checksum and extension offset are zero until patched.
  func encode(type: NHRPPacketType, addresses: NHRPAddresses, into writer: inout ByteWriter) {
    writer.u16(afn)
    writer.u16(protocolType)
    writer.put((snap + [0, 0, 0, 0, 0]).prefix(5))
    writer.u8(hopCount)
    for _ in 0..<3 { writer.u16(0) }
    writer.u8(version)
    writer.u8(type.rawValue)
    writer.u8(AddressTypeLength(typeBits: nbmaTypeBits, length: addresses.nbma?.byteCount ?? 0).octet)
    let subaddress = addresses.nbmaSubaddress.prefix(NHRPMessageLimits.maximumSubaddressBytes)
    writer.u8(AddressTypeLength(typeBits: nbmaSubaddressTypeBits, length: subaddress.count).octet)
  }
}
