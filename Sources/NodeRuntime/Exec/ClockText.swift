// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// Wall time of an instant: proleptic Gregorian calendar, UTC.
struct ClockText {
  var year: Int, month: Int, day: Int
  var hour: Int, minute: Int, second: Int, milliseconds: Int
  /// 0 is Sunday.
  var weekday: Int

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

  /// Nanoseconds since 1970-01-01 00:00 UTC.
  init(nanoseconds: Int64) { self.init(milliseconds: nanoseconds.floorDivided(by: 1_000_000)) }

  /// Seconds since 1970-01-01 00:00 UTC; beyond the years that a certificate can name they are cut.
  init(seconds: Int64) { self.init(milliseconds: min(max(seconds, -ClockText.limitSeconds), ClockText.limitSeconds) * 1_000) }

  /// Ten thousand years.
  private static let limitSeconds: Int64 = 315_569_520_000

  private init(milliseconds total: Int64) {
    let days = total.floorDivided(by: 86_400_000)
    let rest = Int(total - days * 86_400_000)
    (hour, minute, second, milliseconds) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60, rest % 1_000)
    // 1970-01-01 was a Thursday.
    weekday = Int((days + 4) - (days + 4).floorDivided(by: 7) * 7)
    (year, month, day) = ClockText.date(days)
  }

  /// Years begin in March here, so that the leap day is the last one; 400 years have 146,097 days.
  private static func date(_ sinceEpoch: Int64) -> (Int, Int, Int) {
    let days = sinceEpoch + 719_468
    let era = days.floorDivided(by: 146_097)
    let inEra = days - era * 146_097
    let yearOfEra = (inEra - inEra / 1_460 + inEra / 36_524 - inEra / 146_096) / 365
    let dayOfYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), Int(month), Int(day))
  }

  /// `07:02:15.210`
  var time: String { "\(hour.twoDigits):\(minute.twoDigits):\(second.twoDigits).\(milliseconds < 100 ? "0" : "")\(milliseconds.twoDigits)" }
  /// `Sep 21`
  var date: String { "\(ClockText.months[month - 1]) \(day)" }
  /// `07:02:15 UTC Sep 21 2026`, as certificates have it.
  var longWithoutMilliseconds: String { "\(hour.twoDigits):\(minute.twoDigits):\(second.twoDigits) UTC \(date) \(year)" }
  /// `07:02:15.210 UTC Mon Sep 21 2026`
  var long: String { "\(time) UTC \(ClockText.weekdays[weekday]) \(date) \(year)" }
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor != 0 && self < 0 ? quotient - 1 : quotient
  }
}

extension Node {
  /// `Sep 21 07:02:15.210`, or the time since the start (`00:00:12.345`) where there is no wall clock.
  func clockText(_ at: Instant) -> String {
    guard let wall = wall(at) else { return sinceStart(at) }
    return "\(wall.date) \(wall.time)"
  }

  /// Wall time; nil in virtual time.
  func wall(_ at: Instant) -> ClockText? {
    wallAtStartNanoseconds == 0 ? nil : ClockText(nanoseconds: wallAtStartNanoseconds &+ at.nanoseconds)
  }

  private func sinceStart(_ at: Instant) -> String {
    let millis = Int(at.nanoseconds / 1_000_000)
    let clock = ClockText(nanoseconds: Int64(millis % 86_400_000) * 1_000_000)
    let days = millis / 86_400_000
    return (days > 0 ? "\(days)d " : "") + clock.time
  }
}
