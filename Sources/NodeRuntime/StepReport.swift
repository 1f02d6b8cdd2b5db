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
