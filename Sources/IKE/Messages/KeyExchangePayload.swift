// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import Wire

/// Key Exchange payload (RFC 7296 §3.4).
package struct KeyExchangePayload: Sendable, Hashable {
  package var method: KeyExchangeMethod
  package var publicValue: [UInt8]

  package init(method: KeyExchangeMethod, publicValue: [UInt8]) { (self.method, self.publicValue) = (method, publicValue) }

  init(_ reader: inout ByteReader) throws(WireError) {
    method = KeyExchangeMethod(rawValue: try reader.u16())
    try reader.skip(2)
    publicValue = try reader.rest()
  }

  func encode(into writer: inout ByteWriter) {
    writer.u16(method.rawValue)
    writer.u16(0)
    writer.put(publicValue)
  }
}
