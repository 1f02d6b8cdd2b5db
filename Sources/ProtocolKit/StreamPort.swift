// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Names one TCP connection of an engine. Connections that an engine opens have numbers of its own choice below 2³¹; those that it
/// accepts are numbered by the host from 2³¹ on.
public struct StreamID: Hashable, Comparable, Sendable {
  /// The number.
  public let rawValue: UInt32
  /// Names connection `rawValue`.
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }
  public static func < (a: StreamID, b: StreamID) -> Bool { a.rawValue < b.rawValue }
}

/// TCP as an engine sees it: the host's kernel on Linux, real packets through the cores in the lab.
public enum StreamPort {
  /// What an engine wants.
  public enum Effect: Sendable, Equatable {
    /// Accept connections at this local port, on every address, from now on; nil peers: from anybody. Connections from elsewhere are reset
    /// by the host without a word to the engine. Told anew with each change; an empty list closes the port.
    case listen(port: UInt16, [StreamListener])
    /// Open a connection; `local` nil lets the host choose by its routes.
    case connect(StreamID, local: IPAddress?, remote: IPAddress, port: UInt16, StreamOptions)
    /// Send bytes, in order, behind all that was sent before.
    case send(StreamID, [UInt8])
    /// Close once everything has been sent.
    case close(StreamID)
    /// Close at once and forget what was not sent.
    case reset(StreamID)
  }

  /// What happens to an engine's connections.
  public enum Event: Sendable, Equatable {
    /// A peer connected.
    case accepted(StreamID, local: IPAddress, remote: IPAddress, remotePort: UInt16)
    /// A connection of ours stands.
    case connected(StreamID, local: IPAddress, localPort: UInt16)
    /// Bytes came; never empty.
    case received(StreamID, [UInt8])
    /// Everything that was sent has left our buffers: the engine may send more. What it sends in between is kept, up to the host's limit.
    case drained(StreamID)
    /// The connection is gone; nil: the peer closed it in order. Also the answer to a connection that could not be opened.
    case closed(StreamID, StreamFailure?)
  }
}

/// From whom connections are accepted, and how.
public struct StreamListener: Sendable, Equatable {
  /// The peers' network; a host for one configured neighbour.
  public var peers: IPPrefix
  /// How to talk with them.
  public var options: StreamOptions
  /// Accepts connections from `peers`.
  public init(peers: IPPrefix, options: StreamOptions = StreamOptions()) { (self.peers, self.options) = (peers, options) }
}

/// What goes into the packets of a connection.
public struct StreamOptions: Sendable, Equatable {
  /// The TTL of packets we send; nil for the host's own.
  public var ttl: UInt8?
  /// Packets that come with a lower TTL are dropped (RFC 5082); nil takes all.
  public var minimumTTL: UInt8?
  /// The key of the MD5 option (RFC 2385); nil for none.
  public var key: SecretBytes?
  /// Plain TCP unless told otherwise.
  public init(ttl: UInt8? = nil, minimumTTL: UInt8? = nil, key: SecretBytes? = nil) {
    (self.ttl, self.minimumTTL, self.key) = (ttl, minimumTTL, key)
  }
}

/// Why a connection is gone.
public enum StreamFailure: Sendable, Equatable {
  /// Nobody listens there, or the peer reset it.
  case reset
  /// No answer in time.
  case timedOut
  /// No route, or the interface is down.
  case unreachable
  /// The host has no room for it, or the engine sent faster than the peer reads.
  case limit
}
