// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// The kernel's structures for a batch of packets, made once: each message points at its own iovec, address and
/// control bytes for good, and a call touches lengths only.
struct MessageArray: ~Copyable {
  let count: Int
  let messages: UnsafeMutablePointer<clx_message>
  private let vectors: UnsafeMutablePointer<iovec>
  private let addresses: UnsafeMutablePointer<sockaddr_in>
  private let control: UnsafeMutableRawPointer

  init(count: Int) {
    self.count = count
    messages = .allocate(capacity: count)
    vectors = .allocate(capacity: count)
    addresses = .allocate(capacity: count)
    control = .allocate(byteCount: count * Int(CLX_CONTROL_BYTES), alignment: 8)
    messages.initialize(repeating: clx_message(), count: count)
    vectors.initialize(repeating: iovec(), count: count)
    addresses.initialize(repeating: sockaddr_in(), count: count)
    control.initializeMemory(as: UInt8.self, repeating: 0, count: count * Int(CLX_CONTROL_BYTES))
    for index in 0..<count { wire(index) }
  }

  private func wire(_ index: Int) {
    messages[index].header.msg_iov = vectors + index
    messages[index].header.msg_iovlen = 1
    addresses[index].sin_family = sa_family_t(AF_INET)
  }

  deinit {
    messages.deallocate()
    vectors.deallocate()
    addresses.deallocate()
    control.deallocate()
  }

  /// Readies message `index` to receive into `slot`.
  @inline(__always)
  func prepareReceive(_ index: Int, into slot: UnsafeMutableRawBufferPointer) {
    vectors[index] = iovec(iov_base: slot.baseAddress, iov_len: slot.count)
    messages[index].header.msg_name = nil
    messages[index].header.msg_namelen = 0
    messages[index].header.msg_control = nil
    messages[index].header.msg_controllen = 0
    messages[index].header.msg_flags = 0
    messages[index].count = 0
  }

  /// Readies message `index` to receive into `slot`, with the sender's address.
  @inline(__always)
  func prepareReceiveFrom(_ index: Int, into slot: UnsafeMutableRawBufferPointer) {
    prepareReceive(index, into: slot)
    messages[index].header.msg_name = UnsafeMutableRawPointer(addresses + index)
    messages[index].header.msg_namelen = socklen_t(MemoryLayout<sockaddr_in>.size)
  }

  /// The address and port of message `index`, in network order.
  @inline(__always)
  func sender(_ index: Int) -> (address: UInt32, port: UInt16) { (addresses[index].sin_addr.s_addr, addresses[index].sin_port) }

  /// Sets the port that message `index` goes to, in network order.
  @inline(__always)
  func setPort(_ index: Int, _ port: UInt16) { addresses[index].sin_port = port }

  /// Readies message `index` to send `payload` to `destination` (network order); negative TOS or TTL: the socket's own.
  @inline(__always)
  func prepareSend(_ index: Int, payload: UnsafeRawBufferPointer, to destination: UInt32, tos: Int32, ttl: Int32) {
    vectors[index] = iovec(iov_base: UnsafeMutableRawPointer(mutating: payload.baseAddress), iov_len: payload.count)
    addresses[index].sin_addr.s_addr = destination
    messages[index].header.msg_name = UnsafeMutableRawPointer(addresses + index)
    messages[index].header.msg_namelen = socklen_t(MemoryLayout<sockaddr_in>.size)
    let own = control + index * Int(CLX_CONTROL_BYTES)
    let used = tos < 0 && ttl < 0 ? 0 : clx_fill_control(own, tos, ttl)
    messages[index].header.msg_control = used == 0 ? nil : own
    messages[index].header.msg_controllen = used
  }
}
