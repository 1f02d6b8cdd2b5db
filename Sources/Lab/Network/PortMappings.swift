// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// A NAT's table for UDP: each inside address and port has a public port of its own, the same towards every peer (RFC 4787 §4.1), and only
/// peers that were sent to may send back (§5, address and port dependent filtering).
struct PortMappings: Sendable {
  private struct Inside: Hashable {
    var address: UInt32
    var port: UInt16
  }

  private struct Peer: Hashable {
    var publicPort: UInt16
    var address: UInt32
    var port: UInt16
  }

  private var publicPorts: [Inside: UInt16] = [:]
  private var insides: [UInt16: Inside] = [:]
  private var lastUsed: [Peer: Int64] = [:]
  private var nextPort: UInt16 = 20_000

  /// How many peers may send back.
  var count: Int { lastUsed.count }

  /// Forgets everything, as a router that restarts: what comes out next gets other ports.
  mutating func forget() { (publicPorts, insides, lastUsed) = ([:], [:], [:]) }

  /// The public port of a packet that leaves; nil when the table is full.
  mutating func outbound(_ source: UInt32, _ port: UInt16, to destination: UInt32, _ destinationPort: UInt16, at now: Int64) -> UInt16? {
    guard lastUsed.count < NetworkLimits.natMappings, let mapped = publicPort(Inside(address: source, port: port)) else { return nil }
    lastUsed[Peer(publicPort: mapped, address: destination, port: destinationPort)] = now
    return mapped
  }

  private mutating func publicPort(_ inside: Inside) -> UInt16? {
    if let known = publicPorts[inside] { return known }
    for _ in 0..<40_000 {
      nextPort = nextPort >= 59_999 ? 20_000 : nextPort + 1
      guard insides[nextPort] == nil else { continue }
      (publicPorts[inside], insides[nextPort]) = (nextPort, inside)
      return nextPort
    }
    return nil
  }

  /// The inside address and port of a packet that arrives; nil when nobody there sent to that peer lately.
  mutating func inbound(from source: UInt32, _ port: UInt16, to publicPort: UInt16, lifetime: Int64, at now: Int64) -> (UInt32, UInt16)? {
    let peer = Peer(publicPort: publicPort, address: source, port: port)
    guard let used = lastUsed[peer], now.subtractingReportingOverflow(used).partialValue < lifetime, let inside = insides[publicPort]
    else { return nil }
    lastUsed[peer] = now
    return (inside.address, inside.port)
  }
}

extension [UInt8] {
  /// Puts another port at `offset` of a UDP header at `start` and clears the checksum, which then says nothing (RFC 768).
  mutating func rewritePort(_ start: Int, _ offset: Int, to port: UInt16) {
    set(start + offset, u16: port)
    set(start + 6, u16: 0)
  }
}
