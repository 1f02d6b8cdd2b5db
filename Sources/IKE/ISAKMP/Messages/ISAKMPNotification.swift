// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The notify payload (RFC 2408 §3.14).
package struct ISAKMPNotification: Sendable, Hashable {
  /// The domain of interpretation; 1 is IPsec, 0 none.
  package var doi: UInt32
  package var protocolID: ISAKMPProtocol
  /// Both cookies for ISAKMP, four bytes for ESP, or nothing.
  package var spi: [UInt8]
  package var type: ISAKMPNotifyType
  package var content: [UInt8]

  package init(
    doi: UInt32 = ISAKMPAssignments.ipsecDOI, protocolID: ISAKMPProtocol, spi: [UInt8], type: ISAKMPNotifyType, content: [UInt8] = []
  ) {
    (self.doi, self.protocolID, self.spi, self.type, self.content) = (doi, protocolID, spi, type, content)
  }

  init(_ fields: inout ISAKMPFieldReader) throws(ISAKMPDecodeError) {
    self.init(doi: try fields.u32(), protocolID: ISAKMPProtocol(rawValue: try fields.u8()), spi: [], type: .connected)
    let spiSize = Int(try fields.u8())
    type = ISAKMPNotifyType(rawValue: try fields.u16())
    guard spiSize <= fields.remaining else { throw .badSPI }
    spi = try fields.take(spiSize)
    content = try fields.rest()
  }

  func encode(into writer: inout ByteWriter) {
    let spi = self.spi.prefix(255)
    writer.u32(doi)
    writer.u8(protocolID.rawValue)
    writer.u8(UInt8(truncatingIfNeeded: spi.count))
    writer.u16(type.rawValue)
    writer.put(spi)
    writer.put(content)
  }
}
