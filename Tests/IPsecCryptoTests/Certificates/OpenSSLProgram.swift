// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// The program `openssl`, as an outside opinion.
enum OpenSSLProgram {
  static let path = "/usr/bin/openssl"
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

  /// Runs in a directory of its own that holds `files`; what it printed, and whether it succeeded.
  static func run(_ arguments: [String], files: [String: [UInt8]]) throws -> (output: String, succeeded: Bool) {
    let directory = FileManager.default.temporaryDirectory.appending(path: "dmvpn-pki-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for (name, bytes) in files { try Data(bytes).write(to: directory.appending(path: name)) }
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.currentDirectoryURL = directory
    process.standardInput = FileHandle.nullDevice
    (process.standardOutput, process.standardError) = (pipe, pipe)
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (String(decoding: output, as: UTF8.self), process.terminationStatus == 0)
  }
}
