// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One entry of a message (RFC 2453 §3.6, §4): twenty bytes, kept whatever they say.
public struct RIPRouteEntry: Sendable, Hashable {
  /// The address family; 2 is IPv4.
  public var family: UInt16
  /// Tells routes of the protocol from imported ones; zero in version 1 (§4.2).
  public var tag: UInt16
  /// The network.
  public var address: UInt32
  /// Its mask; zero where none is included (§4.3).
  public var mask: UInt32
  /// Where to send its packets; zero for the sender (§4.4).
  public var nextHop: UInt32
  /// Hops; 16 is unreachable.
  public var metric: UInt32

  /// Makes an entry of its fields.
  public init(family: UInt16 = RIPNumbers.familyIPv4, tag: UInt16 = 0, address: UInt32, mask: UInt32, nextHop: UInt32 = 0, metric: UInt32) {
    (self.family, self.tag, self.address, self.mask, self.nextHop, self.metric) = (family, tag, address, mask, nextHop, metric)
  }

  /// An entry for `prefix`.
  public init(_ prefix: IPPrefix, metric: UInt32, nextHop: IPAddress? = nil, tag: UInt16 = 0) {
    self.init(
      tag: tag, address: prefix.address.v4Bits, mask: prefix.mask.v4Bits, nextHop: nextHop.map(\.v4Bits) ?? 0, metric: metric)
  }

  /// Asks for the whole table when it is the only one (§3.9.1).
  public static let wholeTable = RIPRouteEntry(
    family: RIPNumbers.familyNone, address: 0, mask: 0, metric: RIPNumbers.infinity)

  /// Reads twenty bytes.
  init(_ reader: inout ByteReader) throws(WireError) {
    family = try reader.u16()
    tag = try reader.u16()
    address = try reader.u32()
    mask = try reader.u32()
    nextHop = try reader.u32()
    metric = try reader.u32()
  }

  func encode(_ writer: inout ByteWriter) {
    writer.u16(family)
    writer.u16(tag)
    writer.u32(address)
    writer.u32(mask)
    writer.u32(nextHop)
    writer.u32(metric)
  }

  /// The network that the mask says, host bits cleared; nil for a mask with holes, or none.
  var masked: IPPrefix? {
    guard mask != 0 || address == 0 else { return nil }
    return IPPrefix.length(ofMask: IPAddress(v4: mask)).map { IPPrefix(IPAddress(v4: address), length: $0) }
  }

  /// The network where no mask is included (RFC 1058 §3.2): the interface's own mask inside its network, else the class' own; an
  /// address with more bits is a host.
  func inferred(on network: IPPrefix?) -> IPPrefix? {
    let address = IPAddress(v4: address)
    guard self.address != 0 else { return .defaultV4 }
    guard let natural = ClassfulNetwork.containing(address) else { return nil }
    let length = network.flatMap { natural.covers($0) ? Int($0.length) : nil } ?? Int(natural.length)
    let prefix = IPPrefix(address, length: length)
    return prefix.address == address ? prefix : IPPrefix(host: address)
  }
}
