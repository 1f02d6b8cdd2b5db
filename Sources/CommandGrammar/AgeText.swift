// SPDX-License-Identifier: GPL-3.0-or-later

/// Ages as IOS prints them.
public enum AgeText {
  /// `00:03:19` under a day, then `2d10h`, `3w5d`, and `1y50w` from 365 days on. A negative age is zero.
  public static func format(_ d: Duration) -> String {
    let seconds = max(0, d.components.seconds)
    let days = seconds / 86_400
    if days < 1 { return [seconds / 3600, seconds / 60 % 60, seconds % 60].map(twoDigits).joined(separator: ":") }
    if days < 7 { return "\(days)d\(twoDigits(seconds / 3600 % 24))h" }
    if days < 365 { return "\(days / 7)w\(days % 7)d" }
    return "\(days / 365)y\(days % 365 / 7)w"
  }

  private static func twoDigits(_ n: Int64) -> String { n < 10 ? "0\(n)" : String(n) }
}
