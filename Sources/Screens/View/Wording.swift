// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// Numbers and times as operators write them.
public enum Wording {
  /// A span in the form of IOS: `00:03:19`, `2d10h`, `3w4d`, `1y2w`.
  public static func age(_ span: Duration) -> String { age(seconds: span.nanoseconds / 1_000_000_000) }

  /// A number of seconds in the same form.
  public static func age(seconds count: Int64) -> String {
    let seconds = max(0, count)
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400)
    if hours < 24 { return "\(two(hours)):\(two(minutes % 60)):\(two(seconds % 60))" }
    if days < 7 { return "\(days)d\(two(hours % 24))h" }
    if days < 365 { return "\(days / 7)w\(days % 7)d" }
    return "\(days / 365)y\(days % 365 / 7)w"
  }

  /// The span since `instant`; `never` for nil.
  public static func age(since instant: Instant?, now: Instant) -> String { instant.map { age(now - $0) } ?? "never" }

  /// A number with three significant digits: `912`, `8.1k`, `41.2M`.
  public static func short(_ value: UInt64) -> String {
    let units = ["", "k", "M", "G", "T", "P", "E"]
    if value < 1000 { return "\(value)" }
    var (tenths, unit) = (value / 100, 1)
    while tenths >= 10_000, unit < units.count - 1 { (tenths, unit) = (tenths / 1000, unit + 1) }
    return tenths >= 1000 ? "\(tenths / 10)\(units[unit])" : "\(tenths / 10).\(tenths % 10)\(units[unit])"
  }

  /// Milliseconds with one decimal below ten: `6`, `47`, `3.2 s`.
  public static func milliseconds(_ span: Duration) -> String {
    let micros = max(0, span.nanoseconds / 1000)
    if micros >= 10_000_000 { return "\(micros / 1_000_000) s" }
    if micros >= 1_000_000 { return "\(micros / 1_000_000).\(micros / 100_000 % 10) s" }
    if micros >= 10_000 { return "\(micros / 1000) ms" }
    return "\(micros / 1000).\(micros / 100 % 10) ms"
  }

  /// Milliseconds with three decimals: `5.911`, for the ladder's scale.
  public static func exactMilliseconds(_ span: Duration) -> String {
    let micros = max(0, span.nanoseconds / 1000)
    let rest = micros % 1000
    return "\(micros / 1000)." + (rest < 100 ? "0" : "") + (rest < 10 ? "0" : "") + "\(rest)"
  }

  /// The time of day with milliseconds, `14:07:33.412`: wall time where the node has one, else its own clock.
  public static func clock(_ instant: Instant, _ snapshot: NodeSnapshot, _ view: ViewState) -> String {
    guard snapshot.wallNanoseconds != 0 else { return time(ofMilliseconds: max(0, instant.nanoseconds) / 1_000_000) }
    let ago = snapshot.at.nanoseconds.subtractingReportingOverflow(instant.nanoseconds).partialValue
    let wall = snapshot.wallNanoseconds.subtractingReportingOverflow(ago).partialValue / 1_000_000
    let local = wall.addingReportingOverflow(Int64(view.utcOffsetSeconds) * 1000).partialValue
    return time(ofMilliseconds: ((local % 86_400_000) + 86_400_000) % 86_400_000)
  }

  /// Hours grow past 24 on a node's own clock: it has no days.
  private static func time(ofMilliseconds value: Int64) -> String {
    let (seconds, rest) = (value / 1000, value % 1000)
    let fraction = (rest < 100 ? "0" : "") + (rest < 10 ? "0" : "") + "\(rest)"
    return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)).\(fraction)"
  }

  private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

  /// An interface in the short form of IOS: `Tu0`, `Gi1`; names of Linux stay.
  public static func interface(_ name: String) -> String {
    let name = name.bounded, kind = name.prefix { $0.isLetter }, number = name.dropFirst(kind.count)
    guard name.first?.isUppercase == true, kind.count > 2, !number.isEmpty else { return name }
    return "\(kind.prefix(2))\(number)"
  }

  /// A security parameters index in hexadecimal, as in `show crypto ipsec sa` without its 0x; a dash for none.
  public static func spi(_ value: UInt32) -> String {
    guard value != 0 else { return "—" }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }

  /// A count of what was refused: any is worth a look, and marked.
  public static func refused(_ count: UInt64) -> String { count == 0 ? "0" : "\(short(count))!" }

  /// Kilobytes of 1,024 as bytes: `4.3GB`.
  public static func kilobytes(_ value: Int) -> String {
    let (bytes, overflow) = UInt64(max(0, value)).multipliedReportingOverflow(by: 1024)
    return "\(short(overflow ? .max : bytes))B"
  }

  /// Ten cells, as many of them full as `left` is tenths of `all`, rounded up.
  public static func bar(_ left: Int, of all: Int) -> String {
    let full = all <= 0 ? 0 : Int((Double(max(0, min(left, all))) / Double(all) * 10).rounded(.up))
    return String(repeating: "▓", count: full) + String(repeating: "░", count: 10 - full)
  }

  /// Bars for `values`, the newest at the right, scaled to their largest.
  public static func sparkline(_ values: [UInt64]) -> String {
    let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    let top = values.max() ?? 0
    guard top > 0 else { return String(repeating: "▁", count: values.count) }
    return String(
      values.map { value in
        value == 0 ? bars[0] : bars[Int(top.dividingFullWidth(value.multipliedFullWidth(by: 7)).quotient)]
      })
  }
}
