// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// What this node tells its neighbours, and when.
extension ODREngine {
  /// Sends a packet and sets the timer of the next one.
  mutating func advertise(_ i: Int, _ turn: inout Turn<Output>) {
    send(i, holdTime: UInt8(clamping: settings.cdp.holdTimeSeconds), &turn)
    let starts = Int(min(interfaces[i].sent, 64)) - 1
    let full = Duration.seconds(settings.cdp.timerSeconds)
    let early = starts < ODRDefaults.fastStarts ? min(full, .seconds(1 << starts)) : full
    let pause = early == full ? turn.random.jittered(full, percent: ODRDefaults.jitterPercent) : early
    setAdvertisement(i, at: turn.now + pause)
  }

  /// Sends a packet in 1–5 s, unless one is due sooner.
  mutating func advertiseSoon(_ i: Int, _ turn: inout Turn<Output>) {
    let span = ODRDefaults.soonMilliseconds
    let wait = Duration.milliseconds(Int64(span.lowerBound + turn.random.below(span.upperBound - span.lowerBound + 1)))
    if interfaces[i].next > turn.now + wait { setAdvertisement(i, at: turn.now + wait) }
  }

  private mutating func setAdvertisement(_ i: Int, at next: Instant) {
    interfaces[i].next = next
    timers.set(.advertise(interfaces[i].link.id), at: next)
  }

  /// Says that what was said is void.
  mutating func takeLeave(_ i: Int, _ turn: inout Turn<Output>) { send(i, holdTime: 0, &turn) }

  private mutating func send(_ i: Int, holdTime: UInt8, _ turn: inout Turn<Output>) {
    let packet = packet(i, holdTime: holdTime)
    interfaces[i].sent &+= 1
    traffic.sent &+= 1
    turn.emit(.port(.sendLink(interfaces[i].link.id, protocolType: CDPNumbers.protocolType, bytes: packet.encode())))
  }

  private mutating func packet(_ i: Int, holdTime: UInt8) -> CDPPacket {
    let link = interfaces[i].link, device = settings.device
    let own = link.addresses.map(\.address)
    var tlvs: [CDPTLV] = [
      .deviceID(text(device.name)), .softwareVersion(text(device.softwareVersion)), .platform(text(device.platform)),
      .addresses(CDPAddressList(Array(own.prefix(8)))), .portID(text(link.name)), .capabilities(.router),
    ]
    if let routing = routingTLV(i, besides: tlvs) { tlvs.append(routing) }
    var packet = CDPPacket(version: settings.cdp.advertisesVersion2 ? 2 : 1, holdTimeSeconds: holdTime, tlvs: tlvs)
    // An even length, so that everybody computes the same checksum.
    if packet.encode().count % 2 == 1 { packet.tlvs[1] = .softwareVersion(text(device.softwareVersion) + [32]) }
    return packet
  }

  private func text(_ text: String) -> [UInt8] { Array(text.utf8.prefix(ODRLimits.textBytes / 4)) }

  /// A hub's address, a stub's networks, or nothing.
  private mutating func routingTLV(_ i: Int, besides others: [CDPTLV]) -> CDPTLV? {
    let link = interfaces[i].link
    if settings.router != nil { return link.addresses.first { $0.address.isV4 }.map { .gateway($0.address) } }
    guard settings.isStub else { return nil }
    let all = networks(except: link)
    let used = CDPPacket(holdTimeSeconds: 0, tlvs: others).encode().count + CDPNumbers.tlvHeaderBytes + 1
    let room = max(0, min(ODRLimits.prefixesSent, (link.mtu - used) / 5))
    if all.count > room { traffic.unsentPrefixes &+= UInt64(all.count - room) }
    return all.isEmpty ? nil : .prefixes(all.prefix(room).map { CDPPrefix($0) })
  }

  /// The networks of all interfaces but the one that the packet leaves by.
  private func networks(except link: RoutingInterface) -> [IPPrefix] {
    let own = Set(link.addresses.map(\.network))
    let all = links.values.filter { $0.isUp && $0.id != link.id }.flatMap(\.addresses)
    return Set(all.filter { $0.address.isV4 && !$0.address.isLoopback }.map(\.network)).subtracting(own).sorted()
  }
}
