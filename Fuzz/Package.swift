// swift-tools-version: 6.2
// SPDX-License-Identifier: GPL-3.0-or-later
import PackageDescription

/// A fuzz target: one entry function that libFuzzer calls. Sees only library products of the project.
func fuzz(_ name: String, _ products: [String], with own: [Target.Dependency] = []) -> Target {
  .executableTarget(
    name: name, dependencies: ["FuzzDriver"] + own + products.map { .product(name: $0, package: "dmvpn") },
    swiftSettings: [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "dmvpn", path: "..")],
  targets: [
    .target(name: "FuzzDriver"),
    .target(name: "IKEStages", dependencies: ["IKE", "IPsecCrypto", "ProtocolKit", "Wire"].map { .product(name: $0, package: "dmvpn") }),
    fuzz("FuzzNHRP", ["NHRP", "ProtocolKit", "Wire"]),
    fuzz("FuzzBGP", ["BGP", "Wire"]),
    fuzz("FuzzRIP", ["RIP", "ProtocolKit", "Routing", "Wire"]),
    fuzz("FuzzCDP", ["ODR", "ProtocolKit", "Routing", "Wire"]),
    fuzz("FuzzDataPlane", ["DataPlane", "ProtocolKit", "Wire"]),
    fuzz("FuzzESP", ["DataPlane", "IPsecCrypto", "ProtocolKit", "Wire"]),
    fuzz("FuzzIKE", [], with: ["IKEStages"]),
    fuzz("FuzzISAKMP", [], with: ["IKEStages"]),
    fuzz("FuzzCertificates", ["IPsecCrypto", "ProtocolKit"]),
    fuzz("FuzzConfiguration", ["NodeRuntime"]),
  ]
)
