// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import IKE
import NodeRuntime
import ProtocolKit
import Testing
import Wire

/// The files that come with the program, in `config/`.
@Suite struct ConfigurationFilesTests {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "config")

  static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []).filter {
    $0.hasSuffix(".conf")
  }.sorted()

  private func load(_ name: String) throws -> (settings: NodeSettings, diagnostics: [ConfigurationDiagnostic]) {
    ConfigurationLoader.load(try String(contentsOf: Self.directory.appending(path: name), encoding: .utf8), file: name)
  }

  @Test("a file of config/ loads without a word, and is written back as the same settings", arguments: names)
  func loads(_ name: String) throws {
    let loaded = try load(name)
    #expect(loaded.diagnostics.filter { $0.level != .warning || !$0.text.contains("hub's line") }.map(\.located) == [])
    expectSameAgain(loaded.settings)
  }

  @Test("a protected file of config/ comes to a policy once its files are read", arguments: names.filter { $0.hasPrefix("ikev") })
  func policies(_ name: String) throws {
    let settings = try load(name).settings
    var material = CryptoSamples.certificate("DMVPN")
    material.secrets["/etc/dmvpn/psk"] = SecretBytes(1...32)
    let tunnel = ProtectedTunnel(
      interface: InterfaceID(1), profileName: settings.interfaces["Tunnel0"]?.interface.tunnel.protectionProfile ?? "",
      local: IPAddress(198, 51, 100, 1))
    let resolution = settings.crypto.resolution(for: [tunnel], material: material, hostName: settings.hostname)
    #expect(resolution.refusals == [:] && resolution.policies.map(\.version) == [name.hasPrefix("ikev1") ? .ikev1 : .ikev2])
    #expect(!settings.crypto.holdsKeys)
  }
}
