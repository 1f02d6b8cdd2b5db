// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The hub's traffic indication ("redirect"): draft-detienne-dmvpn-01 §4.
extension NHRPEngine {
  mutating func redirect(_ packet: [UInt8], from source: IPAddress, peer: ProtectionID, on id: InterfaceID, _ turn: inout Turn<Output>) {
    guard let sender = IPPacketAddresses.source(of: packet), let destination = IPPacketAddresses.destination(of: packet),
      let i = index(of: id, destination.family), instances[i].settings.redirect, isUnicast(destination), !isOwn(sender, i),
      !isOwn(destination, i)
    else { return }
    guard instances[i].isKnownPeer(source) else { return count(.unknownPeer, i) }
    let pause = Duration.seconds(instances[i].settings.redirectSeconds)
    let pair = RedirectLimiter.Pair(peer: source, source: sender, destination: destination)
    guard instances[i].limiter.permits(pair, pause: pause, now: turn.now) else {
      return instances[i].traffic.redirectsSuppressed &+= 1
    }
    let record = turn.record(JournalRecord(.redirectSent, interface: id, a: sender, b: source, c: destination))
    send(trafficIndication(i, about: packet, from: sender), i, to: source, peer: peer, because: record, &turn)
  }

  func isUnicast(_ address: IPAddress) -> Bool { !address.isMulticast && !address.isBroadcast && !address.isUnspecified && !address.isLoopback }

  /// The header's destination is the *source* of the packet that went the long way: FRR passes on what names anything else.
  private func trafficIndication(_ i: Int, about packet: [UInt8], from sender: IPAddress) -> NHRPPacket {
    let quote = evenQuote(packet, i)
    let indication = NHRPTrafficIndication(
      sourceNBMA: instances[i].ownNBMA, sourceProtocol: instances[i].ownAddress, destinationProtocol: sender, offendingPacket: quote)
    return NHRPPacket(.traffic(indication), hopCount: NHRPEngine.ownHopCount)
  }

  /// FRR 8.4.4 sums an odd last byte into the wrong half: the whole message is kept even, whatever the password's length.
  private func evenQuote(_ packet: [UInt8], _ i: Int) -> [UInt8] {
    let odd = (instances[i].settings.authentication?.utf8.count ?? 0) & 1
    var length = min(packet.count, NHRPLimits.quotedPacketBytes)
    if (length + odd) & 1 == 1 { length -= 1 }
    return Array(packet.prefix(length))
  }
}
