// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy
import ProtocolKit
import Routing
import Wire

/// `router bgp N`: one of them on a node.
public struct BGPSettings: SectionSettings {
  /// The AS number as text.
  public let name: String
  /// The AS number.
  public let asNumber: UInt32
  /// Lines that nobody acts on.
  public var kept: [String] = []
  /// `bgp router-id`; nil: the highest address.
  public var routerID: IPAddress?
  /// `bgp cluster-id`; nil: the router id.
  public var clusterID: UInt32?
  /// `bgp log-neighbor-changes`
  public var logsNeighborChanges = true
  /// `bgp default ipv4-unicast`: IPv4 is spoken with neighbours of which no line says otherwise.
  public var activatesIPv4 = true
  /// `bgp default local-preference`
  public var localPreference = BGPAssignments.localPreference
  /// `bgp always-compare-med`, `bgp deterministic-med`, `bgp bestpath med missing-as-worst`
  public var alwaysComparesMED = false, isMEDDeterministic = false, isMissingMEDWorst = false
  /// `bgp bestpath as-path multipath-relax`: paths of equal length share, whatever their ASes.
  public var relaxesMultipath = false
  /// `bgp bestpath compare-routerid`: what we do anyway; kept to be written back.
  public var comparesRouterID = false
  /// `bgp enforce-first-as`: a neighbour's own AS comes first in its paths.
  public var enforcesFirstAS = true
  /// `bgp ebgp-requires-policy` (RFC 8212).
  public var requiresPolicy = false
  /// `bgp client-to-client reflection`
  public var reflectsClients = true
  /// `bgp fast-external-fallover`: a session ends with the interface of its neighbour.
  public var fallsOverFast = true
  /// `bgp graceful-restart`: routes of a neighbour that restarts are kept (RFC 4724, the helper's part).
  public var helpsRestarts = false
  /// `bgp graceful-restart restart-time`, `stalepath-time`, in seconds.
  public var restartSeconds = BGPDefaults.restartSeconds, stalePathSeconds = BGPDefaults.stalePathSeconds
  /// `timers bgp`, in seconds: keepalive, hold, and the lowest hold time that is taken from a neighbour.
  public var timers = BGPTimers()
  /// `bgp listen range`
  public var listenRanges: [ListenRange] = []
  /// `bgp listen limit`
  public var listenLimit = BGPLimits.listenLimit
  /// `neighbor …`: groups and neighbours, in the order they came.
  public var neighbors: [BGPNeighborSettings] = []
  /// Settings of families; those that nobody entered by `address-family` are written with the router's own lines.
  public var families: [BGPFamilySettings] = []
  /// Families and templates that nobody acts on.
  public var otherFamilies: [KeptPart] = [], policyTemplates: [KeptPart] = [], sessionTemplates: [KeptPart] = []

  /// BGP without neighbours.
  public init(name: String) { (self.name, asNumber) = (name, ASNumberText.read(name) ?? 0) }

  /// The lines of a family; the defaults where there are none.
  public func family(_ family: BGPFamily) -> BGPFamilySettings {
    families.first { $0.family == family } ?? BGPFamilySettings(family)
  }

  /// The settings of a neighbour or group by its name.
  public func neighbor(_ name: String) -> BGPNeighborSettings? { neighbors.first { $0.name == name } }
}

/// Hold and keepalive times, in seconds.
public struct BGPTimers: Hashable, Sendable {
  /// Between two KEEPALIVEs; a third of the hold time at most is used.
  public var keepalive = BGPDefaults.keepaliveSeconds
  /// Offered; 0 for none.
  public var hold = BGPDefaults.holdSeconds
  /// The lowest that is taken; 0 for any.
  public var minimumHold = 0
  /// The usual ones.
  public init() {}
}

/// `bgp listen range P peer-group G`
public struct ListenRange: Hashable, Sendable {
  /// From where neighbours come.
  public var network: IPPrefix
  /// What they are.
  public var group: String
  /// Makes a range.
  public init(_ network: IPPrefix, group: String) { (self.network, self.group) = (network, group) }
}

/// A neighbour's AS number, or what is asked of it.
public enum RemoteAS: Hashable, Sendable {
  /// This one.
  case number(UInt32)
  /// Ours, or any other: as FRR has it, for listen ranges.
  case `internal`, external
}

/// `neighbor X …` that belong to the session; nil: the group's, or the default.
public struct BGPNeighborSettings: Hashable, Sendable {
  /// Its address as text, or the group's name.
  public let name: String
  /// Its address; nil for a group.
  public let address: IPAddress?
  /// `peer-group G` of a neighbour.
  public var group: String?
  /// `remote-as`
  public var remoteAS: RemoteAS?
  /// `remote-as N alternate-as`: others that it may be of as well.
  public var alternateAS: [UInt32] = []
  /// `description`
  public var text: String?
  /// `update-source`
  public var updateSource: String?
  /// `ebgp-multihop`: how far it may be.
  public var multihop: Int?
  /// `disable-connected-check`
  public var skipsConnectedCheck: Bool?
  /// `ttl-security hops` (RFC 5082)
  public var securityHops: Int?
  /// `password` (RFC 2385)
  public var password: KeySecret?
  /// `timers`
  public var timers: BGPTimers?
  /// `timers connect`, in seconds
  public var connectRetrySeconds: Int?
  /// `shutdown`
  public var isShutdown: Bool?
  /// `transport connection-mode passive`
  public var isPassive: Bool?
  /// `fall-over`: the session ends when the way to the neighbour is lost. nil: when NHRP loses it, and not when the table does.
  public var fallsOver: Bool?

  /// A neighbour or group without lines.
  public init(name: String) {
    self.name = name
    address = IPAddress(name)
  }

  /// Whether it is a group.
  public var isGroup: Bool { address == nil }
}
