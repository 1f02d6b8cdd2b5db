// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The CERT payload (RFC 2408 §3.9), and CERTREQ, which has the same form (§3.10).
package struct ISAKMPCertificate: Sendable, Hashable {
  /// 4 is an X.509 certificate for signatures.
  package var encoding: UInt8
  /// The certificate; in a request the distinguished name of an acceptable authority, empty for any.
  package var content: [UInt8]

  package init(encoding: UInt8 = ISAKMPAssignments.certificateX509Signature, content: [UInt8]) {
    (self.encoding, self.content) = (encoding, content)
  }

  init(_ fields: inout ISAKMPFieldReader) throws(ISAKMPDecodeError) {
    self.init(encoding: try fields.u8(), content: [])
    content = try fields.rest()
  }

  func encode(into writer: inout ByteWriter) {
    writer.u8(encoding)
    writer.put(content)
  }
}
