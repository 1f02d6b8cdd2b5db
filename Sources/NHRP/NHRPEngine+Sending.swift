// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Packets of our own, and the one way out for every packet.
extension NHRPEngine {
  /// Hop count of packets this node originates, as IOS sends it.
  static let ownHopCount: UInt8 = 255

  /// Why a well-formed packet was not acted on.
  enum Refusal { case unexpectedReply, unknownPeer }

  /// Puts the interface's authentication on (hop by hop, RFC 2332 §5.3.4), counts, and sends within `ip nhrp max-send`.
  mutating func send(
    _ packet: NHRPPacket, _ i: Int, to nbma: IPAddress, peer: ProtectionID = .none, because cause: EventID, isForwarded: Bool = false,
    _ turn: inout Turn<Output>
  ) {
    guard maySend(i, turn.now) else { return instances[i].traffic.sendLimited &+= 1 }
    var out = packet
    out.removeExtensions(.authentication)
    if let secret = instances[i].settings.authentication {
      out.extensions = (out.extensions ?? []) + [.authentication(NHRPAuthentication(password: secret))]
    }
    let slot = NHRPTraffic.slot(out.type.rawValue)
    if isForwarded { instances[i].traffic.forwarded[slot] &+= 1 } else { instances[i].traffic.sent[slot] &+= 1 }
    turn.emit(.send(instances[i].id, nbma: nbma, bytes: out.encode(), peer: peer), because: cause)
  }

  private mutating func maySend(_ i: Int, _ now: Instant) -> Bool {
    let settings = instances[i].settings
    if now - instances[i].sendWindowStart >= .seconds(settings.maxSendSeconds) {
      instances[i].sendWindowStart = now
      instances[i].sendWindowCount = 0
    }
    instances[i].sendWindowCount += 1
    return instances[i].sendWindowCount <= settings.maxSendPackets
  }

  /// The node itself as an entry: what goes into responder and transit records.
  func ownEntry(_ i: Int) -> ClientInformationEntry {
    ClientInformationEntry(
      holdingTimeSeconds: UInt16(clamping: instances[i].settings.holdTimeSeconds), nbma: instances[i].ownNBMA,
      protocolAddress: instances[i].ownAddress)
  }

  /// The node's own public address, where it knows that it is behind NAT.
  func ownNATEntries(_ i: Int) -> [ClientInformationEntry] {
    instances[i].natAddress.map { [ClientInformationEntry(prefixLength: instances[i].hostLength, nbma: $0, protocolAddress: instances[i].ownAddress)] } ?? []
  }

  /// The empty extensions of a request: responder, both transit records, NAT.
  private func requestExtensions(nat: [ClientInformationEntry]) -> [NHRPExtension] {
    [.responderAddress(), .forwardTransit(), .reverseTransit(), .natAddress(nat)]
  }

  /// A Registration Request (§5.2.3). A server whose tunnel address is not known is asked under our own.
  func registrationRequest(_ i: Int, _ server: NextHopServer) -> NHRPPacket {
    let instance = instances[i]
    let unique = instance.settings.registersUnique
    let host = unique ? 0xff : instance.hostLength
    let nat = ClientInformationEntry(
      prefixLength: instance.hostLength, nbma: server.nbma ?? .anyV4, protocolAddress: server.address ?? instance.family.unspecified)
    let hold = UInt16(clamping: instance.settings.holdTimeSeconds)
    // §5.2.3: with the unique bit the prefix length is 0xff. An entry without addresses means those of the header.
    let further = instance.config.furtherAddresses.map {
      ClientInformationEntry(prefixLength: host, holdingTimeSeconds: hold, nbma: instance.ownNBMA, protocolAddress: $0)
    }
    return NHRPPacket(
      .registrationRequest, flags: unique ? [.registrationUnique, .nat] : [.nat], requestID: server.requestID,
      sourceNBMA: instance.ownNBMA, sourceProtocol: instance.ownAddress,
      destinationProtocol: server.address ?? instance.ownAddress,
      entries: [ClientInformationEntry(prefixLength: host, holdingTimeSeconds: hold)] + further, hopCount: NHRPEngine.ownHopCount,
      extensions: requestExtensions(nat: [nat]))
  }

