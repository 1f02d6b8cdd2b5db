// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import NodeRuntime
import ProtocolKit
import Wire

extension LabTopology {
  /// What is in the files that the nodes' configurations name: with `--protection certificate` an authority of the lab's own, and for each
  /// node a certificate that names the tunnel address it may register and the network it may announce.
  public func keyFiles() throws(CryptoError) -> [KeyMaterialRequest: KeyMaterial] {
    guard protection == .certificate else { return [:] }
    // Valid in virtual time, which begins in 1970, as well as today.
    let always = CertificateAuthority.Validity(notBefore: 0, notAfter: 253_402_300_799)
    let authority = try CertificateAuthority.create(name: .init(commonName: "lab authority", organization: "dmvpn lab"), validity: always)
    let roots = TrustAnchors(roots: try CertificateReader.certificates(inPEMorDER: authority.certificatePEM))
    var files: [KeyMaterialRequest: KeyMaterial] = [:]
    for node in nodes {
      let issued = try authority.issue(
        .init(
          name: .init(commonName: node.name, organization: "dmvpn lab"), dnsNames: [node.name], addresses: [node.tunnelAddress],
          addressBlocks: Self.blocks(node)), validity: always)
      let key = try CertificateReader.signingKey(
        privateKeyPEMorDER: issued.privateKeyPEM.withBytes { Array($0) }, chain: [issued.certificateDER])
      files[request(for: node)] = .trustpoint(key, roots)
    }
    return files
  }

  /// What the certificate of a node lets it announce. A hub's names nothing: it tells of what is behind all others.
  package static func blocks(_ node: LabNode) -> [IPPrefix]? {
    node.role == .hub ? nil : [IPPrefix(host: node.tunnelAddress), IPPrefix(host: node.host)] + [node.lan].compactMap { $0 }
  }

  private func request(for node: LabNode) -> KeyMaterialRequest {
    .trustpoint(
      name: "LAB", files: TrustpointFiles(certificate: "\(node.name).pem", key: "\(node.name).key", roots: ["ca.pem"]))
  }
}
