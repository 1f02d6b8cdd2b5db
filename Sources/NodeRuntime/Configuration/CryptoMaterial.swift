// SPDX-License-Identifier: GPL-3.0-or-later
import IKE

/// From the files that the settings name to what the host reads, and back.
extension CryptoSettings {
  /// Everything that has to be read, in a fixed order.
  public var materialRequests: [KeyMaterialRequest] {
    secretFiles.map { .secret(path: $0) } + trustpointsWithFiles.map { .trustpoint(name: $0.name, files: $0.files) }
  }
}

extension TrustpointSettings {
  /// The files as the host is asked for them.
  public var files: TrustpointFiles {
    TrustpointFiles(
      certificate: certificateFile, key: privateKeyFile, roots: rootFiles, revocationLists: revocationFiles,
      requiresRevocationList: requiresRevocationList)
  }
}

extension IKEMaterial {
  /// Takes what the host read, in place of what it read before.
  public mutating func take(_ request: KeyMaterialRequest, _ material: KeyMaterial) {
    let name =
      switch request {
      case .secret(let path): path
      case .trustpoint(let name, _): name
      }
    failures[name] = nil
    switch (request, material) {
    case (_, .failure(let why)): fail(request, name, why)
    case (.secret, .secret(let bytes)): secrets[name] = bytes
    case (.trustpoint, .trustpoint(let key, let anchors)): trustpoints[name] = Trustpoint(signingKey: key, anchors: anchors)
    default: break
    }
  }

  private mutating func fail(_ request: KeyMaterialRequest, _ name: String, _ why: String) {
    failures[name] = why
    if case .secret = request { secrets[name] = nil } else { trustpoints[name] = nil }
  }

  /// Forgets what nothing names any more.
  public mutating func keep(only settings: CryptoSettings) {
    let paths = Set(settings.secretFiles), names = Set(settings.trustpointsWithFiles.map(\.name))
    secrets = secrets.filter { paths.contains($0.key) }
    trustpoints = trustpoints.filter { names.contains($0.key) }
    failures = failures.filter { paths.contains($0.key) || names.contains($0.key) }
  }
}
