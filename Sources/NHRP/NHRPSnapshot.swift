// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// One server as `show ip nhrp nhs` lists it.
public struct NextHopServerSnapshot: Sendable, Equatable {
  /// Its tunnel address; nil while a dynamic one has not answered.
  public var address: IPAddress?
  /// Its NBMA address; nil while its name is not looked up.
  public var nbma: IPAddress?
  /// As configured.
  public var settings: NextHopServerSettings
  /// E, R, W, D.
  public var letters: String
  /// Whether it answers.
  public var isResponding: Bool
  /// When that last changed.
  public var since: Instant?
  /// Registrations sent, failed; replies received.
  public var sent: UInt64, failed: UInt64, received: UInt64
  /// When the last reply came.
  public var lastReply: Instant?
  /// The last request's id.
  public var requestID: UInt32
  /// Seconds until the next try when none is answered; nil while up.
  public var retrySeconds: Int?
  /// The code of the last reply (0 success, 14 unique address registered).
  public var lastCode: UInt8
}

/// One interface of the engine, copied at an instant: `rows` are built on demand and share nothing with live tables.
public struct NHRPInterfaceSnapshot: Sendable, Equatable {
  /// Which interface.
  public var id: InterfaceID
  /// For which version of IP.
  public var family: IPFamily
  /// Its configuration and place.
  public var config: NHRPInterface
  /// Its servers, in the order configured.
  public var servers: [NextHopServerSnapshot]
  /// Its cache, by target.
  public var mappings: [Mapping]
  /// Its counters.
  public var traffic: NHRPTraffic
  /// Who gets multicast.
  public var multicast: [IPAddress]
  /// The node's own public NBMA address behind NAT.
  public var natAddress: IPAddress?
  /// Questions under way.
  public var pendingTargets: [IPAddress]
  /// Entries refused because the cache was full.
  public var refusedEntries: UInt64
}

extension NHRPEngine {
  /// The picture of all interfaces, in the order of their numbers, IPv4 before IPv6; `family` picks one of the two.
  public func snapshot(of family: IPFamily? = nil) -> [NHRPInterfaceSnapshot] {
    instances.filter { family == nil || $0.family == family }.map(\.snapshot)
  }

  /// Cache entries over all interfaces; O(number of interfaces).
  public var entryCount: Int { instances.reduce(0) { $0 + $1.table.count } }

  /// The cache entry for a target, without copying the table.
  public func mapping(for target: IPPrefix, on id: InterfaceID) -> Mapping? {
    index(of: id, target.address.family).flatMap { instances[$0].table[target] }
  }
}

extension NHRPInstance {
  var snapshot: NHRPInterfaceSnapshot {
    NHRPInterfaceSnapshot(
      id: id, family: family, config: config, servers: servers.map(\.snapshot), mappings: table.sorted, traffic: traffic,
      multicast: announcedMulticast, natAddress: natAddress, pendingTargets: pending.keys.sorted(), refusedEntries: table.refused)
  }
}

extension NextHopServer {
  var snapshot: NextHopServerSnapshot {
    NextHopServerSnapshot(
      address: address, nbma: nbma, settings: settings, letters: letters, isResponding: isResponding, since: since, sent: sent,
      failed: failed, received: received, lastReply: lastReply, requestID: requestID,
      retrySeconds: tries > 0 ? NextHopServer.retrySeconds(after: tries) : nil, lastCode: lastCode)
  }
}
