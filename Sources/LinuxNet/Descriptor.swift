// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// A file descriptor with one owner; closed when the owner goes.
struct Descriptor: ~Copyable, Sendable {
  let rawValue: Int32

  /// Takes over `rawValue`.
  init(owning rawValue: Int32) { self.rawValue = rawValue }

  /// Takes over the result of a call that makes a descriptor.
  init(_ result: Int32, _ call: @autoclosure () -> String, _ detail: @autoclosure () -> String = "") throws(SystemError) {
    rawValue = try check(result, call(), detail())
  }

  deinit { _ = Glibc.close(rawValue) }

  /// Sets an integer socket option.
  borrowing func set(_ level: Int32, _ option: Int32, _ value: Int32, _ name: StaticString) throws(SystemError) {
    var value = value
    try check(setsockopt(rawValue, level, option, &value, socklen_t(MemoryLayout<Int32>.size)), "setsockopt \(name)")
  }

  /// Gives a socket buffers of `bytes` each way: beyond the system's limit where privileges allow, up to it otherwise.
  borrowing func setBuffers(bytes: Int32) {
    for (forced, plain) in [(SO_RCVBUFFORCE, SO_RCVBUF), (SO_SNDBUFFORCE, SO_SNDBUF)] {
      var value = bytes
      let size = socklen_t(MemoryLayout<Int32>.size)
      if setsockopt(rawValue, SOL_SOCKET, forced, &value, size) < 0 {
        _ = setsockopt(rawValue, SOL_SOCKET, plain, &value, size)
      }
    }
  }

  /// Binds a socket to an interface (SO_BINDTODEVICE).
  borrowing func bind(toDevice name: String) throws(SystemError) {
    let result = name.withCString { setsockopt(rawValue, SOL_SOCKET, SO_BINDTODEVICE, $0, socklen_t(name.utf8.count + 1)) }
    try check(result, "bind socket to interface \(name)")
  }
}

/// Makes a socket, close-on-exec, non-blocking where asked.
func makeSocket(
  _ family: Int32, _ type: __socket_type, protocol number: Int32 = 0, isBlocking: Bool = false, _ detail: String = ""
) throws(SystemError) -> Descriptor {
  let flags = Int32(SOCK_CLOEXEC.rawValue) | (isBlocking ? 0 : Int32(SOCK_NONBLOCK.rawValue))
  return try Descriptor(socket(family, Int32(type.rawValue) | flags, number), "socket", detail)
}

/// The errors that only mean "not now".
@inline(__always)
func isWouldBlock(_ number: Int32) -> Bool { number == EAGAIN || number == EWOULDBLOCK }
