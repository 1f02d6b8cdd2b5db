// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import Foundation
import ProtocolKit
import Testing
import Wire

/// What we seal, read by Wireshark's own ESP, which nobody of us wrote.
@Suite struct TsharkESPTests {
  /// A suite in Wireshark's words.
  struct Row: Sendable, CustomTestStringConvertible {
    var suite: ESPSuite
    var encryption: String
    var authentication = "NULL"
    /// Bytes of the encryption key, salt included.
    var keyBytes: Int
    var testDescription: String { "\(encryption) \(authentication)" }
  }

  // tshark 4.0 knows no ChaCha20 in ESP.
  static let rows = [
    Row(suite: ESPSuite(encryption: 20, keyBits: 128), encryption: "AES-GCM with 16 octet ICV [RFC4106]", keyBytes: 20),
    Row(suite: ESPSuite(encryption: 20, keyBits: 256), encryption: "AES-GCM with 16 octet ICV [RFC4106]", keyBytes: 36),
    Row(suite: ESPSuite(encryption: 19, keyBits: 128), encryption: "AES-GCM with 12 octet ICV [RFC4106]", keyBytes: 20),
    Row(suite: ESPSuite(encryption: 18, keyBits: 192), encryption: "AES-GCM with 8 octet ICV [RFC4106]", keyBytes: 28),
    Row(
      suite: ESPSuite(encryption: 13, keyBits: 128, integrity: 12), encryption: "AES-CTR [RFC3686]",
      authentication: "HMAC-SHA-256-128 [RFC4868]", keyBytes: 20),
    Row(
      suite: ESPSuite(encryption: 12, keyBits: 128, integrity: 2), encryption: "AES-CBC [RFC3602]",
      authentication: "HMAC-SHA-1-96 [RFC2404]", keyBytes: 16),
    Row(
      suite: ESPSuite(encryption: 12, keyBits: 256, integrity: 12), encryption: "AES-CBC [RFC3602]",
      authentication: "HMAC-SHA-256-128 [RFC4868]", keyBytes: 32),
    Row(
      suite: ESPSuite(encryption: 12, keyBits: 192, integrity: 13), encryption: "AES-CBC [RFC3602]",
      authentication: "HMAC-SHA-384-192 [RFC4868]", keyBytes: 24),
    Row(
      suite: ESPSuite(encryption: 12, keyBits: 128, integrity: 14), encryption: "AES-CBC [RFC3602]",
      authentication: "HMAC-SHA-512-256 [RFC4868]", keyBytes: 16),
    Row(
      suite: ESPSuite(encryption: 3, keyBits: 0, integrity: 2), encryption: "TripleDES-CBC [RFC2451]",
      authentication: "HMAC-SHA-1-96 [RFC2404]", keyBytes: 24),
    Row(
      suite: ESPSuite(encryption: 11, keyBits: 0, integrity: 12), encryption: "NULL", authentication: "HMAC-SHA-256-128 [RFC4868]",
      keyBytes: 0),
  ]

  @Test(
    "tshark decrypts what we seal, in both modes and in UDP, to the GRE and ICMP we put in, every integrity check right",
    .enabled(if: Tshark.isWanted, "tshark is missing: apt-get install tshark"), arguments: rows)
  func decrypts(_ row: Row) throws {
    for (mode, isEncapsulated) in [(.transport, false), (.transport, true), (.tunnel, false), (.tunnel, true)] as [(IPsecMode, Bool)] {
      let hub = ProtectedHub(Suite(name: "", value: row.suite), mode: mode, isEncapsulated: isEncapsulated)
      let echoes = (0..<5).map { n in
        IPv4("192.168.1.7", "192.168.11.2", proto: 1, payload: icmp(8, [0, 9, 0, UInt8(n)] + [UInt8](repeating: 0xaa, count: n * 7))).bytes
      }
      let lines = try Tshark.fields(
        of: echoes.map { hub.hub.send($0).bytes }, row, hub.association(.outbound, 11),
        ["esp.sequence", "esp.icv_good", "gre.proto", "gre.key", "icmp.seq", "icmp.checksum.status", "udp.dstport"])
      let expected = (0..<5).map { n in
        [
          "\(n + 1)", row.authentication == "NULL" && !row.isCombined ? "" : "1", "0x0800", "0x0000002a", "\(n)", "1",
          isEncapsulated ? "4500" : "",
        ]
      }
      #expect(lines == expected, "\(mode) \(isEncapsulated)")
    }
  }
}

extension TsharkESPTests.Row {
  var isCombined: Bool { suite.integrity == 0 }
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

  /// Fields of packets that are decrypted with an association's keys; one row a packet.
  static func fields(
    of packets: [[UInt8]], _ row: TsharkESPTests.Row, _ association: SecurityAssociation, _ names: [String]
  ) throws -> [[String]] {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("esp-\(UUID().uuidString).pcapng").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var encoder = PcapngEncoder()
    let interface = encoder.addInterface(named: "wire")
    for packet in packets { encoder.addPacket(packet, on: interface, unixNanoseconds: 1_700_000_000_000_000_000) }
    try Data(encoder.bytes).write(to: URL(fileURLWithPath: path))
    func key(_ secret: SecretBytes) -> String {
      secret.withBytes { $0.isEmpty ? "" : "0x" + $0.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined() }
    }
    let keys = association.keys
    let words =
      [
        "IPv4", "\(association.endpoints.local)", "\(association.endpoints.remote)", "0x" + String(association.spi, radix: 16),
        row.encryption,
      ]
      + [key(keys.part(0, row.keyBytes)), row.authentication, key(keys.part(row.keyBytes, keys.count))]
    let text = try run(
      ["-r", path, "-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE"]
        + ["-o", "uat:esp_sa:" + words.map { "\"\($0)\"" }.joined(separator: ","), "-T", "fields", "-E", "occurrence=l"]
        + names.flatMap { ["-e", $0] })
    return text.split(separator: "\n").map { $0.components(separatedBy: "\t") }
  }

  private static func run(_ arguments: [String]) throws -> String {
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
