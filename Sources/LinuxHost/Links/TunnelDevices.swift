// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

/// The TUN devices that the node wants: made, changed and removed by netlink.
///
/// What cannot be made now stays wanted, and is tried again. A device that comes (again) gets its routes; the kernel takes
/// both away when the process ends, however it ends.
final class TunnelDevices {
  private struct Entry {
    var interface: InterfaceID
    var wanted: TunnelDevice
    var address: InterfaceAddress?
    var ipv6: [InterfaceAddress] = []
    /// The first queue; each worker's own is with the worker.
    var device: TUNDevice?
  }

  private let workers: WorkerGroup
  private let netlink: NetlinkRoutes
  private var entries: [String: Entry] = [:]
  private let routes: KernelRoutes
  /// Says what could not be done.
  var complain: (String) -> Void = { _ in }

  init(workers: WorkerGroup, netlink: NetlinkRoutes, routes: KernelRoutes) {
    (self.workers, self.netlink, self.routes) = (workers, netlink, routes)
  }

  /// The index of an open device.
  func index(of name: String) -> UInt32? { entries[name]?.device?.index }

  /// The name of a tunnel's device.
  func name(of id: InterfaceID) -> String? { entries.first { $0.value.interface == id }?.key }

  // MARK: Devices

  /// Opens or changes the device `name`, or (nil) closes it. Gives the reason why that failed, nil when all is well.
  func set(_ name: String, _ id: InterfaceID, _ wanted: TunnelDevice?) -> String? {
    guard let wanted else {
      close(name)
      entries[name] = nil
      return nil
    }
    entries[name, default: Entry(interface: id, wanted: wanted)].wanted = wanted
    return bring(name)
  }

  /// Tries again what is not open. Nil when there is nothing to try, or it worked.
  func retry(_ name: String) -> String? {
    guard let entry = entries[name], entry.device == nil else { return nil }
    return bring(name)
  }

  /// The device was taken away.
  func lost(_ id: InterfaceID) -> String? {
    guard let name = name(of: id) else { return nil }
    close(name)
    return name
  }

  func closeAll() {
    for name in entries.keys.sorted() { close(name) }
  }

  private func close(_ name: String) {
    guard let entry = entries[name] else { return }
    workers.tellAll(.device(entry.interface, nil, mtu: 0))
    workers.flush()
    entries[name]?.device = nil
    entries[name]?.address = nil
    entries[name]?.ipv6 = []
  }

  private func bring(_ name: String) -> String? {
    do throws(SystemError) {
      try open(name)
      try adjust(name)
      return nil
    } catch {
      close(name)
      return "\(error)"
    }
  }

  private func open(_ name: String) throws(SystemError) {
    guard let entry = entries[name], entry.device == nil else { return }
    let isShared = workers.count > 1
    let device = try TUNDevice.open(name: name, mtu: entry.wanted.mtu, isMultiQueue: isShared)
    entries[name]?.device = device
    for worker in 0..<workers.count {
      let queue = worker == 0 ? device : try device.openQueue()
      workers.tell(worker, .device(entry.interface, queue, mtu: entry.wanted.mtu))
    }
    workers.flush()
  }

  /// Brings MTU, address and state of an open device in line, and sets its routes where it was down.
  private func adjust(_ name: String) throws(SystemError) {
    guard let entry = entries[name], let device = entry.device else { return }
    try netlink.setLink(device.index, isUp: true, mtu: UInt32(clamping: entry.wanted.mtu))
    let wanted = entry.wanted.address.map { InterfaceAddress($0.address, prefixLength: $0.length) }
    if wanted != entry.address {
      if let old = entry.address { try netlink.removeAddress(old, onLink: device.index) }
      if let wanted { try netlink.installAddress(wanted, onLink: device.index) }
      entries[name]?.address = wanted
    }
    adjustIPv6(name, entry, device.index)
    routes.reinstall(on: name)
  }

  /// The same for its IPv6 addresses. A kernel without IPv6 leaves the tunnel as it is for IPv4.
  private func adjustIPv6(_ name: String, _ entry: Entry, _ index: UInt32) {
    let wanted = entry.wanted.ipv6.map { InterfaceAddress($0.address, prefixLength: $0.length) }
    guard wanted != entry.ipv6 else { return }
    do throws(SystemError) {
      for old in entry.ipv6 where !wanted.contains(old) { try netlink.removeAddress(old, onLink: index) }
      for new in wanted where !entry.ipv6.contains(new) { try netlink.installAddress(new, onLink: index) }
    } catch {
      complain("\(error)")
    }
    entries[name]?.ipv6 = wanted
  }
}
