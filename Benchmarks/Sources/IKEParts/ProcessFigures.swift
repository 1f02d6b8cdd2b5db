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

  /// Seconds of processor, user and system, that all threads of a process have used, in steps of a clock tick; nil where there is none.
  public static func seconds(of process: String) -> Double? {
    // Fields are counted behind the name, which may hold spaces.
    guard let text = contents("/proc/\(process)/stat"), let name = text.lastIndex(of: ")") else { return nil }
    let fields = text[name...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[12]), let system = Double(fields[13]) else { return nil }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
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
