// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// What `ipv6 …` says on one interface, without the protocols' own lines.
public struct IPv6Settings: Sendable, Equatable {
  /// `ipv6 address X:X:X:X::X/len`, in the order typed.
  public var addresses: [InterfaceAddress] = []
  /// `ipv6 address X:X:X:X::X link-local`; nil forms one.
  public var linkLocal: IPAddress?
  /// `ipv6 enable`: a link-local address without any other.
  public var isEnabled = false
  /// `ipv6 mtu`, 1280–9976 bytes; nil takes that of IPv4.
  public var mtu: Int?

  /// Addresses of one interface: more than any published design uses.
  public static let addressLimit = 8

  /// No IPv6.
  public init() {}

  /// Whether IPv6 runs on the interface: any address starts it, as on IOS.
  public var isOn: Bool { isEnabled || linkLocal != nil || !addresses.isEmpty }
}

extension InterfaceSettings {
  /// The interface's link-local address (RFC 4291 §2.5.6); nil where IPv6 is not on.
  ///
  /// Where none is configured, a tunnel forms its identifier as IOS does, of the MAC address of the router (`mac`: its first Ethernet
  /// interface's, or nil where there is none). Without a MAC address it takes what the cloud knows it by already and what is therefore
  /// unique there: the identifier of its first global address, else its IPv4 address (RFC 4213 §3.7).
  public func linkLocalAddress(mac: [UInt8]? = nil) -> IPAddress? {
    guard ipv6.isOn else { return nil }
    if let linkLocal = ipv6.linkLocal { return linkLocal }
    if let identifier = mac.flatMap(IPAddress.interfaceIdentifier(mac:)) { return IPAddress(linkLocal: identifier) }
    if let global = ipv6.addresses.first?.address, global.low != 0 { return IPAddress(linkLocal: global.low) }
    return IPAddress(linkLocal: UInt64(address?.address.v4Bits ?? 1))
  }

  /// All IPv6 addresses of the interface, global ones in the order typed, the link-local one last.
  public func ipv6Addresses(mac: [UInt8]? = nil) -> [IPAddress] {
    ipv6.addresses.map(\.address) + [linkLocalAddress(mac: mac)].compactMap { $0 }
  }
}
