// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Lab
import ProtocolKit
import Testing
import Wire

@Suite struct PcapngTests {
  @Test func `what is written is read back`() throws {
    let writer = PcapngWriter.inMemory(unixNanosecondsAtStart: 1_700_000_000_000_000_000)
    let (hub, spoke) = (writer.interface(named: "hub1"), writer.interface(named: "spoke1"))
    #expect(writer.interface(named: "hub1") == hub)
    let packets = (0..<9).map { Sample.gre(from: Sample.a, to: Sample.b, count: $0) }
    for (i, packet) in packets.enumerated() {
      writer.write(
        packet, on: i % 2 == 0 ? hub : spoke, at: Instant(nanoseconds: Int64(i) + 5), comment: i % 3 == 0 ? "flow \(i)" : nil,
        originalLength: i == 8 ? 4000 : nil)
    }
    let file = try PcapngFile(reading: writer.bytes)
    #expect(file.interfaces.map(\.name) == ["hub1", "spoke1"])
    #expect(file.interfaces.allSatisfy { $0.linkType == 101 && $0.timestampResolution == 9 })
    #expect(file.packets.map(\.bytes) == packets)
    #expect(file.packets.map(\.timestamp) == (0..<9).map { 1_700_000_000_000_000_005 + $0 })
    #expect(file.packets.map(\.interface) == (0..<9).map { $0 % 2 })
    #expect(file.packets.map(\.comment) == (0..<9).map { $0 % 3 == 0 ? "flow \($0)" : nil })
    #expect(file.packets[8].originalLength == 4000 && file.packets[7].originalLength == packets[7].count)
  }

  @Test func `a file holds what memory holds, over many buffers`() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("lab-\(UUID().uuidString).pcapng").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (memory, file) = (PcapngWriter.inMemory(), try PcapngWriter.file(at: path))
    for i in 0..<600 {
      for writer in [memory, file] {
        writer.write(
          Sample.gre(from: Sample.a, to: Sample.b, count: 1001, tag: UInt8(i % 256)), on: writer.interface(named: "n\(i % 7)"),
          at: Instant(nanoseconds: Int64(i)))
      }
    }
    #expect(file.bytes.count < 1 << 18, "only a buffer is in memory")
    try file.close()
    #expect(FileManager.default.contents(atPath: path).map(Array.init) == memory.bytes)
    file.write([0x45], on: file.interface(named: "n0"), at: .start)
    #expect(file.packetCount == 600 && file.skippedCount == 1)
  }

  @Test func `a path that cannot be written is a named error, and so is a full disk`() throws {
    #expect(throws: PcapngError.cannotOpen("/nonexistent/x.pcapng", errno: ENOENT)) {
      _ = try PcapngWriter.file(at: "/nonexistent/x.pcapng")
    }
    let full = try PcapngWriter.file(at: "/dev/full")
    full.write(Sample.gre(from: Sample.a, to: Sample.b), on: full.interface(named: "a"), at: .start)
    #expect(throws: PcapngError.cannotWrite(errno: ENOSPC)) { try full.close() }
  }

  @Test func `a capture cut anywhere is refused or shorter, never a crash`() throws {
    let writer = PcapngWriter.inMemory()
    let interface = writer.interface(named: "x")
    for i in 0..<3 { writer.write(Sample.gre(from: Sample.a, to: Sample.b), on: interface, at: .start, comment: "c\(i)") }
    let bytes = writer.bytes
    for count in 0..<bytes.count {
      let packets = (try? PcapngFile(reading: Array(bytes.prefix(count))))?.packets.count ?? 0
      #expect(packets < 3)
    }
    for i in bytes.indices {
      var bad = bytes
      bad[i] = 0xff
      _ = try? PcapngFile(reading: bad)
    }
  }

  @Test(.enabled(if: Tshark.isWanted, "tshark is missing: apt-get install tshark"))
  func `tshark reads a capture and finds nothing malformed`() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("lab-\(UUID().uuidString).pcapng").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let writer = try PcapngWriter.file(at: path, unixNanosecondsAtStart: 1_700_000_000_000_000_000)
    for (i, packet) in try samples().enumerated() {
      let interface = writer.interface(named: "node\(i % 2)")
      writer.write(packet, on: interface, at: Instant(nanoseconds: Int64(i) * 1_000_001), comment: "number \(i)")
    }
    try writer.close()
    let checksums = ["ip.checksum.status", "icmp.checksum.status", "udp.checksum.status"]
    let fields = ["frame.interface_name", "frame.time_epoch", "frame.comment"] + checksums
    let lines = try Tshark.run(
      ["-r", path, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields", "-E", "occurrence=f"]
        + fields.flatMap { ["-e", $0] })
    let rows = lines.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    #expect(rows.count == 7 && Int(writer.packetCount) == 7)
    for (i, row) in rows.enumerated() {
      #expect(row[0] == "node\(i % 2)" && row[2] == "number \(i)")
      #expect(row[1] == "1700000000.00\(i)00000\(i)")
      #expect(row[3...].allSatisfy { $0 == "1" || $0.isEmpty }, "checksums: \(row[3...])")
    }
    #expect(try Tshark.run(["-r", path, "-Y", "_ws.malformed || _ws.expert.severity == error"]).isEmpty)
  }

  /// One packet of every kind the lab's network builds.
  private func samples() throws -> [[UInt8]] {
    var ledger = FlowLedger()
    let topology = LabTopology.cloud(phase: .three, spokes: 2)
    var hosts = topology.nodes.indices.map { topology.makeHost($0) }
    var packets: [[UInt8]] = []
    for kind in FlowKind.allCases {
      let id = ledger.open(
        FlowSpec(
          sourceNode: 1, source: topology.nodes[1].host, destinationNode: 2, destination: topology.nodes[2].host, start: .start,
          interval: .seconds(1), packetCount: 1, kind: kind))
      let probe = try unwrap(ledger.nextPacket(of: id, at: .start)).packet
      packets += [probe, try unwrap(hosts[2].receive(probe, at: .start, &ledger))]
    }
    packets.append(Sample.tunnelled(packets[0], from: Sample.b, to: Sample.a))
    packets.append(try #require(LabPacket.fragmentationNeeded(about: packets[4], mtu: 600, from: Sample.c)))
    packets.append(try #require(LabPacket.portUnreachable(about: packets[2], from: Sample.c)))
    return packets
  }
}

/// Wireshark's reader on this machine.
enum Tshark {
  private static let path = ["/usr/bin/tshark", "/usr/local/bin/tshark"].first { FileManager.default.isExecutableFile(atPath: $0) }

  /// With `DMVPN_TEST_ALL=1` a missing tshark fails the test instead of skipping it.
  static var isWanted: Bool {
    if path != nil || ProcessInfo.processInfo.environment["DMVPN_TEST_ALL"] == "1" { return true }
    print("skipped: tshark is missing (apt-get install tshark)")
    return false
  }

  static func run(_ arguments: [String]) throws -> String {
    let process = Process(), output = Pipe()
    process.executableURL = URL(fileURLWithPath: try #require(path, "tshark is missing"))
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text
  }
}