  /// A Resolution Request (§5.2.1): authoritative, from a router, with a stable source binding.
  func resolutionRequest(_ i: Int, target: IPAddress, requestID: UInt32) -> NHRPPacket {
    let instance = instances[i]
    return NHRPPacket(
      .resolutionRequest, flags: [.resolutionRouter, .resolutionAuthoritative, .sourceStable, .nat], requestID: requestID,
      sourceNBMA: instance.ownNBMA, sourceProtocol: instance.ownAddress, destinationProtocol: target,
      // Prefix length 0: as wide an answer as the responder can give (§5.2.1).
      entries: [ClientInformationEntry(holdingTimeSeconds: UInt16(clamping: instance.settings.holdTimeSeconds))],
      hopCount: NHRPEngine.ownHopCount, extensions: requestExtensions(nat: ownNATEntries(i)))
  }

  // MARK: Error indications (§5.2.7)

  /// Tells `nbma` what was wrong with its packet: at most one a second and peer, never in answer to an error.
  mutating func sendError(
    _ code: NHRPErrorCode, offset: Int = 0, about r: Received, _ i: Int, because cause: EventID, _ turn: inout Turn<Output>
  ) {
    let (packet, nbma) = (r.packet, r.source)
    guard packet.type != .errorIndication, instances[i].errorsSent.permits(nbma, now: turn.now) else { return }
    let source = packet.addresses.source ?? instances[i].family.unspecified
    let error = NHRPErrorIndication(
      code: code, offset: UInt16(clamping: offset), sourceNBMA: instances[i].ownNBMA, sourceProtocol: instances[i].ownAddress,
      destinationProtocol: source, offendingPacket: r.raw)
    let id = turn.record(
      JournalRecord(.errorSent, interface: instances[i].id, a: source, b: nbma, x: UInt32(code.rawValue), y: UInt32(packet.type.rawValue)), because: cause)
    send(NHRPPacket(.error(error), hopCount: NHRPEngine.ownHopCount), i, to: nbma, peer: r.peer, because: id, &turn)
  }

  mutating func count(_ refusal: Refusal, _ i: Int) {
    switch refusal {
    case .unexpectedReply: instances[i].traffic.unexpectedReplies &+= 1
    case .unknownPeer: instances[i].traffic.unknownPeers &+= 1
    }
  }
}

extension NHRPPacket {
  /// The version of IP in the overlay that it is about.
  var family: IPFamily { header.protocolType == NHRPAssignments.protocolTypeIPv6 ? .v6 : .v4 }

  /// Whether its protocol addresses are of the family that its header names.
  var hasAddressesOfItsFamily: Bool {
    [addresses.source, addresses.destination].allSatisfy { $0.map { $0.family == family } ?? true }
  }

  /// The entries of Cisco's NAT extension; empty when there is none.
  var natEntries: [ClientInformationEntry] { entries(of: .natAddress) }

  /// The NBMA address the NAT extension gives for `address`.
  func natAddress(of address: IPAddress) -> IPAddress? { natEntries.first { $0.protocolAddress == address }?.nbma }

  /// Whether there is a list of NAT addresses to fill (type 9 may also be the capabilities of RFC 2735).
  var hasNATList: Bool { `extension`(.natAddress)?.entries != nil }

  /// Where the first compulsory extension stands that this node does not know, in bytes from the packet's start
  /// (§5.3: error 1 as responder, passed on in transit).
  var unknownCompulsoryOffset: Int? {
    guard let list = extensions, let place = list.firstIndex(where: { $0.isCompulsory && !NHRPPacket.knownExtensions.contains($0.type) })
    else { return nil }
    var upToThere = self
    (upToThere.extensions, upToThere.trailing) = (Array(list[..<place]), [])
    return upToThere.encode().count - NHRPPacket.endByteCount
  }

  /// End's type and length.
  private static let endByteCount = 4
  private static let knownExtensions: Set<UInt16> = Set(
    [NHRPExtensionType.responderAddress, .forwardTransit, .reverseTransit, .authentication, .vendorPrivate, .natAddress].map(\.rawValue))
}
