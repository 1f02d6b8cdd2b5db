// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import ODR
import ProtocolKit
import Testing
import Wire

/// What Wireshark's dissector says of our packets behind GRE.
enum Tshark {
  static let path = "/usr/bin/tshark"
  static let isInstalled = FileManager.default.isExecutableFile(atPath: path)

  /// IPv4, GRE of protocol 0x2000, and the packet.
  static func gre(_ payload: [UInt8]) -> [UInt8] {
    let total = 24 + payload.count
    var header: [UInt8] = [0x45, 0, UInt8(total >> 8), UInt8(total & 255), 0, 0, 0, 0, 64, 47, 0, 0, 198, 51, 100, 11, 198, 51, 100, 1]
    let sum = InternetChecksum.of(header)
    (header[10], header[11]) = (UInt8(sum >> 8), UInt8(sum & 255))
    return header + [0, 0, 0x20, 0] + payload
  }

  /// The full text of what tshark makes of these packets.
  static func text(_ packets: [[UInt8]]) throws -> String {
    var file = PcapngEncoder()
    let interface = file.addInterface(named: "gre")
    for (n, packet) in packets.enumerated() { file.addPacket(gre(packet), on: interface, unixNanoseconds: UInt64(n + 1) * 1_000_000_000) }
    let path = FileManager.default.temporaryDirectory.appending(path: "odr-\(UUID().uuidString).pcapng")
    defer { try? FileManager.default.removeItem(at: path) }
    try Data(file.bytes).write(to: path)
    let process = Process(), output = Pipe()
    process.executableURL = URL(filePath: Self.path)
    process.arguments = ["-n", "-r", path.path, "-V", "-O", "cdp"]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}

@Suite("tshark reads what ODR sends", .enabled(if: Tshark.isInstalled, "tshark is not installed"))
struct TsharkTests {
  @Test("packets of hub and stub, of even and odd length, are decoded without a complaint")
  func complaints() throws {
    let cloud = ODRCloud.hubAndSpokes(2)
    cloud.run(seconds: 130)
    // Every last byte of an odd packet, from either side of the sign.
    let odd = (0...255).map { last in
      CDPPacket(version: 1, holdTimeSeconds: 180, tlvs: [.deviceID(Array("s1".utf8)), .unknown(CDPTLVType(rawValue: 0x99), [UInt8(last)])])
        .encode()
    }
    let packets = cloud.nodes.flatMap { $0.sent.map(\.bytes) } + odd + [CDPSamples.full.encode()]
    let text = try Tshark.text(packets)
    #expect(text.components(separatedBy: "Cisco Discovery Protocol").count - 1 == packets.count)
    #expect(text.components(separatedBy: "Checksum Status: Good").count - 1 == packets.count)
    for complaint in ["Malformed", "Expert Info", "Bad", "incorrect", "Truncated"] { #expect(!text.contains(complaint), "\(complaint)") }
  }

  @Test("tshark sees a stub's networks and a hub's gateway where we put them")
  func fields() throws {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.run(seconds: 5)
    let stub = try Tshark.text([cloud["s1"].sent.last?.bytes ?? []])
    for line in [
      "Device ID: s1", "IP Prefix: 192.168.11.0/24", "Sent through Interface: Tunnel0", "IP address: 10.0.0.11", "TTL: 180 seconds",
    ] {
      #expect(stub.contains(line), "\(line) in\n\(stub)")
    }
    let hub = try Tshark.text([cloud["hub1"].sent.last?.bytes ?? []])
    #expect(hub.contains("ODR Default gateway: 10.0.0.1") || hub.contains("ODR Default gateway = 10.0.0.1"), "\(hub)")
  }
}
