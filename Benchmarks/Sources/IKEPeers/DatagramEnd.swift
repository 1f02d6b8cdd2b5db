// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Wire

/// A UDP socket on an address and port of ours.
final class DatagramEnd {
  let descriptor: Int32
  let local: IPAddress
  let port: UInt16

  init(_ local: IPAddress, _ port: UInt16) {
    (self.local, self.port) = (local, port)
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var size: Int32 = 4 << 20
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
    var address = Self.address(local, port)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    guard status == 0 else { fatalError("no socket on \(local):\(port): \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8], to remote: IPAddress, _ port: UInt16) {
    var address = Self.address(remote, port)
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  /// The next datagram and who sent it; nil when there is none.
  func receive() -> (bytes: [UInt8], remote: IPAddress, port: UInt16)? {
    var address = sockaddr_in(), length = socklen_t(MemoryLayout<sockaddr_in>.size)
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 2_048) { buffer, used in
      count = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { recvfrom(descriptor, buffer.baseAddress, buffer.count, 0, $0, &length) }
      }
      used = max(0, count)
    }
    guard count > 0 else { return nil }
    return (bytes, IPAddress(v4: UInt32(bigEndian: address.sin_addr.s_addr)), UInt16(bigEndian: address.sin_port))
  }

  private static func address(_ address: IPAddress, _ port: UInt16) -> sockaddr_in {
    var result = sockaddr_in()
    result.sin_family = sa_family_t(AF_INET)
    result.sin_addr.s_addr = address.v4Bits.bigEndian
    result.sin_port = port.bigEndian
    return result
  }
}

/// Waits until one of some sockets can be read.
func waitForAny(_ descriptors: [Int32], milliseconds: Int32) -> [Bool] {
  var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  poll(&polled, nfds_t(polled.count), milliseconds)
  return polled.map { $0.revents & Int16(POLLIN) != 0 }
}
