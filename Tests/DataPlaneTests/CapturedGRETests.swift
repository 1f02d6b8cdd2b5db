// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import Foundation
import Testing
import Wire

/// GRE packets nobody of us built: `Captures/gre-packets.txt`, and single packets of Cisco IOS from public captures
/// (packetlife.net: GRE.cap frame 1, NHRP_registration.cap frame 1, "ospf over gre tunnel.cap" frame 1).
@Suite struct CapturedGRETests {
  struct Captured: CustomTestStringConvertible {
    var name: String
    /// What tshark 4.0.17 says of the header.
    var fields: [String: Int]
    var bytes: [UInt8]
    var testDescription: String { name }
  }

  static let ours: [Captured] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Captures/gre-packets.txt")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let parts = line.components(separatedBy: " | ")
      let fields = parts[1].split(separator: " ").map { $0.split(separator: "=") }
      return Captured(
        name: parts[0], fields: Dictionary(uniqueKeysWithValues: fields.map { (String($0[0]), Int($0[1]) ?? -1) }), bytes: hex(parts[2]))
    }
  }()

  static let cisco = [
    Captured(
      name: "GRE.cap 1", fields: ["flags": 0, "proto": 0x0800],
      bytes: hex(
        "0000080045000064000a0000ff01b58901010101020202020800bfd400020000000000000003be70abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd"
          + "abcdabcdabcdabcdabcdabcdabcdabcd")),
    Captured(
      name: "NHRP_registration.cap 1", fields: ["flags": 0, "proto": 0x2001],
      bytes: hex(
        "00002001000108000000000000ff005c79fe0034010304000404800200000006ac101902c0a80002c0a8000100ff000005ea1c20000000008003000080040000"
          + "80050000000900140020000005ea000004000400ac100f02c0a8000180000000")),
    Captured(
      name: "ospf over gre tunnel.cap 1", fields: ["flags": 0, "proto": 0x0800],
      bytes: hex("0000080045c0004c0027000001590ac4c0a80d01e00000050201002c0101010100000000ea9c00000000000000000000ffffff00000a1201")),
  ]

  @Test("the fixture is there: every GRE packet of twelve captures")
  func fixture() { #expect(Self.ours.count == 447) }

  @Test("each header is what tshark says it is, and encodes to the bytes it came from")
  func fields() throws {
    for packet in Self.ours + Self.cisco {
      var reader = ByteReader(packet.bytes)
      let header = try GREHeader.decode(&reader)
      #expect(Int(header.protocolType) == packet.fields["proto"], "\(packet.name)")
      #expect(header.key.map(Int.init) == packet.fields["key"], "\(packet.name)")
      #expect(header.sequenceNumber.map(Int.init) == packet.fields["sequence"], "\(packet.name)")
      #expect(header.checksum.map(Int.init) == packet.fields["checksum"], "\(packet.name)")
      var writer = ByteWriter()
      header.encode(into: &writer)
      #expect(writer.bytes == Array(packet.bytes[..<reader.position]), "\(packet.name)")
      #expect(packet.fields["flags"] == Int(u16(writer.bytes, 0)), "\(packet.name)")
    }
  }

  @Test("a changed field changes its own bytes and no others")
  func mutations() throws {
    for packet in Self.ours {
      var reader = ByteReader(packet.bytes)
      let header = try GREHeader.decode(&reader)
      expectChange(header, at: 2..<4, packet.name) { $0.protocolType ^= 0xffff }
      expectChange(header, at: 4..<8, packet.name) { $0.key = $0.key.map { ~$0 } }
      expectChange(header, at: 0..<1, packet.name) { $0.recursion ^= 7 }
    }
  }

  private func expectChange(_ header: GREHeader, at range: Range<Int>, _ name: String, _ change: (inout GREHeader) -> Void) {
    var (before, after, changed) = (ByteWriter(), ByteWriter(), header)
    change(&changed)
    header.encode(into: &before)
    changed.encode(into: &after)
    let differing = before.bytes.indices.filter { before.bytes[$0] != after.bytes[$0] }
    #expect(before.bytes.count == after.bytes.count && differing.map { range.contains($0) } == Array(repeating: true, count: range.count), "\(name)")
  }

  @Test("each packet cut at any byte, the outer length agreeing or not, is decided on and never traps")
  func truncation() {
    let hub = Hub()
    for packet in Self.ours + Self.cisco {
      let whole = IPv4("198.51.100.11", "198.51.100.1", proto: 47, payload: packet.bytes).bytes
      for n in 1..<whole.count {
        let cut = Array(whole[..<n])
        guard case .drop = hub.receive(cut).verdict else { Issue.record("\(packet.name) cut at \(n) taken"); continue }
        if n >= 20 { _ = hub.receive(patched(cut, at: 2, u16: UInt16(n), fixesHeader: true)) }
        _ = hub.punts.drain()
      }
    }
    #expect(hub.core.drops(.truncated) > 10_000)
  }
}
