// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// Which association a message is for, and what becomes of a stranger's.
extension IKEEngine {
  mutating func receive(_ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ turn: inout Turn<Output>) {
    guard let header = try? IKEHeader(decoding: bytes) else { return counters.count(.malformed) }
    if let number = owner(of: header, endpoints) { return drive(number, .message(endpoints, bytes: bytes), &turn) }
    switch header.majorVersion {
    case 2: receiveStranger(header, bytes, endpoints, &turn)
    case 1 where speaksVersion1: receiveVersion1(header, bytes, endpoints, &turn)
    case 3...: answerVersion(header, bytes, endpoints, &turn)
    default: counters.count(.version)
    }
  }

  /// Our SPI is the responder's in what the initiator sends, and the initiator's in what the responder sends; in version 1 nothing says
  /// which. A stranger's first message that comes again is known by where it is from.
  private func owner(of header: IKEHeader, _ endpoints: AssociationEndpoints) -> UInt32? {
    if header.majorVersion == 2 {
      let isFromInitiator = header.flags & HeaderFlags.initiator.rawValue != 0
      if let number = spis[isFromInitiator ? header.responderSPI : header.initiatorSPI] { return number }
    } else if let number = spis[header.responderSPI] ?? spis[header.initiatorSPI] {
      return associations[number]?.version == .ikev1 ? number : nil
    }
    guard header.responderSPI == 0 else { return nil }
    return contacts[Contact(initiatorSPI: header.initiatorSPI, remote: endpoints.remote, remotePort: endpoints.remotePort)]
  }

  private mutating func receiveStranger(
    _ header: IKEHeader, _ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ turn: inout Turn<Output>
  ) {
    let flags = HeaderFlags(rawValue: header.flags), exchange = ExchangeType(rawValue: header.exchange)
    guard exchange == .ikeSAInit, flags.contains(.initiator), !flags.contains(.response), header.responderSPI == 0 else {
      return receiveUnknownSPI(header, bytes, endpoints, &turn)
    }
    guard spis[header.initiatorSPI] == nil else { return counters.count(.reflected) }
    let fitting = policies(for: endpoints, .ikev2)
    let demandsCookie = halfOpen.count >= globals.cookieThreshold
    decide(
      IKEv2FirstContact.judge(bytes, endpoints, fitting, cookies, demandsCookie: demandsCookie), header, bytes, endpoints, .ikev2, &turn)
  }

  private mutating func receiveVersion1(
    _ header: IKEHeader, _ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ turn: inout Turn<Output>
  ) {
    decide(firstContactVersion1(header, bytes, endpoints), header, bytes, endpoints, .ikev1, &turn)
  }

  private mutating func decide(
    _ contact: FirstContact, _ header: IKEHeader, _ bytes: [UInt8], _ endpoints: AssociationEndpoints,
    _ version: ProtectionPolicy.Version, _ turn: inout Turn<Output>
  ) {
    switch contact {
    case .accept(let policies): accept(policies, header, bytes, endpoints, version, &turn)
    case .answer(let answer, let reason):
      counters.count(reason)
      guard reason == .cookie || errorBudget.take(at: turn.now), answer.count <= bytes.count else { return }
      if reason == .cookie { noteCookie(at: turn.now) }
      send(answer, endpoints, &turn)
      record(reason == .cookie ? .cookieDemanded : .ikeRefused, reason, endpoints, &turn)
    case .refuse(let reason):
      counters.count(reason)
      record(.ikeRefused, reason, endpoints, &turn)
    }
  }

  /// The secret is renewed as long as cookies are demanded.
  private mutating func noteCookie(at now: Instant) {
    counters.cookiesDemanded &+= 1
    if !timers.isSet(.cookieSecret) { timers.set(.cookieSecret, at: now + .seconds(IKELimits.cookieSecretSeconds)) }
  }

