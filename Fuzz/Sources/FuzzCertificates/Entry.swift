// SPDX-License-Identifier: GPL-3.0-or-later
import FuzzDriver
import IPsecCrypto
import ProtocolKit

/// Reads the bytes as everything that an operator's file or a peer's message may hold: certificates, revocation lists, names and private
/// keys, in PEM and DER. What reads as a certificate is also verified as a peer's, with itself as root.
private func fuzzCertificates(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  _ = CertificateReader.text(ofNameDER: bytes)
  let lists = (try? CertificateReader.revocationLists(inPEMorDER: bytes)) ?? []
  let certificates = ((try? CertificateReader.certificates(inPEMorDER: bytes)) ?? []) + [bytes]
  for certificate in certificates.prefix(4) {
    _ = try? CertificateReader.facts(ofDER: certificate)
    _ = try? CertificateReader.publicKeyKind(ofDER: certificate)
  }
  let anchors = TrustAnchors(roots: Array(certificates.prefix(2)), revocationLists: Array(lists.prefix(2)))
  let scheme = schemes[count % schemes.count]
  _ = OpenSSLKeyProvider().perform(
    .verify(
      chain: Array(certificates.prefix(4)), anchors, wallSeconds: 1_800_000_000, scheme, message: [1, 2, 3],
      signature: Array(bytes.suffix(64))))
  if let key = try? CertificateReader.signingKey(privateKeyPEMorDER: bytes, chain: Array(certificates.prefix(1))) {
    _ = OpenSSLKeyProvider().perform(.sign(key, scheme, message: [1, 2, 3]))
  }
  return 0
}

private let schemes: [SignatureScheme] = [
  .ecdsa(hash: 2, isRaw: false), .ecdsa(hash: 2, isRaw: true), .rsaPKCS1(hash: 2, isBare: false), .rsaPSS(hash: 2), .ed25519,
]

@main enum Entry {
  static func main() { fuzz { fuzzCertificates($0, $1) } }
}
