// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc
import Wire

/// The kernel's structures for a batch of packets of one family, made once: each message points at its own iovec, address and
/// control bytes for good, and a call touches lengths only.
struct MessageArray: ~Copyable {
  let count: Int
  let isV4: Bool
  let messages: UnsafeMutablePointer<clx_message>
  private let vectors: UnsafeMutablePointer<iovec>
  /// `sockaddr_in` or `sockaddr_in6`, a stride apart.
  private let addresses: UnsafeMutableRawPointer
  private let control: UnsafeMutableRawPointer
  private static let stride = 32
  /// Where both forms of address have the port; where the address itself stands differs.
  private static let portOffset = 2

  init(count: Int, isV4: Bool) {
    (self.count, self.isV4) = (count, isV4)
    messages = .allocate(capacity: count)
    vectors = .allocate(capacity: count)
    addresses = .allocate(byteCount: count * Self.stride, alignment: 8)
    control = .allocate(byteCount: count * Int(CLX_CONTROL_BYTES), alignment: 8)
    messages.initialize(repeating: clx_message(), count: count)
    vectors.initialize(repeating: iovec(), count: count)
    addresses.initializeMemory(as: UInt8.self, repeating: 0, count: count * Self.stride)
    control.initializeMemory(as: UInt8.self, repeating: 0, count: count * Int(CLX_CONTROL_BYTES))
    for index in 0..<count { wire(index) }
  }

  private func wire(_ index: Int) {
    messages[index].header.msg_iov = vectors + index
    messages[index].header.msg_iovlen = 1
    address(index).storeBytes(of: sa_family_t(isV4 ? AF_INET : AF_INET6), as: sa_family_t.self)
  }

  deinit {
    messages.deallocate()
    vectors.deallocate()
    addresses.deallocate()
    control.deallocate()
  }

  @inline(__always) private func address(_ index: Int) -> UnsafeMutableRawPointer { addresses + index * Self.stride }
  @inline(__always) private var addressOffset: Int { isV4 ? 4 : 8 }
  @inline(__always) private var addressBytes: Int { isV4 ? 4 : 16 }
  @inline(__always) private func ownControl(_ index: Int) -> UnsafeMutableRawPointer { control + index * Int(CLX_CONTROL_BYTES) }

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

  /// Readies message `index` to receive into `slot`, with the sender's address and, of IPv6, the traffic class.
  @inline(__always)
  func prepareReceiveFrom(_ index: Int, into slot: UnsafeMutableRawBufferPointer) {
    prepareReceive(index, into: slot)
    messages[index].header.msg_name = address(index)
    messages[index].header.msg_namelen = socketLength(isV4: isV4)
    guard !isV4 else { return }
    messages[index].header.msg_control = ownControl(index)
    messages[index].header.msg_controllen = Int(CLX_CONTROL_BYTES)
  }

  /// The address that message `index` came from, as it stands in a packet.
  @inline(__always)
  func sender(_ index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: address(index) + addressOffset, count: addressBytes)
  }

  /// The port that message `index` came from, in network order.
  @inline(__always)
  func senderPort(_ index: Int) -> UInt16 { address(index).load(fromByteOffset: Self.portOffset, as: UInt16.self) }

  /// The traffic class that message `index` came with; 0 of IPv4, whose packets come with their headers.
  @inline(__always)
  func trafficClass(_ index: Int) -> UInt8 { isV4 ? 0 : UInt8(truncatingIfNeeded: clx_received_class(messages + index)) }

  /// Sets the port that message `index` goes to, in network order.
  @inline(__always)
  func setPort(_ index: Int, _ port: UInt16) { address(index).storeBytes(of: port, toByteOffset: Self.portOffset, as: UInt16.self) }

  /// Readies message `index` to send `payload` to `destination`, an address as it stands in a packet, of this family; negative TOS or
  /// TTL: the socket's own.
  @inline(__always)
  func prepareSend(_ index: Int, payload: UnsafeRawBufferPointer, to destination: UnsafeRawBufferPointer, tos: Int32, ttl: Int32) {
    vectors[index] = iovec(iov_base: UnsafeMutableRawPointer(mutating: payload.baseAddress), iov_len: payload.count)
    UnsafeMutableRawBufferPointer(start: address(index) + addressOffset, count: addressBytes).copyMemory(from: destination)
    setPort(index, 0)
    messages[index].header.msg_name = address(index)
    messages[index].header.msg_namelen = socketLength(isV4: isV4)
    let own = ownControl(index)
    let used = tos < 0 && ttl < 0 ? 0 : isV4 ? clx_fill_control(own, tos, ttl) : clx_fill_control_v6(own, tos, ttl)
    messages[index].header.msg_control = used == 0 ? nil : own
    messages[index].header.msg_controllen = used
  }
}
