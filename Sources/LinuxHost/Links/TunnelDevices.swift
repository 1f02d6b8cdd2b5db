// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

/// The TUN devices that the node wants and the routes into them: made, changed and removed by netlink.
///
/// What cannot be made now stays wanted, and is tried again. A device that comes (again) gets its routes; the kernel takes
/// both away when the process ends, however it ends.
final class TunnelDevices {
  static let routeMetric = HostRoute.ownMetric

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
  private var routes: [String: [IPPrefix: IPAddress?]] = [:]
  /// Says that a route could not be set or removed.
  var complain: (String) -> Void = { _ in }

  init(workers: WorkerGroup, netlink: NetlinkRoutes) { (self.workers, self.netlink) = (workers, netlink) }

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
    for prefix in (routes[name] ?? [:]).keys.sorted() { install(prefix, name) }
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

  // MARK: Routes

  /// Puts a route into the kernel, as soon as the device is there.
  func addRoute(_ prefix: IPPrefix, _ name: String, gateway: IPAddress?) {
    for other in routes.keys where other != name { routes[other]?[prefix] = nil }
    routes[name, default: [:]][prefix] = .some(gateway)
    install(prefix, name)
  }

  /// Takes a route out of the kernel.
  func removeRoute(_ prefix: IPPrefix, _ name: String) {
    guard routes[name]?.removeValue(forKey: prefix) != nil, let device = entries[name]?.device else { return }
    do throws(SystemError) {
      try netlink.remove(KernelRoute(prefix: prefix, interfaceIndex: device.index, metric: Self.routeMetric))
    } catch {
      complain("\(error)")
    }
  }

  /// Takes a route out of the kernel, whichever device it leads into.
  func dropRoute(_ prefix: IPPrefix) {
    for name in routes.keys.sorted() where routes[name]?[prefix] != nil { removeRoute(prefix, name) }
  }

  /// An own device went down and up again by another hand: the kernel dropped its routes.
  func reinstallRoutes(index: UInt32) {
    for (name, entry) in entries where entry.device?.index == index {
      for prefix in (routes[name] ?? [:]).keys.sorted() { install(prefix, name) }
    }
  }

  private func install(_ prefix: IPPrefix, _ name: String) {
    guard let device = entries[name]?.device, let gateway = routes[name]?[prefix] else { return }
    let route = KernelRoute(
      prefix: prefix, gateway: gateway, interfaceIndex: device.index, metric: Self.routeMetric, isGatewayOnLink: gateway != nil)
    do throws(SystemError) {
      try netlink.install(route)
    } catch {
      complain("\(error)")
    }
  }
}
