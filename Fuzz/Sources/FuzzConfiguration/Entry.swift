// SPDX-License-Identifier: GPL-3.0-or-later
import FuzzDriver
import NodeRuntime

/// Loads the bytes as a configuration file; what loads clean must be written and read back as itself.
private func fuzzConfiguration(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let (settings, diagnostics) = ConfigurationLoader.load(ConfigurationLoader.text(of: bytes), file: "fuzz")
  guard !diagnostics.contains(where: { $0.level == .error }) else { return 0 }
  let again = ConfigurationLoader.load(ConfigurationWriter.text(settings), file: "again")
  precondition(again.settings == settings, "a configuration changed by being written")
  return 0
}

@main enum Entry {
  static func main() { fuzz { fuzzConfiguration($0, $1) } }
}