  private mutating func record(_ kind: JournalKind, _ reason: IKERefusal, _ endpoints: AssociationEndpoints, _ turn: inout Turn<Output>) {
    guard recordBudget.take(at: turn.now) else { return }
    let index = IKERefusal.allCases.firstIndex(of: reason) ?? 0
    turn.record(
      JournalRecord(
        kind, interface: policies.first { $0.local == endpoints.local }?.interface ?? .none, a: endpoints.remote, b: endpoints.local,
        x: UInt32(index), y: UInt32(endpoints.remotePort)))
  }

  private mutating func accept(
    _ policies: [ProtectionPolicy], _ header: IKEHeader, _ bytes: [UInt8], _ endpoints: AssociationEndpoints,
    _ version: ProtectionPolicy.Version, _ turn: inout Turn<Output>
  ) {
    let isKnown = contacted.contains(endpoints.remote) || policies.contains { $0.peer == endpoints.remote }
    guard halfOpen.admits(endpoints, isKnown: isKnown, limit: globals.halfOpenLimit), associations.count < IKELimits.associations else {
      counters.count(.limit)
      return record(.ikeRefused, .limit, endpoints, &turn)
    }
    let contact = Contact(initiatorSPI: header.initiatorSPI, remote: endpoints.remote, remotePort: endpoints.remotePort)
    let number = addAssociation(version, policies, endpoints, isInitiator: false, contact: contact, at: turn.now)
    contacts[contact] = number
    halfOpen.insert(number, endpoints)
    timers.set(.halfOpen(number), at: turn.now + .seconds(IKELimits.halfOpenSeconds))
    drive(number, .message(endpoints, bytes: bytes), &turn)
  }

  /// A message for an IKE SA that is not here (RFC 7296 §1.5, §2.21.4). Only a request is answered, so that two who forgot each other do
  /// not go on for ever; what is said in clear is a hint at most.
  private mutating func receiveUnknownSPI(
    _ header: IKEHeader, _ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ turn: inout Turn<Output>
  ) {
    counters.count(.unknownSPI)
    let flags = HeaderFlags(rawValue: header.flags)
    if ExchangeType(rawValue: header.exchange) == .informational, hearLost(bytes, endpoints, &turn) { return }
    guard !flags.contains(.response), header.nextPayload >= PayloadType.encrypted.rawValue, errorBudget.take(at: turn.now) else { return }
    let answer = IKEv2FirstContact.reply(header, [.notify(.invalidIKESPI)])
    if answer.count <= bytes.count { send(answer, endpoints, &turn) }
  }

  /// INVALID_SPI in clear: somebody got ESP from us that it cannot read. True if the message was that.
  private mutating func hearLost(_ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ turn: inout Turn<Output>) -> Bool {
    guard let message = try? IKEMessage(decoding: bytes), message.enclosed == nil, let payloads = try? [IKEPayload](message.payloads),
      let value = payloads.notify(.invalidSPI)?.value, value.count == 4
    else { return false }
    let spi = value.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    for id in peersByRemote[endpoints.remote] ?? [] {
      guard let peer = peers[id], let mine = peer.children.first(where: { children[$0]?.reference.outboundSPI == spi }),
        let owner = children[mine]?.owner, recoveryBudget.take(at: turn.now), recoveries.take(endpoints.remote, at: turn.now)
      else { continue }
      drive(owner, .doubt, &turn)
      return true
    }
    return true
  }

  /// INVALID_MAJOR_VERSION (RFC 7296 §2.5).
  private mutating func answerVersion(
    _ header: IKEHeader, _ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ turn: inout Turn<Output>
  ) {
    counters.count(.version)
    guard header.flags & HeaderFlags.response.rawValue == 0, errorBudget.take(at: turn.now) else { return }
    let answer = IKEv2FirstContact.reply(header, [.notify(.invalidMajorVersion)])
    if answer.count <= bytes.count { send(answer, endpoints, &turn) }
  }

  /// Sends an IKE message; on port 4500 behind the non-ESP marker (RFC 3948 §2.2).
  mutating func send(_ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ turn: inout Turn<Output>, because: EventID? = nil) {
    guard !bytes.isEmpty else { return }
    turn.emit(.send(endpoints, bytes: endpoints.localPort == IKEPort.natTraversal ? [0, 0, 0, 0] + bytes : bytes), because: because)
  }
}
