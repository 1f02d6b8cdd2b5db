// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Wire

/// The numbering of the star: hub 1, spokes 11, 12 …
func inner(_ n: UInt8) -> IPAddress { IPAddress(10, 0, 0, n) }
func outer(_ n: UInt8) -> IPAddress { IPAddress(198, 51, 100, n) }
func host(_ n: UInt8, _ h: UInt8 = 2) -> IPAddress { IPAddress(192, 168, n, h) }

/// Settings of a test: network 1, a hold time of 300 s, and what `change` makes of it.
func settings(_ change: (inout NHRPSettings) -> Void = { _ in }) -> NHRPSettings {
  var s = NHRPSettings()
  (s.networkID, s.holdTimeSeconds) = (1, 300)
  change(&s)
  return s
}

/// A server line for station `n`.
func nhs(_ n: UInt8, priority: Int = 0, cluster: Int = 0) -> NextHopServerSettings {
  NextHopServerSettings(address: inner(n), nbma: .address(outer(n)), multicast: true, priority: priority, cluster: cluster)
}

/// A hub with spokes around it; each has a LAN 192.168.N.0/24.
struct Star {
  let cloud: Cloud
  let hub: Station
  var spokes: [Station] = []
  var a: Station { spokes[0] }
  var b: Station { spokes[1] }

  init(spokes count: UInt8 = 2, seed: UInt64 = 1, hub hubChange: (inout NHRPSettings) -> Void = { _ in }, spoke change: (inout NHRPSettings) -> Void = { _ in }) {
    cloud = Cloud(seed: seed)
    hub = Star.hub(1, hubChange)
    cloud.add(hub)
    for n in 11..<(11 + count) {
      hub.routes.add("192.168.\(n).0/24", tunnel, via: inner(n))
      spokes.append(cloud.add(Star.spoke(n, change)))
    }
  }

  static func hub(_ n: UInt8, _ change: (inout NHRPSettings) -> Void = { _ in }) -> Station {
    let hub = Station("hub\(n)", address: inner(n), nbma: outer(n), firstRequestID: UInt32(n) * 1000, settings {
      $0.redirect = true
      change(&$0)
    })
    hub.routes.add("10.0.0.0/24", tunnel)
    hub.routes.add("198.51.100.0/24", wan)
    hub.routes.add("192.168.\(n).0/24", lan)
    return hub
  }

  static func spoke(_ n: UInt8, _ change: (inout NHRPSettings) -> Void = { _ in }) -> Station {
    let spoke = Station("spoke\(n)", address: inner(n), nbma: outer(n), firstRequestID: UInt32(n) * 1000, settings {
      $0.servers = [nhs(1)]
      change(&$0)
    })
    spoke.routes.add("10.0.0.0/24", tunnel)
    spoke.routes.add("198.51.100.0/24", wan)
    spoke.routes.add("192.168.0.0/16", tunnel, via: inner(1))
    spoke.routes.add("192.168.\(n).0/24", lan)
    return spoke
  }

  /// Everybody comes up and has registered.
  func start() {
    for s in cloud.stations { cloud.configure(s) }
    cloud.run(for: .milliseconds(100))
  }

  /// A packet of `from`'s LAN went through the hub to `to`'s: the hub redirects, the rest follows.
  func redirect(_ from: Station, to destination: IPAddress) {
    let source = host(UInt8(truncatingIfNeeded: from.address.v4Bits))
    cloud.handle(.redirectWanted(tunnel, nbmaSource: from.publicNBMA, packet: ipPacket(from: source, to: destination)), at: hub)
    cloud.run(for: .milliseconds(100))
  }
}

/// An IPv4 packet of 84 bytes: enough of it for a quote.
func ipPacket(from source: IPAddress, to destination: IPAddress) -> [UInt8] {
  [0x45, 0, 0, 84, 0, 0, 0x40, 0, 62, 1, 0, 0] + source.bytes + destination.bytes + [UInt8](repeating: 0x55, count: 64)
}

/// The four extensions a client sends.
func clientExtensions(nat: [ClientInformationEntry] = []) -> [NHRPExtension] {
  [.responderAddress(), .forwardTransit(), .reverseTransit(), .natAddress(nat)]
}

