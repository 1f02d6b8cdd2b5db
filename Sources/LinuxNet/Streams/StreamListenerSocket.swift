// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc
import ProtocolKit
import Wire

/// A listening TCP socket of a routing protocol, of one family. Who may connect, and how, can be changed while it listens.
///
/// The kernel checks digests, and the least TTL that all listeners agree on, before it answers a SYN. Whom no listener names is reset
/// after the kernel's handshake. One thing it cannot do: a peer without a key inside a network with one needs that network's key.
///
/// A password that the kernel did not take (no TCP_MD5SIG, no room for one more) must not become no password: such a peer is refused
/// until `set` succeeds.
public final class StreamListenerSocket {
  /// Where to listen.
  public struct Settings: Sendable {
    /// The local address; 0.0.0.0 or :: for every one of its family.
    public var local: IPAddress
    /// The port; 0 lets the kernel choose.
    public var port: UInt16
    /// The only interface to listen on; nil for all.
    public var device: String?
    /// Whether `local` may be an address that the host does not have now (IP_FREEBIND).
    public var bindsFreely = false

    /// Settings for a port of `local`.
    public init(local: IPAddress, port: UInt16, device: String? = nil) { (self.local, self.port, self.device) = (local, port, device) }
  }

  /// What `accept` found.
  public enum Accepted {
    /// A peer that a listener names.
    case stream(StreamSocket)
    /// A stranger, or a peer whose key or TTL the kernel does not hold: it was reset.
    case refused(IPAddress)
    /// Nobody waits.
    case nobody
  }

  /// Where it listens.
  public let settings: Settings
  /// Who may connect; the most specific network counts.
  public private(set) var listeners: [StreamListener] = []
  private let socket: Descriptor
  private var keys: [IPPrefix: SecretBytes] = [:]

  /// SYNs and connections that the kernel keeps for us: a hub's spokes all come back at once. The system's own limit holds too.
  private static let backlog: Int32 = 4_096

  /// Listens, for nobody yet: see `set`.
  public init(_ settings: Settings) throws(SystemError) {
    self.settings = settings
    socket = try makeStreamSocket(isV4: settings.local.isV4)
    try socket.set(SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR")
    if settings.bindsFreely { try socket.set(Int32(IPPROTO_IP), IP_FREEBIND, 1, "IP_FREEBIND") }
    if let device = settings.device { try socket.bind(toDevice: device) }
    try socket.prepareConnection()
    var address = socketStorage(settings.local, port: settings.port)
    let length = socketLength(isV4: settings.local.isV4)
    let result = withGenericAddress(of: &address) { pointer, _ in Glibc.bind(socket.rawValue, pointer, length) }
    let number = Glibc.errno
    try check(result, "bind TCP port \(settings.port) on \(settings.local)", adviceForBind(number, rival: "routing"))
    try check(listen(socket.rawValue, StreamListenerSocket.backlog), "listen on TCP port \(settings.port)")
  }

  /// The descriptor, for the event loop: call `accept` when it is readable.
  public var descriptor: Int32 { socket.rawValue }

  /// The port, as the kernel chose it where none was given.
  public func localPort() throws(SystemError) -> UInt16 {
    var own = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    try check(withGenericAddress(of: &own) { pointer, _ in getsockname(socket.rawValue, pointer, &length) }, "ask for the port of a socket")
    return ipEndpoint(own)?.port ?? 0
  }

  // MARK: Who may connect

  /// Takes whole new listeners; those of the other family are passed over. What could not be done for one is given back: its peers are
  /// refused until it is set again, and the others are in force.
  public func set(_ wanted: [StreamListener]) -> [SystemError] {
    listeners = wanted.filter { $0.peers.address.isV4 == settings.local.isV4 }
    var failures = setKeys()
    do throws(SystemError) {
      try socket.apply(optionsForAll, isV4: settings.local.isV4)
    } catch {
      failures.append(error)
    }
    return failures
  }

  /// A SYN's answer has the largest TTL that any peer may want; a SYN must have the least of what all want.
  private var optionsForAll: StreamOptions {
    let ttls = listeners.compactMap(\.options.ttl)
    return StreamOptions(
      ttl: ttls.max().map { ttls.count == listeners.count ? $0 : max(64, $0) },
      minimumTTL: listeners.map { $0.options.minimumTTL ?? 0 }.min())
  }

  /// The keys of the listeners, changed where they differ from what the kernel has.
  private func setKeys() -> [SystemError] {
    // Of two with the same peers the first counts, as for `listener(for:)`.
    let wanted = Dictionary(listeners.map { ($0.peers, $0.options.key) }) { first, _ in first }.compactMapValues { $0 }
    var failures: [SystemError] = []
    for peers in Set(keys.keys).union(wanted.keys).sorted() where keys[peers] != wanted[peers] {
      do throws(SystemError) {
        try socket.setDigestKey(wanted[peers], peers: peers)
        keys[peers] = wanted[peers]
      } catch {
        failures.append(error)
      }
    }
    return failures
  }

  /// How to talk with a peer; nil for one that no listener names.
  public func options(for peer: IPAddress) -> StreamOptions? { listener(for: peer)?.options }

  private func listener(for peer: IPAddress) -> StreamListener? {
    listeners.lazy.filter { $0.peers.contains(peer) }.max { $0.peers.length < $1.peers.length }
  }

  // MARK: Accepting

  /// Takes the next connection. EMFILE and its kin: there is no room, and the connection waits on.
  public func accept() throws(SystemError) -> Accepted {
    while true {
      var peer = sockaddr_storage()
      let number = clx_accept_from(socket.rawValue, &peer)
      if number >= 0 { return take(Descriptor(owning: number), peer) }
      switch Glibc.errno {
      // accept(2): errors of the network on the new connection are to be treated like "try again".
      case EINTR, ECONNABORTED, ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH: continue
      case EAGAIN: return .nobody
      default: throw .last("accept a connection on TCP port \(settings.port)")
      }
    }
  }

  private func take(_ connection: consuming Descriptor, _ peer: sockaddr_storage) -> Accepted {
    guard let (address, port) = ipEndpoint(peer) else {
      connection.resetsOnClose()
      return .refused(settings.local)
    }
    guard let listener = listener(for: address), admit(connection, address, listener) else {
      connection.resetsOnClose()
      return .refused(address)
    }
    return .stream(StreamSocket(connection, remote: address, port: port, isConnected: true))
  }

  /// Makes a connection what its listener says; false where that cannot be, or where the kernel did not check the peer's key.
  private func admit(_ connection: borrowing Descriptor, _ peer: IPAddress, _ listener: StreamListener) -> Bool {
    guard listener.options.key == keys[listener.peers] else { return false }
    do throws(SystemError) {
      try connection.apply(listener.options, isV4: peer.isV4)
      // It may have come before the key did: from here on its segments are signed, whatever its handshake was.
      if let key = listener.options.key { try connection.setDigestKey(key, peers: IPPrefix(host: peer)) }
      return true
    } catch {
      return false
    }
  }
}
