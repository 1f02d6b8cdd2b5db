// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Delete payload (RFC 7296 §3.11): the sender's inbound SPIs; none for the IKE SA itself.
package struct DeletePayload: Sendable, Hashable {
  package var protocolID: ProtocolID
  /// Bytes of each SPI: 0 for IKE, 4 for ESP and AH.
  package var spiBytes: UInt8
  /// SPIs of 4 bytes.
  package var spis: [UInt32]

  /// Deletes the IKE SA the message belongs to.
  package static let ike = DeletePayload(protocolID: .ike, spiBytes: 0, spis: [])

  /// Deletes ESP associations.
  package init(esp spis: [UInt32]) { self.init(protocolID: .esp, spiBytes: 4, spis: spis) }

  private init(protocolID: ProtocolID, spiBytes: UInt8, spis: [UInt32]) {
    (self.protocolID, self.spiBytes, self.spis) = (protocolID, spiBytes, spis)
  }

  init(_ reader: inout ByteReader) throws(WireError) {
    protocolID = ProtocolID(rawValue: try reader.u8())
    spiBytes = try reader.u8()
    let count = Int(try reader.u16())
    spis = []
    guard spiBytes == 4 || (spiBytes == 0 && count == 0) else { throw .badValue }
    guard count <= IKELimits.deletedSPIs, reader.remaining == count * Int(spiBytes) else { throw .badLength }
    for _ in 0..<count { spis.append(try reader.u32()) }
  }

  func encode(into writer: inout ByteWriter) {
    writer.u8(protocolID.rawValue)
    writer.u8(spiBytes)
    writer.u16(UInt16(truncatingIfNeeded: spis.count))
    for spi in spis { writer.u32(spi) }
  }
}
