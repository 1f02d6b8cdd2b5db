// swift-tools-version: 6.2
// SPDX-License-Identifier: GPL-3.0-or-later
import PackageDescription

/// One row of the plan's table (docs/architecture.md): a target and what it may import of ours.
/// The test `ImportTableTests` holds every `import` line against the same table in the document.
func floor(_ name: String, _ ours: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
  .target(name: name, dependencies: ours, path: "Sources/\(name)", resources: resources)
}

func tests(_ name: String, _ ours: [Target.Dependency], resources: [Resource]? = nil) -> Target {
  .testTarget(name: name, dependencies: ours, path: "Tests/\(name)", resources: resources)
}

let package = Package(
  name: "dmvpn",
  products: [
    .executable(name: "dmvpn", targets: ["dmvpn"]),
    .library(name: "Wire", targets: ["Wire"]),
    .library(name: "ProtocolKit", targets: ["ProtocolKit"]),
    .library(name: "Routing", targets: ["Routing"]),
    .library(name: "DataPlane", targets: ["DataPlane"]),
    .library(name: "NHRP", targets: ["NHRP"]),
    .library(name: "RIP", targets: ["RIP"]),
    .library(name: "ODR", targets: ["ODR"]),
    .library(name: "IPsecCrypto", targets: ["IPsecCrypto"]),
    .library(name: "IKE", targets: ["IKE"]),
    .library(name: "BGP", targets: ["BGP"]),
    .library(name: "NodeRuntime", targets: ["NodeRuntime"]),
    .library(name: "Lab", targets: ["Lab"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    // Floor 0
    floor("Wire"),
    .systemLibrary(name: "CNcursesw"),
    .systemLibrary(name: "CReadline"),
    .systemLibrary(name: "COpenSSL"),
    .target(name: "CLinux"),
    .target(
      name: "CTermShim", dependencies: ["CNcursesw", "CReadline"],
      linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo"), .linkedLibrary("readline")]),
    // Floor 1
    floor("ProtocolKit", ["Wire"]),
    floor("CommandGrammar", ["Wire"]),
    floor("IPsecCrypto", ["Wire", "ProtocolKit", "COpenSSL"]),
    floor("Interfaces", ["Wire", "ProtocolKit", "CommandGrammar"]),
    floor("Policy", ["Wire", "CommandGrammar"]),
    // Floor 2
    floor("Routing", ["Wire", "ProtocolKit", "CommandGrammar"]),
    floor("DataPlane", ["Wire", "ProtocolKit", "IPsecCrypto"]),
    floor("LinuxNet", ["Wire", "ProtocolKit", "CLinux"]),
    // Floor 3
    floor("NHRP", ["Wire", "ProtocolKit", "CommandGrammar"]),
    floor("IKE", ["Wire", "ProtocolKit", "CommandGrammar", "IPsecCrypto"]),
    floor("BGP", ["Wire", "ProtocolKit", "CommandGrammar", "Policy", "Routing"]),
    floor("RIP", ["Wire", "ProtocolKit", "CommandGrammar", "Policy", "Routing"]),
    floor("ODR", ["Wire", "ProtocolKit", "CommandGrammar", "Policy", "Routing"]),
    // Floor 4
    floor("NodeRuntime", ["Wire", "ProtocolKit", "CommandGrammar", "Interfaces", "Routing", "DataPlane", "NHRP", "IKE", "IPsecCrypto", "Policy", "BGP", "RIP", "ODR"]),
    // Floor 5
    floor("Screens", ["NodeRuntime", "ProtocolKit", "Wire", .product(name: "Yams", package: "Yams")]),
    .target(
      name: "Console", dependencies: ["Screens", "NodeRuntime", "ProtocolKit", "CommandGrammar", "CTermShim"],
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    floor(
      "Lab",
      ["NodeRuntime", "Wire", "ProtocolKit", "CommandGrammar", "Interfaces", "Routing", "DataPlane", "NHRP", "IKE", "IPsecCrypto"]),
    floor(
      "LinuxHost",
      [
        "NodeRuntime", "Wire", "ProtocolKit", "CommandGrammar", "Interfaces", "Routing", "DataPlane", "NHRP", "IKE", "IPsecCrypto", "LinuxNet",
        "CLinux",
      ]),
    // Floor 6
    .executableTarget(
      name: "dmvpn",
      dependencies: [
        "Console", "Screens", "Lab", "LinuxHost", "NodeRuntime", "IPsecCrypto", "Wire", "ProtocolKit",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // Tests, floor by floor
    tests("WireTests", ["Wire"]),
    tests("ProtocolKitTests", ["ProtocolKit", "Wire"]),
    tests("CommandGrammarTests", ["CommandGrammar", "Wire"]),
    tests("PolicyTests", ["Policy", "CommandGrammar", "Wire"]),
    tests("RoutingTests", ["Routing", "ProtocolKit", "CommandGrammar", "Wire"]),
    .testTarget(name: "DataPlaneTests", dependencies: ["DataPlane", "IPsecCrypto", "ProtocolKit", "Wire"], path: "Tests/DataPlaneTests", exclude: ["Captures"]),
    tests("IPsecCryptoTests", ["IPsecCrypto", "ProtocolKit", "Wire"]),
    .testTarget(name: "IKETests", dependencies: ["IKE", "IPsecCrypto", "ProtocolKit", "Wire"], path: "Tests/IKETests", exclude: ["Captures"]),
    .testTarget(
      name: "BGPTests", dependencies: ["BGP", "Policy", "Routing", "CommandGrammar", "ProtocolKit", "Wire"], path: "Tests/BGPTests",
      exclude: ["Captures"]),
    .testTarget(
      name: "RIPTests", dependencies: ["RIP", "IPsecCrypto", "Policy", "Routing", "CommandGrammar", "ProtocolKit", "Wire"],
      path: "Tests/RIPTests", exclude: ["Captures"]),
    .testTarget(
      name: "ODRTests", dependencies: ["ODR", "Policy", "Routing", "CommandGrammar", "ProtocolKit", "Wire"], path: "Tests/ODRTests",
      exclude: ["Captures"]),
    tests("InterfacesTests", ["Interfaces", "CommandGrammar", "Wire"]),
    .testTarget(name: "NHRPTests", dependencies: ["NHRP", "ProtocolKit", "CommandGrammar", "Wire"], path: "Tests/NHRPTests", exclude: ["Captures"]),
    tests("NodeRuntimeTests", ["NodeRuntime", "NHRP", "IKE", "IPsecCrypto", "Interfaces", "Routing", "DataPlane", "ProtocolKit", "CommandGrammar", "Wire"]),
    tests("LabTests", ["Lab", "NodeRuntime", "NHRP", "IKE", "IPsecCrypto", "DataPlane", "ProtocolKit", "Wire", "Screens"]),
    tests("LinuxNetTests", ["LinuxNet", "ProtocolKit", "Wire"]),
    tests("LinuxHostTests", ["LinuxHost", "LinuxNet", "NodeRuntime", "ProtocolKit", "Wire"]),
    .testTarget(name: "ScreensTests", dependencies: ["Screens", "NodeRuntime", "ProtocolKit", "Wire"], path: "Tests/ScreensTests", exclude: ["Golden"]),
    tests("HouseTests", []),
    tests("SystemTests", ["Wire"]),
  ]
)
