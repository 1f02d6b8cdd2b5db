// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// A layer-3 interface of the host whose other end is this process. It exists exactly as long as it is open.
///
/// Packets are bare IP packets (IFF_NO_PI). All calls are non-blocking, and the object holds nothing but its
/// descriptor, so any thread may use it; two queues of one device are two objects.
public final class TUNDevice: Sendable {
  /// The interface's name.
  public let name: String
  /// The interface's index, for netlink.
  public let index: UInt32
  private let file: Descriptor
  private let isMultiQueue: Bool

  /// The most packets one batch call moves, so that one device cannot hold a loop for itself.
  public static let batchLimit = 64

  /// Makes the interface `name`, still down and without addresses.
  public static func open(name: String, mtu: Int, isMultiQueue: Bool = false) throws(SystemError) -> TUNDevice {
    guard (1...15).contains(name.utf8.count), !name.contains("/") else {
      throw SystemError(call: "create interface \(name)", errno: 0, detail: "an interface name has 1 to 15 characters and no slash")
    }
    guard if_nametoindex(name) == 0 else {
      throw SystemError(call: "create interface \(name)", errno: EEXIST, detail: "an interface of that name is already there")
    }
    let file = try attach(name, flags: IFF_TUN_EXCL | (isMultiQueue ? IFF_MULTI_QUEUE : 0))
    return try TUNDevice(name: name, file: file, isMultiQueue: isMultiQueue, mtu: mtu)
  }

  /// Opens one more queue of a multi-queue device, for one more worker.
  public func openQueue() throws(SystemError) -> TUNDevice {
    guard isMultiQueue else { throw SystemError(call: "open a queue of \(name)", errno: 0, detail: "the device has one queue only") }
    return try TUNDevice(name: name, file: TUNDevice.attach(name, flags: IFF_MULTI_QUEUE), isMultiQueue: true, mtu: nil)
  }

  private init(name: String, file: consuming Descriptor, isMultiQueue: Bool, mtu: Int?) throws(SystemError) {
    (self.name, self.isMultiQueue) = (name, isMultiQueue)
    self.file = file
    index = if_nametoindex(name)
    if let mtu { try setMTU(mtu) }
  }

  private static func attach(_ name: String, flags: Int32) throws(SystemError) -> Descriptor {
    let file = try Descriptor(
      Glibc.open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), "open /dev/net/tun", "load the tun module or run as root")
    let all = IFF_TUN | IFF_NO_PI | flags
    try check(
      clx_tun_attach(file.rawValue, name, Int16(truncatingIfNeeded: all)), "create interface \(name)", adviceForAttach())
    return file
  }

  private static func adviceForAttach() -> String {
    switch Glibc.errno {
    case EPERM: "it takes the capability CAP_NET_ADMIN"
    case EBUSY: "an interface of that name is already there"
    default: ""
    }
  }

  /// The descriptor, for the event loop.
  public var descriptor: Int32 { file.rawValue }

  /// Sets the largest packet the host's stack hands over.
  public func setMTU(_ mtu: Int) throws(SystemError) {
    let socket = try makeSocket(AF_INET, SOCK_DGRAM)
    try check(clx_set_mtu(socket.rawValue, name, Int32(clamping: mtu)), "set mtu \(mtu) on \(name)", "68 to 65535 is allowed")
  }

  /// Reads one packet of the host's stack; nil when none waits.
  @inline(__always)
  public func readPacket(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
    let count = retrying { Glibc.read(file.rawValue, buffer.baseAddress, buffer.count) }
    if count >= 0 { return count }
    if isWouldBlock(Glibc.errno) { return nil }
    throw .last("read from \(name)", Glibc.errno == EIO ? "the interface is down" : "")
  }

  /// Reads up to `limit` packets (at most `batchLimit`) into the caller's slots. Returns how many; fewer than asked means drained.
  public func read(
    upTo limit: Int, slot: (Int) -> UnsafeMutableRawBufferPointer, received: (_ index: Int, _ count: Int) -> Void
  ) throws(SystemError) -> Int {
    var done = 0
    while done < min(limit, TUNDevice.batchLimit), let count = try readPacket(into: slot(done)) {
      received(done, count)
      done += 1
    }
    return done
  }

  /// Gives one packet to the host's stack. False when the kernel has no room or the interface is down: the packet is lost.
  @discardableResult @inline(__always)
  public func writePacket(_ packet: UnsafeRawBufferPointer) throws(SystemError) -> Bool {
    let count = retrying { Glibc.write(file.rawValue, packet.baseAddress, packet.count) }
    if count >= 0 { return true }
    switch Glibc.errno {
    // EIO: not up. EINVAL: not an IP packet. Neither may stop the ones behind it.
    case EAGAIN, ENOBUFS, ENOMEM, EIO, EINVAL: return false
    default: throw .last("write to \(name)")
    }
  }

  /// Writes `count` packets of the caller. Returns how many the kernel took.
  @discardableResult
  public func write(count: Int, packet: (Int) -> UnsafeRawBufferPointer) throws(SystemError) -> Int {
    var taken = 0
    for index in 0..<max(0, count) where try writePacket(packet(index)) { taken += 1 }
    return taken
  }
}
