// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import Wire

/// Attributes as policy sees them.
extension PathAttributes {
  /// The route that lists and route-maps are asked about.
  func policyRoute(_ prefix: IPPrefix, source: String, type: RouteType?) -> PolicyRoute {
    PolicyRoute(
      prefix: prefix, nextHop: nextHop.isUnspecified ? nil : nextHop, source: source, type: type, metric: multiExitDiscriminator, tag: tag,
      localPreference: localPreference, weight: UInt16(clamping: weight), origin: RouteOrigin(rawValue: origin.rawValue) ?? .incomplete,
      asPath: asPath.segments.map(\.policySegment), communities: communities, largeCommunities: largeCommunities)
  }

  /// Takes over what policy changed.
  mutating func take(_ route: PolicyRoute) {
    if let hop = route.nextHop, case .address? = route.nextHopChoice {
      nextHop = hop
      linkLocal = nil
    }
    (multiExitDiscriminator, tag, localPreference) = (route.metric, route.tag, route.localPreference)
    (weight, communities, largeCommunities) = (UInt32(route.weight), route.communities, route.largeCommunities)
    origin = Origin(rawValue: route.origin.rawValue) ?? .incomplete
    asPath = ASPath(route.asPath.map(ASPath.Segment.init))
  }
}

extension ASPath.Segment {
  fileprivate var policySegment: ASPathSegment {
    switch kind {
    case .sequence: .sequence(numbers)
    case .set: .set(numbers)
    case .confederationSequence: .confederationSequence(numbers)
    case .confederationSet: .confederationSet(numbers)
    }
  }

  fileprivate init(_ segment: ASPathSegment) {
    switch segment {
    case .sequence(let numbers): self.init(.sequence, numbers)
    case .set(let numbers): self.init(.set, numbers)
    case .confederationSequence(let numbers): self.init(.confederationSequence, numbers)
    case .confederationSet(let numbers): self.init(.confederationSet, numbers)
    }
  }
}
