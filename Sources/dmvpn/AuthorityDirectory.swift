// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Foundation
import IPsecCrypto
import ProtocolKit

/// The files of one authority.
///
/// ```
///   ca.pem  ca.key      the authority; the key is its owner's alone
///   crl.pem             the newest revocation list
///   index.txt           one line for each certificate: serial number, name, last second, when it was revoked
///   list-number.txt     the number of the newest list
///   NAME.pem  NAME.key  a node's
/// ```
struct AuthorityDirectory {
  let path: String

  init(_ path: String) { self.path = path }

  /// Whether a node's name makes a good file name.
  static func isFit(_ name: String) -> Bool {
    let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    return isPlain && (1...64).contains(name.count) && name.first != "." && name.first != "-" && name != "ca" && name != "crl"
  }

  // MARK: What is done

  func create(name: String, keyType: CertificateAuthority.KeyType, days: Int) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let authority = try CertificateAuthority.create(name: .init(commonName: name), keyType: keyType, validity: validity(days))
    try write(authority.privateKeyPEM.withBytes { Array($0) }, "ca.key", mode: 0o600)
    try write(authority.certificatePEM, "ca.pem", mode: 0o644)
    try write([], "index.txt", mode: 0o600)
    try signList(authority, [], days: days)
  }

  func issue(_ request: CertificateAuthority.Request, name: String, keyType: CertificateAuthority.KeyType, days: Int) throws {
    let issued = try authority().issue(request, keyType: keyType, validity: validity(days))
    try write(issued.privateKeyPEM.withBytes { Array($0) }, "\(name).key", mode: 0o600)
    try write(issued.certificatePEM, "\(name).pem", mode: 0o644)
    try replaceIndex(try entries() + [Entry(serialNumber: issued.facts.serialNumber, name: name, notAfter: issued.facts.notAfter)])
  }

  /// How many certificates that concerned.
  func revoke(_ name: String, days: Int) throws -> Int {
    var all = try entries(), count = 0
    for i in all.indices where all[i].revokedAt == nil && (all[i].name == name || all[i].serialNumber.lowercased() == name.lowercased()) {
      all[i].revokedAt = now
      count += 1
    }
    guard count > 0 else { throw ValidationError("no certificate of '\(name)' that is not revoked already") }
    try replaceIndex(all)
    try signList(try authority(), all, days: days)
    return count
  }

  func renewList(days: Int) throws { try signList(try authority(), try entries(), days: days) }

  // MARK: The index

  struct Entry {
    var serialNumber: String
    var name: String
    var notAfter: Int64
    var revokedAt: Int64?

    init(serialNumber: String, name: String, notAfter: Int64, revokedAt: Int64? = nil) {
      (self.serialNumber, self.name, self.notAfter, self.revokedAt) = (serialNumber, name, notAfter, revokedAt)
    }

    init?(_ line: Substring) {
      let words = line.split(separator: " ")
      guard words.count >= 3, let notAfter = Int64(words[2]) else { return nil }
      self.init(
        serialNumber: String(words[0]), name: String(words[1]), notAfter: notAfter, revokedAt: words.count > 3 ? Int64(words[3]) : nil)
    }

    var line: String { "\(serialNumber) \(name) \(notAfter)" + (revokedAt.map { " \($0)" } ?? "") }
  }

  private func entries() throws -> [Entry] {
    try String(decoding: read("index.txt"), as: UTF8.self).split(separator: "\n").map { line in
      guard let entry = Entry(line) else { throw ValidationError("\(path)/index.txt: '\(line)' is no entry") }
      return entry
    }
  }

  private func replaceIndex(_ entries: [Entry]) throws {
    try replace(Array(entries.map { $0.line + "\n" }.joined().utf8), "index.txt", mode: 0o600)
  }

  private func signList(_ authority: CertificateAuthority, _ entries: [Entry], days: Int) throws {
    let last =
      (try? read("list-number.txt")).flatMap { UInt64(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)) }
      ?? 0
    let revocations = entries.compactMap { entry in
      entry.revokedAt.map { CertificateAuthority.Revocation(serialNumber: entry.serialNumber, wallSeconds: $0) }
    }
    let list = try authority.revocationList(revocations, number: last + 1, validity: validity(days))
    try replace(Array("\(last + 1)\n".utf8), "list-number.txt", mode: 0o600)
    try replace(list, "crl.pem", mode: 0o644)
  }

  // MARK: Files

  private var now: Int64 { Int64(Date().timeIntervalSince1970) }

  /// From a little before now, for clocks that are behind.
  private func validity(_ days: Int) -> CertificateAuthority.Validity { .init(notBefore: now - 300, notAfter: now + Int64(days) * 86_400) }

  private func authority() throws -> CertificateAuthority {
    try CertificateAuthority(certificatePEM: Array(read("ca.pem")), privateKeyPEM: SecretBytes(read("ca.key")))
  }

  private func read(_ name: String) throws -> Data {
    guard let data = FileManager.default.contents(atPath: "\(path)/\(name)") else { throw ValidationError("cannot read \(path)/\(name)") }
    return data
  }

  /// Makes a file that is not there yet, with its mode from the first byte on.
  private func write(_ bytes: [UInt8], _ name: String, mode: mode_t) throws {
    let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else {
      throw ValidationError("\(path)/\(name): " + (errno == EEXIST ? "is there already" : String(cString: strerror(errno))))
    }
    try FileHandle(fileDescriptor: file, closeOnDealloc: true).write(contentsOf: Data(bytes))
  }

  /// Puts new content in a file's place in one step.
  private func replace(_ bytes: [UInt8], _ name: String, mode: mode_t) throws {
    let draft = "\(name).\(getpid()).new"
    try write(bytes, draft, mode: mode)
    guard rename("\(path)/\(draft)", "\(path)/\(name)") == 0 else {
      throw ValidationError("\(path)/\(name): \(String(cString: strerror(errno)))")
    }
  }
}
