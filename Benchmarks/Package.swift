// swift-tools-version: 6.2
// SPDX-License-Identifier: GPL-3.0-or-later
import PackageDescription

private func ours(_ names: [String]) -> [Target.Dependency] { names.map { .product(name: $0, package: "dmvpn") } }

/// How fast the parts are. Sees only library products of the project.
let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "dmvpn", path: "..")],
  targets: [
    .target(name: "IKEParts", dependencies: ours(["DataPlane", "IKE", "IPsecCrypto", "ProtocolKit", "Wire"])),
    .executableTarget(
      name: "Speed", dependencies: ["IKEParts"] + ours(["DataPlane", "IKE", "IPsecCrypto", "NHRP", "ProtocolKit", "Wire"])),
    .executableTarget(name: "Neighbors", dependencies: ["IKEParts"] + ours(["Lab", "NodeRuntime", "ProtocolKit", "Wire"])),
    .executableTarget(name: "IKEPeers", dependencies: ["IKEParts"] + ours(["IKE", "IPsecCrypto", "ProtocolKit", "Wire"])),
    .executableTarget(name: "BGPFeed"),
  ]
)