/// A registration of station `n`, as it comes from there unless told otherwise.
func registration(
  _ n: UInt8, id: UInt32 = 1, unique: Bool = true, hold: UInt16 = 300, to destination: IPAddress = inner(1), nbma: IPAddress? = nil,
  prefixLength: UInt8 = 0xff, extensions: [NHRPExtension]? = clientExtensions()
) -> NHRPPacket {
  NHRPPacket(
    .registrationRequest, flags: unique ? [.registrationUnique, .nat] : [.nat], requestID: id, sourceNBMA: nbma ?? outer(n), sourceProtocol: inner(n),
    destinationProtocol: destination, entries: [ClientInformationEntry(prefixLength: prefixLength, holdingTimeSeconds: hold)], hopCount: 255,
    extensions: extensions)
}

/// A question of station `n`.
func question(
  _ n: UInt8, for target: IPAddress, id: UInt32 = 77, flags: NHRPFlags = [.resolutionRouter, .resolutionAuthoritative, .sourceStable, .nat],
  hold: UInt16 = 300, prefixLength: UInt8 = 0, hopCount: UInt8 = 255, extensions: [NHRPExtension]? = clientExtensions()
) -> NHRPPacket {
  NHRPPacket(
    .resolutionRequest, flags: flags, requestID: id, sourceNBMA: outer(n), sourceProtocol: inner(n), destinationProtocol: target,
    entries: [ClientInformationEntry(prefixLength: prefixLength, holdingTimeSeconds: hold)], hopCount: hopCount, extensions: extensions)
}

/// The answer of station `n` to a question that was seen.
func answer(
  _ n: UInt8, to question: NHRPPacket, prefixLength: UInt8 = 24, hold: UInt16 = 300, code: NHRPCode = .success, nbma: IPAddress? = nil,
  nat: [ClientInformationEntry]? = nil
) -> NHRPPacket {
  var packet = question
  guard let m = question.mandatory,
    let body = m.reply(flags: [.destinationStable, .resolutionAuthoritative], entries: [
      ClientInformationEntry(
        code: code, prefixLength: prefixLength, holdingTimeSeconds: hold, nbma: nbma ?? outer(n), protocolAddress: inner(n))
    ])
  else { preconditionFailure("not a question") }
  packet.body = .request(body)
  if let nat { packet.replaceExtension(.natAddress(nat)) }
  return packet
}

/// A purge by station `n` of `prefix`.
func purge(
  _ n: UInt8, _ prefix: IPPrefix, id: UInt32 = 5, to destination: IPAddress = inner(1), wantsReply: Bool = true, nbma: IPAddress? = nil,
  extensions: [NHRPExtension]? = [.responderAddress(), .forwardTransit(), .reverseTransit()]
) -> NHRPPacket {
  NHRPPacket(
    .purgeRequest, flags: wantsReply ? [] : [.purgeNoReply], requestID: id, sourceNBMA: outer(n), sourceProtocol: inner(n),
    destinationProtocol: destination,
    entries: [ClientInformationEntry(prefixLength: prefix.length, nbma: nbma, protocolAddress: prefix.address)], hopCount: 255, extensions: extensions)
}

/// A traffic indication of station `n` about a packet.
func indication(_ n: UInt8, about packet: [UInt8], code: UInt16 = 0) -> NHRPPacket {
  NHRPPacket(
    .traffic(
      NHRPTrafficIndication(
        code: code, sourceNBMA: outer(n), sourceProtocol: inner(n), destinationProtocol: inner(11), offendingPacket: packet)), hopCount: 1)
}

/// An error indication of station `n` about a packet that `offender` sent.
func complaint(_ n: UInt8, _ code: NHRPErrorCode, about packet: NHRPPacket, to offender: IPAddress, hopCount: UInt8 = 255) -> NHRPPacket {
  NHRPPacket(
    .error(
      NHRPErrorIndication(
        code: code, sourceNBMA: outer(n), sourceProtocol: inner(n), destinationProtocol: offender, offendingPacket: packet.encode())),
    hopCount: hopCount)
}

/// An extension nobody knows.
func unknownExtension(compulsory: Bool) -> NHRPExtension {
  NHRPExtension(isCompulsory: compulsory, type: NHRPExtensionType(rawValue: 0x1234), content: .unknown([1, 2, 3, 4]))
}
