// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import NHRP
import ProtocolKit
import Testing
import Wire

/// What an IPv6 cloud says, read by Wireshark's own dissector, which nobody of us wrote.
@Suite struct TsharkV6Tests {
  private static let path = ["/usr/bin/tshark", "/usr/local/bin/tshark"].first { FileManager.default.isExecutableFile(atPath: $0) }

  private static var isWanted: Bool {
    if path != nil || ProcessInfo.processInfo.environment["DMVPN_TEST_ALL"] == "1" { return true }
    print("skipped: tshark is missing (apt-get install tshark)")
    return false
  }

  /// Registration, redirect, resolution, use, a next hop on the link, withdrawal.
  private func life(_ f: FamilyStar) -> [Crossing] {
    let (cloud, hub, a, b) = f.build()
    start(cloud)
    cloud.handle(.redirectWanted(tunnel, nbmaSource: f.outer(11), packet: f.packet(from: f.host(11), to: f.host(12))), at: hub)
    cloud.handle(.resolutionWanted(tunnel, nextHop: f.local(12)), at: a)
    cloud.run(for: .seconds(1))
    cloud.handle(.leaving(tunnel), at: b)
    cloud.run(for: .seconds(1))
    return cloud.crossings
  }

  @Test(
    "tshark finds families, addresses, lengths and checksum of every message as we meant them",
    .enabled(if: isWanted, "tshark is missing: apt-get install tshark"), arguments: IPFamily.allCases)
  func messages(_ underlay: IPFamily) throws {
    var f = FamilyStar.v6
    f.underlay = underlay
    let crossings = life(f)
    #expect(Set(crossings.map(\.type.rawValue)).isSuperset(of: [1, 2, 3, 4, 5, 8]))
    let names = [
      "nhrp.hdr.afn", "nhrp.hdr.pro.type", "nhrp.hdr.op.type", "nhrp.hdr.chksum.status", "nhrp.hdr.pktsz", "nhrp.src.prot.addr_bytes",
      underlay == .v4 ? "nhrp.src.nbma.addr" : "nhrp.src.nbma.addr_bytes", "nhrp.client.prot.addr_bytes", "_ws.malformed",
    ]
    let rows = try TsharkV6Tests.fields(crossings.map(\.bytes), names)
    #expect(rows.count == crossings.count)
    for (row, c) in zip(rows, crossings) {
      #expect(Array(row[..<5]) == [underlay == .v4 ? "0x0001" : "0x0002", "0x86dd", "\(c.type.rawValue)", "1", "\(c.bytes.count)"])
      let nbma = underlay == .v4 ? c.packet.sourceNBMA.description : hexText(c.packet.sourceNBMA.bytes)
      #expect(row[5] == hexText(c.packet.sourceProtocol.bytes) && row[6] == nbma)
      let extensions = c.packet.extensions?.flatMap { $0.entries ?? [] } ?? []
      let clients = (c.entries + extensions).compactMap(\.protocolAddress).map { hexText($0.bytes) }
      #expect(row[7].split(separator: ",").map(String.init) == clients)
      #expect(row[8].isEmpty)
    }
  }

  /// Fields of NHRP messages in GRE; one row a message.
  private static func fields(_ messages: [[UInt8]], _ names: [String]) throws -> [[String]] {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("nhrp-\(UUID().uuidString).pcapng")
    defer { try? FileManager.default.removeItem(at: file) }
    var encoder = PcapngEncoder()
    let wire = encoder.addInterface(named: "wire")
    for message in messages { encoder.addPacket(inGRE(message), on: wire, unixNanoseconds: 1_700_000_000_000_000_000) }
    try Data(encoder.bytes).write(to: file)
    let process = Process(), output = Pipe()
    process.executableURL = URL(fileURLWithPath: try #require(path, "tshark is missing"))
    process.arguments = ["-r", file.path, "-o", "ip.check_checksum:FALSE", "-T", "fields"] + names.flatMap { ["-e", $0] }
    (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").map { $0.components(separatedBy: "\t") }
  }

  private static func inGRE(_ message: [UInt8]) -> [UInt8] {
    var w = ByteWriter()
    w.u16(0x4500)
    w.u16(UInt16(24 + message.count))
    w.u32(0)
    w.put([64, 47, 0, 0, 198, 51, 100, 11, 198, 51, 100, 1])
    w.u32(0x0000_2001)
    w.put(message)
    return w.bytes
  }
}
