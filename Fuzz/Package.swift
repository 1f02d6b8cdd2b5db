// swift-tools-version: 6.2
// SPDX-License-Identifier: GPL-3.0-or-later
import PackageDescription

/// A fuzz target: one entry function that libFuzzer calls. Sees only library products of the project.
func fuzz(_ name: String, _ products: [String]) -> Target {
  .executableTarget(
    name: name, dependencies: ["FuzzDriver"] + products.map { .product(name: $0, package: "dmvpn") },
    swiftSettings: [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "dmvpn", path: "..")],
  targets: [
    .target(name: "FuzzDriver"),
    fuzz("FuzzNHRP", ["NHRP", "ProtocolKit", "Wire"]),
    fuzz("FuzzDataPlane", ["DataPlane", "ProtocolKit", "Wire"]),
    fuzz("FuzzESP", ["DataPlane", "IPsecCrypto", "ProtocolKit", "Wire"]),
    fuzz("FuzzConfiguration", ["NodeRuntime"]),
  ]
)
