// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import Wire

/// The IP address blocks that a certificate delegates (RFC 3779 §2), for unicast.
struct AddressBlocks {
  /// What is said of one address family; nil where nothing is.
  enum Family: Equatable {
    /// The same as the issuer's (§2.2.3.5).
    case inherited
    case prefixes([IPPrefix])
  }

  private(set) var v4: Family?
  private(set) var v6: Family?

  /// Nil if the certificate has no such extension.
  init?(of certificate: OpaquePointer) throws(CryptoError) {
    var v4: Family?, v6: Family?
    let isPresent = try Certificate.withExtension(NID_sbgp_ipAddrBlock, of: certificate, free: Self.free) { blocks throws(CryptoError) in
      guard let blocks else { return false }
      // Canonical order and encoding (§2.2.3.6) rule out overlaps, and a prefix that is written as a range.
      guard X509v3_addr_is_canonical(blocks) == 1 else { throw .unreadable("address blocks that are not in canonical form") }
      for index in 0..<max(0, OPENSSL_sk_num(blocks)) {
        guard let family = OPENSSL_sk_value(blocks, index)?.assumingMemoryBound(to: IPAddressFamily.self) else { continue }
        switch ASN1Bytes.of(family.pointee.addressFamily) {
        // An address family number, and perhaps the subsequent one: 1 is unicast (§2.2.3.3).
        case [0, 1], [0, 1, 1]: v4 = try Self.merge(v4, Self.read(family, afi: IANA_AFI_IPV4, addressBytes: 4))
        case [0, 2], [0, 2, 1]: v6 = try Self.merge(v6, Self.read(family, afi: IANA_AFI_IPV6, addressBytes: 16))
        default: break
        }
      }
      return true
    }
    guard isPresent else { return nil }
    (self.v4, self.v6) = (v4, v6)
  }

  /// Whether something is left that only the issuer can say.
  var isInherited: Bool { v4 == .inherited || v6 == .inherited }

  /// Takes from the issuer's what is inherited.
  mutating func inherit(from issuer: AddressBlocks) {
    if v4 == .inherited { v4 = issuer.v4 }
    if v6 == .inherited { v6 = issuer.v6 }
  }

  /// All prefixes, IPv4 first; none of a family that is still inherited.
  var prefixes: [IPPrefix] {
    [v4, v6].flatMap { family -> [IPPrefix] in
      if case .prefixes(let prefixes) = family { prefixes } else { [] }
    }
  }

  private static func merge(_ known: Family?, _ new: Family) throws(CryptoError) -> Family {
    switch (known, new) {
    case (nil, _): return new
    case (.prefixes(let a), .prefixes(let b)): return .prefixes(a + b)
    default: throw .unreadable("address blocks that are inherited and listed at once")
    }
  }

  private static func read(_ family: UnsafePointer<IPAddressFamily>, afi: Int32, addressBytes: Int) throws(CryptoError) -> Family {
    guard let choice = family.pointee.ipAddressChoice else { throw .unreadable("address blocks") }
    if choice.pointee.type == IPAddressChoice_inherit { return .inherited }
    var prefixes: [IPPrefix] = []
    for index in 0..<max(0, OPENSSL_sk_num(choice.pointee.u.addressesOrRanges)) {
      let block = OPENSSL_sk_value(choice.pointee.u.addressesOrRanges, index)?.assumingMemoryBound(to: IPAddressOrRange.self)
      var low = [UInt8](repeating: 0, count: addressBytes), high = low
      guard X509v3_addr_get_range(block, UInt32(afi), &low, &high, Int32(addressBytes)) == addressBytes,
        let first = IPAddress(bytes: low), let last = IPAddress(bytes: high)
      else { throw .unreadable("address blocks") }
      prefixes += IPPrefix.covering(first, last)
      guard prefixes.count <= KeyLimits.addressPrefixes else { throw .unreadable("address blocks of more prefixes than the limit") }
    }
    return .prefixes(prefixes)
  }

  private static func free(_ blocks: OpaquePointer?) {
    OPENSSL_sk_pop_free(blocks) { IPAddressFamily_free($0?.assumingMemoryBound(to: IPAddressFamily.self)) }
  }
}

extension IPPrefix {
  /// The fewest prefixes that together are the addresses from `first` to `last`, in order; none if these are not of one family, or no range.
  package static func covering(_ first: IPAddress, _ last: IPAddress) -> [IPPrefix] {
    guard first.isV4 == last.isV4, first <= last else { return [] }
    var prefixes: [IPPrefix] = [], next = first
    while true {
      let prefix = largest(from: next, upTo: last)
      prefixes.append(prefix)
      let end = prefix.lastAddress
      guard end < last, let following = end.successor else { return prefixes }
      next = following
    }
  }

  private static func largest(from start: IPAddress, upTo last: IPAddress) -> IPPrefix {
    var length = start.bitWidth
    while length > 0 {
      let wider = IPPrefix(start, length: length - 1)
      guard wider.address == start, wider.lastAddress <= last else { break }
      length -= 1
    }
    return IPPrefix(start, length: length)
  }

  /// The address whose bits behind the prefix are all ones.
  private var lastAddress: IPAddress {
    // An IPv4 address lies in the last 32 of the 128 bits.
    let hostBits = address.bitWidth - Int(length)
    let low: UInt64 = hostBits >= 64 ? .max : 1 << UInt64(hostBits) - 1
    let high: UInt64 = hostBits <= 64 ? 0 : hostBits == 128 ? .max : 1 << UInt64(hostBits - 64) - 1
    return IPAddress(high: address.high | high, low: address.low | low)
  }
}

extension IPAddress {
  fileprivate var successor: IPAddress? {
    let (low, carries) = low.addingReportingOverflow(1)
    let (high, overflows) = high.addingReportingOverflow(carries ? 1 : 0)
    return overflows ? nil : IPAddress(high: high, low: low)
  }
}
