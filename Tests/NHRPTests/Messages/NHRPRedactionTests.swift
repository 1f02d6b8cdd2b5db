// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import Testing

/// A password must not reach a log by way of a description, a dump or a reflection.
struct NHRPRedactionTests {
  /// What of `secret` would be visible: as text, as a list of numbers, as hex.
  private func shows(_ text: String, _ secret: String) -> Bool {
    let bytes = Array(secret.utf8)
    let numbers = bytes.map(String.init).joined(separator: ", ")
    return text.contains(secret) || text.contains(numbers) || text.contains(hexText(bytes))
      || text.contains("- \(bytes[0])\n")
  }

  private func allTexts(_ value: some Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    return [String(describing: value), String(reflecting: value), "\(value)", dumped]
  }

  @Test("descriptions and dumps count the bytes of a secret")
  func authentication() {
    let value = NHRPAuthentication(password: "lab12345")
    #expect("\(value)" == "ciscoPlain(8 bytes)")
    #expect(String(reflecting: value) == "ciscoPlain(8 bytes)")
    #expect(Mirror(reflecting: value).children.isEmpty)
    #expect(allTexts(value).allSatisfy { !shows($0, "lab12345") })
    let hashed = NHRPAuthentication.other(reserved: 0, spi: 5, rest: Array("lab12345".utf8))
    #expect(allTexts(hashed).allSatisfy { !shows($0, "lab12345") })
  }

  @Test("a whole packet shows neither its password nor that of a packet it quotes")
  func packets() throws {
    for bytes in [GoldenPackets.unreachableError, GoldenPackets.purgeReply, GoldenPackets.openNHRPTrafficIndication] {
      let packet = try NHRPPacket.decode(bytes)
      #expect(packet.authentication == NHRPAuthentication(password: "lab12345"))
      #expect(allTexts(packet).allSatisfy { !shows($0, "lab12345") })
    }
  }
}
