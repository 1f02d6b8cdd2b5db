// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Certificate payload (RFC 7296 §3.6).
package struct CertificatePayload: Sendable, Hashable {
  package var encoding: UInt8
  /// For encoding 4: X.509, DER.
  package var certificate: [UInt8]

  package init(encoding: UInt8 = CertificateEncoding.x509Signature, certificate: [UInt8]) {
    (self.encoding, self.certificate) = (encoding, certificate)
  }

  init(_ reader: inout ByteReader) throws(WireError) {
    encoding = try reader.u8()
    certificate = try reader.rest()
  }

  func encode(into writer: inout ByteWriter) {
    writer.u8(encoding)
    writer.put(certificate)
  }
}
