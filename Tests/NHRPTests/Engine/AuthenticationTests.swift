// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// Cisco's plain text authentication and error 11: RFC 2332 §5.3.4, §5.2.7.
struct AuthenticationTests {
  private func star() -> Star {
    let star = Star(spokes: 1, hub: { $0.authentication = "cisco123" }, spoke: { $0.authentication = "cisco123" })
    star.start()
    return star
  }

  private func secret(_ packet: NHRPPacket, _ password: String?) -> NHRPPacket {
    var packet = packet
    if let password { packet.extensions = (packet.extensions ?? []) + [.authentication(NHRPAuthentication(password: password))] }
    return packet
  }

  /// One packet of each type but 7.
  private static let packets: [NHRPPacket] = {
    let asked = question(11, for: inner(1))
    let registered = registration(12).mandatory?.reply(flags: [], entries: [])
    let purged = purge(11, network("10.0.0.11/32"))
    return [
      asked, answer(11, to: asked), registration(12), registered.map { NHRPPacket(.request($0), hopCount: 9) } ?? asked, purged,
      purged.mandatory?.reply(flags: [], entries: []).map { NHRPPacket(.request($0), hopCount: 9) } ?? asked,
      indication(11, about: ipPacket(from: host(11), to: host(12))),
    ]
  }()

  @Test("with the same password everything works, and every packet carries the extension exactly once, behind all others")
  func works() {
    let star = star()
    #expect(star.a.servers.first?.letters == "RE")
    for c in star.cloud.crossings {
      #expect(c.packet.extensions?.filter { $0.type == 7 }.count == 1)
      #expect(c.packet.extensions?.last == .authentication(NHRPAuthentication(password: "cisco123")))
    }
  }

  @Test("a packet of any type without the password, or with another, is dropped: error 11, nothing else changes", arguments: [nil, "cisco12", "cisco1234", ""])
  func refused(_ password: String?) {
    for packet in Self.packets {
      let star = star()
      let (before, time) = (star.hub.mappings, star.cloud.now)
      star.cloud.deliver(secret(packet, password), from: outer(11), to: star.hub)
      let after = star.cloud.crossings.filter { $0.at >= time }
      #expect(after.count == 1, "type \(packet.type)")
      guard case .error(let error)? = after.last?.packet.body else { Issue.record("no error for \(packet.type)"); continue }
      #expect(error.code == .authenticationFailure && error.sourceProtocol == inner(1) && error.sourceNBMA == outer(1))
      #expect(star.hub.mappings == before && star.hub.snapshot?.traffic.authenticationFailures == 1)
    }
  }

  @Test("errors 11 to one peer go out once a second at most, however many packets fail")
  func rateLimited() {
    let star = star()
    for _ in 0..<30 {
      star.cloud.deliver(registration(12), from: outer(66), to: star.hub)
      star.cloud.run(for: .milliseconds(100))
    }
    #expect((3...4).contains(star.cloud.sent(.errorIndication).count))
    #expect(star.hub.snapshot?.traffic.authenticationFailures == 30)
    #expect(star.hub.count(.authenticationFailed) <= 4)
  }

  @Test("an error indication needs no password and is never answered, §5.2.7")
  func typeSevenExempt() {
    let star = star()
    let time = star.cloud.now
    for code: NHRPErrorCode in [.authenticationFailure, .loopDetected, .hopCountExceeded, NHRPErrorCode(rawValue: 99)] {
      star.cloud.deliver(complaint(11, code, about: registration(11), to: inner(1)), from: outer(11), to: star.hub)
    }
    #expect(star.cloud.crossings.allSatisfy { $0.at < time })
    #expect(star.hub.snapshot?.traffic.authenticationFailures == 0)
  }

  @Test("two nodes with different passwords do not storm")
  func noStorm() {
    let star = Star(spokes: 1, hub: { $0.authentication = "one" }, spoke: { $0.authentication = "two" })
    star.start()
    star.cloud.run(for: .seconds(60))
    #expect(star.cloud.crossings.count < 20)
    #expect(star.a.servers.first?.isResponding == false)
  }

  @Test("a relayed packet gets the extension of the next hop, once, and an error quotes the whole bad packet")
  func hopByHop() throws {
    let star = Star(spokes: 2, hub: { $0.authentication = "cisco123" }, spoke: { $0.authentication = "cisco123" })
    star.start()
    star.cloud.deliver(secret(question(11, for: host(12)), "cisco123"), from: outer(11), to: star.hub)
    let relayed = try #require(star.cloud.sent(.resolutionRequest, from: star.hub).last)
    #expect(relayed.packet.extensions?.filter { $0.type == 7 }.count == 1)
    let bad = registration(12)
    star.cloud.deliver(bad, from: outer(66), to: star.hub)
    guard case .error(let error)? = star.cloud.sent(.errorIndication).last?.packet.body else { Issue.record("no error"); return }
    #expect(error.offendingPacket == bad.encode() && error.destinationProtocol == inner(12))
  }
}
