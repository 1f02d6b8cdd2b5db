// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import Testing
import Wire

/// One field changed, and the bytes it may touch.
struct FieldChange: CustomStringConvertible, Sendable {
  let description: String
  let bytes: Range<Int>
  let apply: @Sendable (inout NHRPPacket) -> Void

  init(_ name: String, _ bytes: Range<Int>, _ apply: @escaping @Sendable (inout NHRPPacket) -> Void) {
    description = name
    self.bytes = bytes
    self.apply = apply
  }

  /// A change of the first entry, which stands at byte 40.
  static func entry(
    _ name: String, _ bytes: Range<Int>, _ change: @escaping @Sendable (inout ClientInformationEntry) -> Void
  ) -> FieldChange {
    request("entry \(name)", bytes.lowerBound + 40..<bytes.upperBound + 40) { change(&$0.entries[0]) }
  }

  static func request(_ name: String, _ bytes: Range<Int>, _ change: @escaping @Sendable (inout NHRPMandatory) -> Void)
    -> FieldChange
  {
    FieldChange(name, bytes) {
      guard case .request(var part) = $0.body else { return }
      change(&part)
      $0.body = .request(part)
    }
  }

  static func error(
    _ name: String, _ bytes: Range<Int>, _ change: @escaping @Sendable (inout NHRPErrorIndication) -> Void
  ) -> FieldChange {
    FieldChange("error \(name)", bytes) {
      guard case .error(var part) = $0.body else { return }
      change(&part)
      $0.body = .error(part)
    }
  }

  static func traffic(
    _ name: String, _ bytes: Range<Int>, _ change: @escaping @Sendable (inout NHRPTrafficIndication) -> Void
  ) -> FieldChange {
    FieldChange("traffic \(name)", bytes) {
      guard case .traffic(var part) = $0.body else { return }
      change(&part)
      $0.body = .traffic(part)
    }
  }
}

/// A changed field changes its own bytes and the checksum, nothing else, and comes back when decoded.
struct FieldMutationTests {
  /// In packet 7: header 0, mandatory 20, entry 40, extensions from 60: forward record 60, reverse 84,
  /// responder 108, NAT 132.
  static let requestChanges: [FieldChange] = [
    FieldChange("snap", 4..<9) { $0.header.snap = [1, 2, 3, 4, 5] },
    FieldChange("hop count", 9..<10) { $0.header.hopCount = 7 },
    FieldChange("afn", 0..<2) { $0.header.afn = 2 },
    FieldChange("protocol type", 2..<4) { $0.header.protocolType = 0x86dd },
    FieldChange("NBMA type bits", 18..<19) { $0.header.nbmaTypeBits = 3 },
    FieldChange("subaddress type bits", 19..<20) { $0.header.nbmaSubaddressTypeBits = 1 },
    .request("type", 17..<18) { $0.type = .purgeReply },
    .request("flags", 22..<24) { $0.flags = NHRPFlags(rawValue: 0x1234) },
    .request("request ID", 24..<28) { $0.requestID = 0xdead_beef },
    .request("source NBMA", 28..<32) { $0.sourceNBMA = ip("1.2.3.4") },
    .request("source protocol", 32..<36) { $0.sourceProtocol = ip("1.2.3.4") },
    .request("destination protocol", 36..<40) { $0.destinationProtocol = ip("1.2.3.4") },
    .entry("code", 0..<1) { $0.code = .noBinding },
    .entry("prefix length", 1..<2) { $0.prefixLength = 16 },
    .entry("unused", 2..<4) { $0.unused = 0xabcd },
    .entry("MTU", 4..<6) { $0.mtu = 1400 },
    .entry("holding time", 6..<8) { $0.holdingTimeSeconds = 7200 },
    .entry("NBMA type bits", 8..<9) { $0.nbmaTypeBits = 2 },
    .entry("subaddress type bits", 9..<10) { $0.nbmaSubaddressTypeBits = 1 },
    .entry("preference", 11..<12) { $0.preference = 9 },
    .entry("NBMA", 12..<16) { $0.nbma = ip("9.9.9.9") },
    .entry("protocol address", 16..<20) { $0.protocolAddress = ip("9.9.9.9") },
    FieldChange("compulsory bit", 60..<61) { $0.extensions?[0].isCompulsory = false },
    FieldChange("reserved bit", 60..<61) { $0.extensions?[0].reservedBit = true },
    FieldChange("another extension", 132..<134) { $0.extensions?[3] = .reverseTransit() },
    FieldChange("forward record", 64..<84) {
      $0.extensions?[0].content = .forwardTransit([ClientInformationEntry(nbma: .anyV4, protocolAddress: .anyV4)])
    },
    FieldChange("responder", 112..<132) {
      $0.extensions?[2].content = .responderAddress([ClientInformationEntry(nbma: .anyV4, protocolAddress: .anyV4)])
    },
  ]

