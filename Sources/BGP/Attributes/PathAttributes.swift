// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import Wire

/// What a path says of itself, apart from its prefix. Equal ones are stored once (`AttributeTable`).
public struct PathAttributes: Hashable, Sendable {
  /// ORIGIN.
  public var origin: Origin
  /// AS_PATH.
  public var asPath: ASPath
  /// NEXT_HOP, or that of MP_REACH_NLRI. Unspecified: ourselves.
  public var nextHop: IPAddress
  /// The link-local next hop that came with an IPv6 one.
  public var linkLocal: IPAddress?
  /// MULTI_EXIT_DISC.
  public var multiExitDiscriminator: UInt32?
  /// LOCAL_PREF.
  public var localPreference: UInt32?
  /// ATOMIC_AGGREGATE.
  public var isAtomicAggregate = false
  /// AGGREGATOR.
  public var aggregator: Aggregator?
  /// ORIGINATOR_ID (RFC 4456).
  public var originatorID: UInt32?
  /// CLUSTER_LIST (RFC 4456), the latest first.
  public var clusterList: [UInt32] = []
  /// COMMUNITIES.
  public var communities: [UInt32] = []
  /// EXTENDED COMMUNITIES.
  public var extendedCommunities: [UInt64] = []
  /// LARGE_COMMUNITY.
  public var largeCommunities: [LargeCommunity] = []
  /// Attributes that we do not know and pass on: optional and transitive ones.
  public var unknown: [PathAttribute] = []
  /// IOS' weight: never told to anybody.
  public var weight: UInt32 = 0
  /// The operator's mark, for the table; never told to anybody.
  public var tag: UInt32 = 0

  /// A path with the three mandatory attributes.
  public init(origin: Origin = .igp, asPath: ASPath = ASPath(), nextHop: IPAddress) {
    (self.origin, self.asPath, self.nextHop) = (origin, asPath, nextHop)
  }

  /// What an UPDATE says. `isInternal`: whether it came from our own AS; what only such a neighbour may send is left out of others
  /// (RFC 7606 §7.5, §7.9, §7.10). nil where a mandatory attribute is missing.
  init?(_ list: [PathAttribute], isInternal: Bool) {
    self.init(nextHop: .anyV4)
    var old = OldSpeaker()
    var codes = 0
    for attribute in list { take(attribute, isInternal: isInternal, &old, &codes) }
    guard codes & 6 == 6 else { return nil }
    old.restore(&self)
  }

  private mutating func take(_ attribute: PathAttribute, isInternal: Bool, _ old: inout OldSpeaker, _ codes: inout Int) {
    codes |= 1 << Int(min(attribute.value.code, 62))
    switch attribute.value {
    case .origin(let value): origin = value
    case .asPath(let path, let isWide): (asPath, old.isOld) = (path, !isWide)
    case .nextHop(let address): nextHop = address
    case .multiExitDiscriminator(let n): multiExitDiscriminator = n
    case .localPreference(let n): localPreference = isInternal ? n : nil
    case .atomicAggregate: isAtomicAggregate = true
    case .aggregator(let a, _): aggregator = a
    case .originatorID(let n): originatorID = isInternal ? n : nil
    case .clusterList(let numbers): clusterList = isInternal ? numbers : []
    case .communities(let c): communities = c
    case .extendedCommunities(let c): extendedCommunities = c
    case .largeCommunities(let c): largeCommunities = c
    case .as4Path(let path): old.path = path
    case .as4Aggregator(let a): old.aggregator = a
    case .unknown(let code, _):
      if attribute.flags & PathAttribute.transitive != 0, code != AttributeCode.mpReach, code != AttributeCode.mpUnreach {
        unknown.append(attribute)
      }
    case .mpReach, .mpUnreach, .malformed: break
    }
  }

  /// The attributes of an UPDATE that says this, sorted by type; those that belong to a family's prefixes are the caller's.
  func wire(isWide: Bool) -> [PathAttribute] {
    var out = [PathAttribute(.origin(origin)), PathAttribute(.asPath(asPath, isWide: isWide))]
    if nextHop.isV4 { out.append(PathAttribute(.nextHop(nextHop))) }
    if let multiExitDiscriminator { out.append(PathAttribute(.multiExitDiscriminator(multiExitDiscriminator))) }
    if let localPreference { out.append(PathAttribute(.localPreference(localPreference))) }
    if isAtomicAggregate { out.append(PathAttribute(.atomicAggregate)) }
    if let aggregator { out.append(PathAttribute(.aggregator(aggregator, isWide: isWide))) }
    if !communities.isEmpty { out.append(PathAttribute(.communities(communities))) }
    if let originatorID { out.append(PathAttribute(.originatorID(originatorID))) }
    if !clusterList.isEmpty { out.append(PathAttribute(.clusterList(clusterList))) }
    if !extendedCommunities.isEmpty { out.append(PathAttribute(.extendedCommunities(extendedCommunities))) }
    if !isWide, asPath.needsFourOctets { out.append(PathAttribute(.as4Path(asPath.withoutConfederations))) }
    if !isWide, let aggregator, aggregator.asNumber > 0xffff { out.append(PathAttribute(.as4Aggregator(aggregator))) }
    if !largeCommunities.isEmpty { out.append(PathAttribute(.largeCommunities(largeCommunities))) }
    // The partial bit says that somebody on the way did not know it (RFC 4271 §5).
    out += unknown.map { PathAttribute($0.value, flags: $0.flags | PathAttribute.partial) }
    return out
  }
}

/// What a neighbour that knows only two octets passed on of longer numbers (RFC 6793 §4.2.3).
private struct OldSpeaker {
  var isOld = false
  var path: ASPath?
  var aggregator: Aggregator?

  func restore(_ a: inout PathAttributes) {
    guard isOld else { return }
    if let aggregator {
      // An AGGREGATOR of a real two-octet number is newer than the other two, which then say nothing.
      guard let current = a.aggregator, current.asNumber == BGPAssignments.transitionAS else { return }
      a.aggregator = aggregator
    }
    if let path { a.asPath = a.asPath.merged(with: path) }
  }
}
