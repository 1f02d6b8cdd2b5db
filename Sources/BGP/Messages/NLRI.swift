// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One prefix of an UPDATE, with the number of its path where several are told (RFC 4271 §4.3, RFC 7911 §3).
public struct NLRI: Hashable, Sendable {
  /// The network.
  public var prefix: IPPrefix
  /// The path's number; 0 where none is told.
  public var pathID: UInt32

  /// Names a path of a prefix.
  @inlinable public init(_ prefix: IPPrefix, pathID: UInt32 = 0) { (self.prefix, self.pathID) = (prefix, pathID) }

  /// Reads all prefixes of `bytes[start..<end]`; `hasPathIDs` says whether each has a number in front. Bits behind a prefix's length are
  /// ignored.
  static func decodeAll(
    _ bytes: [UInt8], from start: Int, to end: Int, _ family: BGPFamily, hasPathIDs: Bool
  ) throws(WireError) -> [NLRI] {
    guard start >= 0, end <= bytes.count else { throw .truncated }
    var out: [NLRI] = []
    out.reserveCapacity((end - start) / 4 + 1)
    var at = start
    while at < end {
      var pathID: UInt32 = 0
      if hasPathIDs {
        guard end - at > 4 else { throw .truncated }
        for i in at..<at + 4 { pathID = pathID << 8 | UInt32(bytes[i]) }
        at += 4
      }
      let length = Int(bytes[at]), count = (length + 7) / 8
      guard length <= family.bitWidth, count < end - at else { throw .badLength }
      if let prefix = prefix(bytes, at + 1, length, family) { out.append(NLRI(prefix, pathID: pathID)) }
      at += 1 + count
    }
    return out
  }

  @inline(__always)
  private static func prefix(_ bytes: [UInt8], _ start: Int, _ length: Int, _ family: BGPFamily) -> IPPrefix? {
    let count = (length + 7) / 8
    if family == .ipv4 {
      var bits: UInt32 = 0
      for i in 0..<count { bits |= UInt32(bytes[start + i]) << UInt32(24 - 8 * i) }
      return IPPrefix(IPAddress(v4: bits), length: length)
    }
    var high: UInt64 = 0, low: UInt64 = 0
    for i in 0..<count {
      let byte = UInt64(bytes[start + i])
      if i < 8 { high |= byte << UInt64(56 - 8 * i) } else { low |= byte << UInt64(120 - 8 * i) }
    }
    let address = IPAddress(high: high, low: low)
    // What begins with ::ffff:0:0/96 would be an IPv4 address here; it belongs on no wire (RFC 4291 §2.5.5.2) and is passed over.
    return address.isV4 ? nil : IPPrefix(address, length: length)
  }

  /// Bytes on the wire.
  func byteCount(withPathID: Bool) -> Int { 1 + (Int(prefix.length) + 7) / 8 + (withPathID ? 4 : 0) }

  /// Writes it.
  func encode(into bytes: inout [UInt8], withPathID: Bool) {
    if withPathID { for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: pathID >> shift)) } }
    bytes.append(prefix.length)
    let address = prefix.address
    for i in 0..<(Int(prefix.length) + 7) / 8 {
      if address.isV4 {
        bytes.append(UInt8(truncatingIfNeeded: address.v4Bits >> UInt32(24 - 8 * i)))
      } else {
        bytes.append(UInt8(truncatingIfNeeded: i < 8 ? address.high >> UInt64(56 - 8 * i) : address.low >> UInt64(120 - 8 * i)))
      }
    }
  }
}
