// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Who may join a protected cloud, and as whom")
struct ProtectedJoiningTests {
  @Test(
    "a spoke the hub's file never mentions joins by wildcard key or certificate: file unchanged, reachable in 5 s, nobody else loses a ping",
    arguments: [LabProtection.psk, .certificate])
  func joins(protection: LabProtection) throws {
    let topology = LabTopology.cloud(phase: .three, spokes: 3, lanStyle: .hostRoutesByRegistration, protection: protection)
    var all = topology
    all.addSpoke()
    let cloud = Cloud(topology, seed: 12, keys: VirtualKeys(files: try all.keyFiles()))
    let trace = UnderlayTrace(cloud)
    for a in 1...3 { cloud.talk(a, a % 3 + 1, from: 5, packets: 350) }
    cloud.run(to: 15)
    let before = cloud.nodes[0].node.runningConfiguration()
    let new = try #require(cloud.addSpoke())
    #expect(!before.contains("\(cloud.topology.nodes[new].tunnelAddress)") && !before.contains("\(cloud.topology.nodes[new].nbma)"))
    for a in 1...3 { cloud.talk(node: a, new, from: 20, packets: 50) }
    cloud.talk(node: new, 1, from: 20, packets: 50)
    cloud.run(to: 45)
    #expect(cloud.nodes[0].node.runningConfiguration() == before, "byte-identical")
    #expect(cloud.lost == 0)
    #expect(cloud.ledger.totals.answered == 3 * 350 + 4 * 50)
    #expect(cloud.picture(1).shortcuts.contains { $0.target == cloud.topology.nodes[new].tunnelAddress && $0.state == .up })
    let clear = trace.packets.filter { !$0.isProtected || $0.holdsProbe }
    #expect(clear.isEmpty)
  }

  @Test("a certificate for another tunnel address: the registration is refused as prohibited, both ends say so, and others are not harmed")
  func wrongAddress() throws {
    let topology = LabTopology.cloud(phase: .three, spokes: 3, protection: .certificate)
    let stolen = topology.nodes[3].tunnelAddress
    let files = try topology.keyFiles { request, node in
      // Its certificate is for the third spoke's address and says nothing of its own.
      if node.name == "spoke1" { (request.addresses, request.addressBlocks) = ([stolen], nil) }
    }
    let cloud = Cloud(topology, seed: 13, keys: VirtualKeys(files: files))
    cloud.talk(2, 3, from: 5, packets: 100)
    let refused = cloud.talk(2, 1, from: 5, packets: 100)
    cloud.run(to: 20)
    let own = topology.nodes[1].tunnelAddress
    // 4: administratively prohibited (RFC 2332 §5.2.0.1).
    #expect(cloud.records(0, .registrationRefused).contains { $0.a == own && $0.x == 4 && $0.y == 0 })
    #expect(cloud.records(1, .registrationRefused).contains { $0.x == 4 && $0.y == 1 })
    #expect(!cloud.picture(0).peers.contains { $0.address == own && $0.state == .up })
    #expect(cloud.picture(1).peers.first(where: \.isServer)?.state == .nhrp, "IKE and ESP stand, NHRP does not")
    #expect(cloud.engine(0).summary.established == 3)
    #expect(try cloud.account(refused).answered == 0)
    let others = cloud.ledger.reports(at: cloud.now).filter { $0.id != refused }
    #expect(others.allSatisfy { $0.lost == 0 && $0.answered == 100 })
  }

  @Test("a certificate that does not name the LAN: packets go on by way of the hub, and no shortcut to the LAN is installed")
  func wrongPrefix() throws {
    let topology = LabTopology.cloud(phase: .three, spokes: 3, protection: .certificate)
    let files = try topology.keyFiles { request, node in
      if node.name == "spoke2" { request.addressBlocks = [IPPrefix(host: node.tunnelAddress)] }
    }
    let cloud = Cloud(topology, seed: 14, keys: VirtualKeys(files: files))
    let refused = cloud.talk(1, 2, from: 5, packets: 200), good = cloud.talk(2, 1, from: 5, packets: 200)
    cloud.run(to: 30)
    let lan = try #require(topology.nodes[2].lan)
    #expect(!cloud.picture(1).routes.contains { $0.code == "H" && $0.prefix == lan })
    #expect(try cloud.account(refused).lost == 0 && cloud.account(refused).requestsDirect == 0)
    #expect(try cloud.account(good).lost == 0 && cloud.account(good).requestsDirect > 150, "its own certificate hinders nobody else")
  }
}

extension LabTopology {
  /// What `keyFiles` makes, with what certificates say changed first.
  func keyFiles(_ change: (inout CertificateAuthority.Request, LabNode) -> Void) throws -> [KeyMaterialRequest: KeyMaterial] {
    let authority = try TestAuthority()
    var files: [KeyMaterialRequest: KeyMaterial] = [:]
    for node in nodes { files[TestAuthority.request(for: node)] = try authority.material(for: node) { change(&$0, node) } }
    return files
  }
}

/// An authority that makes certificates for a lab's nodes as a test wants them.
struct TestAuthority {
  private let authority: CertificateAuthority
  private let roots: TrustAnchors
  private let always = CertificateAuthority.Validity(notBefore: 0, notAfter: 253_402_300_799)

  init() throws {
    authority = try CertificateAuthority.create(name: .init(commonName: "test authority"), validity: always)
    roots = TrustAnchors(roots: try CertificateReader.certificates(inPEMorDER: authority.certificatePEM))
  }

  /// The files of a node, as its configuration names them.
  static func request(for node: LabNode) -> KeyMaterialRequest {
    .trustpoint(name: "LAB", files: TrustpointFiles(certificate: "\(node.name).pem", key: "\(node.name).key", roots: ["ca.pem"]))
  }

  /// A key and a certificate with the node's name, of which `change` changes the rest.
  func material(for node: LabNode, _ change: (inout CertificateAuthority.Request) -> Void = { _ in }) throws -> KeyMaterial {
    var request = CertificateAuthority.Request(
      name: .init(commonName: node.name, organization: "test"), addresses: [node.tunnelAddress], addressBlocks: LabTopology.blocks(node))
    change(&request)
    let issued = try authority.issue(request, validity: always)
    let key = try CertificateReader.signingKey(privateKeyPEMorDER: issued.privateKeyPEM.withBytes { Array($0) }, chain: [issued.certificateDER])
    return .trustpoint(key, roots)
  }
}
