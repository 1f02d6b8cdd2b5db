// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import Testing

/// Every NHRP packet of our own captures of FRR and OpenNHRP.
struct CapturedPacketTests {
  @Test("the fixtures hold 156 packets, each with tshark's fields")
  func fixtures() {
    #expect(CapturedPacket.all.count == 156)
    #expect(CapturedPacket.all.allSatisfy { $0.fields.count > 20 })
    #expect(Set(CapturedPacket.all.map(\.name)).count == 156)
  }

  @Test("a captured packet is encoded again to the same bytes")
  func sameBytes() throws {
    for captured in CapturedPacket.all {
      let packet = try NHRPPacket.decode(captured.bytes)
      #expect(hexText(packet.encode()) == hexText(captured.bytes), "\(captured.name)")
    }
  }

  @Test("a captured packet built again from its named fields gives the same bytes")
  func sameBytesFromFields() throws {
    for captured in CapturedPacket.all {
      let rebuilt = rebuild(try NHRPPacket.decode(captured.bytes))
      #expect(hexText(rebuilt.encode()) == hexText(captured.bytes), "\(captured.name)")
    }
  }

  /// Through the public initialisers only, so that nothing the value hides can help.
  private func rebuild(_ packet: NHRPPacket) -> NHRPPacket {
    let hops = packet.header.hopCount
    switch packet.body {
    case .request(let part):
      return NHRPPacket(
        part.type, flags: part.flags, requestID: part.requestID, sourceNBMA: part.sourceNBMA,
        sourceProtocol: part.sourceProtocol, destinationProtocol: part.destinationProtocol, entries: part.entries,
        hopCount: hops, extensions: packet.extensions)
    case .error(let part):
      let copy = NHRPErrorIndication(
        code: part.code, offset: part.offset, unused: part.unused, sourceNBMA: part.sourceNBMA,
        sourceProtocol: part.sourceProtocol, destinationProtocol: part.destinationProtocol,
        offendingPacket: part.offendingPacket)
      return NHRPPacket(.error(copy), hopCount: hops, extensions: packet.extensions, trailing: packet.trailing)
    case .traffic(let part):
      let copy = NHRPTrafficIndication(
        code: part.code, sourceNBMA: part.sourceNBMA, sourceProtocol: part.sourceProtocol,
        destinationProtocol: part.destinationProtocol, offendingPacket: part.offendingPacket)
      return NHRPPacket(.traffic(copy), hopCount: hops, extensions: packet.extensions)
    }
  }

  /// tshark gives up on two kinds of error indication that are sound for us: FRR's, because the quoted packet is
  /// cut behind its addresses, and OpenNHRP's, because zero bytes follow End. It still prints all fields, so the
  /// comparison covers them; only the mark itself is set aside, and must stand on exactly those.
  @Test("all fields agree with tshark's, none is missing on either side")
  func agreesWithTshark() throws {
    for captured in CapturedPacket.all {
      let ours = TsharkFields(try NHRPPacket.decode(captured.bytes)).lines
      let theirs = comparable(captured.fields)
      for name in Set(ours.keys).union(theirs.keys).sorted() where ours[name] != theirs[name] {
        Issue.record("\(captured.name) \(name): ours \(ours[name] ?? "-"), tshark \(theirs[name] ?? "-")")
      }
    }
  }

  /// Leaves out tshark's mark, and the quoted header of a type 7, which has no request to match.
  private func comparable(_ fields: [String: String]) -> [String: String] {
    let isQuotedError = fields["quoted.op.type"] == "7"
    return fields.filter { $0.key != "malformed" && !(isQuotedError && $0.key.hasPrefix("quoted.")) }
  }

  @Test("tshark's malformed mark stands on cut quotes and on bytes behind End, nowhere else")
  func malformedMarks() throws {
    for captured in CapturedPacket.all {
      let packet = try NHRPPacket.decode(captured.bytes)
      var isOdd = !packet.trailing.isEmpty
      if case .error(let part) = packet.body {
        if case .failure(.badPacketSize) = outcome(part.offendingPacket) { isOdd = true }
      }
      #expect((captured.fields["malformed"] != nil) == isOdd, "\(captured.name)")
    }
  }

  @Test("the captures show every type but none unknown")
  func types() throws {
    let types = Set(try CapturedPacket.all.map { try NHRPPacket.decode($0.bytes).type.rawValue })
    #expect(types == Set(1...8))
  }
}
