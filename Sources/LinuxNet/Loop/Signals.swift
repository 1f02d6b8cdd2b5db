// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// Signals as things to read, not as interruptions.
public enum Signals {
  /// Blocks `numbers` in this thread and all it starts later. Call it before the first thread starts.
  public static func block(_ numbers: [Int32]) {
    var set = signalSet(numbers)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Makes writing to a closed pipe or socket an error instead of the process' end.
  public static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }

  static func signalSet(_ numbers: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
    return set
  }
}

/// A descriptor that becomes readable when one of its signals came (signalfd). The signals must be blocked.
public final class SignalSource {
  private let file: Descriptor

  /// Listens for `numbers`.
  public init(_ numbers: [Int32]) throws(SystemError) {
    var set = Signals.signalSet(numbers)
    file = try Descriptor(signalfd(-1, &set, Int32(SFD_NONBLOCK) | Int32(SFD_CLOEXEC)), "open a signal descriptor")
  }

  /// The descriptor, for the event loop.
  public var descriptor: Int32 { file.rawValue }

  /// The next signal that came; nil when none did.
  public func next() -> Int32? {
    var record = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    let count = retrying { read(file.rawValue, &record, size) }
    return count == size ? Int32(bitPattern: record.ssi_signo) : nil
  }
}
