// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import Wire

/// How an error in an attribute is handled (RFC 7606 §2), the stronger the later.
public enum ErrorApproach: Int, Comparable, Sendable {
  /// There was none.
  case none
  /// The attribute is left out.
  case attributeDiscard
  /// The routes of the message count as withdrawn.
  case treatAsWithdraw
  public static func < (a: ErrorApproach, b: ErrorApproach) -> Bool { a.rawValue < b.rawValue }
}

/// One attribute as it stands in an UPDATE: its flags are kept, so that it is written as it came.
public struct PathAttribute: Hashable, Sendable {
  /// Optional 0x80, transitive 0x40, partial 0x20, extended length 0x10.
  public var flags: UInt8
  /// What it says.
  public var value: Value

  /// The values of known types; others, and malformed ones, are kept as bytes.
  public enum Value: Hashable, Sendable {
    /// RFC 4271 §5.1.
    case origin(Origin), asPath(ASPath, isWide: Bool), nextHop(IPAddress), multiExitDiscriminator(UInt32), localPreference(UInt32)
    /// RFC 4271 §5.1.
    case atomicAggregate, aggregator(Aggregator, isWide: Bool)
    /// RFC 1997, RFC 4360, RFC 8092.
    case communities([UInt32]), extendedCommunities([UInt64]), largeCommunities([LargeCommunity])
    /// RFC 4456 §8.
    case originatorID(UInt32), clusterList([UInt32])
    /// RFC 4760 §3, §4.
    case mpReach(MPReach), mpUnreach(MPUnreach)
    /// RFC 6793 §3.
    case as4Path(ASPath), as4Aggregator(Aggregator)
    /// A type that we do not know, or a family that we do not speak.
    case unknown(code: UInt8, [UInt8])
    /// A known type with a value that its RFC forbids.
    case malformed(code: UInt8, [UInt8])
  }

  /// Flag bits.
  public static let optional: UInt8 = 0x80, transitive: UInt8 = 0x40, partial: UInt8 = 0x20, extendedLength: UInt8 = 0x10

  /// Makes an attribute; flags as its RFC says unless given.
  public init(_ value: Value, flags: UInt8? = nil) {
    self.value = value
    self.flags = flags ?? PathAttribute.expectedFlags(value.code) ?? 0
  }

  /// The optional and transitive bits that a known type must have; nil for others.
  static func expectedFlags(_ code: UInt8) -> UInt8? {
    switch code {
    case AttributeCode.origin, AttributeCode.asPath, AttributeCode.nextHop, AttributeCode.localPreference, AttributeCode.atomicAggregate:
      transitive
    case AttributeCode.multiExitDiscriminator, AttributeCode.originatorID, AttributeCode.clusterList, AttributeCode.mpReach,
      AttributeCode.mpUnreach:
      optional
    case AttributeCode.aggregator, AttributeCode.communities, AttributeCode.extendedCommunities, AttributeCode.as4Path,
      AttributeCode.as4Aggregator, AttributeCode.largeCommunities:
      optional | transitive
    default: nil
    }
  }

  /// What is done where a known type is malformed (RFC 7606 §7, RFC 8092 §5, RFC 6793 §6).
  static func approach(_ code: UInt8, isInternal: Bool) -> ErrorApproach {
    switch code {
    case AttributeCode.atomicAggregate, AttributeCode.aggregator, AttributeCode.as4Path, AttributeCode.as4Aggregator: .attributeDiscard
    case AttributeCode.localPreference, AttributeCode.originatorID, AttributeCode.clusterList:
      isInternal ? .treatAsWithdraw : .attributeDiscard
    default: .treatAsWithdraw
    }
  }
}

extension PathAttribute.Value {
  /// The type code.
  public var code: UInt8 {
    switch self {
    case .origin: AttributeCode.origin
    case .asPath: AttributeCode.asPath
    case .nextHop: AttributeCode.nextHop
    case .multiExitDiscriminator: AttributeCode.multiExitDiscriminator
    case .localPreference: AttributeCode.localPreference
    case .atomicAggregate: AttributeCode.atomicAggregate
    case .aggregator: AttributeCode.aggregator
    case .communities: AttributeCode.communities
    case .extendedCommunities: AttributeCode.extendedCommunities
    case .largeCommunities: AttributeCode.largeCommunities
    case .originatorID: AttributeCode.originatorID
    case .clusterList: AttributeCode.clusterList
    case .mpReach: AttributeCode.mpReach
    case .mpUnreach: AttributeCode.mpUnreach
    case .as4Path: AttributeCode.as4Path
    case .as4Aggregator: AttributeCode.as4Aggregator
    case .unknown(let code, _), .malformed(let code, _): code
    }
  }
}
