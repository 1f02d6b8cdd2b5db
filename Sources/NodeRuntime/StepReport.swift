// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What a spoke tells its next hop server of a shortcut, in a UDP datagram inside the tunnel (docs/step-report.md).
///
/// ```
///  0      1      2      3
/// +------+------+------+------+
/// | 'D'  | 'S'  |ver=1 |count |
/// +------+------+------+------+
/// | requester (tunnel address)|
/// | responder, 0.0.0.0 unknown|
/// | target host               |
/// +------+------+------+------+
/// |length| 0    | 0    | 0    |  length of the shortcut's prefix around the target, 0 unknown
/// +------+------+------+------+
/// |step  | 0    | 0    | 0    |  count times: a step and how long ago it was, in µs
/// | age in microseconds       |
/// +---------------------------+
/// ```
struct StepReport: Sendable, Equatable {
  static let port: UInt16 = 61_754
  static let version: UInt8 = 1
  /// Steps in one report; more have no meaning.
  static let maximumSteps = 8

  struct Step: Sendable, Equatable {
    var step: ShortcutStep
    var ageMicroseconds: UInt32
  }

  var requester: IPAddress
  var responder: IPAddress
  var target: IPAddress
  var prefixLength: UInt8
  var steps: [Step]

  func encode() -> [UInt8] {
    var w = ByteWriter()
    w.put([0x44, 0x53, StepReport.version, UInt8(min(steps.count, StepReport.maximumSteps))])
    for a in [requester, responder, target] { w.u32(a.v4Bits) }
    w.put([prefixLength, 0, 0, 0])
    for s in steps.prefix(StepReport.maximumSteps) {
      w.put([s.step.rawValue, 0, 0, 0])
      w.u32(s.ageMicroseconds)
    }
    return w.bytes
  }

  static func decode(_ bytes: [UInt8]) throws(WireError) -> StepReport {
    var r = ByteReader(bytes)
    guard try r.u16() == 0x4453 else { throw .badValue }
    guard try r.u8() == version else { throw .badVersion }
    let count = Int(try r.u8())
    guard count <= maximumSteps else { throw .badLength }
    let (requester, responder, target) = (try r.u32(), try r.u32(), try r.u32())
    let length = try r.u8()
    guard length <= 32 else { throw .badValue }
    try r.skip(3)
    var steps: [Step] = []
    for _ in 0..<count {
      let raw = try r.u8()
      try r.skip(3)
      let age = try r.u32()
      // A step of a later version is passed over, not refused.
      if let step = ShortcutStep(rawValue: raw) { steps.append(Step(step: step, ageMicroseconds: age)) }
    }
    return StepReport(
      requester: IPAddress(v4: requester), responder: IPAddress(v4: responder), target: IPAddress(v4: target), prefixLength: length, steps: steps)
  }
}

/// IPv4 datagrams the control side sends into a tunnel.
enum InnerDatagram {
  /// A UDP datagram over IPv4, checksums filled in.
  static func udp(from source: IPAddress, to destination: IPAddress, port: UInt16, payload: [UInt8]) -> [UInt8] {
    var u = ByteWriter()
    u.u16(port)
    u.u16(port)
    u.u16(UInt16(clamping: 8 + payload.count))
    u.u16(0)
    u.put(payload)
    var pseudo = source.bytes + destination.bytes + [0, 17]
    pseudo += [UInt8(truncatingIfNeeded: u.count >> 8), UInt8(truncatingIfNeeded: u.count)]
    let sum = InternetChecksum.of(pseudo + u.bytes)
    u.patch(u16: sum == 0 ? 0xffff : sum, at: 6)
    return ip(from: source, to: destination, protocolNumber: 17, ttl: 255, payload: u.bytes)
  }

  /// An ICMP echo request, over IPv4 or IPv6.
  static func echo(from source: IPAddress, to destination: IPAddress, identifier: UInt16, sequence: UInt16, ttl: UInt8, payloadBytes: Int) -> [UInt8] {
    var m = ByteWriter()
    m.u16(destination.isV4 ? 0x0800 : 0x8000)
    m.u16(0)
    m.u16(identifier)
    m.u16(sequence)
    m.put((0..<max(0, min(payloadBytes, 9_000))).map { UInt8(truncatingIfNeeded: $0) })
    guard destination.isV4 else { return ipv6(from: source, to: destination, hopLimit: ttl, icmp: m.bytes) }
    m.patch(u16: InternetChecksum.of(m.bytes), at: 2)
    return ip(from: source, to: destination, protocolNumber: 1, ttl: ttl, payload: m.bytes)
  }

  /// An ICMPv6 message, its checksum filled in (RFC 4443 §2.3).
  private static func ipv6(from source: IPAddress, to destination: IPAddress, hopLimit: UInt8, icmp: [UInt8]) -> [UInt8] {
    var w = ByteWriter(capacity: 40 + icmp.count)
    w.u32(0x6000_0000)
    w.u16(UInt16(clamping: icmp.count))
    w.put([58, hopLimit])
    w.put(source.bytes + destination.bytes + icmp)
    let pseudo = source.bytes + destination.bytes + [0, 0, UInt8(truncatingIfNeeded: icmp.count >> 8), UInt8(truncatingIfNeeded: icmp.count), 0, 0, 0, 58]
    w.patch(u16: InternetChecksum.of(pseudo + icmp), at: 42)
    return w.bytes
  }

  private static func ip(from source: IPAddress, to destination: IPAddress, protocolNumber: UInt8, ttl: UInt8, payload: [UInt8]) -> [UInt8] {
    var w = ByteWriter(capacity: 20 + payload.count)
    w.put([0x45, 0])
    w.u16(UInt16(clamping: 20 + payload.count))
    w.u32(0)
    w.put([ttl, protocolNumber])
    w.u16(0)
    w.put(source.bytes + destination.bytes)
    w.patch(u16: InternetChecksum.of(w.bytes), at: 10)
    w.put(payload)
    return w.bytes
  }
}
