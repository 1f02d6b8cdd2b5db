// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime

extension Cloud {
  /// What stands for a value in a line that is tried.
  private static let samples = ["A.B.C.D": "10.0.0.1", "WORD": "K", "NAME": "K", "X:X:X:X::X": "2001:db8::1", "IFNAME": "Tunnel0"]

  /// Every show command there is, found by asking `?`.
  func shows(from start: String = "show", depth: Int = 0) -> [String] {
    guard depth < 6 else { return [] }
    return help(start + " ").flatMap { row -> [String] in
      if row.word == "<cr>" { return [start] }
      if row.word == "|" { return [] }
      if let sample = Cloud.samples[row.word] { return shows(from: "\(start) \(sample)", depth: depth + 1) }
      guard row.word.first?.isLetter == true, row.word == row.word.lowercased() else { return [] }
      return shows(from: "\(start) \(row.word)", depth: depth + 1)
    }
  }
}
