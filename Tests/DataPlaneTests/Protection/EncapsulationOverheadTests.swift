// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing

@Suite struct EncapsulationOverheadTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var suite: ESPSuite
    /// Transport, transport in UDP, tunnel, tunnel in UDP; with a GRE key, and without.
    var keyed: [Int]
    var plain: [Int]
    var pppoe: [Int]?
    var testDescription: String { name }
  }

  /// Computed by hand from the lengths of the headers: 20 + [8] + 8 + IV + blocks of (GRE + inner + [20] + 2) + ICV ≤ 1500 (or 1492).
  static let rows = [
    Row(
      name: "AES-CBC SHA1", suite: ESPSuite(encryption: 12, keyBits: 128, integrity: 2), keyed: [1430, 1414, 1410, 1394],
      plain: [1434, 1418, 1414, 1398], pppoe: [1414, 1414, 1394, 1394]),
    Row(
      name: "AES-CBC SHA256", suite: ESPSuite(encryption: 12, keyBits: 256, integrity: 12), keyed: [1430, 1414, 1410, 1394],
      plain: [1434, 1418, 1414, 1398], pppoe: [1414, 1414, 1394, 1394]),
    Row(
      name: "AES-CBC SHA384", suite: ESPSuite(encryption: 12, keyBits: 256, integrity: 13), keyed: [1414, 1414, 1394, 1394],
      plain: [1418, 1418, 1398, 1398]),
    Row(
      name: "AES-CBC SHA512", suite: ESPSuite(encryption: 12, keyBits: 256, integrity: 14), keyed: [1414, 1398, 1394, 1378],
      plain: [1418, 1402, 1398, 1382], pppoe: [1398, 1398, 1378, 1378]),
    Row(
      name: "AES-GCM-16", suite: ESPSuite(encryption: 20, keyBits: 128), keyed: [1438, 1430, 1418, 1410], plain: [1442, 1434, 1422, 1414],
      pppoe: [1430, 1422, 1410, 1402]),
    Row(
      name: "3DES SHA1", suite: ESPSuite(encryption: 3, keyBits: 0, integrity: 2), keyed: [1438, 1430, 1418, 1410],
      plain: [1442, 1434, 1422, 1414]),
  ]

  static func four(_ suite: ESPSuite, mtu: Int, key: Bool) -> [Int] {
    [IPsecMode.transport, .tunnel].flatMap { mode in
      [false, true].map { EncapsulationOverhead.largestInner(underlayMTU: mtu, key: key, suite: suite, mode: mode, udp: $0) }
    }
  }

  @Test("the largest inner packet for underlays of 1500 and 1492 bytes", arguments: rows)
  func table(_ row: Row) {
    #expect(Self.four(row.suite, mtu: 1500, key: true) == row.keyed)
    #expect(Self.four(row.suite, mtu: 1500, key: false) == row.plain)
    if let pppoe = row.pppoe { #expect(Self.four(row.suite, mtu: 1492, key: true) == pppoe) }
  }

  @Test("GRE alone: 1472 with key, 1476 without; where nothing fits, 0")
  func clear() {
    func largest(_ mtu: Int, key: Bool) -> Int { EncapsulationOverhead.largestInner(underlayMTU: mtu, key: key, suite: nil) }
    #expect(largest(1500, key: true) == 1472)
    #expect(largest(1500, key: false) == 1476)
    #expect([-1, 0, 20, 28].map { largest($0, key: true) } == [0, 0, 0, 0])
    #expect(Self.four(Suite.gcm.value, mtu: 60, key: true) == [0, 0, 0, 0])
  }

  @Test("a packet of that size makes an underlay packet that fits, and one byte more does not", arguments: Suite.all)
  func packets(_ suite: Suite) throws {
    for (mode, udp) in [(.transport, false), (.transport, true), (.tunnel, false), (.tunnel, true)] as [(IPsecMode, Bool)] {
      let largest = EncapsulationOverhead.largestInner(underlayMTU: 1500, key: true, suite: suite.value, mode: mode, udp: udp)
      let hub = ProtectedHub(suite, mode: mode, isEncapsulated: udp) { $0.mtu = 1500 }
      func sent(_ size: Int) -> Int {
        hub.hub.send(IPv4("192.168.1.7", "192.168.11.2", payload: [UInt8](repeating: 1, count: size - 20)).bytes).bytes.count
      }
      #expect(sent(largest) <= 1500)
      #expect(sent(largest + 1) > 1500)
    }
  }
}
