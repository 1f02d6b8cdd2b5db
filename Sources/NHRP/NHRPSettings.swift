// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// An NBMA address as configured: a number, or a name to be looked up.
public enum NBMAReference: Sendable, Hashable {
  case address(IPAddress)
  case name(String)

  /// As typed.
  public var text: String {
    switch self {
    case .address(let a): a.description
    case .name(let n): n
    }
  }
}

/// One `ip nhrp nhs` line.
public struct NextHopServerSettings: Sendable, Equatable {
  /// Its tunnel address; nil for `dynamic`, learned from its first reply.
  public var address: IPAddress?
  /// Its NBMA address; nil where a separate `ip nhrp map` gives it.
  public var nbma: NBMAReference?
  /// Whether multicast goes to it.
  public var multicast = false
  /// 0 (best) to 255.
  public var priority = 0
  /// The cluster it belongs to, 0 to 10.
  public var cluster = 0

  /// A server at `address`.
  public init(address: IPAddress?, nbma: NBMAReference? = nil, multicast: Bool = false, priority: Int = 0, cluster: Int = 0) {
    (self.address, self.nbma, self.multicast, self.priority, self.cluster) = (address, nbma, multicast, priority, cluster)
  }
}

/// One `ip nhrp map` line.
public struct StaticMapping: Sendable, Equatable {
  /// The tunnel address.
  public var address: IPAddress
  /// Where it is reached.
  public var nbma: IPAddress

  /// Maps `address` to `nbma`.
  public init(address: IPAddress, nbma: IPAddress) { (self.address, self.nbma) = (address, nbma) }
}

/// What `ip nhrp …`, or `ipv6 nhrp …`, says on one tunnel interface. The defaults are those of current IOS-XE.
public struct NHRPSettings: Sendable, Equatable {
  /// `ip nhrp network-id`; without it NHRP does not run on the interface.
  public var networkID: UInt32?
  /// `ip nhrp authentication`, at most 8 characters. Travels in clear: it keeps mistakes apart, not attackers.
  public var authentication: String?
  /// `ip nhrp holdtime`, 1–65535 s.
  public var holdTimeSeconds = NHRPDefaults.holdTimeSeconds
  /// `ip nhrp registration timeout`: seconds between registrations; nil for a third of the hold time.
  public var registrationSeconds: Int?
  /// Whether registrations carry the unique bit (`no-unique` clears it).
  public var registersUnique = true
  /// `ip nhrp shortcut`
  public var shortcut = true
  /// `ip nhrp redirect`
  public var redirect = false
  /// `ip nhrp redirect timeout`, 2–30 s.
  public var redirectSeconds = NHRPDefaults.redirectSeconds
  /// `ip nhrp nhs`
  public var servers: [NextHopServerSettings] = []
  /// `ip nhrp nhs cluster N max-connections M`, by cluster.
  public var clusterConnections: [Int: Int] = [:]
  /// `ip nhrp nhs fallback`: seconds a better server must answer before it is taken back.
  public var fallbackSeconds: Int?
  /// `ip nhrp map`
  public var maps: [StaticMapping] = []
  /// `ip nhrp map multicast A.B.C.D`
  public var multicastMaps: [IPAddress] = []
  /// `ip nhrp map multicast dynamic`
  public var multicastDynamic = true
  /// `ip nhrp max-send`
  public var maxSendPackets = NHRPDefaults.maxSendPackets
  /// `… every`
  public var maxSendSeconds = NHRPDefaults.maxSendSeconds
  /// `ip nhrp server-only`: never registers, never asks.
  public var serverOnly = false

  /// The defaults.
  public init() {}
}

/// A tunnel as the engine must know it: its settings and its place in the world.
public struct NHRPInterface: Sendable, Equatable {
  /// `Tunnel0`, for texts.
  public var name: String
  /// What is configured.
  public var settings: NHRPSettings
  /// The node's address on the tunnel, under which it speaks; nil while there is none.
  public var address: IPAddress?
  /// Addresses of the same version of IP that are registered beside it: an IPv6 link-local one, further global ones.
  public var furtherAddresses: [IPAddress]
  /// Whether packets can be sent: the source has an address and the interface is not shut down.
  public var isUp: Bool
  /// The node's NBMA address; nil while the source interface has none.
  public var nbma: IPAddress?
  /// The far end of a point-to-point tunnel; nil for multipoint.
  public var destination: IPAddress?
  /// Whether peers are used only under security associations (`tunnel protection`).
  public var isProtected: Bool

  /// Makes an interface.
  public init(
    name: String, settings: NHRPSettings, address: IPAddress?, isUp: Bool, nbma: IPAddress?, destination: IPAddress?,
    isProtected: Bool = false, furtherAddresses: [IPAddress] = []
  ) {
    (self.name, self.settings, self.address) = (name, settings, address)
    (self.isUp, self.nbma, self.destination, self.isProtected) = (isUp, nbma, destination, isProtected)
    self.furtherAddresses = Array(furtherAddresses.prefix(NHRPLimits.furtherAddresses))
  }

  /// Whether NHRP runs here at all.
  public var isEnabled: Bool { settings.networkID != nil && address != nil }
  /// Whether the tunnel reaches many peers.
  public var isMultipoint: Bool { destination == nil }
}
