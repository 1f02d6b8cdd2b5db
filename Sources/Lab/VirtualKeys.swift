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

  /// Numbers that look like keys and protect nothing: for large clouds, and for recordings, which hold no keys and must run again.
  public static let simulated = VirtualKeys(provider: DeterministicKeyProvider(seed: 1))

  /// Does a job. Nonces, SPIs and cookies are drawn from `random`: the lab keeps no secrets, and what they decide (who wins when two
  /// rekey at once) must repeat. Keys stay the provider's.
  func perform(_ job: KeyJob, _ random: inout RandomSource) -> KeyResult {
    func drawn(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 32) } }
    if case .random(let count) = job { return .random(drawn(count)) }
    switch provider.perform(job) {
    case .generated(let privateValue, let publicValue, let bytes):
      return .generated(privateValue: privateValue, publicValue: publicValue, random: drawn(bytes.count))
    case .responded(let publicValue, let sharedSecret, let bytes):
      return .responded(publicValue: publicValue, sharedSecret: sharedSecret, random: drawn(bytes.count))
    case let other: return other
    }
  }

  func material(_ request: KeyMaterialRequest) -> KeyMaterial {
    files[request] ?? .failure("a node of the lab has no such file")
  }
}
