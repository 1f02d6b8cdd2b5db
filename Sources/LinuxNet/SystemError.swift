// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// A system call that failed: which one on what, the kernel's number, and what an operator can do about it.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The call and its object, e.g. `open /dev/net/tun`.
  public let call: String
  /// The kernel's error number; 0 where the failure is ours (a name too long, a refused frame).
  public let errno: Int32
  /// What to do, or what was wrong; empty where the error number says it all.
  public let detail: String

  /// Names a failure.
  public init(call: String, errno: Int32, detail: String = "") {
    (self.call, self.errno, self.detail) = (call, errno, detail)
  }

  /// The failure of the call that just returned.
  static func last(_ call: String, _ detail: String = "") -> SystemError {
    SystemError(call: call, errno: Glibc.errno, detail: detail)
  }

  /// `open /dev/net/tun: Permission denied; load the tun module or run as root`
  public var description: String {
    guard errno != 0 else { return detail.isEmpty ? call : "\(call): \(detail)" }
    return "\(call): \(text(ofErrno: errno))" + (detail.isEmpty ? "" : "; \(detail)")
  }
}

/// The C library's sentence for an error number.
public func text(ofErrno number: Int32) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
    buffer.initialize(repeating: 0)
    guard let base = buffer.baseAddress, strerror_r(number, base, buffer.count) == 0 else { return "error \(number)" }
    return String(cString: base)
  }
}

/// Passes a result of a system call on, or throws where it is negative.
@discardableResult
func check(_ result: Int32, _ call: @autoclosure () -> String, _ detail: @autoclosure () -> String = "") throws(SystemError) -> Int32 {
  guard result < 0 else { return result }
  let number = Glibc.errno
  throw SystemError(call: call(), errno: number, detail: detail())
}

/// What an operator can do about a port that could not be bound; `rival`: what kind of daemon holds it as a rule.
func adviceForBind(_ number: Int32, rival: String) -> String {
  switch number {
  case EADDRINUSE: "another \(rival) daemon may have it"
  case EADDRNOTAVAIL: "the address is on none of the host's interfaces"
  case EACCES: "ports below net.ipv4.ip_unprivileged_port_start take root or the capability CAP_NET_BIND_SERVICE"
  default: ""
  }
}

/// Repeats `body` while a signal interrupts it (EINTR).
@inline(__always)
func retrying(_ body: () -> Int) -> Int {
  while true {
    let result = body()
    if result >= 0 || Glibc.errno != EINTR { return result }
  }
}

extension SystemError {
  /// The number that says that a time is over (ETIMEDOUT).
  public static let timedOut = ETIMEDOUT
  /// The numbers that say that a peer cannot be reached from here now.
  public static let unreachable: Set<Int32> = [
    EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, ENODEV, EACCES, EPERM, EAFNOSUPPORT, EINVAL,
  ]
  /// The numbers that say that the system, or a buffer of ours, is full.
  public static let noRoom: Set<Int32> = [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRINUSE, EAGAIN]
}
