// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// UDP and the link's own packets as an engine sees them: through the packet path on tunnels, through sockets on other interfaces.
public enum DatagramPort {
  /// What an engine wants.
  public enum Effect: Sendable, Equatable {
    /// Take datagrams for this local port, and of this multicast group, on an interface; told once for each.
    case join(InterfaceID, port: UInt16, group: IPAddress?)
    /// No longer.
    case leave(InterfaceID, port: UInt16, group: IPAddress?)
    /// Send a datagram; the host writes IP and UDP headers with their checksums.
    case send(Datagram)
    /// Send a packet of a protocol that has no IP header: on a tunnel to every peer of the multicast list (GRE protocol type), on another
    /// interface not at all (CDP, 0x2000).
    case sendLink(InterfaceID, protocolType: UInt16, bytes: [UInt8])
  }

  /// What comes in.
  public enum Event: Sendable, Equatable {
    /// A datagram for a port that was joined.
    case received(Datagram)
    /// A packet without an IP header, of a tunnel peer at this NBMA address; on a protected tunnel by this peer's association.
    case receivedLink(InterfaceID, protocolType: UInt16, nbmaSource: IPAddress, peer: ProtectionID = .none, bytes: [UInt8])
  }
}

/// One UDP datagram.
public struct Datagram: Sendable, Equatable {
  /// Where it leaves or came in.
  public var interface: InterfaceID
  /// The addresses; IPv4 both, or IPv6 both.
  public var source: IPAddress, destination: IPAddress
  /// The ports.
  public var sourcePort: UInt16, destinationPort: UInt16
  /// The TTL or hop limit it is sent with, or came with.
  public var ttl: UInt8
  /// What is in it.
  public var bytes: [UInt8]

  /// Makes a datagram.
  public init(
    interface: InterfaceID, source: IPAddress, destination: IPAddress, sourcePort: UInt16, destinationPort: UInt16, ttl: UInt8,
    bytes: [UInt8]
  ) {
    (self.interface, self.source, self.destination) = (interface, source, destination)
    (self.sourcePort, self.destinationPort, self.ttl, self.bytes) = (sourcePort, destinationPort, ttl, bytes)
  }
}
