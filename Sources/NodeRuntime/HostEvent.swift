// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// Names one console session.
public struct SessionID: Hashable, Comparable, Sendable, Codable {
  /// The number, counted from 1.
  public let rawValue: UInt32
  /// Names session `rawValue`.
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }
  public static func < (a: SessionID, b: SessionID) -> Bool { a.rawValue < b.rawValue }
}

/// A physical interface as the host sees it. A missing one is told with `exists` false.
public struct HostInterface: Sendable, Equatable, Codable {
  /// The host's name for it (`eth0`).
  public var name: String
  /// False once it is gone.
  public var exists: Bool
  /// Administratively and physically up.
  public var isUp: Bool
  /// Its MTU in bytes.
  public var mtu: Int
  /// Its own addresses, each with the length of its network.
  public var addresses: [HostAddress]

  public init(name: String, exists: Bool = true, isUp: Bool = true, mtu: Int = 1500, addresses: [HostAddress] = []) {
    (self.name, self.exists, self.isUp, self.mtu, self.addresses) = (name, exists, isUp, mtu, addresses)
  }
}

/// One address of a physical interface.
public struct HostAddress: Sendable, Hashable, Codable {
  /// The address itself.
  public var address: IPAddress
  /// The length of its network.
  public var length: Int

  public init(_ address: IPAddress, length: Int) { (self.address, self.length) = (address, length) }
  /// The connected network.
  public var network: IPPrefix { IPPrefix(address, length: length) }
}

/// A route of the host that is not ours (its default route, most of all).
public struct HostRoute: Sendable, Hashable, Codable {
  /// The network.
  public var prefix: IPPrefix
  /// The gateway; nil when the network is on the link.
  public var gateway: IPAddress?
  /// The host's name of the outgoing interface.
  public var interface: String
  /// Its metric.
  public var metric: UInt32

  public init(prefix: IPPrefix, gateway: IPAddress?, interface: String, metric: UInt32 = 0) {
    (self.prefix, self.gateway, self.interface, self.metric) = (prefix, gateway, interface, metric)
  }

  /// The metric that the host gives our own routes: lower than what DHCP clients give their default route (100 and more), so
  /// that a default route through a tunnel is taken for forwarded packets; higher than 0, so that an operator's plain
  /// `ip route add` beats ours.
  public static let ownMetric: UInt32 = 20

  /// Its administrative distance, so that our table chooses as the kernel does: before all of ours, or behind them, as IOS
  /// does with a route learned by DHCP.
  var distance: UInt8 { metric < Self.ownMetric ? 0 : 254 }
}

/// What can happen to a node. Everything it knows of the world comes in here.
public enum HostEvent: Sendable, Equatable {
  /// The startup configuration; what is wrong with it stands in `Node.startupDiagnostics`, and then nothing is in force.
  case startup(text: String, file: String)
  /// A deadline has come.
  case expire
  /// The data plane hands a packet up.
  case punt(PuntedPacket)
  /// The data plane answers or reports.
  case notice(DataPlaneNotice)
  /// Counters of the data plane, refreshed about once a second while somebody looks.
  case counters(DataPlaneCounters)
  /// A physical interface appeared, changed or went.
  case interface(HostInterface)
  /// A route of the host came or (false) went.
  case hostRoute(HostRoute, isPresent: Bool)
  /// A TUN device could not be opened, or is open (nil).
  case tunnelDevice(name: String, failure: String?)
  /// A name was looked up; empty when that failed.
  case nameResolved(String, [IPAddress])
  /// A console says something.
  case request(SessionID, ConsoleRequest)
  /// A console is gone.
  case sessionClosed(SessionID)
  /// A key job is done.
  case computed(UInt64, KeyResult)
  /// Files of keys and certificates were read, or could not be.
  case material(KeyMaterialRequest, KeyMaterial)
  /// Something came in for a routing protocol on an interface of the host.
  case datagram(DatagramPort.Event)
  /// Something happened to a connection of a routing protocol.
  case stream(StreamPort.Event)
  /// A configuration was saved, or could not be (the reason).
  case saved(SessionID, id: UInt32, failure: String?)
  /// A capture could not be begun or written on: the reason.
  case captureEnded(name: String, failure: String)
  /// The node shall stop: withdraw and clean up.
  case stop
}

