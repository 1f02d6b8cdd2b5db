// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// What the kernel says of a process.
public enum ProcessFigures {
  /// Seconds of processor that this thread has used.
  public static var threadSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Seconds of processor, user and system, that all threads of a process have used; nil where there is none. Linux names the clock of
  /// another process so (`clock_getcpuclockid`); `/proc/PID/stat` has the same in steps of 10 ms.
  public static func seconds(of process: Int32) -> Double? {
    var time = timespec(), clock: clockid_t = 0
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Bytes of memory a process has in use; nil where there is none.
  public static func residentBytes(of process: String) -> Int? {
    guard let text = contents("/proc/\(process)/status"), let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") })
    else { return nil }
    return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }.map { $0 * 1_024 }
  }

  private static func contents(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 8_192)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
