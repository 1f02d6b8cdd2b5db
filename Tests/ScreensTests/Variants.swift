// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Wire

/// Other nodes, made of the hub's picture.
enum Variants {
  /// What spoke1 sees: its hub, and one shortcut.
  static func spoke() -> NodeSnapshot {
    var snapshot = Fixtures.hub()
    snapshot.hostname = "spoke1"
    snapshot.tunnels[0].role = .spoke
    snapshot.tunnels[0].ownAddress = IPAddress(10, 0, 0, 11)
    var peer = snapshot.peers[2]
    peer.isShortcutPeer = true
    let hub = PeerRow(
      tunnel: "Tunnel0", name: "hub1", address: IPAddress(10, 0, 0, 1), nbma: IPAddress(192, 0, 2, 1), attributes: "S",
      since: Fixtures.at(60), isServer: true)
    snapshot.peers = [hub, peer]
    snapshot.shortcuts = [snapshot.shortcuts[0]]
    return snapshot
  }

  /// The hub, with names that its peers chose to harm it.
  static func hostile() -> NodeSnapshot {
    var snapshot = Fixtures.hub()
    for index in snapshot.peers.indices { snapshot.peers[index].name = Fixtures.hostile[index] }
    for index in snapshot.shortcuts.indices { snapshot.shortcuts[index].from = Fixtures.hostile[index + 6] }
    for index in snapshot.events.indices { snapshot.events[index].subject = Fixtures.hostile[index + 6] }
    for index in snapshot.events.indices { snapshot.events[index].text = Fixtures.hostile[index] + "end" }
    return snapshot
  }

  /// A hub with `count` peers, every seventh of them down.
  static func many(_ count: Int) -> NodeSnapshot {
    var snapshot = Fixtures.hub()
    snapshot.tunnels[0].peersAll = count
    snapshot.peers = (0..<count).map(branch)
    return snapshot
  }

  private static func branch(_ index: Int) -> PeerRow {
    let state: PeerState = index % 7 == 3 ? .nhrp : index % 31 == 5 ? .ike : .up
    let address = IPAddress(v4: 0x0a01_0000 + UInt32(index))
    let since = Fixtures.at(Double(index % 900))
    return PeerRow(
      tunnel: "Tunnel0", name: "br-\(index)", address: address, nbma: IPAddress(203, 0, 113, 1), state: state, since: since)
  }
}
