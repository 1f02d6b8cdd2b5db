// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// strongSwan with ESP of its own in a namespace (`Tests/Guest/strongswan-userspace`): tunnel mode over UDP 4500, for the GRE
/// that whoever speaks it in that namespace sends to one peer.
final class UserSpaceStrongSwan: StrongSwan {
  private let directory: URL
  private let process: BackgroundProcess

  /// Starts it; `ready` waits for it.
  init(in namespace: Namespace, directory: URL, address: String, peer: String, protectsAll: Bool, _ settings: StrongSwanSettings) throws {
    self.directory = directory
    let script = Guest.scripts.appending(path: "strongswan-userspace").path
    process = try namespace.start(
      [script, directory.path, settings.profile.name, address, peer, "--protect", protectsAll ? "all" : "gre"] + settings.options)
  }

  /// Waits until it answers.
  func ready(timeout: Duration = .seconds(15)) async throws {
    let file = directory.appending(path: "ready").path
    try await eventually("strongSwan answers in its namespace", timeout: timeout, lastSeen: { self.process.output() }) {
      FileManager.default.fileExists(atPath: file)
    }
  }

  func control(_ arguments: String, timeout: Duration) async throws -> String {
    try await Shell.run("\(Shell.quote(directory.appending(path: "ctl").path)) \(arguments)", timeout: timeout)
  }

  func log() async throws -> String { try String(contentsOf: directory.appending(path: "charon.log"), encoding: .utf8) }

  /// Ends it, with a word to its peers.
  func stop() async {
    await process.stop()
    process.removeLog()
  }
}

extension Bench {
  /// strongSwan with its own ESP in `namespace`, between `address` there and `peer`; comes back when it answers.
  func userSpaceStrongSwan(
    in namespace: Namespace, address: String, peer: String, protectsAll: Bool = false, _ settings: StrongSwanSettings
  ) async throws -> UserSpaceStrongSwan {
    let place = directory.appending(path: "strongswan-\(namespace.name)")
    let strongSwan = try UserSpaceStrongSwan(
      in: namespace, directory: place, address: address, peer: peer, protectsAll: protectsAll, settings)
    undo { await strongSwan.stop() }
    try await strongSwan.ready()
    return strongSwan
  }
}
