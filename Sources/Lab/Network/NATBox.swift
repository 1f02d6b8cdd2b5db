// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// A NAT as small routers do it: UDP by ports (`PortMappings`), and protocols without ports, GRE (47) and ESP (50), by peer.
///
/// What goes out gets the public address as its source; what comes in from an outside peer goes to the inside host that *last* sent to that
/// peer. Several inside hosts may share the public address, but towards one peer only the latest of them works: there is nothing in a GRE
/// or ESP header by which a NAT could tell them apart. What nobody asked for is dropped unless a static mapping names its host.
public struct NATBox: Sendable {
  /// The address the outside sees.
  public let publicAddress: IPAddress
  /// The inside host that gets what no mapping claims; nil drops it.
  public var staticInside: IPAddress?
  /// How long a mapping lives without traffic.
  public let mappingLifetime: Duration
  private var mappings: [Key: Mapping] = [:]
  private var ports = PortMappings()
  private let lifetimeNanoseconds: Int64

  private struct Key: Hashable {
    var peer: UInt32
    var payloadProtocol: UInt8
  }

  private struct Mapping {
    var inside: UInt32
    var lastUsed: Int64
  }

  /// A NAT without mappings.
  public init(publicAddress: IPAddress, staticInside: IPAddress? = nil, mappingLifetime: Duration = .seconds(600)) {
    (self.publicAddress, self.staticInside, self.mappingLifetime) = (publicAddress, staticInside, mappingLifetime)
    lifetimeNanoseconds = mappingLifetime.nanoseconds
  }

  /// How many mappings there are, idle ones included.
  public var mappingCount: Int { mappings.count }

  /// The inside host that a packet from `peer` would reach; nil when it would be dropped.
  public func inside(for peer: IPAddress, protocol payloadProtocol: UInt8 = 47, at now: Instant) -> IPAddress? {
    if let mapping = mappings[Key(peer: peer.v4Bits, payloadProtocol: payloadProtocol)], isLive(mapping, now) {
      return IPAddress(v4: mapping.inside)
    }
    return staticInside
  }

  /// Forgets all mappings, as a router that restarts: UDP gets other public ports from then on.
  public mutating func forgetMappings() {
    mappings = [:]
    ports.forget()
  }

  /// Translates a packet that leaves; false when it must not (its protocol has ports or the table is full), and then it is unchanged.
  public mutating func outbound(_ packet: inout [UInt8], at now: Instant) -> Bool {
    guard let fields = try? IPv4Fields.decode(packet) else { return false }
    return outbound(&packet, fields, at: now)
  }

  /// Translates a packet that arrives and gives the inside host it is for; nil when it must be dropped, and then it is unchanged.
  public mutating func inbound(_ packet: inout [UInt8], at now: Instant) -> IPAddress? {
    guard let fields = try? IPv4Fields.decode(packet) else { return nil }
    return inbound(&packet, fields, at: now)
  }

  mutating func outbound(_ packet: inout [UInt8], _ fields: IPv4Fields, at now: Instant) -> Bool {
    if fields.payloadProtocol == LabProtocol.udp { return outboundUDP(&packet, fields, at: now) }
    guard Self.translates(fields.payloadProtocol) else { return false }
    let key = Key(peer: fields.destination, payloadProtocol: fields.payloadProtocol)
    if mappings.count >= NetworkLimits.natMappings, mappings[key] == nil {
      mappings = mappings.filter { isLive($0.value, now) }
      guard mappings.count < NetworkLimits.natMappings else { return false }
    }
    mappings[key] = Mapping(inside: fields.source, lastUsed: now.nanoseconds)
    packet.rewriteAddress(12, to: publicAddress.v4Bits)
    return true
  }

  mutating func inbound(_ packet: inout [UInt8], _ fields: IPv4Fields, at now: Instant) -> IPAddress? {
    if fields.payloadProtocol == LabProtocol.udp { return inboundUDP(&packet, fields, at: now) }
    guard Self.translates(fields.payloadProtocol) else { return nil }
    let key = Key(peer: fields.source, payloadProtocol: fields.payloadProtocol)
    guard let inside = inside(for: IPAddress(v4: fields.source), protocol: fields.payloadProtocol, at: now) else { return nil }
    if mappings[key].map({ isLive($0, now) }) == true { mappings[key]?.lastUsed = now.nanoseconds }
    packet.rewriteAddress(16, to: inside.v4Bits)
    return inside
  }

  private mutating func outboundUDP(_ packet: inout [UInt8], _ fields: IPv4Fields, at now: Instant) -> Bool {
    let start = fields.headerLength
    guard !fields.isLaterFragment, fields.totalLength >= start + 8,
      let port = ports.outbound(fields.source, packet.u16(start), to: fields.destination, packet.u16(start + 2), at: now.nanoseconds)
    else { return false }
    packet.rewriteAddress(12, to: publicAddress.v4Bits)
    packet.rewritePort(start, 0, to: port)
    return true
  }

  private mutating func inboundUDP(_ packet: inout [UInt8], _ fields: IPv4Fields, at now: Instant) -> IPAddress? {
    let start = fields.headerLength
    guard !fields.isLaterFragment, fields.totalLength >= start + 8,
      let (inside, port) = ports.inbound(
        from: fields.source, packet.u16(start), to: packet.u16(start + 2), lifetime: lifetimeNanoseconds, at: now.nanoseconds)
    else { return nil }
    packet.rewriteAddress(16, to: inside)
    packet.rewritePort(start, 2, to: port)
    return IPAddress(v4: inside)
  }

  private func isLive(_ mapping: Mapping, _ now: Instant) -> Bool {
    now.nanoseconds.subtractingReportingOverflow(mapping.lastUsed).partialValue < lifetimeNanoseconds
  }

  private static func translates(_ payloadProtocol: UInt8) -> Bool {
    payloadProtocol == LabProtocol.gre || payloadProtocol == LabProtocol.esp
  }
}
