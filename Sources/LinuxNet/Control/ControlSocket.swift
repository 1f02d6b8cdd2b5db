// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// The UNIX socket that consoles and `exec` connect to. The file goes when the object goes.
public final class ControlSocket {
  /// Where the file is.
  public let path: String
  private let socket: Descriptor
  /// The file as it was made: a successor's file of the same name is not ours to unlink.
  private let identity: FileIdentity?

  private static let backlog: Int32 = 16

  /// Listens at `path`: for its owner alone (0600), or for the members of `group` too (0660).
  ///
  /// A file that a dead process left is replaced. A living one is the error "another dmvpn is running on PATH".
  public init(path: String, group: String? = nil) throws(SystemError) {
    self.path = path
    try ControlSocket.refuseOccupied(path)
    socket = try makeSocket(AF_UNIX, SOCK_STREAM)
    // Made under another name, with its final mode, and then renamed: nobody can connect before the mode is right.
    let draft = "\(path).\(getpid())"
    _ = unlink(draft)
    do {
      try ControlSocket.bindFile(socket.rawValue, draft, group)
      try check(rename(draft, path), "create \(path)")
    } catch {
      _ = unlink(draft)
      throw error
    }
    identity = FileIdentity(path: path)
  }

  deinit {
    if let identity, FileIdentity(path: path) == identity { _ = unlink(path) }
  }

  private static func bindFile(_ socket: Int32, _ path: String, _ group: String?) throws(SystemError) {
    var address = try unixAddress(path)
    let result = withGenericAddress(of: &address) { Glibc.bind(socket, $0, $1) }
    try check(result, "create \(path)", errno == ENOENT ? "the directory is missing" : "")
    try check(chmod(path, 0o600), "set the mode of \(path)")
    if let group {
      guard let number = Accounts.groupID(named: group) else {
        throw SystemError(call: "create \(path)", errno: 0, detail: "there is no group \(group)")
      }
      try check(chown(path, uid_t.max, number), "give \(path) to group \(group)")
      try check(chmod(path, 0o660), "set the mode of \(path)")
    }
    try check(listen(socket, backlog), "listen on \(path)")
  }

  private static func refuseOccupied(_ path: String) throws(SystemError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw SystemError(call: "create \(path)", errno: EEXIST, detail: "it is a file, and no socket; remove it or choose another path")
    }
    do {
      _ = try connectUnix(path)
    } catch where error.errno == ECONNREFUSED || error.errno == ENOENT {
      return
    }
    throw SystemError(call: "create \(path)", errno: EADDRINUSE, detail: "another dmvpn is running on \(path)")
  }

  /// The descriptor, for the event loop: call `accept` when it is readable.
  public var descriptor: Int32 { socket.rawValue }

  /// Takes the next connection; nil when none waits.
  public func accept() throws(SystemError) -> FramedConnection? {
    while true {
      let number = clx_accept(socket.rawValue)
      if number >= 0 { return try FramedConnection(Descriptor(owning: number)) }
      switch Glibc.errno {
      case EINTR, ECONNABORTED: continue
      case EAGAIN: return nil
      default: throw .last("accept a connection on \(path)")
      }
    }
  }
}

/// What tells a file from another of the same name.
private struct FileIdentity: Equatable {
  let device: UInt
  let inode: UInt

  init?(path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    (device, inode) = (UInt(status.st_dev), UInt(status.st_ino))
  }
}

/// The kernel's form of a UNIX socket's path, at most 107 bytes.
func unixAddress(_ path: String) throws(SystemError) -> sockaddr_un {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let bytes = Array(path.utf8)
  guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.contains(0) else {
    throw SystemError(call: "use socket \(path)", errno: ENAMETOOLONG, detail: "a socket's path has 1 to 107 bytes")
  }
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
  return address
}

/// Connects to the UNIX stream socket at `path`; the result is non-blocking.
func connectUnix(_ path: String) throws(SystemError) -> Descriptor {
  let socket = try makeSocket(AF_UNIX, SOCK_STREAM)
  var address = try unixAddress(path)
  let result = withGenericAddress(of: &address) { pointer, length in retrying { Int(connect(socket.rawValue, pointer, length)) } }
  try check(Int32(result), "connect to \(path)", adviceForConnect())
  return socket
}

private func adviceForConnect() -> String {
  switch Glibc.errno {
  case ENOENT, ECONNREFUSED: "no dmvpn is running there"
  case EACCES: "only its owner and its group may connect"
  case EAGAIN: "too many connections wait there"
  default: ""
  }
}