  @Test("resolution reply", arguments: requestChanges)
  func request(_ change: FieldChange) throws {
    try check(GoldenPackets.forwardedResolutionReply, change)
  }

  static let errorChanges: [FieldChange] = [
    .error("unused", 22..<24) { $0.unused = 1 },
    .error("code", 24..<26) { $0.code = .loopDetected },
    .error("offset", 26..<28) { $0.offset = 24 },
    .error("source NBMA", 28..<32) { $0.sourceNBMA = ip("1.2.3.4") },
    .error("source protocol", 32..<36) { $0.sourceProtocol = ip("1.2.3.4") },
    .error("destination protocol", 36..<40) { $0.destinationProtocol = ip("1.2.3.4") },
    .error("quote", 40..<41) { $0.offendingPacket[0] = 0xff },
    FieldChange("trailing", 152..<168) { $0.trailing[3] = 1 },
    FieldChange("password", 140..<148) { $0.replaceExtension(.authentication(.ciscoPlain(Array("87654321".utf8)))) },
  ]

  @Test("error indication", arguments: errorChanges)
  func error(_ change: FieldChange) throws { try check(GoldenPackets.unreachableError, change) }

  static let trafficChanges: [FieldChange] = [
    .traffic("unused", 22..<24) { $0.unused = 1 },
    .traffic("code", 24..<26) { $0.code = 1 },
    .traffic("second unused", 26..<28) { $0.secondUnused = 1 },
    .traffic("source NBMA", 28..<32) { $0.sourceNBMA = ip("1.2.3.4") },
    .traffic("source protocol", 32..<36) { $0.sourceProtocol = ip("1.2.3.4") },
    .traffic("destination protocol", 36..<40) { $0.destinationProtocol = ip("1.2.3.4") },
    .traffic("quote", 123..<124) { $0.offendingPacket[83] = 0xff },
  ]

  @Test("traffic indication", arguments: trafficChanges)
  func traffic(_ change: FieldChange) throws { try check(GoldenPackets.authenticatedTrafficIndication, change) }

  private func check(_ bytes: [UInt8], _ change: FieldChange) throws {
    var packet = try NHRPPacket.decode(bytes)
    change.apply(&packet)
    let changed = packet.encode()
    try #require(changed.count == bytes.count)
    let differing = changed.indices.filter { changed[$0] != bytes[$0] }
    let own = differing.filter { !(12..<14).contains($0) }
    #expect(!own.isEmpty)
    #expect(own.allSatisfy(change.bytes.contains))
    #expect(differing.contains { (12..<14).contains($0) })
    #expect(try NHRPPacket.decode(changed) == packet)
  }

  @Test("another entry grows the packet where it stands and moves the extension offset")
  func growingEntry() throws {
    let bytes = GoldenPackets.forwardedResolutionReply
    var packet = try NHRPPacket.decode(bytes)
    guard case .request(var part) = packet.body else { Issue.record("not a request"); return }
    part.entries.append(part.entries[0])
    packet.body = .request(part)
    let grown = packet.encode()
    #expect(grown.count == bytes.count + 20)
    #expect(grown[16..<60] == bytes[16..<60])
    #expect(grown[60..<80] == bytes[40..<60])
    #expect(grown[80...].elementsEqual(bytes[60...]))
    #expect(Array(grown[14..<16]) == [0, 80])
    #expect(Array(grown[10..<12]) == [0, UInt8(bytes.count + 20)])
  }
}
