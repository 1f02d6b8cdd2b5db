// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import Testing

/// Each way to be wrong, made from one good packet. Its layout: header 0, mandatory 20, entry 40,
/// extensions from 52: 4, 5, 3 (four bytes each), 9 at 64 with one entry, End at 88.
struct NHRPDecodeErrorTests {
  private static func bent(_ edits: [Int: UInt8], keep: Int = 92) -> [UInt8] {
    var bytes = Array(GoldenPackets.registrationRequest[..<keep])
    for (offset, value) in edits { bytes[offset] = value }
    return resealed(bytes)
  }

  private static func many(_ entries: Int, _ extensions: Int) -> [UInt8] {
    let one = ClientInformationEntry()
    return NHRPPacket(
      .purgeRequest, flags: [], requestID: 1, sourceNBMA: .anyV4, sourceProtocol: .anyV4,
      destinationProtocol: .anyV4, entries: Array(repeating: one, count: entries), hopCount: 1,
      extensions: Array(repeating: .natAddress(), count: extensions)
    ).encode()
  }

  private static func mapped() -> [UInt8] {
    var bytes = Array(GoldenPackets.registrationRequest[..<28])
    bytes[14] = 0
    bytes[15] = 0
    bytes[18] = 16
    return resealed(bytes + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9])
  }

  private static let good = GoldenPackets.registrationRequest

  static let wrong: [NHRPDecodeError: [[UInt8]]] = [
    .truncatedHeader: [[], Array(good[..<19])],
    .badVersion: [bent([16: 2]), bent([16: 0])],
    .badPacketSize: [resealed(good, packetSize: 19), resealed(good, packetSize: 93)],
    .badChecksum: [good.dropLast() + [1]],
    .unsupportedAddressFamily: [bent([1: 3]), bent([2: 0x86]), bent([3: 0x80])],
    .badAddressLength: [bent([18: 5]), bent([20: 6]), bent([21: 255]), bent([48: 20]), bent([50: 7]), bent([21: 3])],
    .mappedAddress: [mapped()],
    .unknownPacketType: [bent([17: 0]), bent([17: 9]), bent([17: 255])],
    .truncatedMandatory: [bent([:], keep: 20), bent([:], keep: 27), bent([:], keep: 39)],
    .truncatedEntry: [bent([15: 51]), bent([15: 41]), bent([48: 4]), bent([15: 0], keep: 50)],
    .tooManyEntries: [many(129, 0)],
    .badExtensionOffset: [bent([15: 39]), bent([15: 1]), bent([15: 93]), bent([14: 255])],
    .truncatedExtension: [
      bent([:], keep: 54), bent([:], keep: 80), bent([55: 41]), bent([65: 7, 67: 3]), bent([55: 4]),
    ],
    .tooManyExtensions: [many(0, 33)],
    .missingEnd: [bent([:], keep: 52), bent([:], keep: 64), bent([89: 9])],
    .badEnd: [bent([91: 1])],
  ]

  @Test("every case of the error is reached, and only by what its name says", arguments: NHRPDecodeError.allCases)
  func wrongPackets(_ error: NHRPDecodeError) throws {
    for bytes in try #require(Self.wrong[error]) { #expect(outcome(bytes) == .failure(error), "\(hexText(bytes))") }
  }

  @Test("as many entries and extensions as the limits say are taken")
  func limits() throws {
    let packet = try NHRPPacket.decode(Self.many(NHRPMessageLimits.maximumEntries, NHRPMessageLimits.maximumExtensions))
    #expect(packet.mandatory?.entries.count == 128)
    #expect(packet.extensions?.count == 32)
  }

  @Test("bytes behind ar$pktsz are padding of what carried the packet")
  func padding() throws {
    let padded = GoldenPackets.purgeRequest + [0, 0, 7]
    #expect(try NHRPPacket.decode(padded).encode() == GoldenPackets.purgeRequest)
  }

  @Test("End without its compulsory bit ends the list too, and gets the bit back")
  func optionalEnd() throws {
    let packet = try NHRPPacket.decode(Self.bent([88: 0]))
    #expect(packet.encode() == GoldenPackets.registrationRequest)
  }
}
