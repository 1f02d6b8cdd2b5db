// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// The clock that never jumps (CLOCK_MONOTONIC). Deadlines and lifetimes use it.
public enum MonotonicClock {
  /// Nanoseconds since the machine's start.
  @inline(__always)
  public static func now() -> Int64 { nanoseconds(of: CLOCK_MONOTONIC) }
}

/// The clock on the wall (CLOCK_REALTIME). Only what people read uses it: it may jump.
public enum WallClock {
  /// Nanoseconds since 1970-01-01 00:00 UTC.
  public static func now() -> Int64 { nanoseconds(of: CLOCK_REALTIME) }
}

@inline(__always)
private func nanoseconds(of clock: clockid_t) -> Int64 {
  var time = timespec()
  clock_gettime(clock, &time)
  return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}
