// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Packets counted by type, as `show ip nhrp traffic` prints them. Index = packet type, 1–8; 0 collects unknown types.
public struct NHRPTraffic: Sendable, Equatable {
  /// Sent, by type.
  public var sent = Array(repeating: UInt64(0), count: 9)
  /// Received, by type.
  public var received = Array(repeating: UInt64(0), count: 9)
  /// Forwarded as a transit server, by type.
  public var forwarded = Array(repeating: UInt64(0), count: 9)
  /// Redirects not sent because of the limit.
  public var redirectsSuppressed: UInt64 = 0
  /// Packets refused before a decision on their type, by the decode error's name.
  public var malformed: [NHRPDecodeError: UInt64] = [:]
  /// Packets refused for their authentication.
  public var authenticationFailures: UInt64 = 0
  /// Packets not sent because of `ip nhrp max-send`.
  public var sendLimited: UInt64 = 0
  /// Replies that fit no open request.
  public var unexpectedReplies: UInt64 = 0
  /// Indications and purges from somebody this node does not know.
  public var unknownPeers: UInt64 = 0

  static func slot(_ type: UInt8) -> Int { (1...8).contains(type) ? Int(type) : 0 }
}

/// What names an instance: an interface, and the version of IP in the overlay.
struct InstanceKey: Hashable, Comparable, Sendable {
  var interface: InterfaceID
  var family: IPFamily

  static func < (a: InstanceKey, b: InstanceKey) -> Bool { (a.interface, a.family) < (b.interface, b.family) }
}

/// NHRP on one interface for one version of IP: settings, servers, cache, questions under way.
struct NHRPInstance: Sendable {
  let key: InstanceKey
  var config: NHRPInterface
  var servers: [NextHopServer] = []
  var table = MappingTable()
  var pending: [IPAddress: PendingResolution] = [:]
  var answers = GivenAnswers()
  var limiter = RedirectLimiter()
  var traffic = NHRPTraffic()
  /// The node's own NBMA address as others see it, when NAT changes it.
  var natAddress: IPAddress?
  /// Error indications to peers, own and passed on.
  var errorsSent = ErrorBudget()
  /// Records of error indications nobody here waits for.
  var errorsNoted = ErrorBudget()
  var sendWindowStart = Instant.start
  var sendWindowCount = 0
  var announcedMulticast: [IPAddress] = []
  /// Whether clients ended since multicast peers were announced.
  var hasUnannouncedPeers = false
  var announcedFallback: [IPAddress] = []
  /// Peers with associations, and answers that wait for some.
  var neighbours = ProtectedNeighbours()
  /// Purges that wait for their reply, by request id.
  var purges: [UInt32: PendingPurge] = [:]

  init(_ key: InstanceKey, _ config: NHRPInterface) {
    (self.key, self.config) = (key, config)
  }

  var id: InterfaceID { key.interface }
  var family: IPFamily { key.family }
  var settings: NHRPSettings { config.settings }
  var ownAddress: IPAddress { config.address ?? family.unspecified }
  /// All that is registered and answered for.
  var ownAddresses: [IPAddress] { [ownAddress] + config.furtherAddresses }
  func owns(_ address: IPAddress) -> Bool { config.address == address || config.furtherAddresses.contains(address) }
  /// The length of a host's prefix on the wire.
  var hostLength: UInt8 { UInt8(family.bitWidth) }
  var ownNBMA: IPAddress { config.nbma ?? .anyV4 }
  var holdTime: Duration { .seconds(settings.holdTimeSeconds) }

  /// Whether packets from `nbma` come from somebody this node knows. O(1) in the number of peers.
  func isKnownPeer(_ nbma: IPAddress) -> Bool {
    config.destination == nbma || serverIndex(nbma: nbma) != nil || table.isInUse(nbma: nbma)
  }

  /// Whether this is a way on that an operator chose: a server, the far end, a static entry. What it says of others is believed.
  func isUpstream(_ nbma: IPAddress) -> Bool {
    config.destination == nbma || serverIndex(nbma: nbma) != nil || table.entries(nbma: nbma).contains { $0.kind == .static }
  }

  func serverIndex(nbma: IPAddress) -> Int? { servers.firstIndex { $0.nbma == nbma } }

  /// Next hops that carry what has no better way, best first: servers that answer, then the others.
  var fallbackNextHops: [IPAddress] {
    let known = servers.filter { $0.address != nil && $0.nbma != nil }
    let ordered = known.filter(\.isResponding) + known.filter { !$0.isResponding }
    return ordered.compactMap(\.address)
  }

  /// Who gets multicast: configured, servers marked so, and registered clients with `map multicast dynamic`.
  var multicastPeers: [IPAddress] {
    let clients = settings.multicastDynamic ? table.registered.list : []
    var others = Set(settings.multicastMaps)
    for s in servers where s.settings.multicast { if let n = s.nbma { others.insert(n) } }
    if settings.multicastDynamic { others = others.filter { !table.registered.contains($0) } }
    return others.isEmpty ? clients : (clients + others).sorted()
  }
}

/// A purge request that waits for its reply; FRR never sends one, so the tries are few.
struct PendingPurge: Sendable {
  var destination: IPAddress
  var nbma: IPAddress
  var peer: ProtectionID
  var packet: NHRPPacket
  var tries: Int
}
