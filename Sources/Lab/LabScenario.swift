// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// What befalls a cloud while it runs.
public struct LabScenario: Sendable, Equatable {
  /// When the first hub loses its power.
  public var hubDies: Instant?
  /// When it is switched on again, with its file and nothing else.
  public var hubReturns: Instant?
  /// When the LAN of the first spoke begins to come and go.
  public var lanFlaps: Instant?
  /// From one loss of the LAN to the next; it is gone for half of it.
  public var flapPeriod: Duration = .seconds(60)

  /// A cloud that is left in peace.
  public init() {}
}

extension Cloud {
  /// Lets a scenario happen, each part at its time.
  public func play(_ scenario: LabScenario) {
    if let time = scenario.hubDies { at(time) { $0.kill(0) } }
    if let time = scenario.hubReturns { at(time) { $0.restart(0) } }
    if let time = scenario.lanFlaps { flap(topology.index(ofSpoke: 1), at: time, every: max(.seconds(2), scenario.flapPeriod)) }
  }

  private func flap(_ i: Int, at time: Instant, every period: Duration) {
    at(time) { $0.setLAN(i, isUp: false) }
    at(time + .nanoseconds(period.nanoseconds / 2)) {
      $0.setLAN(i, isUp: true)
      $0.flap(i, at: time + period, every: period)
    }
  }

  /// Pulls the cable between node `i` and its LAN, or puts it in again. Nothing happens to a node without a LAN.
  public func setLAN(_ i: Int, isUp: Bool) {
    for var interface in topology.hostInterfaces(of: i).dropFirst() {
      interface.isUp = isUp
      input(i, .event(.interface(interface)))
    }
  }
}
