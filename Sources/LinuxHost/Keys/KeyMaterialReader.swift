// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import IPsecCrypto
import LinuxNet
import NodeRuntime
import ProtocolKit

/// Reads the files of keys and certificates that a configuration names. What it says of a failure names the file, never its content.
enum KeyMaterialReader {
  /// More is no key, certificate or list.
  private static let limitBytes = 4 << 20

  /// The material, or why there is none. Relative paths start at `directory`, the configuration file's own.
  static func read(_ request: KeyMaterialRequest, directory: String) -> KeyMaterial {
    do throws(Refusal) {
      switch request {
      case .secret(let path): return .secret(try secret(place(path, directory)))
      case .trustpoint(_, let files): return try trustpoint(files, directory)
      }
    } catch {
      return .failure(error.text)
    }
  }

  struct Refusal: Error { let text: String }

  private static func place(_ path: String, _ directory: String) -> String { path.hasPrefix("/") ? path : directory + "/" + path }

  /// The first line of a file that only its owner may read.
  private static func secret(_ path: String) throws(Refusal) -> SecretBytes {
    let line = try bytes(path, isSecret: true).prefix { $0 != 0x0a && $0 != 0x0d }
    guard !line.isEmpty else { throw Refusal(text: "\(path): the first line is empty") }
    return SecretBytes(line)
  }

  private static func trustpoint(_ files: TrustpointFiles, _ directory: String) throws(Refusal) -> KeyMaterial {
    var key: SigningKey?
    if let certificate = files.certificate, let secret = files.key {
      let (chainPath, keyPath) = (place(certificate, directory), place(secret, directory))
      let chain = try decode(chainPath) { bytes throws(CryptoError) in try CertificateReader.certificates(inPEMorDER: bytes) }
      let bytes = try bytes(keyPath, isSecret: true)
      do throws(CryptoError) {
        key = try CertificateReader.signingKey(privateKeyPEMorDER: bytes, chain: chain)
      } catch {
        throw Refusal(text: "\(keyPath): \(error)")
      }
    }
    var anchors = TrustAnchors(roots: [], requiresRevocationList: files.requiresRevocationList)
    for path in files.roots {
      anchors.roots += try decode(place(path, directory)) { bytes throws(CryptoError) in try CertificateReader.certificates(inPEMorDER: bytes) }
    }
    for path in files.revocationLists {
      anchors.revocationLists += try decode(place(path, directory)) { bytes throws(CryptoError) in
        try CertificateReader.revocationLists(inPEMorDER: bytes)
      }
    }
    return .trustpoint(key, anchors)
  }

  private static func decode(_ path: String, _ body: ([UInt8]) throws(CryptoError) -> [[UInt8]]) throws(Refusal) -> [[UInt8]] {
    let bytes = try bytes(path, isSecret: false)
    do throws(CryptoError) {
      return try body(bytes)
    } catch {
      throw Refusal(text: "\(path): \(error)")
    }
  }

  private static func bytes(_ path: String, isSecret: Bool) throws(Refusal) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Refusal(text: "\(path): \(reason(Glibc.errno))") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw Refusal(text: "\(path): \(reason(Glibc.errno))") }
    guard !isSecret || status.st_mode & 0o077 == 0 else { throw Refusal(text: "\(path): others may read it; it holds a key (chmod 600 \(path))") }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count <= limitBytes {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0, Glibc.errno == EINTR { continue }
      guard count >= 0 else { throw Refusal(text: "\(path): \(reason(Glibc.errno))") }
      if count == 0 { return bytes }
      bytes += chunk[0..<count]
    }
    throw Refusal(text: "\(path): more than \(limitBytes >> 20) MiB")
  }

  private static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }
}
