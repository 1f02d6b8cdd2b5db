// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import ProtocolKit
import Wire

/// Performs `DatagramPort` on interfaces that are no tunnels: UDP sockets of the kernel, one for each port and family, for all interfaces.
///
/// An interface is known to engines by its number and to the kernel by its own (`linkIndex`). What was joined on an interface that is not
/// there, or comes back with another number, is joined when `linksChanged` is called; what could not be had although its link is there (a
/// port that another daemon holds) is complained of once and tried again by `retry`. Datagrams by other interfaces, the TUN devices of
/// our tunnels among them, are counted and dropped: what is for an engine there came through the packet path.
package final class RoutingSockets {
  private struct Membership: Hashable, Comparable {
    var interface: InterfaceID
    var port: UInt16
    /// Nil: datagrams to our own addresses only.
    var group: IPAddress?

    /// Whether IPv4 carries it: the group's family; without a group IPv4, whose unicast neighbours RIP has.
    var isV4: Bool { group?.isV4 ?? true }
    var door: Door { Door(port: port, isV4: isV4) }

    static func < (a: Membership, b: Membership) -> Bool {
      if a.interface != b.interface { return a.interface < b.interface }
      if a.port != b.port { return a.port < b.port }
      return (a.group ?? .anyV6) < (b.group ?? .anyV6)
    }
  }

  private struct Door: Hashable, Comparable {
    var port: UInt16
    var isV4: Bool
    static func < (a: Door, b: Door) -> Bool { a.port != b.port ? a.port < b.port : a.isV4 && !b.isV4 }
  }

  /// What was counted.
  package struct Counters: Sendable, Equatable {
    /// Datagrams by an interface where nobody wants them.
    package var unwanted: UInt64 = 0
    /// Datagrams that could not be sent: no such link, no socket for the source port, or the kernel refused.
    package var unsent: UInt64 = 0
    package init() {}
  }

  /// Interfaces times groups: more than a router of this kind has.
  private static let membershipLimit = 4_096

  /// Tells the node what came.
  package var deliver: (DatagramPort.Event) -> Void = { _ in }
  /// Says what the operator should know, once.
  package var complain: (String) -> Void = { _ in }
  /// The kernel's number of an interface; nil while it is not there.
  package var linkIndex: (InterfaceID) -> UInt32? = { _ in nil }
  /// What was counted so far.
  package private(set) var counters = Counters()
  private let loop: EventLoop
  private var sockets: [Door: RoutingDatagramSocket] = [:]
  /// What was joined, with the kernel's number at that time; nil: not yet.
  private var memberships: [Membership: UInt32?] = [:]
  /// Who wants a port's datagrams by which link.
  private var interfaces: [UInt32: InterfaceID] = [:]
  /// What could not be joined although its link is there, with the reason.
  private var complaints: [Membership: String] = [:]
  private var lastComplaint = ""

  /// Without sockets, on a loop.
  package init(loop: EventLoop) { self.loop = loop }

  /// Whether something is to be tried again by `retry`; what waits for its link only is not.
  package var isWaiting: Bool { !complaints.isEmpty }

  // MARK: Wishes

  /// Carries out a wish of an engine about an interface that is no tunnel.
  package func perform(_ effect: DatagramPort.Effect) {
    switch effect {
    case .join(let interface, let port, let group):
      let membership = Membership(interface: interface, port: port, group: group)
      guard memberships[membership] == nil, memberships.count < Self.membershipLimit else { return }
      memberships[membership] = .some(nil)
      join(membership)
    case .leave(let interface, let port, let group): leave(Membership(interface: interface, port: port, group: group))
    case .send(let datagram): send(datagram)
    case .sendLink: counters.unsent &+= 1  // a packet without an IP header leaves by tunnels only
    }
  }

  /// Links came, went or were numbered anew: joins what is not joined where it should be.
  package func linksChanged() {
    interfaces = [:]
    for membership in memberships.keys.sorted() { join(membership) }
  }

  /// Tries again what could not be had.
  package func retry() { for membership in complaints.keys.sorted() { join(membership) } }

  private func join(_ membership: Membership) {
    let index = linkIndex(membership.interface)
    if let index { interfaces[index] = membership.interface }
    guard case .some(let joined) = memberships[membership], joined == nil || joined != index else { return }
    memberships[membership] = .some(nil)
    guard let index else { return note(membership, nil) }
    do throws(SystemError) {
      let socket = try open(membership.door)
      if let group = membership.group { try socket.join(group, interfaceIndex: index) }
      memberships[membership] = .some(index)
      note(membership, nil)
    } catch {
      note(membership, "\(error)")
    }
  }

  /// A port that is held fails on every interface in the same words: they are said once.
  private func note(_ membership: Membership, _ reason: String?) {
    guard complaints[membership] != reason else { return }
    let isKnown = complaints.values.contains { $0 == reason }
    complaints[membership] = reason
    if let reason, !isKnown { complain(reason) }
  }

  private func leave(_ membership: Membership) {
    guard let joined = memberships.removeValue(forKey: membership) else { return }
    complaints[membership] = nil
    if let group = membership.group, let index = joined {
      sockets[membership.door]?.leave(group, interfaceIndex: index)
    }
    closeUnused(membership.door)
    if let index = joined, !memberships.keys.contains(where: { $0.interface == membership.interface }) { interfaces[index] = nil }
  }

  // MARK: Sockets

  private func open(_ door: Door) throws(SystemError) -> RoutingDatagramSocket {
    if let socket = sockets[door] { return socket }
    let socket = try RoutingDatagramSocket(.init(isV4: door.isV4, port: door.port))
    try loop.add(socket.descriptor) { [unowned self] _ in receive(door) }
    sockets[door] = socket
    return socket
  }

  private func closeUnused(_ door: Door) {
    guard !memberships.keys.contains(where: { $0.door == door }) else { return }
    if let socket = sockets.removeValue(forKey: door) { loop.remove(socket.descriptor) }
  }

  private func receive(_ door: Door) {
    do throws(SystemError) {
      try sockets[door]?.receive { take($0, door.port) }
    } catch {
      complainOnce("\(error)")
    }
  }

  private func take(_ received: RoutingDatagramSocket.Received, _ port: UInt16) {
    guard let interface = interfaces[received.interfaceIndex], isWanted(interface, port, received.destination) else {
      counters.unwanted &+= 1
      return
    }
    let datagram = Datagram(
      interface: interface, source: received.source, destination: received.destination, sourcePort: received.sourcePort,
      destinationPort: port, ttl: received.ttl, bytes: received.bytes)
    deliver(.received(datagram))
  }

  private func isWanted(_ interface: InterfaceID, _ port: UInt16, _ destination: IPAddress) -> Bool {
    if destination.isMulticast { return memberships[Membership(interface: interface, port: port, group: destination)] != nil }
    return memberships.keys.contains { $0.interface == interface && $0.port == port }
  }

  private func send(_ datagram: Datagram) {
    guard let index = linkIndex(datagram.interface),
      let socket = sockets[Door(port: datagram.sourcePort, isV4: datagram.destination.isV4)]
    else {
      counters.unsent &+= 1
      return
    }
    do throws(SystemError) {
      try socket.send(
        datagram.bytes, from: datagram.source, to: datagram.destination, port: datagram.destinationPort, interfaceIndex: index,
        ttl: datagram.ttl)
    } catch {
      counters.unsent &+= 1
      complainOnce("\(error)")
    }
  }

  /// A link that is down fails every datagram in the same words.
  private func complainOnce(_ text: String) {
    guard text != lastComplaint else { return }
    lastComplaint = text
    complain(text)
  }
}
