// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

extension NetlinkRoutes {
  /// A route to be set or taken out.
  public enum RouteChange: Sendable {
    /// Set it, in the place of one with the same prefix, metric and table.
    case install(KernelRoute)
    /// Take it out; one that is not there is no error.
    case remove(KernelRoute)
  }

  /// As many requests as go to the kernel at once: their answers fit a socket's default buffer.
  static let batch = 64

  /// Sets and takes out routes, in order, many a system call. One that the kernel refuses is told, and the rest go on.
  public func perform(_ changes: [RouteChange], refused: (SystemError) -> Void) throws(SystemError) {
    var start = 0
    while start < changes.count {
      let part = changes[start..<min(start + Self.batch, changes.count)]
      try socket.perform(part.map(\.request)) { index, failure in
        let change = part[part.startIndex + index]
        guard !change.isDone(with: failure.errno) else { return }
        refused(SystemError(call: change.purpose, errno: failure.errno, detail: failure.detail))
      }
      start += part.count
    }
  }
}

extension NetlinkRoutes.RouteChange {
  fileprivate var request: NetlinkRequest {
    switch self {
    case .install(let route):
      route.request(NetlinkNumber.newRoute, flags: NetlinkNumber.acknowledge | NetlinkNumber.create | NetlinkNumber.replace)
    case .remove(let route): route.request(NetlinkNumber.deleteRoute, flags: NetlinkNumber.acknowledge)
    }
  }

  fileprivate var purpose: String {
    switch self {
    case .install(let route): "install route \(route.prefix)"
    case .remove(let route): "remove route \(route.prefix)"
    }
  }

  /// Whether a refusal means that nothing was to be done.
  fileprivate func isDone(with number: Int32) -> Bool {
    if case .remove = self { [ESRCH, ENOENT, ENODEV].contains(number) } else { false }
  }
}
