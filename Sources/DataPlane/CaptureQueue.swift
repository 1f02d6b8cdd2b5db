// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// A copy of a packet that a capture took.
public struct CapturedPacket: Sendable, Equatable {
  /// Which way it went, seen from this node.
  public enum Direction: UInt8, Sendable, Codable { case inbound, outbound }

  /// When.
  public var at: Instant
  /// Which way.
  public var direction: Direction
  /// The tunnel.
  public var interface: InterfaceID
  /// Whether this is the inner packet; the outer one is another copy.
  public var isInner: Bool
  /// Its length before it was cut to the snap length.
  public var originalLength: Int
  /// The packet from its IP header on.
  public var bytes: [UInt8]
}

extension CaptureFilter {
  /// Those of `all`, in order, that this filter wants, where several captures share what the data plane copies. An outer
  /// packet and the inner one in it stand behind each other; the addresses of either select both.
  public func selected(from all: [CapturedPacket]) -> [CapturedPacket] {
    let packets = interface.map { interface in all.filter { $0.interface == interface } } ?? all
    if addresses.isEmpty { return packets }
    return packets.indices.filter { i in
      let partner = packets[i].isInner ? i - 1 : i + 1
      let isPair = packets.indices.contains(partner) && packets[partner].isInner != packets[i].isInner
      return wants(packets[i]) || (isPair && wants(packets[partner]))
    }.map { packets[$0] }
  }

  private func wants(_ packet: CapturedPacket) -> Bool {
    guard let source = IPPacketAddresses.source(of: packet.bytes), let destination = IPPacketAddresses.destination(of: packet.bytes) else {
      return false
    }
    return addresses.contains { $0 == source || $0 == destination }
  }
}

/// Captured packets until somebody takes them. When it is full the newest are lost and counted.
struct CaptureQueue {
  private(set) var filter: CaptureFilter?
  private var packets: [CapturedPacket] = []
  private var bytes = 0
  private(set) var lost: UInt64 = 0

  mutating func set(_ filter: CaptureFilter?) {
    self.filter = filter
    if filter == nil { (packets, bytes) = ([], 0) }
  }

  /// Whether packets of that interface are wanted, and any of the four addresses is listed or all are wanted.
  func wants(_ addresses: (IPAddress, IPAddress, IPAddress, IPAddress), on interface: InterfaceID) -> Bool {
    guard let filter, filter.interface == nil || filter.interface == interface else { return false }
    if filter.addresses.isEmpty { return true }
    return filter.addresses.contains {
      $0 == addresses.0 || $0 == addresses.1 || $0 == addresses.2 || $0 == addresses.3
    }
  }

  mutating func take(
    _ packet: PacketMemory, _ direction: CapturedPacket.Direction, _ interface: InterfaceID, isInner: Bool, at now: Instant
  ) {
    guard let filter else { return }
    let kept = min(packet.count, max(0, filter.snapLength))
    guard packets.count < Limits.capturedPackets, bytes + kept <= Limits.capturedBytes else {
      lost &+= 1
      return
    }
    bytes += kept
    packets.append(
      CapturedPacket(
        at: now, direction: direction, interface: interface, isInner: isInner, originalLength: packet.count, bytes: packet.prefix(kept)))
  }

  mutating func drain() -> [CapturedPacket] {
    defer { (packets, bytes) = ([], 0) }
    return packets
  }
}
