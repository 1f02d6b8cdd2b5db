// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

/// Puts the node's routes into the kernel: those into its tunnels, and those to routers on other interfaces.
///
/// It keeps no table: what a device that comes (again) must get, it asks the node. The kernel forgets the routes of a tunnel with the
/// process; the others are taken out at its end, and at its next start if it had none.
final class KernelRoutes {
  private let netlink: NetlinkRoutes
  private var pending: [NetlinkRoutes.RouteChange] = []
  /// The index of a device, if it is there.
  var index: (String) -> UInt32? = { _ in nil }
  /// What the kernel is to have by a device.
  var wanted: (String) -> [(prefix: IPPrefix, gateway: IPAddress?)] = { _ in [] }
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

  /// Sets a route, with the next `flush`, in the place of another for the network; nothing where its device is not there.
  func add(_ prefix: IPPrefix, _ device: String, gateway: IPAddress?) {
    if let index = index(device) { pending.append(.install(route(prefix, gateway, index))) }
  }

  /// Takes a route out, with the next `flush`.
  func remove(_ prefix: IPPrefix, _ device: String, gateway: IPAddress?) {
    if let index = index(device) { pending.append(.remove(route(prefix, gateway, index))) }
  }

  /// A device is there (again): the kernel dropped its routes when it went.
  func reinstall(on device: String) {
    for route in wanted(device) { add(route.prefix, device, gateway: route.gateway) }
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
