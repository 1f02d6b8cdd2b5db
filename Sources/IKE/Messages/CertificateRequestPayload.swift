// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Certificate Request payload (RFC 7296 §3.7): which authorities the sender trusts.
package struct CertificateRequestPayload: Sendable, Hashable {
  package var encoding: UInt8
  /// For encoding 4: SHA-1 hashes of the authorities' public keys (SubjectPublicKeyInfo), 20 bytes each.
  package var authorities: [UInt8]

  package init(encoding: UInt8 = CertificateEncoding.x509Signature, authorities: [UInt8] = []) {
    (self.encoding, self.authorities) = (encoding, authorities)
  }

  init(_ reader: inout ByteReader) throws(WireError) {
    encoding = try reader.u8()
    authorities = try reader.rest()
  }

  func encode(into writer: inout ByteWriter) {
    writer.u8(encoding)
    writer.put(authorities)
  }
}
