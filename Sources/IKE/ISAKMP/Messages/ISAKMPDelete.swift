// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The delete payload: associations that the sender no longer has (RFC 2408 §3.15). SPIs are the sender's inbound ones.
package struct ISAKMPDelete: Sendable, Hashable {
  /// The domain of interpretation; 1 is IPsec, 0 none.
  package var doi: UInt32
  package var protocolID: ISAKMPProtocol
  /// Bytes of each SPI: 16 for ISAKMP (both cookies), 4 for ESP.
  package var spiSize: UInt8
  /// Each with `spiSize` bytes.
  package var spis: [[UInt8]]

  package init(doi: UInt32 = ISAKMPAssignments.ipsecDOI, protocolID: ISAKMPProtocol, spiSize: UInt8, spis: [[UInt8]]) {
    (self.doi, self.protocolID, self.spiSize, self.spis) = (doi, protocolID, spiSize, spis)
  }

  init(_ fields: inout ISAKMPFieldReader) throws(ISAKMPDecodeError) {
    self.init(doi: try fields.u32(), protocolID: ISAKMPProtocol(rawValue: try fields.u8()), spiSize: try fields.u8(), spis: [])
    let count = Int(try fields.u16())
    guard count * Int(spiSize) == fields.remaining, spiSize > 0 || count == 0 else { throw .badSPI }
    guard count <= ISAKMPLimits.deletedSPIs else { throw .tooManySPIs }
    for _ in 0..<count { spis.append(try fields.take(Int(spiSize))) }
  }

  func encode(into writer: inout ByteWriter) {
    let fitting = spis.filter { $0.count == Int(spiSize) }.prefix(Int(UInt16.max))
    writer.u32(doi)
    writer.u8(protocolID.rawValue)
    writer.u8(spiSize)
    writer.u16(UInt16(truncatingIfNeeded: fitting.count))
    for spi in fitting { writer.put(spi) }
  }
}
