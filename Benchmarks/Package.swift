// swift-tools-version: 6.2
// SPDX-License-Identifier: GPL-3.0-or-later
import PackageDescription

/// How fast the parts are. Sees only library products of the project.
let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "dmvpn", path: "..")],
  targets: [
    .executableTarget(
      name: "Speed",
      dependencies: ["DataPlane", "NHRP", "ProtocolKit", "Wire"].map { .product(name: $0, package: "dmvpn") })
  ]
)
