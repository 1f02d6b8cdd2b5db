// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// Small files and directories of the kernel's own file systems.
enum Files {
  /// The whole text of a file of at most `limit` bytes; nil where it cannot be read.
  static func text(_ path: String, limit: Int = 4 << 20) -> String? {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return nil }
    let file = Descriptor(owning: number)
    var bytes: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 32 << 10, alignment: 8)
    defer { chunk.deallocate() }
    while bytes.count < limit {
      let count = retrying { read(file.rawValue, chunk.baseAddress, chunk.count) }
      if count < 0 { return nil }
      if count == 0 { break }
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[0..<count]))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The first line of a file, without its end.
  static func line(_ path: String) -> String? {
    text(path, limit: 32 << 10).map { String($0.prefix { $0 != "\n" }) }
  }

  /// The names in a directory, unsorted; empty where it cannot be read.
  static func names(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// What a symbolic link says.
  static func linkTarget(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let count = readlink(path, base, buffer.count)
      return count < 0 ? nil : String(decoding: UnsafeRawBufferPointer(start: base, count: count), as: UTF8.self)
    }
  }

  /// Whether an executable file is there.
  static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

  /// Where a system program is, looked for where the system keeps its own; PATH is not asked.
  static func systemProgram(_ name: String) -> String? {
    ["/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"].map { $0 + name }.first(where: isExecutable)
  }
}
