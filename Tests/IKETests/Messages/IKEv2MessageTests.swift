// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv2: messages")
struct IKEv2MessageTests {
  @Test("every message of every saved session is read and written again to the same bytes", arguments: IKEv2Session.all)
  func roundTrip(session: IKEv2Session) throws {
    #expect(!session.messages.isEmpty)
    for (_, _, bytes) in session.messages {
      let message = try IKEMessage(decoding: bytes)
      #expect(message.encoded == bytes)
      let payloads = try [IKEPayload](message.payloads)
      #expect(IKEMessage(header: message.header, payloads: payloads.map(\.raw), enclosed: message.enclosed).encoded == bytes)
    }
  }

  @Test("what is inside is read and written again to the same bytes", arguments: IKEv2Session.all)
  func innerRoundTrip(session: IKEv2Session) throws {
    var opened = 0
    for (_, _, bytes) in session.messages {
      let message = try IKEMessage(decoding: bytes)
      guard let enclosed = message.enclosed else { continue }
      let isFromInitiator = message.flags.contains(.initiator)
      let plain = session.secrets.lazy.compactMap { secrets -> [UInt8]? in
        let key = isFromInitiator ? (secrets.ei, secrets.ai) : (secrets.er, secrets.ar)
        return try? message.opened(bytes, session.cipher(key.0, key.1))
      }.first
      guard let plain else { continue }
      opened += 1
      let payloads = try [IKEPayload](decoding: plain, first: enclosed.inner)
      #expect(payloads.encoded == plain)
      #expect(payloads.allSatisfy { if case .unknown = $0 { false } else { true } })
    }
    #expect(opened == session.messages.count { IKEMessage.isProtected($0.bytes) }, "all of them were opened")
  }

  @Test("no truncation and no disturbed byte of any message is more than an error", arguments: IKEv2Session.all)
  func disturbances(session: IKEv2Session) throws {
    for (_, _, bytes) in session.messages.prefix(14) {
      for count in 0..<bytes.count { #expect(throws: WireError.self) { try IKEMessage(decoding: Array(bytes.prefix(count))) } }
      for position in bytes.indices {
        for value: UInt8 in [0, 1, bytes[position] &+ 1, bytes[position] &- 1, 0x7f, 0xff] {
          var disturbed = bytes
          disturbed[position] = value
          _ = (try? IKEMessage(decoding: disturbed)).map { try? [IKEPayload]($0.payloads) }
        }
      }
    }
  }

  @Test("the same for what is inside", arguments: IKEv2Session.all)
  func innerDisturbances(session: IKEv2Session) throws {
    for (_, _, bytes) in session.messages {
      let message = try IKEMessage(decoding: bytes)
      guard let enclosed = message.enclosed else { continue }
      let isFromInitiator = message.flags.contains(.initiator)
      for secrets in session.secrets {
        let key = isFromInitiator ? (secrets.ei, secrets.ai) : (secrets.er, secrets.ar)
        guard let plain = try? message.opened(bytes, session.cipher(key.0, key.1)) else { continue }
        for count in 0..<plain.count { _ = try? [IKEPayload](decoding: Array(plain.prefix(count)), first: enclosed.inner) }
        for position in plain.indices {
          for value: UInt8 in [0, 1, plain[position] &+ 1, plain[position] &- 1, 0xff] {
            var disturbed = plain
            disturbed[position] = value
            _ = try? [IKEPayload](decoding: disturbed, first: enclosed.inner)
          }
        }
      }
    }
  }

  @Test("a payload nobody knows is kept; a critical one spoils the message (RFC 7296 §2.5)")
  func unknownPayloads() throws {
    let optional = RawPayload(type: 200, body: [1, 2, 3]), nonce = RawPayload(type: 40, body: [UInt8](repeating: 7, count: 16))
    #expect(try [IKEPayload]([optional, nonce]).map(\.raw) == [optional, nonce])
    let critical = RawPayload(type: 200, isCritical: true, body: [])
    #expect(throws: PayloadError.unsupportedCritical(type: 200)) { try [IKEPayload]([nonce, critical]) }
    // The bit means nothing on a payload that RFC 7296 defines.
    var known = nonce
    known.isCritical = true
    #expect(try [IKEPayload]([known]).count == 1)
  }

  @Test("bytes after the last payload, a length that is not the datagram's, a payload shorter than its header: refused")
  func lengths() throws {
    let header = IKEHeader(initiatorSPI: 1, responderSPI: 0, majorVersion: 2, exchange: 34, flags: 8, messageID: 0)
    let good = IKEMessage(clear: [.nonce(NoncePayload([UInt8](repeating: 1, count: 16)))], header: header).encoded
    #expect(try IKEMessage(decoding: good).payloads.count == 1)
    #expect(throws: WireError.badLength) { try IKEMessage(decoding: good + [0]) }
    var extended = good + [0]
    extended[27] += 1
    #expect(throws: WireError.badLength) { try IKEMessage(decoding: extended) }
    var short = good
    short[31] = 3
    #expect(throws: WireError.badLength) { try IKEMessage(decoding: short) }
  }

  @Test("more payloads, proposals or selectors than the limits are refused, not read")
  func limits() {
    let many = [IKEPayload](repeating: .vendorID([1]), count: 65)
    #expect(throws: PayloadError.self) { try [IKEPayload](decoding: many.encoded, first: 43) }
    let proposals = (1...33).map {
      Proposal(number: UInt8($0), protocolID: .esp, spi: [1, 2, 3, 4], transforms: [Transform(.integrity, 2)])
    }
    let offer = IKEPayload.securityAssociation(SecurityAssociationPayload(proposals))
    #expect(throws: WireError.badLength) { try IKEPayload(offer.raw) }
    let selectors = TrafficSelectorPayload([TrafficSelector](repeating: .host(IPAddress(10, 0, 0, 1), ipProtocol: 47), count: 65))
    #expect(throws: WireError.badLength) { try IKEPayload(IKEPayload.initiatorSelectors(selectors).raw) }
  }

  @Test("selectors and identities of kinds nobody knows, and IPv4 in IPv6's clothes, are kept as they came")
  func keptKinds() throws {
    for body: [UInt8] in [
      [1, 0, 0, 0, 9, 6, 0, 8, 1, 2, 3, 4],
      [1, 0, 0, 0, 8, 47, 0, 40, 0, 0, 255, 255] + IPAddress(10, 0, 0, 1).mappedBytes + IPAddress(10, 0, 0, 2).mappedBytes,
    ] {
      let payload = try IKEPayload(RawPayload(type: 44, body: body))
      #expect(payload.raw.body == body)
    }
    for body: [UInt8] in [
      [201, 0, 0, 0, 1, 2], [1, 0, 0, 0, 1, 2, 3], [5, 0, 0, 0] + IPAddress(10, 0, 0, 1).mappedBytes, [2, 0, 0, 0, 0x1b],
    ] {
      let payload = try IKEPayload(RawPayload(type: 35, body: body))
      #expect(payload.raw.body == body)
      guard case .initiatorIdentification(let identification) = payload, case .unknown = identification.identity else {
        Issue.record("\(body) is no identity we know")
        continue
      }
    }
  }
}

extension IKEMessage {
  static func isProtected(_ bytes: [UInt8]) -> Bool { (try? IKEMessage(decoding: bytes))?.enclosed != nil }
}

extension IPAddress {
  /// ::ffff:a.b.c.d
  var mappedBytes: [UInt8] { [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + bytes }
}
