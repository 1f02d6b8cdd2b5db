// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import NodeRuntime
import ProtocolKit

/// A node's key jobs and files in the lab: done inline, answered after a fixed virtual delay, so that a run repeats exactly.
public struct VirtualKeys: Sendable {
  /// Who does the jobs.
  public var provider: any KeyProvider
  /// How long a result takes, in virtual time.
  public var delay: Duration
  /// What is in the files that a configuration names.
  public var files: [KeyMaterialRequest: KeyMaterial]

  /// The real provider and no files.
  public init(
    provider: any KeyProvider = OpenSSLKeyProvider(), delay: Duration = .milliseconds(1), files: [KeyMaterialRequest: KeyMaterial] = [:]
  ) {
    (self.provider, self.delay, self.files) = (provider, delay, files)
  }

  func material(_ request: KeyMaterialRequest) -> KeyMaterial {
    files[request] ?? .failure("a node of the lab has no such file")
  }
}
