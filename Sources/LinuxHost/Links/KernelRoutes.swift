// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

/// The routes that the node has put into the kernel: into its tunnels, and to the routers on other interfaces that it learned them from.
///
/// What cannot be set because its device is not there stays wanted until the device is. The kernel forgets the routes of a tunnel with the
/// process; the others are taken out at its end, and at its next start if it had none.
final class KernelRoutes {
  private let netlink: NetlinkRoutes
  private var wanted: [String: [IPPrefix: IPAddress?]] = [:]
  private var pending: [NetlinkRoutes.RouteChange] = []
  /// The index of a device, if it is there.
  var index: (String) -> UInt32? = { _ in nil }
  /// Says that a route could not be set or removed.
  var complain: (String) -> Void = { _ in }
  /// Of a batch that fails, so many are named.
  private static let namedFailures = 8

  init(netlink: NetlinkRoutes) { self.netlink = netlink }

  /// Removes what an earlier process left by a gateway: nobody else takes those out.
  func removeLeftovers() {
    do throws(SystemError) {
      for route in try netlink.routes() where route.protocolNumber == KernelRoute.ownProtocol && route.gateway != nil {
        pending.append(.remove(route))
      }
      flush()
    } catch {
      complain("\(error)")
    }
  }

  /// A route is wanted; `flush` sets it, as soon as its device is there.
  func add(_ prefix: IPPrefix, _ device: String, gateway: IPAddress?) {
    for other in wanted.keys where other != device { remove(prefix, other) }
    wanted[device, default: [:]][prefix] = .some(gateway)
    if let index = index(device) { pending.append(.install(route(prefix, gateway, index))) }
  }

  /// A route is not wanted any more; `flush` takes it out.
  func remove(_ prefix: IPPrefix, _ device: String) {
    guard let gateway = wanted[device]?.removeValue(forKey: prefix), let index = index(device) else { return }
    pending.append(.remove(route(prefix, gateway, index)))
  }

  /// A device is there (again): the kernel dropped its routes when it went.
  func reinstall(on device: String) {
    guard let index = index(device), let routes = wanted[device] else { return }
    for (prefix, gateway) in routes.sorted(by: { $0.key < $1.key }) { pending.append(.install(route(prefix, gateway, index))) }
    flush()
  }

  /// Carries out what was asked for since the last call, in order.
  func flush() {
    guard !pending.isEmpty else { return }
    var failures = 0
    do throws(SystemError) {
      try netlink.perform(pending) { error in
        failures += 1
        if failures <= Self.namedFailures { complain("\(error)") }
      }
    } catch {
      complain("\(error)")
    }
    if failures > Self.namedFailures { complain("\(failures - Self.namedFailures) more routes could not be set or removed") }
    pending.removeAll(keepingCapacity: pending.count < 4_096)
  }

  private func route(_ prefix: IPPrefix, _ gateway: IPAddress?, _ index: UInt32) -> KernelRoute {
    KernelRoute(prefix: prefix, gateway: gateway, interfaceIndex: index, metric: HostRoute.ownMetric, isGatewayOnLink: gateway != nil)
  }
}
