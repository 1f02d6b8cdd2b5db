// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Screens
import Wire

/// Hand-made pictures of nodes whose tunnel is protected.
enum ProtectedFixtures {
  /// The hub of `Fixtures`, protected: four spokes up, one refused for its key, one without a child.
  static func hub() -> NodeSnapshot {
    var snapshot = Fixtures.hub()
    snapshot.peers[4].state = .ike
    snapshot.peers[4].nbma = IPAddress(203, 0, 113, 5)
    snapshot.peers[4].attributes = "DX"
    snapshot.peers[5].attributes = "DX"
    snapshot.protected = (1...6).map(row)
    snapshot.shortcuts = shortcuts()
    snapshot.alarms.insert(
      AlarmRow(since: Fixtures.at(1099.2), severity: .error, subject: "203.0.113.5", text: "authentication failed"), at: 0)
    snapshot.events += events()
    return snapshot
  }

  /// What spoke1 sees: its hub and one spoke, that spoke began.
  static func spoke() -> NodeSnapshot {
    var snapshot = Variants.spoke()
    var hub = row(1)
    (hub.name, hub.address, hub.nbma, hub.identity) = ("hub1", IPAddress(10, 0, 0, 1), IPAddress(192, 0, 2, 1), "hub1.example")
    hub.isInitiator = true
    snapshot.protected = [hub, row(3)]
    snapshot.shortcuts = [shortcut(at: 0, .here)]
    return snapshot
  }

  /// Names and identities that peers chose to harm the terminal.
  static func hostile() -> NodeSnapshot {
    var snapshot = hub()
    for index in snapshot.protected.indices {
      snapshot.protected[index].name = Fixtures.hostile[index]
      snapshot.protected[index].identity = Fixtures.hostile[index + 6]
      snapshot.protected[index].espSuite = Fixtures.hostile[index + 1]
    }
    return snapshot
  }

  private static func row(_ number: Int) -> ProtectedPeerRow {
    var row = ProtectedPeerRow(tunnel: "Tunnel0", name: "spoke\(number)", nbma: IPAddress(203, 0, 113, UInt8(number)))
    (row.version, row.ikeState, row.ikeSuite) = (2, "READY", "AES-GCM-256 SHA384 19")
    (row.layer, row.isInitiator, row.port) = (.up, false, number == 3 ? 4500 : 0)
    if number == 5 {
      (row.layer, row.ikeState, row.ikeSuite) = (.ike, "IN-NEG", "")
      row.phases = [PhaseStamp(.ike, at: Fixtures.at(1099.2))]
      return row
    }
    (row.number, row.identity, row.address) = (UInt32(number), "spoke\(number).example", IPAddress(10, 0, 0, UInt8(10 + number)))
    (row.ikeSecondsLeft, row.since) = (85_400 - number, Fixtures.at(Double(number * 100) + 0.031))
    row.phases = [
      PhaseStamp(.ike, at: Fixtures.at(Double(number * 100))), PhaseStamp(.ipsec, at: Fixtures.at(Double(number * 100) + 0.031)),
    ]
    if number == 6 {
      row.layer = .ipsec
      return row
    }
    pair(&row, number)
    return row
  }

  private static func pair(_ row: inout ProtectedPeerRow, _ number: Int) {
    (row.inboundSPI, row.outboundSPI) = (0x77ab_01c0 + UInt32(number), 0x09f0_be40 + UInt32(number))
    (row.espSuite, row.mode) = (number == 3 ? "AES-CBC-256 SHA256 PFS 14" : "AES-GCM-256 PFS 19", "Transport")
    (row.lifetimeSeconds, row.lifetimeKilobytes, row.replayWindow) = (3600, 4_608_000, 1024)
    (row.secondsLeft, row.kilobytesLeft) = (number == 4 ? 131 : 3600 - number * 400, 4_608_000 - number * 700_000)
    (row.packetsIn, row.packetsOut) = (UInt64(number * 912_000), UInt64(number * 877_300))
    (row.bytesIn, row.bytesOut, row.rekeys) = (UInt64(number * 700_000), UInt64(number * 650_000), UInt32(number - 1))
    if number == 2 { (row.replays, row.forgeries) = (3, 12) }
    row.phases += [
      PhaseStamp(.nhrp, at: Fixtures.at(Double(number * 100) + 0.033)), PhaseStamp(.up, at: Fixtures.at(Double(number * 100) + 0.052)),
    ]
  }

  private static func shortcuts() -> [ShortcutRow] {
    var rows = Fixtures.shortcuts()
    rows[0] = shortcut(at: 0, .told)
    rows[1].steps.append(StepStamp(step: .ike, at: Fixtures.at(1099.924), witness: .told, origin: .responder))
    return rows
  }

  /// The first of `Fixtures`' shortcuts with the steps of protection, those between the spokes as `witness` says.
  private static func shortcut(at index: Int, _ witness: Witness) -> ShortcutRow {
    var row = Fixtures.shortcuts()[index]
    func stamp(_ step: ShortcutStep, _ milliseconds: Double, origin: StepOrigin? = nil) -> StepStamp {
      StepStamp(step: step, at: Fixtures.at(1088 + milliseconds / 1000), witness: witness, origin: origin)
    }
    row.steps += [stamp(.ike, 23.9, origin: witness == .here ? .responder : nil), stamp(.esp, 43.8)]
    return row
  }

  private static func events() -> [EventRow] {
    let lines = [(1099.2, Severity.informational, "spoke5", "SA_INIT received"), (1099.241, .error, "spoke5", "authentication failed")]
    return lines.enumerated().map {
      EventRow(
        number: EventID(UInt64(100 + $0.offset)), at: Fixtures.at($0.element.0), severity: $0.element.1, facility: "IKE",
        subject: $0.element.2, text: $0.element.3)
    }
  }
}
