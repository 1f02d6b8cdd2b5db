// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// From bytes to a decision.
extension NHRPEngine {
  /// A received packet with all that its handling needs.
  struct Received {
    let packet: NHRPPacket
    let raw: [UInt8]
    let source: IPAddress
    /// The protected peer it came from; none on an unprotected tunnel.
    let peer: ProtectionID
  }

  mutating func receive(_ bytes: [UInt8], from source: IPAddress, peer: ProtectionID, on id: InterfaceID, _ turn: inout Turn<Output>) {
    guard let any = places(of: id).first else { return noteWithoutNetwork(source, id, &turn) }
    do throws(NHRPDecodeError) {
      let packet = try NHRPPacket.decode(bytes)
      guard packet.hasAddressesOfItsFamily else { throw .badAddressLength }
      guard let i = index(of: id, packet.family) else { throw .unsupportedAddressFamily }
      instances[i].traffic.received[NHRPTraffic.slot(packet.type.rawValue)] &+= 1
      dispatch(i, Received(packet: packet, raw: bytes, source: source, peer: peer), &turn)
    } catch {
      instances[any].traffic.malformed[error, default: 0] &+= 1
    }
  }

  /// Nothing takes a packet on a tunnel without a network-id, and its sender waits in vain: noted now and then, for all tunnels together.
  private mutating func noteWithoutNetwork(_ source: IPAddress, _ id: InterfaceID, _ turn: inout Turn<Output>) {
    withoutNetwork.packets &+= 1
    if let last = withoutNetwork.notedAt, turn.now - last < .seconds(NHRPLimits.withoutNetworkSeconds) { return }
    withoutNetwork.notedAt = turn.now
    turn.record(JournalRecord(.networkUnconfigured, interface: id, b: source, y: UInt32(clamping: withoutNetwork.packets)))
  }

  private mutating func dispatch(_ i: Int, _ r: Received, _ turn: inout Turn<Output>) {
    if case .error(let error) = r.packet.body { return errorReceived(i, r, error, &turn) }
    guard isAuthentic(i, r, &turn) else { return }
    switch r.packet.body {
    case .traffic(let indication): redirected(i, indication, from: r.source, &turn)
    case .error: break
    case .request(let m):
      switch m.type {
      case .registrationRequest: registrationRequest(i, r, m, &turn)
      case .registrationReply: takeReply(i, r, m, &turn) { $0.registrationReply(i, r.packet, m, from: r.source, &$1) }
      case .resolutionRequest: resolutionRequest(i, r, m, &turn)
      case .resolutionReply: takeReply(i, r, m, &turn) { $0.resolutionReply(i, r, m, &$1) }
      case .purgeRequest: purgeRequest(i, r, m, &turn)
      case .purgeReply: takeReply(i, r, m, &turn) { engine, _ in engine.purgeReply(i, m) }
      default: break
      }
    }
  }

  /// Replies travel towards the *source* protocol address: ours are taken, others passed on (§5.2.2).
  private mutating func takeReply(
    _ i: Int, _ r: Received, _ m: NHRPMandatory, _ turn: inout Turn<Output>, _ take: (inout NHRPEngine, inout Turn<Output>) -> Void
  ) {
    if isOwn(m.sourceProtocol, i) { take(&self, &turn) } else { forward(i, r, m, towards: m.sourceProtocol, &turn) }
  }

  /// Whether an address is the node's own on any NHRP interface; a link-local one only on that of instance `i`, for peers may have the
  /// same on others (RFC 4291 §2.5.6).
  func isOwn(_ address: IPAddress, _ i: Int) -> Bool {
    address.isLinkLocal ? instances[i].owns(address) : instances.contains { $0.owns(address) }
  }

  func carriesSecret(_ i: Int, _ packet: NHRPPacket) -> Bool {
    instances[i].settings.authentication.map { packet.authentication == NHRPAuthentication(password: $0) } ?? true
  }

  /// Cisco's plain text form: value and length must match (every type but 7).
  private mutating func isAuthentic(_ i: Int, _ r: Received, _ turn: inout Turn<Output>) -> Bool {
    if carriesSecret(i, r.packet) { return true }
    instances[i].traffic.authenticationFailures &+= 1
    guard instances[i].errorsSent.isDue(r.source, now: turn.now) else { return false }
    let id = turn.record(
      JournalRecord(.authenticationFailed, interface: instances[i].id, a: r.packet.addresses.source ?? .anyV4, b: r.source, x: UInt32(r.packet.type.rawValue)))
    sendError(.authenticationFailure, about: r, i, because: id, &turn)
    return false
  }
}
