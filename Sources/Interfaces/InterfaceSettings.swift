// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Where a tunnel's outer source address comes from.
public enum TunnelSource: Sendable, Hashable {
  /// The address of an interface, watched: it may come, change and go.
  case interface(String)
  /// A fixed address, which one of the node's interfaces must own.
  case address(IPAddress)

  /// As typed.
  public var text: String {
    switch self {
    case .interface(let name): name
    case .address(let a): a.description
    }
  }
}

/// `tunnel mode …`
public enum TunnelMode: Sendable, Hashable {
  /// `gre ip`: one peer, the tunnel destination.
  case point
  /// `gre multipoint`: as many peers as NHRP knows.
  case multipoint
}

/// `keepalive PERIOD RETRIES` of a tunnel.
public struct TunnelKeepalive: Sendable, Hashable {
  /// Seconds between two of them, 1–32767.
  public var periodSeconds = 10
  /// How many in a row may stay without an answer, 1–255.
  public var retries = 3

  /// IOS' values: every 10 s, 3 times.
  public init() {}
}

/// `tunnel …` lines of one interface.
public struct TunnelSettings: Sendable, Equatable {
  /// `tunnel source`
  public var source: TunnelSource?
  /// `tunnel destination`
  public var destination: IPAddress?
  /// `tunnel mode`; IOS' default is `gre ip`.
  public var mode = TunnelMode.point
  /// `tunnel mode gre … ipv6`: outer packets are IPv6.
  public var isOverIPv6 = false
  /// `tunnel key`, 0–4294967295; nil is another tunnel than 0.
  public var key: UInt32?
  /// `tunnel checksum`
  public var sendsChecksum = false
  /// `tunnel sequence-datagrams`
  public var usesSequence = false
  /// `tunnel ttl`, 1–255
  public var ttl = 255
  /// `tunnel tos`, 0–255; nil copies the inner one.
  public var tos: Int?
  /// `tunnel path-mtu-discovery`
  public var discoversPathMTU = false
  /// `tunnel route-via INTERFACE mandatory`: outer packets leave by this interface, whatever the routing table says.
  public var routeVia: String?
  /// Whether `routeVia` is `mandatory`; `preferred` falls back to the routing table.
  public var routeViaIsMandatory = true
  /// `tunnel protection ipsec profile P`. A protected tunnel never carries clear GRE.
  public var protectionProfile: String?
  /// `tunnel protection … shared`
  public var protectionIsShared = false
  /// `keepalive`; nil: none are sent.
  public var keepalive: TunnelKeepalive?
  /// `crypto ipsec df-bit` of the interface, a tunnel or one that tunnels leave by; nil where no line says it.
  public var protectedDontFragment: ProtectedDontFragment?
  /// What stands behind `tunnel mode` where this version cannot run it (`ipsec ipv4`, `vxlan`): the tunnel must stay down.
  public var unsupportedMode: String?

  /// The defaults.
  public init() {}

  /// The keepalives that are sent: they are for clear point-to-point tunnels over IPv4, as on IOS.
  public var sentKeepalive: TunnelKeepalive? {
    mode == .point && !isOverIPv6 && protectionProfile == nil && unsupportedMode == nil ? keepalive : nil
  }
}

/// An address of an interface with its network's length.
public struct InterfaceAddress: Sendable, Hashable {
  /// The node's own address.
  public var address: IPAddress
  /// The network's length, 0–32 or 0–128.
  public var length: Int

  /// `address` in a network of `length` bits.
  public init(address: IPAddress, length: Int) { (self.address, self.length) = (address, length) }
  /// The connected network.
  public var network: IPPrefix { IPPrefix(address, length: length) }
}

/// What is configured on one interface, without the protocols' own lines.
public struct InterfaceSettings: Sendable, Equatable {
  /// `Tunnel0`, `GigabitEthernet1`
  public var name: String
  /// `description`
  public var description: String?
  /// `ip address A M`
  public var address: InterfaceAddress?
  /// `shutdown`
  public var isShutdown = false
  /// `ip mtu`, 68–9976 bytes; nil derives it from the encapsulation.
  public var ipMTU: Int?
  /// `ip tcp adjust-mss`, 500–1460 bytes
  public var adjustMSS: Int?
  /// `ip redirects`: a tunnel tells senders on its network of a better next hop there (ICMP Redirect, RFC 1812 §5.2.7.2), as IOS does
  /// by default. On other interfaces the host's kernel decides.
  public var sendsICMPRedirects = true
  /// `ipv6 …`
  public var ipv6 = IPv6Settings()
  /// `tunnel …`
  public var tunnel = TunnelSettings()

  /// An interface called `name` with nothing configured.
  public init(name: String) { self.name = name }

  /// Whether it is a tunnel.
  public var isTunnel: Bool { name.hasPrefix("Tunnel") }
}
