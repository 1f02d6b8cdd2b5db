// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc
import Wire

/// A raw socket of one protocol over IPv4 or IPv6: GRE (47) or ESP (50) between this node and its peers.
///
/// Received packets come with their outer header; of IPv6 the kernel keeps it, and it is written anew. Sent packets are given with one
/// too, but the kernel writes the header on the wire: the socket takes from the given one the destination, the TOS, the TTL and DF. The
/// kernel then also fragments what is too long and may be (never IP_HDRINCL, which would do neither).
///
/// One thread at a time: the message arrays are made once and used again by every call.
public final class RawSocket: UnderlayPort {
  /// How to open a raw socket.
  public struct Settings: Sendable {
    /// The IP protocol number.
    public var protocolNumber: UInt8
    /// The local outer address; also the source address of what is sent.
    public var source: IPAddress
    /// The only interface to use (`tunnel route-via`); nil leaves it to the routes.
    public var device: String?
    /// The firewall mark of sent packets, for policy routing; 0 is none.
    public var mark: UInt32 = 0
    /// Which received packets this socket gets.
    public var filter: PacketFilter = .all
    /// The TTL of packets that do not ask for another one.
    public var ttl: UInt8 = 255
    /// The wanted socket buffers; less where the system allows less.
    public var bufferBytes: Int32 = 8 << 20

    /// Settings for packets of `protocolNumber` from and to `source`.
    public init(protocolNumber: UInt8 = 47, source: IPAddress, device: String? = nil, mark: UInt32 = 0, filter: PacketFilter = .all) {
      (self.protocolNumber, self.source, self.device, self.mark, self.filter) = (protocolNumber, source, device, mark, filter)
    }
  }

  /// How the socket was opened.
  public let settings: Settings
  /// What went wrong so far.
  public internal(set) var counters = UnderlayCounters()
  let socket: Descriptor
  let messages: MessageArray
  /// The source address as it stands in a packet.
  let ownAddress: [UInt8]
  /// The index of `settings.device` when the socket was bound to it; it stays with that link, whatever comes under its name.
  private let deviceIndex: UInt32
  /// Whether the socket now sets DF; a socket option, so batches are sent in runs of one kind.
  var setsDontFragment = false

  /// Opens, binds and filters the socket.
  public init(_ settings: Settings) throws(SystemError) {
    self.settings = settings
    messages = MessageArray(count: underlayBatchLimit, isV4: settings.source.isV4)
    ownAddress = settings.source.bytes
    deviceIndex = settings.device.map { if_nametoindex($0) } ?? 0
    socket = try makeSocket(
      settings.source.isV4 ? AF_INET : AF_INET6, SOCK_RAW, protocol: Int32(settings.protocolNumber), "a raw socket takes root or the capability CAP_NET_RAW")
    // Nothing may come in before the socket is bound: an unbound one gets the packets of every address.
    try PacketFilter.none.attach(to: socket.rawValue)
    try configure()
    try bindToSource()
    try settings.filter.attach(to: socket.rawValue)
  }

  private func configure() throws(SystemError) {
    if settings.source.isV4 {
      try socket.set(Int32(IPPROTO_IP), IP_MTU_DISCOVER, IP_PMTUDISC_DONT, "IP_MTU_DISCOVER")
      try socket.set(Int32(IPPROTO_IP), IP_TTL, Int32(settings.ttl), "IP_TTL")
    } else {
      try socket.set(Int32(IPPROTO_IPV6), IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT, "IPV6_MTU_DISCOVER")
      try socket.set(Int32(IPPROTO_IPV6), IPV6_UNICAST_HOPS, Int32(settings.ttl), "IPV6_UNICAST_HOPS")
      try socket.set(Int32(IPPROTO_IPV6), IPV6_RECVTCLASS, 1, "IPV6_RECVTCLASS")
    }
    if settings.mark != 0 { try socket.set(SOL_SOCKET, SO_MARK, Int32(bitPattern: settings.mark), "SO_MARK") }
    if let device = settings.device { try socket.bind(toDevice: device) }
    socket.setBuffers(bytes: settings.bufferBytes)
  }

  private func bindToSource() throws(SystemError) {
    var address = socketStorage(settings.source)
    let length = socketLength(isV4: settings.source.isV4)
    let result = withGenericAddress(of: &address) { pointer, _ in Glibc.bind(socket.rawValue, pointer, length) }
    try check(result, "bind raw socket to \(settings.source)", "the address must be on one of the host's interfaces")
  }

  /// Whether the link the socket was bound to no longer exists.
  var hasLostDevice: Bool {
    guard deviceIndex != 0 else { return false }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(IF_NAMESIZE)) { if_indextoname(deviceIndex, $0.baseAddress) == nil }
  }

  /// The descriptor, for the event loop.
  public var descriptor: Int32 { socket.rawValue }
}