/// What a node wants of the world.
public enum HostEffect: Sendable, Equatable {
  /// Change what the forwarding cores know.
  case dataPlane(DataPlaneChange)
  /// Send a packet of the control side.
  case inject(InjectedPacket)
  /// Open, change or (nil) close the TUN device of a tunnel.
  case tunnelDevice(name: String, interface: InterfaceID, TunnelDevice?)
  /// Open, change or (nil) close the underlay socket of a tunnel.
  case underlay(InterfaceID, UnderlayBinding?)
  /// A routing protocol wants something of a port on an interface of the host.
  case routingPort(device: String, DatagramPort.Effect)
  /// A routing protocol wants something of its connections.
  case stream(StreamPort.Effect)
  /// Put a route into the kernel that leads into a tunnel, or by a gateway on an interface of the host; or (false) take it out.
  case kernelRoute(IPPrefix, device: String, gateway: IPAddress?, isPresent: Bool)
  /// Look a name up.
  case lookUp(String)
  /// Say something to a console.
  case reply(SessionID, ConsoleReply)
  /// Write the configuration to its file (`write memory`).
  case save(SessionID, id: UInt32, text: String)
  /// Start a capture into a file, or (nil) stop it.
  case capture(name: String, CaptureRequest?)
  /// A running capture wants other packets from now on: a peer's NBMA address became known.
  case captureFilter(name: String, CaptureFilter)
  /// Do a key job and bring the result back under this number.
  case compute(UInt64, KeyJob)
  /// Read files of keys and certificates.
  case readMaterial(KeyMaterialRequest)
  /// A line for the log of the host.
  case log(Severity, String)
  /// All is withdrawn: the process may end.
  case stopped
}

/// The TUN device of a tunnel.
public struct TunnelDevice: Sendable, Equatable {
  /// Its address; nil for none.
  public var address: HostAddress?
  /// Its MTU in bytes.
  public var mtu: Int
  /// Its IPv6 addresses, the link-local one last.
  public var ipv6: [HostAddress]

  public init(address: HostAddress?, mtu: Int, ipv6: [HostAddress] = []) { (self.address, self.mtu, self.ipv6) = (address, mtu, ipv6) }
}

/// Where a tunnel's outer packets come in and go out.
public struct UnderlayBinding: Sendable, Equatable {
  /// The local outer address.
  public var source: IPAddress
  /// The host's name of the interface they must leave by (`tunnel route-via`); nil lets the host route them.
  public var device: String?
  /// Whether outer packets carry DF.
  public var setsDontFragment: Bool
  /// Whether ESP (protocol 50, UDP 4500) and IKE (UDP 500 and 4500) are taken at the address, and clear GRE only to be refused.
  public var isProtected: Bool

  public init(source: IPAddress, device: String?, setsDontFragment: Bool, isProtected: Bool = false) {
    (self.source, self.device, self.setsDontFragment) = (source, device, setsDontFragment)
    self.isProtected = isProtected
  }
}

/// A capture to be written as pcapng.
public struct CaptureRequest: Sendable, Equatable {
  /// Which packets.
  public var filter: CaptureFilter
  /// Where to.
  public var file: String

  public init(filter: CaptureFilter, file: String) { (self.filter, self.file) = (filter, file) }
}

/// Counters of the data plane as far as the control side shows them.
public struct DataPlaneCounters: Sendable, Equatable {
  /// Per tunnel: packets and bytes in and out.
  public var tunnels: [InterfaceID: Traffic] = [:]
  /// Per tunnel and NBMA address.
  public var peers: [InterfaceID: [IPAddress: Traffic]] = [:]
  /// Drops by the reason's name, in the order of the reasons.
  public var drops: [DropRow] = []
  /// Transit between two NBMA peers, in packets.
  public var pairs: [PairTraffic] = []
  /// Security associations, by SPI; inbound and outbound SPIs are of different makers and may be equal.
  public var inboundAssociations: [UInt32: AssociationCounters] = [:]
  /// Outbound security associations, by SPI.
  public var outboundAssociations: [UInt32: AssociationCounters] = [:]

  public init() {}

  /// Packets and bytes of one thing.
  public struct Traffic: Sendable, Equatable {
    /// Packets and bytes.
    public var packetsIn: UInt64 = 0, packetsOut: UInt64 = 0, bytesIn: UInt64 = 0, bytesOut: UInt64 = 0
    public init(packetsIn: UInt64 = 0, packetsOut: UInt64 = 0, bytesIn: UInt64 = 0, bytesOut: UInt64 = 0) {
      (self.packetsIn, self.packetsOut, self.bytesIn, self.bytesOut) = (packetsIn, packetsOut, bytesIn, bytesOut)
    }
  }

  /// Transit from one NBMA peer to another.
  public struct PairTraffic: Sendable, Equatable {
    /// The NBMA addresses.
    public var source: IPAddress, destination: IPAddress
    /// Packets since the start.
    public var packets: UInt64
    public init(source: IPAddress, destination: IPAddress, packets: UInt64) {
      (self.source, self.destination, self.packets) = (source, destination, packets)
    }
  }
}
