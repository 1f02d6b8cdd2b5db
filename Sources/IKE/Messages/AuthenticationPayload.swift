// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Authentication payload (RFC 7296 §3.8).
package struct AuthenticationPayload: Sendable, Hashable {
  package var method: AuthenticationMethodNumber
  package var value: [UInt8]

  package init(method: AuthenticationMethodNumber, value: [UInt8]) { (self.method, self.value) = (method, value) }

  init(_ reader: inout ByteReader) throws(WireError) {
    method = AuthenticationMethodNumber(rawValue: try reader.u8())
    try reader.skip(3)
    value = try reader.rest()
  }

  func encode(into writer: inout ByteWriter) {
    writer.u8(method.rawValue)
    writer.put([0, 0, 0])
    writer.put(value)
  }
}
