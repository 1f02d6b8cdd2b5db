// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// Who is at the other end of a UNIX socket, as the kernel vouches for it (SO_PEERCRED, taken when it connected).
public struct PeerCredentials: Sendable, Equatable {
  /// The user.
  public var userID: UInt32
  /// The user's main group at that time.
  public var groupID: UInt32
  /// The process.
  public var processID: Int32
  /// The user's name; the number where there is none.
  public var userName: String

  /// Asks the kernel about the peer of a connected socket.
  public init(ofSocket descriptor: Int32) throws(SystemError) {
    (userID, groupID, processID) = (0, 0, 0)
    userName = ""
    try check(clx_peer_credentials(descriptor, &processID, &userID, &groupID), "ask who connected")
    userName = Accounts.userName(userID) ?? String(userID)
  }
}

/// Names and numbers of users and groups.
public enum Accounts {
  private static let bufferBytes = 16 << 10

  /// The name of a user.
  public static func userName(_ id: UInt32) -> String? {
    withBuffer { buffer in
      var entry = passwd()
      var found: UnsafeMutablePointer<passwd>?
      guard let room = buffer.baseAddress, getpwuid_r(id, &entry, room, buffer.count, &found) == 0, found != nil else { return nil }
      return entry.pw_name.map { String(cString: $0) }
    }
  }

  /// The numbers of a user and its main group, by name.
  public static func userID(named name: String) -> (user: UInt32, group: UInt32)? {
    withBuffer { buffer in
      var entry = passwd()
      var found: UnsafeMutablePointer<passwd>?
      guard let room = buffer.baseAddress, getpwnam_r(name, &entry, room, buffer.count, &found) == 0, found != nil else { return nil }
      return (entry.pw_uid, entry.pw_gid)
    }
  }

  /// The number of a group, by name.
  public static func groupID(named name: String) -> UInt32? {
    withBuffer { buffer in
      var entry = group()
      var found: UnsafeMutablePointer<group>?
      guard let room = buffer.baseAddress, getgrnam_r(name, &entry, room, buffer.count, &found) == 0, found != nil else { return nil }
      return entry.gr_gid
    }
  }

  /// The groups a user belongs to, the main one included.
  public static func groupIDs(ofUser name: String, mainGroup: UInt32) -> [UInt32] {
    var groups = [gid_t](repeating: 0, count: 1024)
    var count = Int32(groups.count)
    return getgrouplist(name, mainGroup, &groups, &count) < 0 ? [mainGroup] : Array(groups.prefix(Int(count)))
  }

  private static func withBuffer<Result>(_ body: (UnsafeMutableBufferPointer<CChar>) -> Result) -> Result {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: bufferBytes) { body($0) }
  }
}
