// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import Wire

/// A neighbour's session settings with its group's and the defaults filled in.
struct SessionSettings: Hashable, Sendable {
  var remoteAS: RemoteAS?
  var alternateAS: [UInt32]
  var text: String?
  var updateSource: String?
  var multihop: Int?
  var skipsConnectedCheck: Bool
  var securityHops: Int?
  var password: KeySecret?
  var timers: BGPTimers
  var connectRetrySeconds: Int
  var isShutdown: Bool
  var isPassive: Bool
  /// nil: when NHRP loses the neighbour alone.
  var fallsOver: Bool?

  init(_ mine: BGPNeighborSettings?, _ group: BGPNeighborSettings?, _ all: BGPSettings) {
    let remote = mine?.remoteAS == nil ? group : mine
    (remoteAS, alternateAS) = (remote?.remoteAS, remote?.alternateAS ?? [])
    text = mine?.text ?? group?.text
    updateSource = mine?.updateSource ?? group?.updateSource
    multihop = mine?.multihop ?? group?.multihop
    skipsConnectedCheck = mine?.skipsConnectedCheck ?? group?.skipsConnectedCheck ?? false
    securityHops = mine?.securityHops ?? group?.securityHops
    password = mine?.password ?? group?.password
    timers = mine?.timers ?? group?.timers ?? all.timers
    connectRetrySeconds = mine?.connectRetrySeconds ?? group?.connectRetrySeconds ?? BGPDefaults.connectRetrySeconds
    isShutdown = mine?.isShutdown ?? group?.isShutdown ?? false
    isPassive = mine?.isPassive ?? group?.isPassive ?? false
    fallsOver = mine?.fallsOver ?? group?.fallsOver
  }
}

/// A neighbour's settings in a family with its group's and the defaults filled in.
struct FamilyPolicy: Hashable, Sendable {
  var isActive: Bool
  var inbound: InboundFilters
  var outbound: OutboundPolicy
  var allowedOwnAS: Int
  var maximumPrefix: BGPPolicySettings.MaximumPrefix?
  var keepsReceived: Bool
  var weight: UInt32
  var additionalPaths: BGPPolicySettings.AdditionalPaths

  init(_ mine: BGPPolicySettings?, _ group: BGPPolicySettings?, _ all: BGPFamilySettings, isActiveByDefault: Bool) {
    isActive = mine?.isActive ?? group?.isActive ?? isActiveByDefault
    inbound = InboundFilters(
      routeMap: mine?.routeMapIn ?? group?.routeMapIn, prefixList: mine?.prefixListIn ?? group?.prefixListIn,
      accessList: mine?.accessListIn ?? group?.accessListIn, asPathList: mine?.asPathListIn ?? group?.asPathListIn)
    outbound = OutboundPolicy(mine, group)
    allowedOwnAS = mine?.allowedOwnAS ?? group?.allowedOwnAS ?? 0
    maximumPrefix = mine?.maximumPrefix ?? group?.maximumPrefix
    keepsReceived = mine?.keepsReceived ?? group?.keepsReceived ?? false
    weight = mine?.weight ?? group?.weight ?? 0
    additionalPaths = mine?.additionalPaths ?? group?.additionalPaths ?? all.additionalPaths
  }
}

/// What routes pass on their way in.
struct InboundFilters: Hashable, Sendable {
  var routeMap: String?, prefixList: String?, accessList: String?, asPathList: String?
  /// Whether nothing filters or changes.
  var isEmpty: Bool { routeMap == nil && prefixList == nil && accessList == nil && asPathList == nil }
}

/// What routes pass on their way out: neighbours for which it is the same, and what is in `UpdateGroupKey`, share an update group.
struct OutboundPolicy: Hashable, Sendable {
  var routeMap: String?, prefixList: String?, accessList: String?, asPathList: String?
  var nextHopSelf: BGPPolicySettings.NextHopSelf?
  var keepsNextHop: Bool
  var sendsCommunities: BGPPolicySettings.SentCommunities
  var isReflectorClient: Bool
  var overridesAS: Bool
  var removesPrivateAS: BGPPolicySettings.PrivateASRemoval?
  var originatesDefault: BGPPolicySettings.DefaultOrigination?
  var advertisementSeconds: Int

  init(_ mine: BGPPolicySettings?, _ group: BGPPolicySettings?) {
    routeMap = mine?.routeMapOut ?? group?.routeMapOut
    prefixList = mine?.prefixListOut ?? group?.prefixListOut
    accessList = mine?.accessListOut ?? group?.accessListOut
    asPathList = mine?.asPathListOut ?? group?.asPathListOut
    nextHopSelf = mine?.nextHopSelf ?? group?.nextHopSelf
    keepsNextHop = mine?.keepsNextHop ?? group?.keepsNextHop ?? false
    sendsCommunities = mine?.sendsCommunities ?? group?.sendsCommunities ?? []
    isReflectorClient = mine?.isReflectorClient ?? group?.isReflectorClient ?? false
    overridesAS = mine?.overridesAS ?? group?.overridesAS ?? false
    removesPrivateAS = mine?.removesPrivateAS ?? group?.removesPrivateAS
    originatesDefault = mine?.originatesDefault ?? group?.originatesDefault
    advertisementSeconds = mine?.advertisementSeconds ?? group?.advertisementSeconds ?? 0
  }

  var hasFilter: Bool { routeMap != nil || prefixList != nil || accessList != nil || asPathList != nil }
}
