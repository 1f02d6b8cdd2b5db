// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One binding of protocol to NBMA address in a mandatory part or an extension (RFC 2332 §5.2.0.1).
public struct ClientInformationEntry: Sendable, Hashable {
  /// Zero in requests; success or the reason of refusal in replies.
  public var code: NHRPCode
  /// Prefix length as sent; read it through `hostOrPrefixLength(width:)`.
  public var prefixLength: UInt8
  /// Unused, zero.
  public var unused: UInt16
  /// Maximum transmission unit; 0 means the default. IOS and OpenNHRP put link sizes here.
  public var mtu: UInt16
  /// How long the binding may be used; zero in a refusal.
  public var holdingTimeSeconds: UInt16
  /// The client's NBMA address; nil when its length is zero.
  public var nbma: IPAddress?
  /// The client's NBMA subaddress, at most 63 bytes; empty for IP.
  public var nbmaSubaddress: [UInt8]
  /// The client's protocol address; nil when its length is zero.
  public var protocolAddress: IPAddress?
  /// Among entries for the same address the higher one wins.
  public var preference: UInt8
  /// The upper two bits of the NBMA address' type and length; zero in all known senders.
  public var nbmaTypeBits: UInt8 = 0
  /// The upper two bits of the subaddress' type and length; zero in all known senders.
  public var nbmaSubaddressTypeBits: UInt8 = 0

  /// Makes an entry; without addresses it means "those of the common header" (§5.2.3).
  public init(
    code: NHRPCode = .success, prefixLength: UInt8 = 0, mtu: UInt16 = 0, holdingTimeSeconds: UInt16 = 0,
    nbma: IPAddress? = nil, nbmaSubaddress: [UInt8] = [], protocolAddress: IPAddress? = nil, preference: UInt8 = 0,
    unused: UInt16 = 0
  ) {
    self.code = code
    self.prefixLength = prefixLength
    self.unused = unused
    self.mtu = mtu
    self.holdingTimeSeconds = holdingTimeSeconds
    self.nbma = nbma
    self.nbmaSubaddress = nbmaSubaddress
    self.protocolAddress = protocolAddress
    self.preference = preference
  }

  /// The number of network bits in a family of `width` bits (32 or 128). Senders write 0, 255 or the full
  /// width for a host; anything beyond the width is taken as a host too.
  public func hostOrPrefixLength(width: Int) -> Int {
    prefixLength == 0 ? width : min(Int(prefixLength), width)
  }
}

extension ClientInformationEntry {
  /// Reads one entry.
  init(_ fields: inout FieldReader) throws(NHRPDecodeError) {
    self.init(code: NHRPCode(rawValue: try fields.u8()), prefixLength: try fields.u8())
    unused = try fields.u16()
    mtu = try fields.u16()
    holdingTimeSeconds = try fields.u16()
    let nbma = AddressTypeLength(octet: try fields.u8())
    let subaddress = AddressTypeLength(octet: try fields.u8())
    let protocolLength = Int(try fields.u8())
    preference = try fields.u8()
    nbmaTypeBits = nbma.typeBits
    nbmaSubaddressTypeBits = subaddress.typeBits
    self.nbma = try fields.address(nbma.length)
    nbmaSubaddress = try fields.take(subaddress.length)
    protocolAddress = try fields.address(protocolLength)
  }

  /// Reads entries until `fields` is at its end.
  static func list(_ fields: inout FieldReader) throws(NHRPDecodeError) -> [ClientInformationEntry] {
    var entries: [ClientInformationEntry] = []
    while !fields.isAtEnd {
      guard entries.count < NHRPMessageLimits.maximumEntries else { throw .tooManyEntries }
      entries.append(try ClientInformationEntry(&fields))
    }
    return entries
  }

  /// Appends this entry.
  func encode(into writer: inout ByteWriter) {
    let subaddress = nbmaSubaddress.prefix(NHRPMessageLimits.maximumSubaddressBytes)
    writer.u8(code.rawValue)
    writer.u8(prefixLength)
    writer.u16(unused)
    writer.u16(mtu)
    writer.u16(holdingTimeSeconds)
    writer.u8(AddressTypeLength(typeBits: nbmaTypeBits, length: nbma?.byteCount ?? 0).octet)
    writer.u8(AddressTypeLength(typeBits: nbmaSubaddressTypeBits, length: subaddress.count).octet)
    writer.u8(UInt8(truncatingIfNeeded: protocolAddress?.byteCount ?? 0))
    writer.u8(preference)
    writer.put(nbma?.bytes ?? [])
    writer.put(subaddress)
    writer.put(protocolAddress?.bytes ?? [])
  }
}
