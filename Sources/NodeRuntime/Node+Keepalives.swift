// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit

/// Keepalives of point-to-point tunnels. They speak of the line protocol alone: the packet path stays as it is, or no answer could come.
extension Node {
  func expireKeepalives() {
    guard let due = keepalives.nextDeadline, due <= now else { return }
    let (sending, hasLost) = keepalives.expire(at: now)
    for id in sending { sendKeepalive(id) }
    if hasLost { followLines() }
  }

  private func sendKeepalive(_ id: InterfaceID) {
    guard let f = tunnels[id]?.forwarding, let source = f.source, let destination = f.destination else { return }
    let packet = GREKeepalive.packet(from: source, to: destination, key: f.key)
    effects.append(.inject(.gre(id, nbma: destination, protocolType: GREProtocolType.ipv4, bytes: packet)))
  }

  func keepaliveAnswered(_ id: InterfaceID) {
    if keepalives.answered(id) { followLines() }
  }

  private func followLines() {
    refreshInterfaces()
    reinstallStatics()
  }
}
