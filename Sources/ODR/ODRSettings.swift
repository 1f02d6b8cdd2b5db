// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy
import Routing
import Wire

/// What the engine runs by.
public struct ODRSettings: Sendable, Equatable {
  /// `router odr`; nil on a stub.
  public var router: ODRRouter?
  /// The `cdp …` lines.
  public var cdp = CDPSettings()
  /// The interfaces' `cdp …` lines by full name.
  public var interfaces: [String: CDPInterfaceSettings] = [:]
  /// What packets say of this node.
  public var device = CDPDevice()
  /// Whether another dynamic routing protocol is configured: then a node is no stub.
  public var runsRoutingProtocol = false
  /// Lists by name.
  public var policy = PolicySettings()

  /// Nothing configured.
  public init() {}

  /// Whether this node tells hubs of its networks and takes a default route from them.
  public var isStub: Bool { router == nil && !runsRoutingProtocol }
}

/// What this node says of itself.
public struct CDPDevice: Sendable, Hashable {
  /// Its name, which neighbours tell it by.
  public var name: String
  /// What it is.
  public var platform: String
  /// What it runs.
  public var softwareVersion: String

  /// Describes a node.
  public init(name: String = "Router", platform: String = "dmvpn", softwareVersion: String = "dmvpn") {
    (self.name, self.platform, self.softwareVersion) = (name, platform, softwareVersion)
  }
}

/// The `cdp …` lines of the node.
public struct CDPSettings: Sendable, Hashable {
  /// `cdp run`
  public var runs = true
  /// `cdp timer`: seconds between packets.
  public var timerSeconds = ODRDefaults.timerSeconds
  /// `cdp holdtime`: seconds that neighbours shall keep what they hear.
  public var holdTimeSeconds = ODRDefaults.holdTimeSeconds
  /// `cdp advertise-v2`
  public var advertisesVersion2 = true
  /// The defaults.
  public init() {}
}

/// The `cdp …` lines of an interface.
public struct CDPInterfaceSettings: Sendable, Hashable {
  /// `cdp enable`: off on tunnels where nobody says otherwise.
  public var isEnabled = false
  /// The defaults.
  public init() {}
}

/// The section `router odr`.
public struct ODRRouter: SectionSettings {
  /// A section without lines; it has no name of its own, for there is one at most.
  public init(name: String = "odr") { self.name = name }

  /// `odr`
  public let name: String
  /// Lines that nobody acts on.
  public var kept: [String] = []
  /// `timers basic`
  public var timers = ODRTimers()
  /// `distance`
  public var distance = ODRDefaults.distance
  /// `maximum-paths`
  public var maximumPaths = ODRDefaults.maximumPaths
  /// `distribute-list … in`
  public var distributeLists: [DistributeList] = []
}

/// `timers basic`, in seconds.
public struct ODRTimers: Sendable, Hashable {
  /// Shown only: CDP's own timer says when packets are sent.
  public var update = ODRDefaults.updateSeconds
  /// Without a packet after which a route is no longer used.
  public var invalid = ODRDefaults.invalidSeconds
  /// How long nobody else's route to a lost network is taken.
  public var holdDown = ODRDefaults.holdDownSeconds
  /// Without a packet after which a network is forgotten.
  public var flush = ODRDefaults.flushSeconds

  /// The defaults.
  public init() {}
  /// These seconds.
  public init(update: Int, invalid: Int, holdDown: Int, flush: Int) {
    (self.update, self.invalid, self.holdDown, self.flush) = (update, invalid, holdDown, flush)
  }
}
