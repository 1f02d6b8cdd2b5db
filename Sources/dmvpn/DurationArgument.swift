// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser

/// A time as typed: `15s`, `2m`, `1h`, `500ms`, or seconds without a unit.
struct DurationArgument: ExpressibleByArgument {
  let duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  /// As it would be typed.
  var defaultValueDescription: String {
    let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
    return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
  }

  init?(argument: String) {
    let units: [(String, Int64)] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)]
    let unit = units.first { argument.hasSuffix($0.0) } ?? ("", 1_000)
    guard let number = Int64(argument.dropLast(unit.0.count)), number >= 0, number <= 1_000_000_000 else { return nil }
    duration = .milliseconds(number * unit.1)
  }
}
