// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Nonce payload (RFC 7296 §3.9): 16 to 256 bytes.
package struct NoncePayload: Sendable, Hashable {
  package var nonce: [UInt8]

  package init(_ nonce: [UInt8]) { self.nonce = nonce }

  init(_ reader: inout ByteReader) throws(WireError) {
    nonce = try reader.rest()
    guard IKEFigures.nonceBytes.contains(nonce.count) else { throw .badLength }
  }

  func encode(into writer: inout ByteWriter) { writer.put(nonce) }
}
