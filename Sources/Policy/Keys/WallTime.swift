// SPDX-License-Identifier: GPL-3.0-or-later

/// Times of the wall clock as IOS types them: `23:59:59 Dec 31 2030`. All are UTC.
enum WallTime {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  private static let secondsOfDay: Int64 = 86_400

  /// Seconds since 1970; month and day in either order, the month as a name of three letters or more. Nil for what is no time.
  static func read(_ clock: String, _ first: String, _ second: String, year: Int) -> Int64? {
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map { DecimalNumber.read($0) }
    guard parts.count == 3, let h = parts[0], let m = parts[1], let s = parts[2], h < 24, m < 60, s < 60 else { return nil }
    guard let month = month(first) ?? month(second), let day = DecimalNumber.read(self.month(first) == nil ? first : second),
      (1...days(month, year)).contains(Int(day))
    else { return nil }
    return daysSince1970(year, month, Int(day)) * secondsOfDay + Int64(h * 3600 + m * 60 + s)
  }

  /// `23:59:59 Dec 31 2030`
  static func text(_ seconds: Int64) -> String {
    let (day, rest) = max(0, seconds).quotientAndRemainder(dividingBy: secondsOfDay)
    let (year, month, dayOfMonth) = date(day)
    let clock = [rest / 3600, rest / 60 % 60, rest % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    return "\(clock) \(months[month - 1]) \(dayOfMonth) \(year)"
  }

  private static func month(_ word: String) -> Int? {
    let lowered = word.lowercased()
    let names = [
      "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
    ]
    guard lowered.count >= 3 else { return nil }
    return names.firstIndex { $0.hasPrefix(lowered) }.map { $0 + 1 }
  }

  private static func isLeap(_ year: Int) -> Bool { year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) }

  private static func days(_ month: Int, _ year: Int) -> Int {
    [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
    let years = (1970..<max(1970, year)).reduce(0) { $0 + (isLeap($1) ? 366 : 365) }
    return Int64(years + (1..<month).reduce(0) { $0 + days($1, year) } + day - 1)
  }

  private static func date(_ day: Int64) -> (year: Int, month: Int, day: Int) {
    var left = Int(day), year = 1970
    while left >= (isLeap(year) ? 366 : 365) {
      left -= isLeap(year) ? 366 : 365
      year += 1
    }
    var month = 1
    while left >= days(month, year) {
      left -= days(month, year)
      month += 1
    }
    return (year, month, left + 1)
  }
}
