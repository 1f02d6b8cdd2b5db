// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

/// An IPv6 packet built by hand, with none of the module's own code.
struct IPv6 {
  var trafficClass: UInt8 = 0
  var hopLimit: UInt8 = 64
  var next: UInt8 = 17
  var source: IPAddress
  var destination: IPAddress
  /// Extension headers, whole; the first one's number is `next`.
  var extensions: [UInt8] = []
  var payload: [UInt8] = []

  init(_ source: String, _ destination: String, next: UInt8 = 17, payload: [UInt8] = [], hopLimit: UInt8 = 64) {
    (self.source, self.destination, self.next) = (ip(source), ip(destination), next)
    (self.payload, self.hopLimit) = (payload, hopLimit)
  }

  var bytes: [UInt8] {
    var w = ByteWriter()
    w.u32(0x6000_0000 | UInt32(trafficClass) << 20)
    w.u16(UInt16(extensions.count + payload.count))
    w.u8(next)
    w.u8(hopLimit)
    w.put(source.bytes + destination.bytes + extensions + payload)
    return w.bytes
  }
}

/// The checksum with IPv6's pseudo-header (RFC 8200 §8.1); 0 over bytes whose own field is right.
func pseudoChecksum(_ packet: [UInt8], at: Int, next: UInt8) -> UInt16 {
  let upper = Array(packet[at...])
  return slowChecksum(Array(packet[8..<40]) + [0, 0, UInt8(upper.count >> 8), UInt8(upper.count & 255), 0, 0, 0, next] + upper)
}

/// An ICMPv6 message in an IPv6 packet, with a right checksum.
func icmp6(_ source: String, _ destination: String, _ type: UInt8, _ rest: [UInt8], hopLimit: UInt8 = 64) -> [UInt8] {
  var packet = IPv6(source, destination, next: 58, payload: [type, 0, 0, 0] + rest, hopLimit: hopLimit).bytes
  let sum = pseudoChecksum(packet, at: 40, next: 58)
  (packet[42], packet[43]) = (UInt8(sum >> 8), UInt8(sum & 255))
  return packet
}

/// One of the four ways to put a version of IP into another, and the star of `Hub` in it.
struct Families: Sendable, CustomTestStringConvertible, CaseIterable {
  var inner: IPFamily
  var outer: IPFamily
  var testDescription: String { "\(inner.name) in \(outer.name)" }
  static var allCases: [Families] { IPFamily.allCases.flatMap { i in IPFamily.allCases.map { Families(inner: i, outer: $0) } } }
  static let overlay6 = allCases.filter { $0.inner == .v6 }
  static let underlay6 = allCases.filter { $0.outer == .v6 }

  /// The NBMA address of station `n`.
  func nbma(_ n: Int) -> String { outer == .v4 ? "198.51.100.\(n)" : "2001:db8:ff::\(n)" }
  /// Its tunnel address.
  func station(_ n: Int) -> String { inner == .v4 ? "172.16.0.\(n)" : "2001:db8:0:1::\(n)" }
  /// A host behind it.
  func host(_ n: Int, _ h: Int = 2) -> String { inner == .v4 ? "192.168.\(n).\(h)" : "2001:db8:\(n)::\(h)" }
  var outerLength: Int { outer == .v4 ? 20 : 40 }
  var innerLength: Int { inner == .v4 ? 20 : 40 }
  var type: UInt16 { inner == .v4 ? 0x0800 : 0x86dd }

  /// The hub: own addresses of both families, routes to the networks of .11 and .12, adjacencies of both families.
  func hub(_ change: (inout TunnelForwarding) -> Void = { _ in }) -> Hub {
    let hub = Hub {
      $0.source = ip(nbma(1))
      $0.addresses = [ip("172.16.0.1"), ip("2001:db8:0:1::1"), ip("fe80::1")]
      change(&$0)
    }
    hub.route("2001:db8:0:1::/64", .tunnel(Hub.tun, nextHop: nil))
    hub.route("2001:db8:0:1::1/128", .host(Hub.tun))
    hub.route("2001:db8:1::/48", .host(Hub.lan))
    hub.route("2001:db8:99::/48", .discard)
    for n in [11, 12] {
      hub.route("2001:db8:\(n)::/48", .tunnel(Hub.tun, nextHop: ip("2001:db8:0:1::\(n)")))
      for next in ["172.16.0.\(n)", "2001:db8:0:1::\(n)", "fe80::\(n)"] { hub.adjacency(next, nbma(n)) }
    }
    return hub
  }

  func packet(_ from: String, _ to: String, ttl: UInt8 = 64, payload: [UInt8] = udp(9), proto: UInt8 = 17) -> [UInt8] {
    inner == .v4
      ? IPv4(from, to, proto: proto, payload: payload, ttl: ttl).bytes : IPv6(from, to, next: proto, payload: payload, hopLimit: ttl).bytes
  }

  /// What station `n` sends to the hub: GRE with key 42.
  func gre(_ n: Int, type: UInt16? = nil, tos: UInt8 = 0, checksum: Bool = false, _ payload: [UInt8]) -> [UInt8] {
    let header = GREHeader(protocolType: type ?? self.type, key: 42)
    var w = ByteWriter()
    header.encode(into: &w)
    let body = checksum ? header.sealed(over: payload) : w.bytes + payload
    if outer == .v4 {
      var packet = IPv4(nbma(n), nbma(1), proto: 47, payload: body)
      packet.tos = tos
      return packet.bytes
    }
    var packet = IPv6(nbma(n), nbma(1), next: 47, payload: body)
    packet.trafficClass = tos
    return packet.bytes
  }

  /// The payload of GRE in a packet of ours; nil unless everything in front is as it should be.
  func opened(_ bytes: [UInt8], to n: Int) -> [UInt8]? {
    guard bytes.count >= outerLength + 8 else { return nil }
    let addresses = ip(nbma(1)).bytes + ip(nbma(n)).bytes
    if outer == .v4 {
      guard bytes[0] == 0x45, Int(u16(bytes, 2)) == bytes.count, bytes[8] == 255, bytes[9] == 47, Array(bytes[12..<20]) == addresses,
        slowChecksum(Array(bytes[..<20])) == 0
      else { return nil }
    } else {
      guard bytes[0] >> 4 == 6, Int(u16(bytes, 4)) == bytes.count - 40, bytes[6] == 47, bytes[7] == 255, Array(bytes[8..<40]) == addresses
      else { return nil }
    }
    guard Array(bytes[outerLength..<outerLength + 2]) == [0x20, 0], u32(bytes, outerLength + 4) == 42 else { return nil }
    return Array(bytes[(outerLength + 8)...])
  }
}
