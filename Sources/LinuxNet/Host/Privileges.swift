// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// A set of Linux capabilities (capabilities(7)), as the kernel's bit mask.
public struct CapabilitySet: OptionSet, Sendable, Hashable {
  /// The kernel's bits.
  public let rawValue: UInt64
  /// Makes a set of the kernel's bits.
  public init(rawValue: UInt64) { self.rawValue = rawValue }
  /// CAP_DAC_OVERRIDE: open files of others.
  public static let overrideFileModes = CapabilitySet(rawValue: 1 << 1)
  /// CAP_NET_BIND_SERVICE: ports below 1024.
  public static let bindLowPorts = CapabilitySet(rawValue: 1 << 10)
  /// CAP_NET_ADMIN: interfaces, addresses, routes, TUN.
  public static let networkAdministration = CapabilitySet(rawValue: 1 << 12)
  /// CAP_NET_RAW: raw sockets.
  public static let rawSockets = CapabilitySet(rawValue: 1 << 13)
  /// What a running node needs: CAP_NET_ADMIN, CAP_NET_RAW, and port 500.
  public static let node: CapabilitySet = [.networkAdministration, .rawSockets, .bindLowPorts]
}

/// What this process may do, and how it gives the rest away.
public enum Privileges {
  /// The capabilities in effect, from /proc/self/status; empty where that cannot be read.
  public static var effective: CapabilitySet {
    for line in (Files.text("/proc/self/status") ?? "").split(separator: "\n") where line.hasPrefix("CapEff:") {
      let digits = line.dropFirst(7).filter { !$0.isWhitespace }
      return CapabilitySet(rawValue: UInt64(digits, radix: 16) ?? 0)
    }
    return []
  }

  /// Whether the process runs as root.
  public static var isRoot: Bool { geteuid() == 0 }

  /// No core dumps and no debugger of the same user (keys are in memory), and no program started from here gains
  /// privileges. Call it after `drop`, which undoes the first, and before the first thread starts: the last belongs to a thread.
  ///
  /// What is below /proc/self is root's from now on; the process itself reads what it could, but for `environ` and the like. A program
  /// that it starts has what `exec` gives it: root keeps its capabilities, and ambient ones stay.
  public static func hardenProcess() throws(SystemError) {
    // The limit alone would not hold: a kernel that pipes core files into a program does not ask it.
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    try check(setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none), "forbid core files")
    try check(clx_prctl(PR_SET_DUMPABLE, 0, 0), "forbid core dumps")
    try check(clx_prctl(PR_SET_NO_NEW_PRIVS, 1, 0), "forbid new privileges")
  }

  /// Keeps only `capabilities`, of those there are; and becomes `user` where one is named.
  ///
  /// Capabilities belong to a thread: call this before the first thread starts.
  public static func drop(to capabilities: CapabilitySet, user: String? = nil) throws(SystemError) {
    let kept = capabilities.intersection(effective)
    if let user { try become(user) }
    try check(clx_set_capabilities(kept.rawValue, 0), "give capabilities away")
  }

  private static func become(_ user: String) throws(SystemError) {
    guard let account = Accounts.userID(named: user) else {
      throw SystemError(call: "become user \(user)", errno: 0, detail: "there is no such user")
    }
    // Without this flag the kernel clears the permitted set together with user number 0.
    try check(clx_prctl(PR_SET_KEEPCAPS, 1, 0), "keep capabilities")
    let groups = Accounts.groupIDs(ofUser: user, mainGroup: account.group)
    try check(setgroups(groups.count, groups), "take the groups of \(user)")
    try check(setgid(account.group), "take the group of \(user)")
    try check(setuid(account.user), "become user \(user)")
  }
}
