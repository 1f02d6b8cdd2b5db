// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Traceroute as a host does it: echo requests whose TTL grows, all at once, so that the first packets' way is seen before anybody
/// points further.
extension Cloud {
  /// Probes of one trace.
  private static let probes: UInt16 = 8

  /// Who answered, hop by hop, on the way from the host behind node `i` to `destination`; it ends with the destination, or with whoever
  /// answered last. Nil stands for a hop that said nothing. The clock runs on by two seconds.
  public func traceroute(from i: Int, to destination: IPAddress) -> [IPAddress?] {
    let first = hosts[i].takeTraceNumbers(Self.probes)
    for n in 0..<Self.probes {
      var probe = LabPacket.echoRequest(
        from: hosts[i].addresses[0], to: destination, identifier: LabHost.traceIdentifier, sequenceNumber: first &+ n,
        payload: [UInt8](repeating: 0x74, count: 32))
      probe[8] = UInt8(n) + 1
      probe.set(10, u16: 0)
      probe.set(10, u16: probe.checksum(0, 20))
      enter(probe, at: i)
    }
    run(until: now + .seconds(2))
    var hops = (0..<Self.probes).map { hosts[i].traces[first &+ $0] }
    if let end = hops.firstIndex(of: destination) { hops.removeSubrange((end + 1)...) }
    while let last = hops.last, last == nil { hops.removeLast() }
    return hops
  }
}

extension LabHost {
  /// The identifier of a trace's probes: flows have lower ones, the nodes' own probes higher ones.
  static let traceIdentifier: UInt16 = 0xcfff

  /// Sequence numbers for `count` probes.
  mutating func takeTraceNumbers(_ count: UInt16) -> UInt16 {
    defer { nextTrace &+= count }
    for n in 0..<count { traces[nextTrace &+ n] = nil }
    return nextTrace
  }

  /// Notes who answered a probe of a trace: the destination, or a router that says where it ended.
  mutating func noteTrace(_ packet: [UInt8], _ fields: IPv4Fields) {
    let isError = packet[fields.headerLength] != 0
    let icmp = isError ? fields.headerLength + 28 : fields.headerLength
    guard packet.count >= icmp + 8, packet.u16(icmp + 4) == Self.traceIdentifier else { return ignore() }
    traces[packet.u16(icmp + 6)] = IPAddress(v4: fields.source)
  }
}
