// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime
import Wire

/// The routes that the node wants in the kernel by gateways on the host's own interfaces: what routing protocols learned there.
///
/// Unlike routes into a tunnel they do not go with the process. A node that was killed leaves them behind; the next one takes them away
/// when it starts (`removeLeftovers`), before it has any.
final class GatewayRoutes {
  private struct Way: Equatable {
    var device: String
    var gateway: IPAddress
  }

  private let netlink: NetlinkRoutes
  private var routes: [IPPrefix: Way] = [:]
  /// The kernel's number of an interface by name; nil while it is not there.
  var linkIndex: (String) -> UInt32? = { _ in nil }
  /// Says that a route could not be set or removed.
  var complain: (String) -> Void = { _ in }

  init(netlink: NetlinkRoutes) { self.netlink = netlink }

  /// Puts a route into the kernel, in the place of one with the same prefix.
  func add(_ prefix: IPPrefix, _ device: String, gateway: IPAddress) {
    routes[prefix] = Way(device: device, gateway: gateway)
    install(prefix)
  }

  /// Something else takes its place in the kernel.
  func forget(_ prefix: IPPrefix) { routes[prefix] = nil }

  /// Takes a route out of the kernel. One that went with its interface is no failure.
  func remove(_ prefix: IPPrefix) {
    guard let way = routes.removeValue(forKey: prefix) else { return }
    do throws(SystemError) {
      try netlink.remove(KernelRoute(prefix: prefix, gateway: way.gateway, metric: HostRoute.ownMetric))
    } catch {
      complain("\(error)")
    }
  }

  /// An interface went down and up again: the kernel dropped its routes.
  func reinstall(device: String) {
    for (prefix, way) in routes.sorted(by: { $0.key < $1.key }) where way.device == device { install(prefix) }
  }

  /// Removes what a node before this one left in the kernel.
  func removeLeftovers() {
    do throws(SystemError) {
      for route in try netlink.routes() where route.protocolNumber == KernelRoute.ownProtocol && route.gateway != nil {
        try netlink.remove(route)
      }
    } catch {
      complain("\(error)")
    }
  }

  private func install(_ prefix: IPPrefix) {
    guard let way = routes[prefix], let index = linkIndex(way.device) else { return }
    do throws(SystemError) {
      try netlink.install(KernelRoute(prefix: prefix, gateway: way.gateway, interfaceIndex: index, metric: HostRoute.ownMetric))
    } catch {
      complain("\(error)")
    }
  }
}
