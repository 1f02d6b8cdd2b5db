// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Notify payload (RFC 7296 §3.10).
package struct NotifyPayload: Sendable, Hashable {
  /// 0 unless it is about an SA that exists.
  package var protocolID: ProtocolID
  package var spi: [UInt8]
  package var type: NotifyType
  package var value: [UInt8]

  package init(_ type: NotifyType, protocolID: ProtocolID = .none, spi: [UInt8] = [], value: [UInt8] = []) {
    (self.protocolID, self.spi, self.type, self.value) = (protocolID, spi, type, value)
  }

  init(_ reader: inout ByteReader) throws(WireError) {
    protocolID = ProtocolID(rawValue: try reader.u8())
    let spiBytes = Int(try reader.u8())
    type = NotifyType(rawValue: try reader.u16())
    spi = try reader.take(spiBytes)
    value = try reader.rest()
  }

  func encode(into writer: inout ByteWriter) {
    writer.u8(protocolID.rawValue)
    writer.u8(UInt8(truncatingIfNeeded: spi.count))
    writer.u16(type.rawValue)
    writer.put(spi)
    writer.put(value)
  }
}
