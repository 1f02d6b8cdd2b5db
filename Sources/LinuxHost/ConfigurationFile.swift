// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import LinuxNet
import NodeRuntime

/// The file that holds the startup configuration. Each failure is a sentence for an operator.
public enum ConfigurationFile {
  /// More is no configuration.
  private static let limitBytes = 16 << 20

  /// Reads the whole file.
  static func read(_ path: String) throws(SystemError) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw SystemError(call: "read \(path)", errno: Glibc.errno) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count <= limitBytes {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0, Glibc.errno == EINTR { continue }
      guard count >= 0 else { throw SystemError(call: "read \(path)", errno: Glibc.errno) }
      if count == 0 { return ConfigurationLoader.text(of: bytes) }
      bytes += chunk[0..<count]
    }
    throw SystemError(call: "read \(path)", errno: EFBIG)
  }

  /// Replaces the file as one step: a reader, and a crash, finds the old text or the new. An existing file keeps mode and
  /// owner, but keys are for its owner alone; so is a new one (0600).
  static func write(_ text: String, to path: String) throws(SystemError) {
    // A link is followed, so that the file behind it changes and not the link.
    let target = resolved(path)
    var status = stat()
    let exists = stat(target, &status) == 0
    let draft = "\(target).\(getpid()).new"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw SystemError(call: "write \(draft)", errno: Glibc.errno) }
    defer { close(file) }
    if exists {
      // Another owner's file: without the right to give it back the copy is ours, with the same mode.
      _ = fchown(file, status.st_uid, status.st_gid)
      let holdsKeys = ConfigurationLoader.load(text, file: path).settings.holdsKeys
      _ = fchmod(file, status.st_mode & (holdsKeys ? 0o700 : 0o777))
    }
    guard writeAll(Array(text.utf8), file), fsync(file) == 0, rename(draft, target) == 0 else {
      let number = Glibc.errno
      unlink(draft)
      throw SystemError(call: "write \(path)", errno: number)
    }
  }

  /// The directory a file is in.
  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// What is to be said of the file at `path` with these settings: it holds keys, and its group or everybody can read it. Nil where
  /// all is well, and for pipes.
  public static func exposure(
    of settings: NodeSettings, in path: String, level: ConfigurationDiagnostic.Level
  ) -> ConfigurationDiagnostic? {
    var status = stat()
    guard settings.holdsKeys, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    guard status.st_mode & (S_IRGRP | S_IROTH) != 0 else { return nil }
    let mode = String(status.st_mode & 0o7777, radix: 8)
    return ConfigurationDiagnostic(
      level: level, file: path, line: 1, column: 1, text: "the file holds keys and others can read it (mode 0\(mode)): chmod 600 \(path)")
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func writeAll(_ bytes: [UInt8], _ file: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress.map { $0 + done }, bytes.count - done) }
      if count < 0, Glibc.errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }
}
