// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Wire

/// Watches the host's links, addresses and main-table routes, and reports everything there is first.
///
/// A listener keeps its own picture: it marks all it knows at `resyncBegan`, and at `resyncEnded` forgets what was
/// not reported between. A resync happens at the start, when the kernel's queue overflowed, and when a link went
/// down (the kernel does not announce the IPv4 routes that die with a link).
public final class NetlinkMonitor {
  private enum Dump: Equatable {
    case links, addresses, routes(Int32)

    static let all: [Dump] = [.links, .addresses, .routes(AF_INET), .routes(AF_INET6)]

    var request: NetlinkRequest {
      switch self {
      case .links: .dump(NetlinkNumber.dumpLink)
      case .addresses: .dump(NetlinkNumber.dumpAddress)
      case .routes(let family): .dump(NetlinkNumber.dumpRoute, family: family)
      }
    }
  }

  private struct Resync {
    var current: Dump
    var rest: [Dump]
    var sequence: UInt32
    /// The kernel's tables changed while it listed them: this list must be asked for again.
    var wasInterrupted = false
  }

  /// How often in a row a list that changed under the kernel's hands is asked for again.
  private static let interruptedDumpLimit = 8

  private let socket: NetlinkSocket
  private var resync: Resync?
  private var wantsResync = true
  private var interruptedDumps = 0
  private var isUp: [UInt32: Bool] = [:]

  /// Starts to watch. The first `readEvents` begins the first resync.
  public init() throws(SystemError) {
    socket = try NetlinkSocket(groups: NetlinkNumber.groups, isBlocking: false, bufferBytes: 4 << 20)
    // The answer to the first dump makes the descriptor readable, so a loop needs no extra push.
    resync = Resync(current: .links, rest: Array(Dump.all.dropFirst()), sequence: 0)
    resync?.sequence = try socket.send(Dump.links.request, "list interfaces")
  }

  /// The descriptor, for the event loop: call `readEvents` when it is readable.
  public var descriptor: Int32 { socket.descriptor }

  /// Delivers what waits, in the kernel's order. Call again when the descriptor is readable.
  public func readEvents(_ deliver: (LinkEvent) -> Void) throws(SystemError) {
    if wantsResync, resync != nil {
      wantsResync = false
      deliver(.resyncBegan)
    }
    while true {
      do {
        guard let bytes = try socket.receive() else { break }
        try NetlinkMessage.forEach(in: bytes) { (message: NetlinkMessage) throws(SystemError) in try handle(message, deliver) }
      } catch where error.errno == ENOBUFS {
        // Messages were lost; an unfinished dump may be among them.
        resync = nil
        wantsResync = true
      }
      if wantsResync, resync == nil { try beginResync(deliver) }
    }
  }

  private func beginResync(_ deliver: (LinkEvent) -> Void) throws(SystemError) {
    wantsResync = false
    interruptedDumps = 0
    deliver(.resyncBegan)
    try ask(.links, then: Array(Dump.all.dropFirst()))
  }

  private func ask(_ dump: Dump, then rest: [Dump]) throws(SystemError) {
    resync = Resync(current: dump, rest: rest, sequence: try socket.send(dump.request, "list the kernel's tables"))
  }

  private func handle(_ message: NetlinkMessage, _ deliver: (LinkEvent) -> Void) throws(SystemError) {
    if let sequence = resync?.sequence, message.sequence == sequence {
      if message.flags & NetlinkNumber.dumpInterrupted != 0 { resync?.wasInterrupted = true }
      if message.type == NetlinkNumber.done || message.type == NetlinkNumber.error { return try finishDump(deliver) }
    }
    report(message, deliver)
  }

  private func finishDump(_ deliver: (LinkEvent) -> Void) throws(SystemError) {
    guard let finished = resync else { return }
    if finished.wasInterrupted, interruptedDumps < Self.interruptedDumpLimit {
      interruptedDumps += 1
      return try ask(finished.current, then: finished.rest)
    }
    if let next = finished.rest.first { return try ask(next, then: Array(finished.rest.dropFirst())) }
    resync = nil
    deliver(.resyncEnded)
  }

  private func report(_ message: NetlinkMessage, _ deliver: (LinkEvent) -> Void) {
    switch message.type {
    case NetlinkNumber.newLink:
      if let row = LinkRow(message) { noteLink(row, deliver) }
    case NetlinkNumber.deleteLink:
      if let row = LinkRow(message) { noteLoss(of: row, deliver) }
    case NetlinkNumber.newAddress, NetlinkNumber.deleteAddress:
      guard let (index, address) = InterfaceAddress.parse(message) else { return }
      deliver(.address(index: index, address, added: message.type == NetlinkNumber.newAddress))
    case NetlinkNumber.newRoute, NetlinkNumber.deleteRoute:
      noteRoutes(KernelRoute.parse(message).filter { $0.table == KernelRoute.mainTable }, message, deliver)
    default: break
    }
  }

  private func noteLink(_ row: LinkRow, _ deliver: (LinkEvent) -> Void) {
    if isUp.updateValue(row.isUp, forKey: row.index) == true, !row.isUp { wantsResync = true }
    deliver(.link(row))
  }

  private func noteRoutes(_ routes: [KernelRoute], _ message: NetlinkMessage, _ deliver: (LinkEvent) -> Void) {
    let isNew = message.type == NetlinkNumber.newRoute
    if isNew, message.flags & NetlinkNumber.replace != 0, let first = routes.first {
      deliver(.routesReplaced(first.prefix, metric: first.metric))
    }
    for route in routes { deliver(.route(route, added: isNew)) }
  }

  private func noteLoss(of row: LinkRow, _ deliver: (LinkEvent) -> Void) {
    isUp[row.index] = nil
    wantsResync = true
    deliver(.linkGone(index: row.index, name: row.name))
  }
}
